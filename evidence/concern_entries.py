"""Ledger entries about how long an open finding has waited: when it was first seen open, whom it was brought before
since, and when it was open no more. Each step of a concern is entered once.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Literal, NewType

from evidence.case_entries import ActivityId, CaseId
from evidence.entry import Entry

ConcernId = NewType("ConcernId", str)  # "w" + 26 random base32 characters
# A reminder before the time is up; then one role after the other.
Step = Literal["reminder", "supervisor", "legal", "oversight"]


def new_concern_id() -> ConcernId:
    return ConcernId("w" + b32encode(secrets.token_bytes(17)).decode().lower()[:26])


class ConcernOpened(Entry, frozen=True, kw_only=True, tag="concern.opened"):
    """A finding that must be explained was seen open. Its span is left out: it is the same concern when that moves."""

    concern: ConcernId
    case: CaseId | None  # None: missing footage of a device
    activity: ActivityId | None
    device: str | None
    officer: str | None
    unit: str | None
    kind: str
    about: str


class ConcernRaised(Entry, frozen=True, kw_only=True, tag="concern.raised"):
    """It was brought before somebody: a reminder, or the next role after the deadline."""

    concern: ConcernId
    step: Step
    due_at: str  # the deadline that it is about
    waits_for: Literal["explanation", "decision"]


class ConcernSettled(Entry, frozen=True, kw_only=True, tag="concern.settled"):
    """It is open no more: explained and approved, or what was missing is there. Opened again, it is another one."""

    concern: ConcernId


ConcernEntry = ConcernOpened | ConcernRaised | ConcernSettled
