"""Handing a case over to another authority (移送), and what became of it there. Decided in the transaction that writes.

A case may be handed over while it is open, closed or archived; it is judged as for closing, by the same function.
Until the authority says what became of it, its footage is kept as that of an open case (`policy.retention`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import handover_entries as he
from evidence.case_entries import CaseId, ClipId
from evidence.catalog.case_file import CaseFile
from evidence.catalog.handover_rows import HANDED_OVER, HandoverRow, handovers_of
from evidence.catalog.retention_facts import sat_recordings
from evidence.catalog.retention_queries import destroyed_at
from evidence.errors import Conflict, NotFound
from evidence.records import RecordingId
from player.cases.changes import Asking
from player.cases.closing import require_whole
from player.cases.judging import judge


@dataclass(frozen=True, slots=True)
class HandoverWords:
    """What is said about handing a case over."""

    to: he.Authority
    number: str
    approver: str
    note: str


@dataclass(frozen=True, slots=True)
class Belongings:
    """What goes with a case."""

    recordings: tuple[str, ...]  # that are there
    destroyed: tuple[str, ...]
    clips: tuple[str, ...]


def belongings(connection: Connection, file: CaseFile) -> Belongings:
    """What a person confirmed for it, what its clips are cut from, and what was recorded in its sittings."""
    said = {each.recording for each in file.matches if each.verdict == "confirmed"}
    found = said | {each.recording for each in file.clips} | set(sat_recordings(connection, file.case.id))
    gone = destroyed_at(connection, found)
    return Belongings(tuple(sorted(found - gone.keys())), tuple(sorted(gone)), tuple(each.id for each in file.clips))


def hand_over(
    connection: Connection, case: str, handover: str, words: HandoverWords, asking: Asking
) -> he.CaseHandedOver:
    """Raises NotFound, Conflict if it is handed over now, and CaseBlocked as closing does."""
    judged = judge(connection, case, asking.rules)
    if judged.file.case.state == HANDED_OVER:
        raise Conflict(
            "The case is handed over already.", remedy="Enter what became of it, or reopen it to supplement it."
        )
    whole = require_whole(connection, judged, asking)
    belong = belongings(connection, judged.file)
    return he.CaseHandedOver(
        at=asking.at,
        handover=he.HandoverId(handover),
        case=CaseId(case),
        to=words.to,
        number=words.number,
        approver=words.approver,
        note=words.note,
        recordings=tuple(RecordingId(each) for each in belong.recordings),
        destroyed=tuple(RecordingId(each) for each in belong.destroyed),
        clips=tuple(ClipId(each) for each in belong.clips),
        items=whole.items,
        judged_by=whole.judged_by,
        explanations=whole.explanations,
        by=asking.person.account,
    )


def end_handover(
    connection: Connection,
    case: str,
    handover: str,
    outcome: he.Outcome,
    number: str,
    reason: str,
    asking: Asking,
) -> he.HandoverEnded:
    """Raises NotFound, Conflict if that was said before, and CaseBlocked where the case is to be closed by it."""
    known = handovers_of(connection, case)
    found = next((each for each in known if each.id == handover), None)
    if found is None:
        raise NotFound("The case was not handed over like that.")
    if found.outcome is not None:
        raise Conflict("What became of it was entered already.")
    items = None
    judged = judge(connection, case, asking.rules)
    if judged.file.case.state == HANDED_OVER and outcome == "settled" and _closes(found, known):
        items = require_whole(connection, judged, asking).items
    return he.HandoverEnded(
        at=asking.at,
        handover=he.HandoverId(handover),
        case=CaseId(case),
        outcome=outcome,
        number=number,
        reason=reason,
        items=items,
        by=asking.person.account,
    )


def _closes(ended: HandoverRow, known: tuple[HandoverRow, ...]) -> bool:
    """Whether a case that was open before is closed by it: no other authority has it."""
    return ended.before == "open" and all(each.outcome is not None or each is ended for each in known)
