"""Statutory holidays of the People's Republic of China. Only home of chinesecalendar."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

import chinese_calendar


class UnknownYear(Exception):
    """The calendar of that year was not yet announced when this version was made."""


def edition() -> str:
    """Which calendar this is: another may judge a day otherwise."""
    return version("chinesecalendar")


def holiday_name(day: date) -> str | None:
    """The holiday's name, or None; days off in lieu count, plain weekends do not. Raises UnknownYear."""
    try:
        free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError as error:
        raise UnknownYear(str(day.year)) from error
    return str(name) if free and name else None
