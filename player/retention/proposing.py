"""Which activities a recording may belong to, though nobody said so: by the same times and the same rule by which
coverage counts it (`player.cases.timing`), so that a camera whose clock is off is kept for what it filmed. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

from evidence.catalog.clock_queries import SlateRow
from evidence.catalog.retention_facts import ActivityFacts, CaseFacts, RecordingRow
from evidence.intervals import Span
from player.cases.timing import Placed, Timing, bears, reach_of, to_ms

TIMED = ("video", "audio")
_Begun = tuple[int, int, ActivityFacts]  # when it began and ended


class Activities:
    """Activities by whose footage may belong to them: people, devices, or a slate that names the case. Each list in
    order of beginning."""

    def __init__(self, activities: Iterable[ActivityFacts], cases: Mapping[str, CaseFacts]) -> None:
        self._of: dict[tuple[str, str], list[_Begun]] = {}
        self._longest_ms = 0
        for activity in activities:
            start, end = to_ms(activity.started_at), to_ms(activity.ended_at)
            self._longest_ms = max(self._longest_ms, end - start)
            names = {("officer", each) for each in activity.officers} | {("device", each) for each in activity.devices}
            for name in names | {("case", cases[activity.case].number)}:
                self._of.setdefault(name, []).append((start, end, activity))
        for found in self._of.values():
            found.sort(key=_beginning)

    def proposed(self, row: RecordingRow, timing: Timing) -> Iterator[ActivityFacts]:
        """Those that the recording bears on by time and by officer, device or slate, whatever people said."""
        if row.kind not in TIMED:
            return
        placed = timing.place(row)
        reach = reach_of(placed, row.duration_ms)
        if reach is None:
            return
        seen: set[str] = set()
        for name in _names(row, timing.slates.get(row.id)):
            for activity in self._around(name, reach, row, placed):
                if activity.id not in seen:
                    seen.add(activity.id)
                    yield activity

    def _around(self, name: tuple[str, str], reach: Span, row: RecordingRow, placed: Placed) -> Iterator[ActivityFacts]:
        found = self._of.get(name, [])
        first = bisect_left(found, reach[0] - self._longest_ms, key=_beginning)
        for begun, ended, activity in found[first : bisect_right(found, reach[1], key=_beginning)]:
            if bears((begun, ended), row.duration_ms, placed, None):
                yield activity


def window_of(rows: Iterable[RecordingRow], timing: Timing) -> Span | None:
    """A stretch of true time in which all of them were recorded that are known to have been recorded at any."""
    reaches = [reach_of(timing.place(row), row.duration_ms) for row in rows if row.kind in TIMED]
    known = [each for each in reaches if each is not None]
    return (min(start for start, _ in known), max(end for _, end in known)) if known else None


def _names(row: RecordingRow, slate: SlateRow | None) -> Iterator[tuple[str, str]]:
    if row.officer is not None:
        yield "officer", row.officer
    if row.device is not None:
        yield "device", row.device
    if slate is not None and slate.verdict == "accepted" and slate.case_number is not None:
        yield "case", slate.case_number


def _beginning(placed: _Begun) -> int:
    return placed[0]
