"""Closing, archiving and reopening a case. Promise I5 is kept here: judged in the transaction that writes the entry."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.catalog.handover_rows import HANDED_OVER, handovers_of
from evidence.errors import CaseBlocked, Conflict
from player.cases.changes import Asking, require_file
from player.cases.judging import Judged, judge
from player.cases.looking import looked_at
from policy.explaining import answers
from policy.finding_words import in_words


@dataclass(frozen=True, slots=True)
class Whole:
    """What an entry says that ends a case: by which lists it was judged, and on which explanations that rests."""

    items: str
    judged_by: tuple[str, ...]
    explanations: tuple[ce.ExplanationId, ...]


def require_whole(connection: Connection, judged: Judged, asking: Asking) -> Whole:
    """Whatever ends a case comes by here: closing, archiving, handing over. Raises CaseBlocked with every finding that
    is open, and with all footage that is still being looked through: what is found there may be a finding."""
    found = (in_words(each, judged.rules_of(each.activity).items, judged.rules.zone) for each in judged.open)
    waits = looked_at(connection, judged, asking.measured_to)
    if judged.open or waits:
        raise CaseBlocked(
            tuple((words.zh, words.en) for words in found), tuple((words.zh, words.en) for words in waits)
        )
    return Whole(judged.report.version, judged.versions, _relied_on(judged))


def close_case(connection: Connection, case: str, note: str, asking: Asking) -> ce.CaseClosed:
    """Raises Conflict unless it is open, and CaseBlocked."""
    judged = judge(connection, case, asking.rules)
    if judged.file.case.state != "open":
        raise Conflict("The case is closed already.")
    whole = require_whole(connection, judged, asking)
    return ce.CaseClosed(
        at=asking.at,
        case=ce.CaseId(case),
        items=whole.items,
        explanations=whole.explanations,
        note=note,
        by=asking.person.account,
        judged_by=whole.judged_by,
        v=2,
    )


def archive_case(connection: Connection, case: str, note: str, asking: Asking) -> ce.CaseArchived:
    """Judged again: footage may have been rejected or its time corrected since it was closed."""
    judged = judge(connection, case, asking.rules)
    if judged.file.case.state != "closed":
        raise Conflict("Only a closed case can be archived.")
    whole = require_whole(connection, judged, asking)
    return ce.CaseArchived(
        at=asking.at,
        case=ce.CaseId(case),
        items=whole.items,
        explanations=whole.explanations,
        note=note,
        by=asking.person.account,
        judged_by=whole.judged_by,
        v=2,
    )


def reopen_case(connection: Connection, case: str, reason: str, asking: Asking) -> ce.CaseReopened:
    """A closed case; or one that was handed over, to be supplemented: what is handed over stays so. Raises Conflict:
    what is archived stays so."""
    state = require_file(connection, case).case.state
    if state == HANDED_OVER and handovers_of(connection, case)[-1].before == "archived":
        raise Conflict("The case was archived before it was handed over: it cannot be reopened.")
    if state not in ("closed", HANDED_OVER):
        raise Conflict("Only a closed case can be reopened.")
    return ce.CaseReopened(at=asking.at, case=ce.CaseId(case), reason=reason, by=asking.person.account)


def _relied_on(judged: Judged) -> tuple[ce.ExplanationId, ...]:
    """The approved explanations without which a finding would be open."""
    approved = [each for each in judged.explanations if each.state == "approved"]
    used = {each.id for each in approved for finding in judged.report.findings if answers(each, finding)}
    return tuple(ce.ExplanationId(each.id) for each in approved if each.id in used)
