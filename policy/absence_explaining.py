"""Who may explain missing footage of a device, who may approve it, and what an approved explanation answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evidence.errors import Forbidden
from policy.absences import Absence
from policy.explaining import (
    Person,
    Standing,
    State,
    require_listed_approver,
    require_listed_explainer,
    require_second,
    standing_by,
)
from policy.item_list import MissingRules


@dataclass(frozen=True, slots=True)
class AbsenceExplanation:
    """What somebody said about one absence."""

    id: str
    kind: str
    device: str | None
    officer: str | None
    about: str
    start_ms: int
    end_ms: int
    by: str
    state: State = "waiting"


def answers(explanation: AbsenceExplanation, absence: Absence) -> bool:
    """It speaks of this absence. A hole of which some files were found since is answered as well: it only shrank."""
    if (explanation.kind, explanation.device) != (absence.kind, absence.device):
        return False
    if absence.numbers is None:
        return explanation.about == absence.about
    said = _numbers(explanation.about)
    within = said[0] <= absence.numbers[0] and absence.numbers[1] <= said[1]
    # The same numbers come again after a device was formatted. A corrected time moves a span and is the same hole.
    touching = explanation.start_ms <= absence.end_ms and absence.start_ms <= explanation.end_ms
    return within and touching


def _numbers(about: str) -> tuple[int, int]:
    first, _, last = about.partition("-")
    return int(first), int(last or first)


def state_of(absence: Absence, explanations: Iterable[AbsenceExplanation]) -> Standing:
    """As with findings of a case."""
    return standing_by([each.state for each in explanations if answers(each, absence)])


def require_explainer(person: Person, rules: MissingRules) -> None:
    """Raises Forbidden for whom the item list does not name."""
    require_listed_explainer(person, rules.explained_by)


def require_approver(person: Person, explanation: AbsenceExplanation, rules: MissingRules) -> None:
    """Raises Forbidden unless this is a second person, whom it does not concern, with a role that the list names."""
    require_second(person, explanation.by)
    if person.account == explanation.officer:
        raise Forbidden("This is about your own camera: somebody else must decide.")
    require_listed_approver(person, rules.approved_by)
