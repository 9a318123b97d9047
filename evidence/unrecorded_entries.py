"""Ledger entries about activities that must be recorded, go on in a room, and are not being recorded."""

from __future__ import annotations

from typing import Literal

from evidence.case_entries import ActivityId, CaseId
from evidence.entry import Entry
from evidence.sittings import AlarmId


class ActivityUnrecorded(Entry, frozen=True, kw_only=True, tag="activity.unrecorded"):
    """An alarm: no channel of the room records."""

    alarm: AlarmId
    case: CaseId
    activity: ActivityId
    room: str
    since_at: str  # since when, as the server saw it
    detail: str  # why no channel records, in words


class ActivityUnrecordedOver(Entry, frozen=True, kw_only=True, tag="activity.unrecorded-over"):
    alarm: AlarmId
    reason: Literal["recorded", "ended", "restart"]  # restart: what still holds is raised anew


UnrecordedEntry = ActivityUnrecorded | ActivityUnrecordedOver
