"""How long an open finding may wait, and whom it is brought before when it does. Pure.

An explanation is due so long after the finding was first seen open, or after an explanation was sent back; a decision
so long after the explanation. Before that comes a reminder; after it, one role after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from evidence.concern_entries import Step

STEPS: tuple[Step, ...] = get_args(Step)
Urgency = Literal["in-time", "soon", "overdue"]
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class DeadlineTerms:
    """What the item list says."""

    explain_ms: int
    approve_ms: int
    remind_ms: int  # before the deadline
    escalate_ms: int  # from one role to the next


@dataclass(frozen=True, slots=True)
class Stand:
    """How a finding stands. `explained_ms`: when the explanation that waits for a decision was given; `rejected_ms`:
    when the latest one was sent back; `step`: the latest that was taken."""

    opened_ms: int
    explained_ms: int | None = None
    rejected_ms: int | None = None
    step: Step | None = None


def due_ms(stand: Stand, terms: DeadlineTerms) -> int:
    """The deadline that counts now."""
    if stand.explained_ms is not None:
        return stand.explained_ms + terms.approve_ms
    return max(stand.opened_ms, stand.rejected_ms or 0) + terms.explain_ms


def urgency(stand: Stand, terms: DeadlineTerms, now_ms: int) -> Urgency:
    due = due_ms(stand, terms)
    if now_ms >= due:
        return "overdue"
    return "soon" if now_ms >= due - terms.remind_ms else "in-time"


def steps_due(stand: Stand, terms: DeadlineTerms, now_ms: int) -> tuple[Step, ...]:
    """The steps to be taken now, in order. None is taken twice, and none is left out, however late anybody looks."""
    due = due_ms(stand, terms)
    times = {"reminder": due - terms.remind_ms}
    times |= {step: due + n * terms.escalate_ms for n, step in enumerate(STEPS[1:])}
    taken = -1 if stand.step is None else STEPS.index(stand.step)
    return tuple(step for n, step in enumerate(STEPS) if n > taken and times[step] <= now_ms)


def steps_for(roles: Iterable[str]) -> frozenset[Step]:
    """The steps that ask something of an account with these roles: who answers for a finding from the reminder on, the
    legal office and oversight from the step that brings it before them."""
    held = set(roles)
    asked: set[Step] = set()
    if held & {"officer", "supervisor", "custodian"}:
        asked |= set(STEPS)
    if "legal" in held:
        asked |= {"legal", "oversight"}
    if "oversight" in held:
        asked.add("oversight")
    return frozenset(asked)
