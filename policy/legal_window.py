"""The hours in which an act may be carried out: no night, no statutory holiday. Pure; the calendar is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from evidence.intervals import Span
from policy.holidays import UnknownYear
from policy.item_list import Window

HolidayName = Callable[[date], str | None]  # may raise UnknownYear


@dataclass(frozen=True, slots=True)
class Outside:
    """A stretch of an act outside its legal window, or of a day whose calendar is not known."""

    start_ms: int
    end_ms: int
    why: Literal["night", "holiday", "unknown-year"]
    holiday: str = ""


def outside_window(done: Span, window: Window, zone: ZoneInfo, holiday_name: HolidayName) -> tuple[Outside, ...]:
    """What of the interval `done` (ms since 1970) lies outside the window, day by day."""
    return tuple(part for day in _days(done, zone) for part in _of_day(done, day, window, zone, holiday_name))


def _days(done: Span, zone: ZoneInfo) -> Iterator[date]:
    day = _local(done[0], zone).date()
    last = _local(max(done[0], done[1] - 1), zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _of_day(done: Span, day: date, window: Window, zone: ZoneInfo, name: HolidayName) -> Iterator[Outside]:
    midnight, next_midnight = _ms(day, zone), _ms(day + timedelta(days=1), zone)
    if not window.holidays:
        try:
            holiday = name(day)
            if holiday is not None:
                yield from _cut(done, (midnight, next_midnight), "holiday", holiday)
                return
        except UnknownYear:
            yield from _cut(done, (midnight, next_midnight), "unknown-year")
            return
    opens = int(datetime.combine(day, window.start, zone).timestamp() * 1000)
    closes = int(datetime.combine(day, window.end, zone).timestamp() * 1000)
    for dark in ((midnight, opens), (closes, next_midnight)):
        yield from _cut(done, dark, "night")


def _cut(
    done: Span, day: Span, why: Literal["night", "holiday", "unknown-year"], holiday: str = ""
) -> Iterator[Outside]:
    start, end = max(done[0], day[0]), min(done[1], day[1])
    if start < end:
        yield Outside(start, end, why, holiday)


def _ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _local(moment_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone)
