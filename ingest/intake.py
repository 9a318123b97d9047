"""The numbered steps for one device file and its sidecars: notice, copy, keep, index, seal, release.

A process killed between any two steps loses nothing and makes nothing twice: content is addressed by its digest,
the ledger entry and the attempt's state are one transaction, and each step can be done again. Used by the docks
and by `mediad ingest`. Runs on the caller's thread; thread-safe.

Steps that the hook hears, in order: noticed, copied, kept, indexed, described, sealed, clearing, removed, cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from evidence.blobs.store import BlobWriter
from evidence.canonical import Digest
from evidence.catalog.attempts import DONE, Attempt, AttemptState, FileKey
from evidence.errors import MediadError, NotFound, SourceRefused
from evidence.records import recording_id
from ingest import names, transfer
from ingest.clearing import Clearing
from ingest.device_files import DeviceFile, DeviceFolder, Refused
from ingest.file_keys import as_noticed, key_of
from ingest.following import Following
from ingest.missed_files import MissedFiles
from ingest.sealing import BayTerms, Kept, Outcome, Sealing, SealingTools, failure_values
from ingest.sidecars import Bundle, bundle

# Hears the stage, the file and how many of its bytes were read; may raise to end the work.
Progress = Callable[[AttemptState, DeviceFile, int], None]
# Smaller originals are indexed before a worker could catch up with their copy.
_WORTH_FOLLOWING_BYTES = 32 << 20
# Makes the reader of an opened device file; another one only to inject faults.
OpenRead = Callable[[int], transfer.Read]


class Intake:
    """One per process."""

    def __init__(
        self,
        tools: SealingTools,
        *,
        step: Callable[[str], None] = lambda _name: None,
        reader_of: OpenRead = transfer.reader_of,
    ) -> None:
        self._tools = tools
        self._attempts = tools.attempts
        self._sealing = Sealing(tools, step)
        self._step = step
        self._reader_of = reader_of
        self.missed = MissedFiles(tools.ledger, tools.profiles, tools.clock)
        self.clearing = Clearing(tools, step)

    def recover(self) -> None:
        """Tidy up after a killed process. Once at start, before anything is taken in."""
        self._tools.blobs.sweep()
        self._sealing.sweep_scratch()

    def notice(self, files: Sequence[DeviceFile], refused: Sequence[Refused], bay: BayTerms) -> None:
        """Make what a scan found visible as attempts, at once for all: waiting, or refused with the reason."""
        self._attempts.notice(bay.name, [key_of(file) for file in files])
        shown = self._attempts.notice(bay.name, [FileKey(item.text, 0, 0) for item in refused])
        for attempt, item in zip(shown, refused, strict=True):
            error = SourceRefused(f"{item.text} was not taken in: {item.reason}.")
            self._attempts.submit(attempt.id, "refused", **failure_values(error)).result()

    def not_sealed(self, files: Sequence[DeviceFile]) -> tuple[DeviceFile, ...]:
        """Those that no bay has sealed since."""
        done = self._attempts.done_anywhere([key_of(file) for file in files])
        return tuple(file for file in files if key_of(file) not in done)

    def miss_earlier(self, there: Sequence[DeviceFile], bay: BayTerms) -> None:
        """Files that an earlier process saw in a bay and did not take in, and that are not there, under any name."""
        paths = {file.path for file in there}
        facts = {(file.size_bytes, file.mtime_ns) for file in there}
        left = [(names.to_bytes(key.path), key) for key in self._attempts.left(bay.name)]
        gone = [
            DeviceFile(path, key.size_bytes, key.mtime_ns, 0, 0)
            for path, key in left
            if path not in paths and (key.size_bytes, key.mtime_ns) not in facts
        ]
        self.missed.note(gone, frozenset(), "restart", bay)

    def take(self, item: Bundle, folder: DeviceFolder, bay: BayTerms, progress: Progress) -> Outcome:
        """Bring one file and its sidecars from the device into the ledger.

        Raises SourceVanished, SourceChanged, SourceRefused, DiskFull, StoreUnavailable or what `progress`
        raises; the device files are untouched then and the attempts say why.
        """
        attempts = self._attempts_of(item, bay)
        self._step("noticed")
        try:
            outcome = self._take(item, attempts, folder, bay, progress)
        except MediadError as error:
            self._record_failure(attempts, error)
            raise
        if bay.clear_after_seal:
            for file in item.files:
                self.clearing.clear(file, folder, bay)
        return outcome

    def _attempts_of(self, item: Bundle, bay: BayTerms) -> tuple[Attempt, ...]:
        """Usually noticed already: reading is cheaper than writing."""
        keys = [key_of(file) for file in item.files]
        known = self._attempts.known(bay.name, keys)
        if all(key in known for key in keys):
            return tuple(known[key] for key in keys)
        return self._attempts.notice(bay.name, keys)

    def _take(
        self,
        item: Bundle,
        attempts: tuple[Attempt, ...],
        folder: DeviceFolder,
        bay: BayTerms,
        progress: Progress,
    ) -> Outcome:
        main = attempts[0]
        if main.state in DONE and main.original is not None:
            if self._digest(item.main, folder, progress) == main.original and self._is_kept(main.original, bay):
                outcome = Outcome(main.state, main.recording or recording_id(main.original), main.original)
                return self._take_apart(outcome, item.sidecars, folder, bay, progress)
            # Same name, length and time, yet other content, or what the store has lost: a second attempt.
            main = self._attempts.renew(bay.name, main.key)
        with self._sealing.scratch() as scratch:
            return self._take_new(item, (main, *attempts[1:]), folder, bay, progress, scratch)

    def _take_new(
        self,
        item: Bundle,
        attempts: tuple[Attempt, ...],
        folder: DeviceFolder,
        bay: BayTerms,
        progress: Progress,
        scratch: Path,
    ) -> Outcome:
        kept = self._keep(item.main, attempts[0], folder, progress, scratch)
        if self._attempts.recording_of(kept.original) is not None:
            outcome = self._sealing.sight(kept, bay)
            return self._take_apart(outcome, item.sidecars, folder, bay, progress)
        with_it: list[Kept] = []
        apart: list[DeviceFile] = []
        for file, attempt in zip(item.sidecars, attempts[1:], strict=True):
            if attempt.state in DONE:
                apart.append(file)
            else:
                with_it.append(self._keep(file, attempt, folder, progress))
        progress("indexing", item.main, item.main.size_bytes)
        outcome = self._sealing.seal(kept, tuple(with_it), bay, scratch)
        if outcome.state == "duplicate":
            # Another bay sealed the same content meanwhile: what lies beside it here is looked at by itself.
            apart += [sidecar.file for sidecar in with_it]
        return self._take_apart(outcome, tuple(apart), folder, bay, progress)

    def _take_apart(
        self,
        outcome: Outcome,
        files: tuple[DeviceFile, ...],
        folder: DeviceFolder,
        bay: BayTerms,
        progress: Progress,
    ) -> Outcome:
        """Sidecars whose recording is already sealed: known with it, or evidence by themselves."""
        for file in files:
            (attempt,) = self._attempts.notice(bay.name, [key_of(file)])
            digest = self._digest(file, folder, progress)
            if attempt.state in DONE and attempt.original == digest and self._is_kept(digest, bay):
                continue
            if attempt.state in DONE:
                attempt = self._attempts.renew(bay.name, attempt.key)
            owner = self._attempts.sidecar_owner(digest, names.to_text(file.path.rpartition(b"/")[2]))
            if owner is not None:
                if not self._is_kept(digest, bay):
                    self._keep(file, attempt, folder, progress)
                self._attempts.submit(attempt.id, "duplicate", original=digest, recording=owner).result()
                continue
            kept = self._keep(file, attempt, folder, progress)
            known = self._attempts.recording_of(kept.original) is not None
            if known:
                self._sealing.sight(kept, bay)
            else:
                with self._sealing.scratch() as scratch:
                    self._sealing.seal(kept, (), bay, scratch)
        return outcome

    def _keep(
        self,
        file: DeviceFile,
        attempt: Attempt,
        folder: DeviceFolder,
        progress: Progress,
        scratch: Path | None = None,
    ) -> Kept:
        """Copy and keep: after this the bytes are durable and the attempt says where.

        With `scratch`, a worker digests a large original meanwhile and leaves there what it found.
        """
        self._attempts.submit(attempt.id, "copying", tries=attempt.tries + 1)
        with folder.opened(file) as fd, self._begin(file, fd, scratch) as writer:
            transfer.copy(file, fd, self._reader_of(fd), writer, lambda n: progress("copying", file, n))
            self._step("copied")
            progress("keeping", file, file.size_bytes)
            self._attempts.submit(attempt.id, "keeping", copied_bytes=file.size_bytes)
            original = writer.keep()
        # Waited for: from here on the recording can be sealed without the device.
        self._attempts.submit(attempt.id, "indexing", original=original).result()
        self._step("kept")
        return Kept(file, attempt.id, original)

    def _begin(self, file: DeviceFile, fd: int, scratch: Path | None) -> BlobWriter:
        if scratch is None or file.size_bytes < _WORTH_FOLLOWING_BYTES:
            return self._tools.blobs.begin(file.size_bytes)
        return self._tools.blobs.begin(file.size_bytes, Following(self._tools.workers, fd, scratch))

    def _digest(self, file: DeviceFile, folder: DeviceFolder, progress: Progress) -> Digest:
        with folder.opened(file) as fd:
            return transfer.digest_of(file, fd, self._reader_of(fd), lambda n: progress("copying", file, n))

    def _is_kept(self, original: Digest, bay: BayTerms) -> bool:
        """Whether the store has what was sealed from the same content before. Where the device file is to be deleted
        it is read back first: IntegrityBroken if it is damaged."""
        if not self._tools.blobs.has(original):
            return False
        if bay.clear_after_seal:
            self._tools.blobs.verify(original)
        return True

    def _record_failure(self, attempts: tuple[Attempt, ...], error: MediadError) -> None:
        """Say what went wrong on every attempt of the bundle that is not done."""
        found = self._attempts.known(attempts[0].bay, [attempt.key for attempt in attempts])
        for attempt in found.values():
            if attempt.state not in DONE:
                self._attempts.submit(attempt.id, "failed", **failure_values(error)).result()

    # ---- without the device --------------------------------------------------------------------------------

    def resume(self, bay: BayTerms) -> int:
        """Seal what was kept before the process ended, though its device is gone; how many.

        For a bay that is absent: where the device is still docked, `take` finishes the work.
        """
        unfinished = [a for a in self._attempts.unfinished(bay.name) if a.original]
        n_sealed = 0
        for group in _apart(unfinished):
            files = {as_noticed(attempt): attempt for attempt in group}
            n_sealed += sum(self._finish(item, files, bay) for item in bundle(files))
        return n_sealed

    def _finish(self, item: Bundle, attempts: dict[DeviceFile, Attempt], bay: BayTerms) -> bool:
        try:
            main, *sidecars = (self._kept(file, attempts[file]) for file in item.files)
        except NotFound:
            return False  # The blob never became durable; the device file is what counts.
        if self._attempts.recording_of(main.original) is not None:
            self._sealing.sight(main, bay)
        else:
            with self._sealing.scratch() as scratch:
                self._sealing.seal(main, tuple(sidecars), bay, scratch)
        return True

    def _kept(self, file: DeviceFile, attempt: Attempt) -> Kept:
        original = Digest(attempt.original or "")
        self._tools.blobs.path(original)
        return Kept(file, attempt.id, original)


def _apart(attempts: Sequence[Attempt]) -> Iterator[tuple[Attempt, ...]]:
    """In groups in which no path stands twice: cameras use the same names again, and another one may have been in the
    bay since."""
    left = list(attempts)
    while left:
        group = {attempt.key.path: attempt for attempt in reversed(left)}
        yield tuple(group.values())
        taken = {attempt.id for attempt in group.values()}
        left = [attempt for attempt in left if attempt.id not in taken]
