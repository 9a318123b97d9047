"""Makes what is derived from a recording: thumbnails, perceptual hashes, and a viewing copy where browsers need one.

Called by the durable jobs, on their threads; the footage itself is touched in worker processes only. A rendition
is never the original and never replaces it.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import Connection, Engine

from evidence.blobs.local import LocalBlobs
from evidence.blobs.removal import BlobRemoval
from evidence.canonical import Digest
from evidence.catalog import copies_in_hand as hand
from evidence.catalog import renditions as rows
from evidence.catalog.engine import connected
from evidence.catalog.retention_queries import destroyed_at
from evidence.catalog.shared_blobs import needed_elsewhere
from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry, RenditionFailed, RenditionMade
from evidence.errors import MediaUnreadable, NotFound, StoreUnavailable, WorkerFailed, WorkersUnavailable
from evidence.ledger import Ledger
from evidence.media.workers import Workers
from evidence.records import MediaIndex, RecordingId
from mediad.slates import Slates

RenditionKind = Literal["viewing-copy", "thumbnails", "phashes", "observations", "slates"]
KINDS: tuple[RenditionKind, ...] = get_args(RenditionKind)
_TASKS: dict[RenditionKind, str] = {
    "viewing-copy": "viewing_copy",
    "thumbnails": "thumbnails",
    "phashes": "phashes",
    "observations": "observations",
    "slates": "slates",
}
# A worker that crashed once may have met a machine short of memory; twice on the same footage is the footage.
_TRIES = 2
# Share of the work that making the copy is; the rest is indexing it.
_COPY_SHARE = 0.95


class Renditions:
    """Thread-safe."""

    def __init__(
        self,
        engine: Engine,
        blobs: LocalBlobs,
        ledger: Ledger,
        workers: Workers,
        clock: Clock,
        scratch: Path,
        *,
        timeout_s: float,
    ) -> None:
        self._engine = engine
        self._blobs = blobs
        self._ledger = ledger
        self._workers = workers
        self._clock = clock
        self._scratch = scratch
        self._timeout_s = timeout_s
        self._removal = BlobRemoval(blobs)
        self._slates = Slates(blobs)

    def wanted(self, limit: int, after: int = -1) -> tuple[tuple[tuple[RecordingId, RenditionKind], ...], int]:
        """Recordings sealed behind the ledger entry `after` that lack a rendition they should have, latest first; and
        the entry up to which was looked."""
        with connected(self._engine) as connection:
            latest = rows.latest_entry(connection)
            found = rows.missing(connection, limit, after=after)
        return tuple((each, KINDS[KINDS.index(kind)]) for each, kind in found), latest

    def failed_entry(self, recording: RecordingId, kind: RenditionKind) -> int:
        """The ledger entry that says that it could not be made; -1 if none does."""
        with connected(self._engine) as connection:
            return rows.failed_entry(connection, recording, kind)

    def make(
        self, recording: RecordingId, kind: RenditionKind, progress: Callable[[float], None], after: int
    ) -> dict[str, Any]:
        """Make one rendition and keep it in the blob store; JSON for `record`. Footage that cannot be read is an
        outcome, not an error. `after`: the entry of an earlier failure that this is another try of, or -1. Raises
        StoreUnavailable, WorkersUnavailable."""
        with connected(self._engine) as connection:
            if rows.is_decided(connection, recording, kind, after):
                return {"state": "made"}
            original = rows.original_of(connection, recording)
            gone = destroyed_at(connection, (recording,))
        if gone:
            self._put_away(recording)
            return {"state": "made"}
        if original is None:
            raise NotFound(f"There is no recording {recording}.")
        for last in range(_TRIES, 0, -1):
            try:
                return self._make(recording, self._blobs.path(Digest(original)), kind, progress)
            except MediaUnreadable as error:
                return {"state": "failed", "reason": error.message}
            except WorkersUnavailable:
                raise
            except WorkerFailed as error:
                if last == 1:
                    return {"state": "failed", "reason": error.message}
        raise AssertionError("unreachable")

    def _make(
        self, recording: RecordingId, original: Path, kind: RenditionKind, progress: Callable[[float], None]
    ) -> dict[str, Any]:
        self._scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="rendition-", dir=self._scratch))
        try:
            out = folder / "out"
            share = _COPY_SHARE if kind == "viewing-copy" else 1.0
            result = self._workers.run(
                _TASKS[kind],
                {"path": str(original), "out": str(out)},
                timeout_s=self._timeout_s,
                progress=lambda done: progress(done * share),
            )
            made = {"state": "made", **_described(result.value)}
            if kind == "viewing-copy":
                made |= self._index(recording, out, folder)
            made["size_bytes"] = out.stat().st_size
            made["blob"] = self._keep(recording, kind, out)
            return made
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _index(self, recording: RecordingId, copy: Path, folder: Path) -> dict[str, Any]:
        """The copy's own sample table and init segment: it is served in the same way as an original."""
        scratch = folder / "index"
        scratch.mkdir()
        value = self._workers.run(
            "index",
            {"path": str(copy), "scratch": str(scratch), "name": "viewing-copy.mp4"},
            timeout_s=self._timeout_s,
            lane="slow",
        ).value
        index = msgspec.convert(value, MediaIndex)
        if index.playback != "direct" or index.samples_file is None or index.init_file is None:
            raise MediaUnreadable(f"The viewing copy cannot be served: {index.playback_reason}")
        return {
            "index": self._keep(recording, "viewing-copy", scratch / index.samples_file),
            "init": self._keep(recording, "viewing-copy", scratch / index.init_file),
        }

    def _keep(self, recording: RecordingId, kind: RenditionKind, path: Path) -> Digest:
        """Keep a finished file in the store, named beforehand: a kill leaves no copy that nobody knows of."""
        with path.open("rb") as file:
            digest = Digest(hashlib.file_digest(file, "sha256").hexdigest())

        def name(connection: Connection) -> tuple[AnyEntry, ...]:
            hand.name(connection, recording, kind, digest)
            return ()

        self._ledger.decide(name).result()
        return self._blobs.put_file(path)

    def _put_away(self, recording: RecordingId) -> None:
        """What was made of footage that was destroyed meanwhile, by a process that was killed."""
        left: tuple[Digest, ...] = ()

        def decide(connection: Connection) -> tuple[AnyEntry, ...]:
            nonlocal left
            left = self._withdrawn(connection, hand.in_hand(connection, recording), whose=recording)
            hand.forget(connection, recording)
            return ()

        self._ledger.decide(decide).result()
        self._removal.empty(left)

    def _withdrawn(self, connection: Connection, blobs: tuple[Digest, ...], *, whose: str = "") -> tuple[Digest, ...]:
        """Take blobs from their addresses that no row needs but those of `whose`; the caller empties them."""
        shared = needed_elsewhere(connection, blobs, whose) if blobs else frozenset()
        left = tuple(each for each in blobs if each not in shared)
        self._removal.withdraw(left)
        return left

    def record(self, recording: RecordingId, kind: RenditionKind, made: dict[str, Any], after: int) -> None:
        """State the outcome in the ledger, once. What was made of footage that was destroyed meanwhile goes too."""
        blobs = tuple(Digest(made[name]) for name in ("blob", "index", "init") if made.get(name) is not None)
        left: tuple[Digest, ...] = ()

        def decide(connection: Connection) -> tuple[AnyEntry, ...]:
            nonlocal left
            if rows.is_decided(connection, recording, kind, after):
                return ()
            known = hand.in_hand(connection, recording, kind)
            if destroyed_at(connection, (recording,)):
                left = self._withdrawn(connection, tuple(dict.fromkeys((*blobs, *known))), whose=recording)
                hand.forget(connection, recording)
                return ()
            if not all(self._blobs.has(each) for each in blobs):
                raise StoreUnavailable("What was made was removed meanwhile.", remedy="It is made again.")
            # What a try left that broke off.
            left = self._withdrawn(connection, tuple(each for each in known if each not in blobs))
            hand.forget(connection, recording, kind)
            now = to_text(self._clock.now())
            outcome = _outcome(recording, kind, made, now)
            if kind != "slates" or made["state"] != "made":
                return (outcome,)
            # Judged in this transaction: another recording may be found to show the same codes meanwhile.
            return (outcome, *self._slates.entries(connection, recording, made["blob"], now))

        self._ledger.decide(decide).result()
        self._removal.empty(left)


def _outcome(recording: RecordingId, kind: RenditionKind, made: dict[str, Any], now: str) -> AnyEntry:
    if made["state"] == "failed":
        return RenditionFailed(at=now, recording=recording, kind=kind, reason=made["reason"])
    return RenditionMade(
        at=now,
        recording=recording,
        kind=kind,
        blob=made["blob"],
        size_bytes=made["size_bytes"],
        tool=made["tool"],
        params=made["params"],
        index=made.get("index"),
        init=made.get("init"),
    )


def _described(value: Any) -> dict[str, Any]:
    """What a worker says about its product: {"tool": …, "params": {…}}."""
    return {"tool": str(value["tool"]), "params": dict(value["params"])}
