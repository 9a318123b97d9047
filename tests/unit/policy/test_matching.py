"""Which footage bears on an interval, and how exactly its time is known."""

from __future__ import annotations

import pytest

from policy.item_list import ClockTrust
from policy.matching import Placement, bears_on, placement

TRUST = ClockTrust(device_uncertainty_ms=3000, resolution_ms=1000, mtime_uncertainty_ms=5000)
PLACED = Placement(3000, 1000)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("file-name", Placement(3000, 1000)),
        ("container", Placement(3000, 1000)),
        ("sidecar", Placement(3000, 1000)),
        ("file-mtime", Placement(5000, 0)),
        ("corrected", Placement(250, 0)),
        ("server", Placement(1000, 0)),
        ("receipt", Placement(None, 0)),
        ("unknown", Placement(None, 0)),
    ],
)
def test_where_a_time_comes_from_says_how_far_it_is_trusted(origin: str, expected: Placement) -> None:
    assert placement(origin, 250, TRUST) == expected


def test_footage_bears_on_an_interval_that_it_may_touch() -> None:
    required = (100_000, 200_000)
    assert bears_on(required, (0, 96_001), PLACED, None) and not bears_on(required, (0, 96_000), PLACED, None)
    assert bears_on(required, (202_999, 300_000), PLACED, None)
    assert not bears_on(required, (203_000, 300_000), PLACED, None)
    assert not bears_on(required, required, Placement(None, 0), None)


def test_a_persons_word_goes_first() -> None:
    assert not bears_on((0, 10), (0, 10), PLACED, "rejected")
    assert bears_on((0, 10), (50_000, 60_000), Placement(None, 0), "confirmed")
