"""Closing, archiving and reopening a case. Promise I5 is kept here: judged in the transaction that writes the entry."""

from __future__ import annotations

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.errors import CaseBlocked, Conflict
from player.cases.changes import Asking, require_file
from player.cases.judging import Judged, judge
from policy.explaining import answers
from policy.finding_words import in_words


def close_case(connection: Connection, case: str, note: str, asking: Asking) -> ce.CaseClosed:
    """Raises Conflict unless it is open, and CaseBlocked with every finding that is open."""
    judged = judge(connection, case, asking.rules)
    if judged.file.case.state != "open":
        raise Conflict("The case is closed already.")
    _require_whole(judged, asking)
    return ce.CaseClosed(
        at=asking.at,
        case=ce.CaseId(case),
        items=judged.report.version,
        explanations=_relied_on(judged),
        note=note,
        by=asking.person.account,
    )


def archive_case(connection: Connection, case: str, note: str, asking: Asking) -> ce.CaseArchived:
    """Judged again: footage may have been rejected or its time corrected since it was closed."""
    judged = judge(connection, case, asking.rules)
    if judged.file.case.state != "closed":
        raise Conflict("Only a closed case can be archived.")
    _require_whole(judged, asking)
    return ce.CaseArchived(
        at=asking.at,
        case=ce.CaseId(case),
        items=judged.report.version,
        explanations=_relied_on(judged),
        note=note,
        by=asking.person.account,
    )


def reopen_case(connection: Connection, case: str, reason: str, asking: Asking) -> ce.CaseReopened:
    """Raises Conflict unless it is closed; what is archived stays so."""
    if require_file(connection, case).case.state != "closed":
        raise Conflict("Only a closed case can be reopened.")
    return ce.CaseReopened(at=asking.at, case=ce.CaseId(case), reason=reason, by=asking.person.account)


def _require_whole(judged: Judged, asking: Asking) -> None:
    if judged.open:
        said = (in_words(finding, asking.rules.items, asking.rules.zone) for finding in judged.open)
        raise CaseBlocked(tuple((words.zh, words.en) for words in said))


def _relied_on(judged: Judged) -> tuple[ce.ExplanationId, ...]:
    """The approved explanations without which a finding would be open."""
    approved = [each for each in judged.explanations if each.state == "approved"]
    used = {each.id for each in approved for finding in judged.report.findings if answers(each, finding)}
    return tuple(ce.ExplanationId(each.id) for each in approved if each.id in used)
