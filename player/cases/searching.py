"""Which recordings may bear on the activities of a case: by officer or device, around their times as the devices state
them. Asks the catalog in the caller's transaction; what counts is decided afterwards (`player.cases.judging`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from evidence.catalog.case_file import ActivityRow, CaseFile
from evidence.catalog.clock_queries import clocks_off, slated_candidates
from evidence.catalog.footage_search import (
    Candidate,
    Search,
    candidates,
    candidates_of_devices,
    corrected_candidates,
)
from player.cases.timing import from_ms, to_ms
from policy.slates import FAR_MS

# No recording of a device is longer; it bounds the search for footage that began before an activity. Few are longer
# than the usual.
_LONGEST_MS = 2 * 86_400_000
_USUAL_MS = 3_600_000
# The uncertainty that a corrected time may have at most (player.api.case_shapes.TimeBody).
_CORRECTED_MS = 3_600_000
# Clocks that are off by less are looked for together, in one wider search; those that are off by more (an empty
# battery sets a clock back by years) each where it is.
_NEAR_MS = 86_400_000

Off = Mapping[str, tuple[int, int]]  # device → least and greatest offset


@dataclass(frozen=True, slots=True)
class _Searched:
    """An activity and where its footage is looked for, in true time."""

    activity: ActivityRow
    search: Search

    def claims(self, found: Candidate, off: Off) -> bool:
        """Is it of the activity's people or devices, and of its time, as far as that device's clock may be wrong?"""
        own = found.officer in self.search.officers or found.device in self.search.devices
        if not own:
            return False
        moved = None if found.device is None else off.get(found.device)
        return _within(found, self.search) or (moved is not None and _within(found, _moved(self.search, *moved)))


def may_bear(connection: Connection, file: CaseFile, slacks_ms: Mapping[str, int]) -> dict[str, set[str]]:
    """Ids of recordings by activity. `slacks_ms`: by how much a time that a device states may be wrong at most, by
    activity: so far around it is looked. An activity without its times has none."""
    searched = tuple(_searched(file, slacks_ms))
    found: dict[str, set[str]] = {each.activity.id: set() for each in searched}
    searches = [each.search for each in searched]
    off = clocks_off(connection, FAR_MS) if searched else {}
    near = {device: each for device, each in off.items() if max(-each[0], each[1]) <= _NEAR_MS}
    far = {device: each for device, each in off.items() if device not in near}
    reach = min((low for low, _ in near.values()), default=0), max((high for _, high in near.values()), default=0)
    corrected = corrected_candidates(connection, searches)
    slated = slated_candidates(connection, searches, file.case.number)
    strayed = _strayed(connection, searches, far)
    for each, said, shown in zip(searched, corrected, slated, strict=True):
        wide = candidates(connection, _moved(each.search, min(0, reach[0]), max(0, reach[1])))
        claimed = (one.id for one in (*wide, *strayed) if each.claims(one, off))
        found[each.activity.id].update(said, shown, claimed)
    return found


def _strayed(connection: Connection, searches: list[Search], far: Off) -> tuple[Candidate, ...]:
    """What devices recorded whose clocks are far off, where their clocks put these times."""
    windows = [
        (device, moved.long_start, moved.end)
        for device, (low, high) in far.items()
        for moved in (_moved(search, low, high) for search in searches)
    ]
    return candidates_of_devices(connection, windows)


def _searched(file: CaseFile, slacks_ms: Mapping[str, int]) -> Iterator[_Searched]:
    for activity in file.activities:
        if activity.started_at is None or activity.ended_at is None:
            continue
        start, end = to_ms(activity.started_at), to_ms(activity.ended_at)
        slack_ms = slacks_ms[activity.id]
        search = Search(
            officers=activity.officers,
            devices=activity.devices,
            long_start=from_ms(start - slack_ms - _LONGEST_MS),
            start=from_ms(start - slack_ms - _USUAL_MS),
            end=from_ms(end + slack_ms),
            corrected_end=from_ms(end + _CORRECTED_MS),
            long_ms=_USUAL_MS,
        )
        yield _Searched(activity, search)


def _moved(search: Search, low_ms: int, high_ms: int) -> Search:
    """The same search by the times that a device states whose clock is off by so much."""
    return replace(
        search,
        long_start=from_ms(to_ms(search.long_start) + low_ms),
        start=from_ms(to_ms(search.start) + low_ms),
        end=from_ms(to_ms(search.end) + high_ms),
    )


def _within(found: Candidate, search: Search) -> bool:
    early_enough = found.started_at >= search.start or found.duration_ms > search.long_ms
    return early_enough and search.long_start <= found.started_at < search.end
