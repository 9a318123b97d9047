"""One of every entry about clocks, for the tests that make the catalog again."""

from __future__ import annotations

from typing import Any

from evidence import clock_entries as ce
from evidence.canonical import Digest
from evidence.entry import Entry
from evidence.records import RecordingId


def life(at: str, recording: RecordingId, codes: Digest) -> list[Any]:
    """A key, a slate that was refused and then accepted, measurements, the last of a clock that was off, and a jump."""
    entries: list[Entry] = [ce.SlateKeyAnnounced(at=at, kid="0a1b2c", key="AAAA")]
    read: dict[str, Any] = {"recording": recording, "device": "D1", "codes": codes, "start_ms": 0, "end_ms": 40}
    refused: dict[str, Any] = {"verdict": "far", "case_number": None, "earliest_at": None, "latest_at": None}
    accepted: dict[str, Any] = {"verdict": "accepted", "case_number": "1", "earliest_at": at, "latest_at": at}
    entries += [ce.SlateRead(at=at, told_at=at, **read, **said) for said in (accepted, refused, accepted)]
    for how, low, high in (("dock", 7, None), ("gps", -5, 3), ("dock", -5, None), ("gps", 2, 3)):
        measured: dict[str, Any] = {"how": how, "high_ms": high, "low_ms": low, "spread_ms": 0}
        entries.append(ce.ClockMeasured(at=at, device="D1", recording=recording, stated_at=at, true_at=at, **measured))
    beside: dict[str, Any] = {"before": recording, "after": recording, "before_at": at, "after_at": at}
    entries.append(ce.ClockJumped(at=at, device="D1", kind="reset", unsure=(recording,), **beside))
    return entries
