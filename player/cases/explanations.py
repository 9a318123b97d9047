"""Explaining a finding, and deciding about an explanation. Decided inside the transaction that appends it."""

from __future__ import annotations

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.errors import Conflict, NotFound
from player.cases.changes import Asking, require_open
from player.cases.judging import key_of
from policy.explaining import answers, require_approver, require_explainer


def explain(
    connection: Connection, case: str, explanation: str, key: str, cause: str, statement: str, asking: Asking
) -> ce.FindingExplained:
    """Raises Conflict if there is no such finding now, or it is being explained already; Forbidden."""
    judged = require_open(connection, case, asking.rules)
    finding = next((each for each in judged.open if key_of(each) == key), None)
    if finding is None:
        raise Conflict("There is no such open finding now.", remedy="Load the case again.")
    require_explainer(asking.person, finding, judged.item(finding.activity))
    if any(each.state == "waiting" and answers(each, finding) for each in judged.explanations):
        raise Conflict("An explanation of this finding waits for a decision.")
    return ce.FindingExplained(
        at=asking.at,
        explanation=ce.ExplanationId(explanation),
        case=ce.CaseId(case),
        activity=None if finding.activity is None else ce.ActivityId(finding.activity),
        kind=finding.kind,
        about=finding.about,
        start_ms=finding.start_ms,
        end_ms=finding.end_ms,
        items=judged.rules_of(finding.activity).items.version,
        cause=cause,
        statement=statement,
        by=asking.person.account,
    )


def decide(
    connection: Connection, case: str, explanation: str, approved: bool, note: str, asking: Asking
) -> ce.ExplanationDecided:
    """Raises NotFound, Conflict if it was decided before, Forbidden for who may not."""
    judged = require_open(connection, case, asking.rules)
    found = next((each for each in judged.explanations if each.id == explanation), None)
    if found is None:
        raise NotFound("The case has no such explanation.")
    if found.state != "waiting":
        raise Conflict("This explanation was decided already.")
    require_approver(asking.person, found, judged.item(found.activity), judged.on_the_case)
    return ce.ExplanationDecided(
        at=asking.at,
        explanation=ce.ExplanationId(explanation),
        case=ce.CaseId(case),
        approved=approved,
        note=note,
        by=asking.person.account,
    )
