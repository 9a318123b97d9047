"""From a kept original to its ledger entry: index, identify, describe, seal. Needs the blob, not the device.

Runs on the caller's thread; the media itself is read in a worker process.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection

from evidence.blobs.local import translated
from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.attempts import Attempts, AttemptState
from evidence.clock import Clock, to_text
from evidence.entries import RecordingSealed, RecordingSighted
from evidence.errors import MediadError, MediaUnreadable, NotFound, StoreUnavailable, WorkerFailed, WorkersUnavailable
from evidence.ledger import Ledger
from evidence.records import Kind, MediaIndex, RecordingId, recording_id
from evidence.signing import SealSigner
from evidence.statements import Manifest, Sidecar, build_manifest, require_statable
from ingest import names
from ingest.device_files import DeviceFile, mtime_text
from ingest.identify import BayAssignment, identify
from ingest.profiles import Profiles
from ingest.sidecars import AUDIO, KINDS, PHOTO, VIDEO

# A worker that reads slower than this is hung, whatever the file.
_SLOWEST_BYTES_PER_S = 10 << 20
# What people would look for an unreadable file as.
_EXTENSIONS: tuple[tuple[Kind, tuple[str, ...]], ...] = (("video", VIDEO), ("audio", AUDIO), ("photo", PHOTO))


class WorkResult(Protocol):
    @property
    def value(self) -> Any: ...


class IndexWorkers(Protocol):
    """What sealing needs of `evidence.media.workers.Workers`."""

    def run(
        self,
        task: str,
        args: dict[str, Any],
        *,
        timeout_s: float,
        fds: Sequence[int] = (),
        patience_s: float | None = None,
    ) -> WorkResult: ...


@dataclass(frozen=True, slots=True)
class BayTerms:
    """What the site says about files from one bay."""

    name: str
    assigned: BayAssignment = field(default_factory=BayAssignment)
    clear_after_seal: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A device file whose bytes are durable in the blob store."""

    file: DeviceFile
    attempt_id: int
    original: Digest

    @property
    def name(self) -> str:
        return names.to_text(self.file.path.rpartition(b"/")[2])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a bundle."""

    state: AttemptState  # "sealed" or "duplicate"
    recording: RecordingId
    original: Digest
    playback_reason: str = ""


@dataclass(frozen=True, slots=True)
class SealingTools:
    """Everything that sealing works with, from the composition root."""

    blobs: Blobs
    ledger: Ledger
    attempts: Attempts
    workers: IndexWorkers
    signer: SealSigner
    clock: Clock
    profiles: Profiles
    scratch: Path  # on the blob store's disk, so that results are linked and not copied
    versions: Mapping[str, str]  # program → version, for the manifest
    min_index_timeout_s: float = 120.0
    # Why a sealed device file must stay on its device, in words; None: it may be cleared where the site says so.
    stays_on_device: Callable[[RecordingId], str | None] = lambda _recording: None


class Sealing:
    """Thread-safe."""

    def __init__(self, tools: SealingTools, step: Callable[[str], None]) -> None:
        self._tools = tools
        self._step = step
        tools.scratch.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A directory for what workers make of one original; gone afterwards. Raises DiskFull, StoreUnavailable."""
        with translated(self._tools.scratch):
            path = Path(tempfile.mkdtemp(dir=self._tools.scratch))
        try:
            yield path
        finally:
            with translated(path):
                shutil.rmtree(path)

    def seal(self, main: Kept, sidecars: tuple[Kept, ...], bay: BayTerms, scratch: Path) -> Outcome:
        """Index, describe and log a kept original. Raises StoreUnavailable; hostile media raise nothing.

        `scratch` may hold what was digested while the original was copied.
        """
        t = self._tools
        received_at = t.clock.now()
        index = self._index(main, scratch)
        self._step("indexed")
        samples, au_digests, init = (
            self._keep_part(scratch, part) for part in (index.samples_file, index.au_digests_file, index.init_file)
        )
        match = t.profiles.match(main.name)
        manifest = build_manifest(
            recording=recording_id(main.original),
            original=main.original,
            size_bytes=main.file.size_bytes,
            identity=identify(match, bay.assigned, index, mtime_text(main.file.mtime_ns), received_at),
            source=main.file.source(bay.name),
            received_at=to_text(received_at),
            index=index,
            sidecars=tuple(_sidecar(kept) for kept in sidecars),
            samples=samples,
            au_digests=au_digests,
            init=init,
            tools=dict(t.versions),
            signer=t.signer,
        )
        digest = t.blobs.put(manifest.to_bytes())
        self._step("described")
        entry = sealed_entry(manifest, digest, to_text(t.clock.now()))
        return self._append(entry, manifest, main, sidecars, bay)

    def _append(
        self, entry: RecordingSealed, manifest: Manifest, main: Kept, sidecars: tuple[Kept, ...], bay: BayTerms
    ) -> Outcome:
        """The entry, its rows and the attempts in one transaction."""
        t = self._tools

        def also(connection: Connection) -> None:
            self._require_kept(manifest)
            for kept in (main, *sidecars):
                t.attempts.move(
                    connection, kept.attempt_id, "sealed", recording=entry.recording, original=kept.original
                )

        try:
            t.ledger.append(entry, also=also)
        except StoreUnavailable:
            # The same content may have been sealed from another bay a moment ago: then it is a sighting.
            if t.attempts.recording_of(main.original) is None:
                raise
            return self.sight(main, bay)
        self._step("sealed")
        return Outcome("sealed", entry.recording, main.original, manifest.playback_reason)

    def _require_kept(self, manifest: Manifest) -> None:
        """The same bytes may just have been destroyed with another recording, after they were kept here."""
        named = (manifest.original, manifest.samples, manifest.au_digests, manifest.init)
        for digest in (*named, *(each.blob for each in manifest.sidecars)):
            if digest is not None and not self._tools.blobs.has(digest):
                raise _removed()

    def sight(self, main: Kept, bay: BayTerms) -> Outcome:
        """Known content: log a new place, once; nothing is stored twice."""
        t = self._tools
        recording = recording_id(main.original)
        source = main.file.source(bay.name)

        def also(connection: Connection) -> None:
            t.attempts.move(connection, main.attempt_id, "duplicate", recording=recording, original=main.original)

        if t.attempts.has_source(recording, source):
            t.attempts.submit(main.attempt_id, "duplicate", recording=recording, original=main.original).result()
        else:
            t.ledger.append(RecordingSighted(at=to_text(t.clock.now()), recording=recording, source=source), also=also)
        self._step("sealed")
        return Outcome("duplicate", recording, main.original)

    def sweep_scratch(self) -> None:
        """Remove what a killed process left in the scratch directory. At start, before anything is taken in."""
        for path in self._tools.scratch.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _index(self, main: Kept, scratch: Path) -> MediaIndex:
        """What the worker finds; whatever it fails at, the original is sealed as unplayable with the reason."""
        extension = names.extension(main.file.path)
        if main.file.size_bytes == 0:
            return unplayable(extension, "The file is empty.")
        if extension in KINDS:
            return unplayable(extension, "The file holds no pictures or sound.")
        clock = self._tools.clock
        started_s, timeout_s = clock.monotonic_s(), self._index_timeout_s(main)
        try:
            return self._run_index(main, scratch, timeout_s)
        except WorkersUnavailable:
            raise
        except MediaUnreadable as error:
            return unplayable(extension, error.message)
        except WorkerFailed as error:
            if clock.monotonic_s() - started_s >= timeout_s:
                return unplayable(extension, error.message)
        return self._index_again(main, scratch, timeout_s)

    def _index_again(self, main: Kept, scratch: Path, timeout_s: float) -> MediaIndex:
        """A worker may have died for another reason than the footage (the service being stopped, memory short):
        only a second death is the footage's. Raises WorkersUnavailable when the server stops."""
        try:
            return self._run_index(main, scratch, timeout_s)
        except WorkersUnavailable:
            raise
        except (MediaUnreadable, WorkerFailed) as error:
            return unplayable(names.extension(main.file.path), error.message)

    def _index_timeout_s(self, main: Kept) -> float:
        return max(self._tools.min_index_timeout_s, main.file.size_bytes / _SLOWEST_BYTES_PER_S)

    def _run_index(self, main: Kept, scratch: Path, timeout_s: float) -> MediaIndex:
        t = self._tools
        try:
            path = t.blobs.path(main.original)
        except NotFound as error:
            raise _removed() from error
        args = {"path": str(path), "scratch": str(scratch), "name": main.name}
        answer = t.workers.run("index", args, timeout_s=timeout_s).value
        try:
            index = msgspec.convert(answer, MediaIndex)
        except msgspec.ValidationError as error:
            raise WorkerFailed("The media worker answered with what is no index.") from error
        require_statable(index)
        return index

    def _keep_part(self, scratch: Path, name: str | None) -> Digest | None:
        # Only the last part of the name: a worker that was taken over must not name files elsewhere.
        return None if name is None else self._tools.blobs.put_file(scratch / Path(name).name)


