"""Clips: an in and an out of a recording, linked to a case. Decided inside the transaction that appends it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.catalog.case_footage import footage_of
from evidence.errors import Invalid, NotFound
from evidence.records import RecordingId
from player.cases.changes import Asking, require_open


@dataclass(frozen=True, slots=True)
class ClipWords:
    recording: str
    start_ms: int
    end_ms: int
    activity: str | None
    moment: str | None
    note: str


def mark_clip(connection: Connection, case: str, clip: str, words: ClipWords, asking: Asking) -> ce.ClipMarked:
    """Raises NotFound, Invalid, and Conflict if the case is closed."""
    judged = require_open(connection, case, asking.rules)
    found = footage_of(connection, [words.recording])
    if not found:
        raise NotFound("There is no such recording.")
    if not words.start_ms < words.end_ms <= found[0].duration_ms:
        raise Invalid("A clip ends after it begins, and within the recording.")
    if words.activity is not None and judged.file.activity(words.activity) is None:
        raise NotFound("The case has no such activity.")
    if words.moment is not None:
        if words.activity is None:
            raise Invalid("A key moment belongs to an activity.")
        if words.moment not in judged.rules_of(words.activity).items.moments:
            raise Invalid(f"The item list has no key moment {words.moment!r}.")
    return ce.ClipMarked(
        at=asking.at,
        clip=ce.ClipId(clip),
        case=ce.CaseId(case),
        activity=None if words.activity is None else ce.ActivityId(words.activity),
        recording=RecordingId(words.recording),
        start_ms=words.start_ms,
        end_ms=words.end_ms,
        moment=words.moment,
        note=words.note,
        by=asking.person.account,
    )


def withdraw_clip(connection: Connection, case: str, clip: str, reason: str, asking: Asking) -> ce.ClipWithdrawn:
    """Raises NotFound, and Conflict if the case is closed."""
    judged = require_open(connection, case, asking.rules)
    if not any(each.id == clip for each in judged.file.clips):
        raise NotFound("The case has no such clip.")
    return ce.ClipWithdrawn(
        at=asking.at, clip=ce.ClipId(clip), case=ce.CaseId(case), reason=reason, by=asking.person.account
    )
