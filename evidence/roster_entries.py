"""Ledger entries about who was on duty when, with which device (排班)."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from typing import NewType

from evidence.entry import Entry

ShiftId = NewType("ShiftId", str)  # "j" + 26, follows from what it says


def shift_id(officer: str, device: str | None, start_at: str, end_at: str) -> ShiftId:
    """The same shift again has the same id: it is entered once."""
    digest = hashlib.sha256(f"mediad/shift\n{officer}\n{device or ''}\n{start_at}\n{end_at}".encode()).digest()
    return ShiftId("j" + b32encode(digest)[:26].decode().lower())


class ShiftRostered(Entry, frozen=True, kw_only=True, tag="shift.rostered"):
    shift: ShiftId
    officer: str
    device: str | None
    unit: str | None
    start_at: str  # half-open
    end_at: str
    by: str


class ShiftWithdrawn(Entry, frozen=True, kw_only=True, tag="shift.withdrawn"):
    """It did not take place; entered again, it stands again."""

    shift: ShiftId
    reason: str
    by: str


class ShiftCorrected(Entry, frozen=True, kw_only=True, tag="shift.corrected"):
    """It was another than was said: `shift` stands no more, `instead` does. The same id where only the unit was
    wrong."""

    shift: ShiftId
    instead: ShiftId
    officer: str
    device: str | None
    unit: str | None
    start_at: str  # half-open
    end_at: str
    reason: str
    by: str


RosterEntry = ShiftRostered | ShiftWithdrawn | ShiftCorrected