def _removed() -> StoreUnavailable:
    return StoreUnavailable("What was kept was removed meanwhile.", remedy="It is taken in again.")


def unplayable(extension: str, reason: str) -> MediaIndex:
    """The index of an original that nobody can play: kept and sealed, with the reason in words."""
    kind: Kind = next((kind for kind, extensions in _EXTENSIONS if extension in extensions), "other")
    return MediaIndex(kind=kind, container="", playback="none", playback_reason=reason, duration_ms=0)


def sealed_entry(manifest: Manifest, digest: Digest, at: str) -> RecordingSealed:
    """The ledger's entry for a manifest, which is the blob `digest`."""
    return RecordingSealed(
        at=at,
        recording=manifest.recording,
        original=manifest.original,
        size_bytes=manifest.size_bytes,
        manifest=digest,
        segments_root=manifest.segments_root,
        n_segments=len(manifest.segments),
    )


def _sidecar(kept: Kept) -> Sidecar:
    return Sidecar(
        name=kept.name,
        kind=KINDS[names.extension(kept.file.path)],
        blob=kept.original,
        size_bytes=kept.file.size_bytes,
    )


def failure_values(error: MediadError) -> dict[str, Any]:
    """The columns of a failed attempt."""
    return {"code": error.code, "reason": str(error)}
