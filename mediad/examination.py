"""Checks one sealed recording completely: manifest, chain, ledger inclusion, and the original's bytes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.check_queries import BlobUse
from evidence.check import Keys
from evidence.checkpoint import Checkpoint, open_note
from evidence.entries import RecordingSealed, decode
from evidence.errors import IntegrityBroken, MediadError, NotFound
from evidence.ledger_reader import LedgerReader
from evidence.media.workers import Workers
from evidence.records import RecordingId
from evidence.verify import (
    Recompute,
    read_au_digests,
    split_au_digests,
    verify_blob,
    verify_entry_inclusion,
    verify_manifest,
    verify_original,
    verify_sealed,
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A recording and where the ledger has it."""

    recording: RecordingId
    name: str
    entry: int
    size_bytes: int
    destroyed_at: str | None = None


class Examiner:
    """Thread-safe. All recordings are checked against one checkpoint, taken when it is made."""

    def __init__(self, ledger: LedgerReader, blobs: Blobs, keys: Keys, recompute: Recompute) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._keys = keys
        self._recompute = recompute
        self._looked_at: set[Digest] = set()
        self.checkpoint: Checkpoint = open_note(ledger.checkpoint(), keys.ledger)
        if ledger.root(self.checkpoint.size) != self.checkpoint.root:
            raise IntegrityBroken("The ledger's tree is not the one that its latest checkpoint signs.")

    def examine(self, sealed: Sealed, progress: Callable[[int], None]) -> None:
        """Raises IntegrityBroken naming the piece, or StoreUnavailable. `progress`: bytes since the last call.

        Of a recording that was destroyed, what proves that it existed is checked.
        """
        entry = self._entry(sealed)
        self._looked_at |= {entry.manifest, entry.original}
        try:
            data = self._blobs.read(entry.manifest)
            path = None if sealed.destroyed_at else self._blobs.path(entry.original)
        except NotFound as error:
            raise IntegrityBroken(error.message) from error
        manifest = verify_manifest(data, self._keys.seal)
        verify_sealed(entry, data, manifest)
        if path is None:
            # What is left of it: its manifest, its place in the ledger, and the digests of its access units.
            if manifest.au_digests is not None:
                self._verify_part(manifest.au_digests, "au_digests")
            return
        for name in ("samples", "au_digests", "init"):
            digest = getattr(manifest, name)
            if digest is not None:
                self._verify_part(digest, name)
        for sidecar in manifest.sidecars:
            self._verify_part(sidecar.blob, f"sidecar {sidecar.name}")
        done = 0

        def advance(read: int) -> None:
            nonlocal done
            progress(read - done)
            done = read

        au_digests = self._blobs.read(manifest.au_digests) if manifest.au_digests else None
        if au_digests is not None:
            # A track that the manifest passes over in silence was digested all the same.
            read_au_digests(manifest, au_digests)
        verify_original(path, manifest, recompute=self._recompute, sealed_au_digests=au_digests, progress=advance)

    def rest_of(self, uses: Iterable[BlobUse]) -> tuple[BlobUse, ...]:
        """Those that no examination looked at: what was made from footage, attached, or set on paper."""
        return tuple({use.digest: use for use in uses if use.digest not in self._looked_at}.values())

    def examine_other(self, use: BlobUse) -> None:
        """A blob whose digest stands in the catalog, which `mediad check` holds to the ledger. Raises as `examine`."""
        self._verify_part(use.digest, use.subject)

    def _entry(self, sealed: Sealed) -> RecordingSealed:
        data = self._ledger.entry(sealed.entry)
        entry = decode(data)
        if not isinstance(entry, RecordingSealed) or entry.recording != sealed.recording:
            raise IntegrityBroken(f"Ledger entry {sealed.entry} does not seal this recording.")
        path = self._ledger.inclusion(sealed.entry, self.checkpoint.size)
        verify_entry_inclusion(data, sealed.entry, path, self.checkpoint)
        return entry

    def _verify_part(self, digest: Digest, what: str) -> None:
        self._looked_at.add(digest)
        try:
            verify_blob(self._blobs.path(digest), digest, what)
        except NotFound as error:
            raise IntegrityBroken(f"The {what} is missing.") from error


class DigestsAgain:
    """`evidence.verify.Recompute`: digests altered bytes again, to say where they were altered; in a worker process."""

    def __init__(self, workers: Workers, scratch: Path, *, timeout_s: float) -> None:
        self._workers = workers
        self._scratch = scratch
        self._timeout_s = timeout_s

    def __call__(self, path: Path) -> Mapping[int, bytes]:
        self._scratch.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="verify-", dir=self._scratch)
        try:
            result = self._workers.run("esd", {"path": str(path), "scratch": folder}, timeout_s=self._timeout_s)
        except MediadError:
            # Altered so that it cannot be read as media any more: that it is altered is known already.
            return {}
        finally:
            shutil.rmtree(folder)
        return split_au_digests({track["track"]: track["n_au"] for track in result.value["tracks"]}, result.payload)
