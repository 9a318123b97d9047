"""Writes down device files that were seen in a bay and are gone without having been taken in. Used from bays' threads.

Only what may be footage: a file that a profile knows by name, or with an extension of pictures or sound. Whatever a
device's own software makes and removes meanwhile is none of our business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from evidence.absence_entries import FileMissed, Lost
from evidence.catalog.absence_queries import TriedRow, missed_keys, tries_of
from evidence.catalog.attempts import DONE
from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry
from evidence.ledger import Ledger
from ingest import names
from ingest.device_files import DeviceFile, mtime_text
from ingest.profiles import Profiles
from ingest.sealing import BayTerms
from ingest.sidecars import AUDIO, PHOTO, VIDEO

# Per ledger transaction and query: a camera that is pulled out at once may have left a thousand files.
_CHUNK = 200


class MissedFiles:
    """Thread-safe."""

    def __init__(self, ledger: Ledger, profiles: Profiles, clock: Clock) -> None:
        self._ledger = ledger
        self._profiles = profiles
        self._clock = clock

    def note(self, files: Iterable[DeviceFile], growing: frozenset[bytes], lost: Lost, bay: BayTerms) -> int:
        """Enter what was lost, each file once; how many of them may be footage. Raises StoreUnavailable."""
        wanted = [file for file in files if self._may_be_footage(file)]
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            self._ledger.decide(
                lambda connection, chunk=chunk: self._entries(connection, chunk, growing, lost, bay)  # type: ignore[misc]
            ).result()
        return len(wanted)

    def _may_be_footage(self, file: DeviceFile) -> bool:
        name = names.to_text(file.path.rpartition(b"/")[2])
        known = (*VIDEO, *AUDIO, *PHOTO)
        return names.extension(file.path) in known or self._profiles.match(name) is not None

    def _entries(
        self,
        connection: Connection,
        files: Sequence[DeviceFile],
        growing: frozenset[bytes],
        lost: Lost,
        bay: BayTerms,
    ) -> Sequence[AnyEntry]:
        """Decided in the transaction that appends: what is known by now, or sealed by another bay, is left out."""
        paths = [file.text for file in files]
        known = missed_keys(connection, bay.name, paths)
        tries: dict[tuple[str, int, int], TriedRow] = {
            (each.path, each.size_bytes, each.mtime_ns): each for each in tries_of(connection, bay.name, paths)
        }
        found: list[AnyEntry] = []
        for file in files:
            tried = tries.get((file.text, file.size_bytes, file.mtime_ns))
            if (file.text, file.size_bytes, mtime_text(file.mtime_ns)) in known:
                continue
            if tried is not None and tried.state in (*DONE, "destroyed"):
                continue
            found.append(self._entry(file, file.path in growing, lost, bay, tried))
        return found

    def _entry(self, file: DeviceFile, growing: bool, lost: Lost, bay: BayTerms, tried: TriedRow | None) -> FileMissed:
        now = to_text(self._clock.now())
        name = self._profiles.match(names.to_text(file.path.rpartition(b"/")[2]))
        return FileMissed(
            at=now,
            bay=bay.name,
            path=file.text,
            size_bytes=file.size_bytes,
            mtime=mtime_text(file.mtime_ns),
            growing=growing,
            device=(name.device if name else None) or bay.assigned.device,
            officer=(name.officer if name else None) or bay.assigned.officer,
            unit=bay.assigned.unit,
            sequence=name.sequence if name else None,
            started_at=to_text(name.started_at) if name and name.started_at else None,
            first_seen_at=tried.first_seen_at if tried else now,
            lost=lost,
            trouble=(tried.reason or "") if tried else "",
        )
