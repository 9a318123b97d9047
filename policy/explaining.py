"""Who may explain a finding and who may approve the explanation, and what an approved one answers. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from evidence.errors import Conflict, Forbidden
from policy.findings import TO_BE_MENDED, Finding
from policy.item_list import Item, ItemList, Judge

State = Literal["waiting", "approved", "rejected"]
# How a finding stands: nobody has answered it; somebody has to decide; it was sent back; it is answered.
Standing = Literal["open", "waiting", "rejected", "answered"]


@dataclass(frozen=True, slots=True)
class Person:
    account: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What somebody said about one finding."""

    id: str
    kind: str
    activity: str | None
    about: str
    start_ms: int
    end_ms: int
    by: str
    state: State = "waiting"


def answers(explanation: Explanation, finding: Finding) -> bool:
    """The explanation speaks of this finding: same kind, activity and thing, and the span is no larger than said."""
    same = (explanation.kind, explanation.activity, explanation.about)
    if same != (finding.kind, finding.activity, finding.about):
        return False
    return explanation.start_ms <= finding.start_ms and finding.end_ms <= explanation.end_ms


def open_findings(findings: Iterable[Finding], explanations: Iterable[Explanation]) -> tuple[Finding, ...]:
    """The findings that no approved explanation answers: what keeps a case from being closed."""
    approved = [each for each in explanations if each.state == "approved"]
    return tuple(f for f in findings if not (f.explainable and any(answers(each, f) for each in approved)))


def standing(finding: Finding, explanations: Iterable[Explanation]) -> Standing:
    """An approved explanation goes before one that waits, and that before one that was rejected."""
    if not finding.explainable:
        return "open"
    return standing_by([each.state for each in explanations if answers(each, finding)])


def standing_by(states: Collection[State]) -> Standing:
    """How something stands by the states of what was said about it; also for missing footage."""
    if "approved" in states:
        return "answered"
    if "waiting" in states:
        return "waiting"
    return "rejected" if states else "open"


def require_explainer(person: Person, finding: Finding, item: Item | None) -> None:
    """Raises Conflict for what must be mended, Forbidden for whom the item list does not name."""
    if finding.kind in TO_BE_MENDED:
        raise Conflict("This cannot be explained away: it must be entered or confirmed.")
    if item is not None:
        require_listed_explainer(person, item.explained_by)


def require_listed_explainer(person: Person, allowed: tuple[Judge, ...]) -> None:
    """Raises Forbidden for whom the item list does not name."""
    if not _has(person, allowed):
        raise Forbidden(f"The item list lets {_list(allowed)} explain this.")


def require_second(person: Person, explained_by: str) -> None:
    """Raises Forbidden for who explained it."""
    if person.account == explained_by:
        raise Forbidden("Who explained a finding cannot approve the explanation: it takes a second person.")


def require_listed_approver(person: Person, allowed: tuple[Judge, ...]) -> None:
    """Raises Forbidden for whom the item list does not name."""
    if not _has(person, allowed):
        raise Forbidden(f"The item list lets {_list(allowed)} decide.")


def require_approver(person: Person, explanation: Explanation, item: Item | None, on_the_case: frozenset[str]) -> None:
    """Raises Forbidden unless this is a second person, not on the case, with a role that the item list names."""
    require_second(person, explanation.by)
    if person.account in on_the_case:
        raise Forbidden("You are on this case: somebody who is not must decide.")
    if item is None:
        return
    allowed, long_ms = item.approved_by, (item.long_gap_s or 0) * 1000
    if (
        item.long_gap_s is not None
        and _is_loss(explanation.kind)
        and explanation.end_ms - explanation.start_ms > long_ms
    ):
        allowed = item.long_gap_approved_by
        if not _has(person, allowed):
            raise Forbidden(f"More than {item.long_gap_s} s are missing: the item list lets {_list(allowed)} decide.")
    require_listed_approver(person, allowed)


def require_lessener(person: Person, items: ItemList, item_code: str, on_the_case: frozenset[str]) -> None:
    """Who may make a case ask for less: shorten or withdraw an activity, lower its item, or take footage's time back.

    As dangerous as an explanation, so it takes the same people. Raises Forbidden.
    """
    if person.account in on_the_case:
        raise Forbidden("This asks for less than before. You are on this case: somebody who is not must do it.")
    item = items.item(item_code)
    allowed = item.approved_by if item is not None else ("supervisor", "legal")
    if not _has(person, allowed):
        raise Forbidden(f"This asks for less than before: the item list lets {_list(allowed)} do it.")


def require_mover(person: Person, on_the_case: frozenset[str]) -> None:
    """Who may give a case to another unit: its supervisor approves from then on, so nobody on the case chooses. Raises
    Forbidden."""
    if person.account in on_the_case or not _has(person, ("supervisor", "legal")):
        raise Forbidden(
            "Another unit would decide about this case: a supervisor or the legal office moves it, and nobody on it."
        )


def _is_loss(kind: str) -> bool:
    return kind in ("gap", "unprovable", "no-footage", "few-views", "no-sound")


def _has(person: Person, roles: tuple[Judge, ...]) -> bool:
    return not set(person.roles).isdisjoint(roles)


def _list(roles: tuple[str, ...]) -> str:
    return ", ".join(roles)
