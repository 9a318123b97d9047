"""The demonstration's shift roster, as data: the week around the end of the shift. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from evidence.clock import to_text
from evidence.roster_entries import RosterEntry, ShiftRostered, ShiftWithdrawn, shift_id
from mediad.demo.shift import UNIT, Clip

_LENGTH = timedelta(hours=8)
# Days from the shift's end; nobody is on duty every day.
_DAYS = {"张伟": (-3, -2, -1, 0, 1), "李娜": (-3, -1, 0, 2), "王建国": (-2, 0, 1)}
_UNITS = {"张伟": UNIT, "李娜": UNIT, "王建国": "水政监察二中队"}


def roster_of(clips: tuple[Clip, ...], end_of_shift: datetime) -> tuple[RosterEntry, ...]:
    """Shifts of today, of days before, which nobody recorded, and ahead; one of them was taken back."""
    ended = end_of_shift.replace(second=0, microsecond=0) + timedelta(minutes=1)
    devices = {clip.officer: clip.device for clip in clips}
    shifts = tuple(
        _shift(officer, devices.get(officer) if day == 0 else None, ended + timedelta(days=day), end_of_shift)
        for officer, days in _DAYS.items()
        for day in days
    )
    return (*shifts, ShiftWithdrawn(at=to_text(end_of_shift), shift=shifts[0].shift, reason="当日请假", by="chen"))


def _shift(officer: str, device: str | None, end: datetime, now: datetime) -> ShiftRostered:
    start_at, end_at = to_text(end - _LENGTH), to_text(end)
    return ShiftRostered(
        at=to_text(now),
        shift=shift_id(officer, device, start_at, end_at),
        officer=officer,
        device=device,
        unit=_UNITS[officer],
        start_at=start_at,
        end_at=end_at,
        by="chen",
    )
