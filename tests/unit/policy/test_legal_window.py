"""Night, holidays, and years whose calendar nobody knows."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from policy.holidays import UnknownYear, holiday_name
from policy.item_list import Window
from policy.legal_window import Outside, outside_window

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = Window(start=time(6), end=time(22))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


def outside(start: str, end: str, window: Window = DAY) -> list[tuple[int, int, str, str]]:
    found = outside_window((ms(start), ms(end)), window, SHANGHAI, holiday_name)
    return [(part.start_ms, part.end_ms, part.why, part.holiday) for part in found]


def test_by_day_nothing_is_outside() -> None:
    assert outside("2026-11-24T06:00", "2026-11-24T22:00") == []
    assert outside("2026-11-21T09:00", "2026-11-21T10:00") == [], "a plain Saturday is no statutory holiday"


def test_what_reaches_into_the_night_is_named_to_the_minute() -> None:
    found = outside("2026-11-24T21:30", "2026-11-25T07:00")
    assert found == [
        (ms("2026-11-24T22:00"), ms("2026-11-25T00:00"), "night", ""),
        (ms("2026-11-25T00:00"), ms("2026-11-25T06:00"), "night", ""),
    ]
    assert outside("2026-11-24T21:59:59.999", "2026-11-24T22:00:00.001") == [
        (ms("2026-11-24T22:00"), ms("2026-11-24T22:00:00.001"), "night", "")
    ]


def test_holidays_count_whole_and_working_weekends_do_not() -> None:
    (found,) = outside("2026-10-01T09:00", "2026-10-01T10:00")
    assert found[2:] == ("holiday", "National Day")
    assert outside("2026-10-10T09:00", "2026-10-10T10:00") == [], "a Saturday worked in lieu"
    assert outside("2026-10-01T09:00", "2026-10-01T10:00", Window(start=time(6), end=time(22), holidays=True)) == []


def test_an_unknown_year_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownYear):
        holiday_name(date(2050, 5, 1))
    (found,) = outside("2050-05-04T09:00", "2050-05-04T10:00")
    assert found[2] == "unknown-year"


def test_the_calendar_is_handed_in() -> None:
    found = outside_window((ms("2026-11-24T09:00"), ms("2026-11-24T10:00")), DAY, SHANGHAI, lambda _: "节")
    assert found == (Outside(ms("2026-11-24T09:00"), ms("2026-11-24T10:00"), "holiday", "节"),)
