"""Closing, archiving and reopening a case. Promise I5 is kept here: judged in the transaction that writes the entry."""

from __future__ import annotations

from typing import Any

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
    return ce.CaseClosed(**_ending(judged, note, asking))


def archive_case(connection: Connection, case: str, note: str, asking: Asking) -> ce.CaseArchived:
    """Judged again: footage may have been rejected or its time corrected since it was closed."""
    judged = judge(connection, case, asking.rules)
    if judged.file.case.state != "closed":
        raise Conflict("Only a closed case can be archived.")
    return ce.CaseArchived(**_ending(judged, note, asking))


def reopen_case(connection: Connection, case: str, reason: str, asking: Asking) -> ce.CaseReopened:
    """Raises Conflict unless it is closed; what is archived stays so."""
    if require_file(connection, case).case.state != "closed":
        raise Conflict("Only a closed case can be reopened.")
    return ce.CaseReopened(at=asking.at, case=ce.CaseId(case), reason=reason, by=asking.person.account)


def _ending(judged: Judged, note: str, asking: Asking) -> dict[str, Any]:
    """What closing and archiving say, of a case that is whole. Raises CaseBlocked."""
    if judged.open:
        said = (in_words(each, judged.rules_of(each.activity).items, judged.rules.zone) for each in judged.open)
        raise CaseBlocked(tuple((words.zh, words.en) for words in said))
    return {
        "at": asking.at,
        "case": ce.CaseId(judged.file.case.id),
        "items": judged.report.version,
        "explanations": _relied_on(judged),
        "note": note,
        "by": asking.person.account,
        "judged_by": judged.versions,
        "v": 2,
    }


def _relied_on(judged: Judged) -> tuple[ce.ExplanationId, ...]:
    """The approved explanations without which a finding would be open."""
    approved = [each for each in judged.explanations if each.state == "approved"]
    used = {each.id for each in approved for finding in judged.report.findings if answers(each, finding)}
    return tuple(ce.ExplanationId(each.id) for each in approved if each.id in used)
