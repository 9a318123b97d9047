from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.bay_state import BayFacts, Speed, state_of

FINISHED = BayFacts(present=True, n_files=2, n_done=2, n_growing=0, trouble=None, earlier=None, stage="idle")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (FINISHED, "safe"),
        (replace(FINISHED, n_done=1), "waiting"),
        (replace(FINISHED, n_done=1, n_growing=1), "waiting"),
        (replace(FINISHED, n_files=0, n_done=0), "empty"),
        (replace(FINISHED, present=False), "absent"),
        (replace(FINISHED, stage="copying"), "copying"),
        (replace(FINISHED, stage="sealing", trouble="x"), "sealing"),
        (replace(FINISHED, trouble="x"), "attention"),
        (replace(FINISHED, present=False, trouble="x"), "attention"),
        (replace(FINISHED, earlier="x"), "safe"),
        (replace(FINISHED, n_files=0, n_done=0, earlier="x"), "attention"),
        (replace(FINISHED, present=False, n_files=0, n_done=0, earlier="x"), "attention"),
    ],
)
def test_the_state_of_a_bay(facts: BayFacts, state: str) -> None:
    assert state_of(facts)[0] == state


def test_green_only_when_all_is_done() -> None:
    for done in range(2):
        assert state_of(replace(FINISHED, n_done=done))[0] != "safe"


def test_speed_is_that_of_the_last_seconds() -> None:
    speed = Speed()
    assert speed.bytes_per_s() == 0
    for second in range(10):
        speed.note(second, second * 1000)
    assert speed.bytes_per_s() == 1000
    for second in range(10, 20):
        speed.note(second, 9000 + (second - 9) * 5000)
    assert speed.bytes_per_s() == 5000
