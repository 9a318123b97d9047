"""Who answers for missing footage, and what an approved explanation answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.errors import Forbidden
from policy.absence_explaining import (
    AbsenceExplanation,
    answers,
    require_approver,
    require_explainer,
    state_of,
)
from policy.absences import Absence
from policy.explaining import Person
from policy.item_list import MissingRules

RULES = MissingRules()
HOLE = Absence("number-hole", "D1", "P-1", "u1", "4-6", 1000, 9000, 9000, numbers=(4, 6))
SAID = AbsenceExplanation("x1", "number-hole", "D1", "P-1", "4-6", 1000, 9000, "keeper")


def test_a_hole_that_shrank_or_moved_is_answered_and_one_that_grew_is_not() -> None:
    assert answers(SAID, HOLE)
    assert answers(SAID, replace(HOLE, about="5", numbers=(5, 5), start_ms=3000, end_ms=9100))
    assert not answers(SAID, replace(HOLE, about="4-7", numbers=(4, 7)))
    assert not answers(SAID, replace(HOLE, device="D2"))
    assert not answers(SAID, replace(HOLE, start_ms=90_000, end_ms=99_000)), "the same numbers of another run"


def test_states() -> None:
    assert state_of(HOLE, ()) == "open" and state_of(HOLE, (SAID,)) == "waiting"
    rejected, approved = replace(SAID, state="rejected"), replace(SAID, state="approved")
    assert state_of(HOLE, (rejected,)) == "rejected" and state_of(HOLE, (rejected, approved)) == "answered"
    late = replace(SAID, kind="late-hand-in", about="r1")
    assert state_of(HOLE, (late,)) == "open"


@pytest.mark.parametrize("who", ["keeper", "P-1", "watch"])
def test_nobody_decides_alone_or_about_the_own_camera_or_without_the_role(who: str) -> None:
    roles = ("oversight",) if who == "watch" else ("supervisor", "custodian")
    with pytest.raises(Forbidden):
        require_approver(Person(who, roles), SAID, RULES)
    require_approver(Person("boss", ("supervisor",)), SAID, RULES)


def test_who_explains() -> None:
    require_explainer(Person("k", ("custodian",)), RULES)
    with pytest.raises(Forbidden):
        require_explainer(Person("l", ("legal", "oversight")), RULES)
