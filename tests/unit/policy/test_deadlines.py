"""Deadlines: no step is taken twice or left out, whenever anybody looks; and none before its time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policy.deadlines import HOUR_MS, STEPS, DeadlineTerms, Stand, due_ms, steps_due, steps_for, urgency

TERMS = DeadlineTerms(72 * HOUR_MS, 48 * HOUR_MS, 24 * HOUR_MS, 24 * HOUR_MS)
H = HOUR_MS


def test_what_counts_is_the_explanation_that_waits_or_was_sent_back() -> None:
    assert due_ms(Stand(0), TERMS) == 72 * H
    assert due_ms(Stand(0, explained_ms=10 * H), TERMS) == 58 * H
    assert due_ms(Stand(0, rejected_ms=30 * H), TERMS) == 102 * H
    assert due_ms(Stand(0, explained_ms=40 * H, rejected_ms=30 * H), TERMS) == 88 * H


def test_urgency() -> None:
    said = [urgency(Stand(0), TERMS, hour * H) for hour in (0, 47, 48, 71, 72, 900)]
    assert said == ["in-time", "in-time", "soon", "soon", "overdue", "overdue"]


def test_the_ladder() -> None:
    stand = Stand(0)
    assert [steps_due(stand, TERMS, hour * H) for hour in (47, 48, 72)] == [(), ("reminder",), STEPS[:2]]
    assert steps_due(replace(stand, step="supervisor"), TERMS, 96 * H) == ("legal",)
    assert steps_due(replace(stand, step="supervisor"), TERMS, 500 * H) == ("legal", "oversight")
    assert steps_due(replace(stand, step="oversight"), TERMS, 500 * H) == ()
    # Explained in time, and nobody decides.
    assert steps_due(Stand(0, explained_ms=70 * H, step="reminder"), TERMS, 117 * H) == ()
    assert steps_due(Stand(0, explained_ms=70 * H, step="reminder"), TERMS, 118 * H) == ("supervisor",)


@given(st.lists(st.integers(0, 400), max_size=30), st.one_of(st.none(), st.integers(0, 200)))
def test_however_often_anybody_looks_each_step_comes_once_and_in_order(hours: list[int], explained: int | None) -> None:
    stand, taken = Stand(0), []
    for hour in sorted(hours):
        if explained is not None and hour >= explained:
            stand = replace(stand, explained_ms=explained * H)
        steps = steps_due(stand, TERMS, hour * H)
        for step in steps:
            assert hour * H >= due_ms(stand, TERMS) - TERMS.remind_ms
            taken.append(step)
            stand = replace(stand, step=step)
        assert steps_due(stand, TERMS, hour * H) == ()
    assert taken == list(STEPS[: len(taken)])


def test_whom_a_step_asks() -> None:
    assert steps_for(["officer"]) == steps_for(["supervisor", "legal"]) == frozenset(STEPS)
    assert steps_for(["legal"]) == {"legal", "oversight"} and steps_for(["oversight"]) == {"oversight"}
    assert steps_for(["admin"]) == steps_for([]) == frozenset()
