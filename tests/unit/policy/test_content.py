"""Flaws from observations: spans, thresholds, precedence. Numbers only; real pictures are in tests/integration."""

from __future__ import annotations

import numpy as np
import pytest

from evidence.media.observations import LOOK, SOUND, Observations
from policy.content import ContentRules, Flaw, flaws

USUAL = (120.0, 40.0, 900.0, 50.0, 0.95, 0.08)
SHOWN = {
    "black": (1.5, 0.5, 1.4, 1.0, 0.0, 0.6),
    "dark": (10.0, 3.5, 9.0, 6.0, 0.9, 0.1),
    "covered": (73.0, 6.0, 1.0, 2.0, 0.05, 0.2),
    "blurred": (119.0, 30.0, 5.0, 60.0, 0.93, 0.13),
    "frozen": (120.0, 40.0, 900.0, 0.1, 0.95, 0.09),
    "mosaic": (119.0, 35.0, 480.0, 90.0, 0.93, 0.65),
    "turned-away": (160.0, 49.0, 960.0, 117.0, 0.7, 0.05),
}
HEARD = {"muted": (-100.0, -100.0, 0.0), "silent": (-66.0, -54.0, 0.01), "masked-sound": (-13.0, -10.0, 0.99)}


def looks(kinds: list[str]) -> Observations:
    rows = [(2000 * n, *SHOWN.get(kind, USUAL)) for n, kind in enumerate(kinds)]
    return Observations(np.array(rows, LOOK), np.array([], SOUND))


@pytest.mark.parametrize("kind", sorted(SHOWN))
def test_each_flaw_of_the_picture_is_told_from_the_others(kind: str) -> None:
    seen = looks([""] * 10 + [kind] * 6 + [""] * 10)
    rules = ContentRules(fixed_view=True)
    # A frozen picture is known at its second look, and was frozen from the first.
    start_ms = 18_000 if kind == "frozen" else 20_000
    assert flaws(seen, rules, 52_000) == (Flaw(kind, start_ms, 32_000),)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sorted(HEARD))
def test_each_flaw_of_the_sound(kind: str) -> None:
    rows = [(1000 * n, *(HEARD[kind] if 20 <= n < 35 else (-25.0, -10.0, 0.2))) for n in range(60)]
    seen = Observations(np.array([], LOOK), np.array(rows, SOUND))
    assert flaws(seen, ContentRules(), 60_000) == (Flaw(kind, 20_000, 35_000),)  # type: ignore[arg-type]


def test_a_flaw_until_the_end_ends_with_the_recording() -> None:
    assert flaws(looks([""] * 5 + ["black"] * 5), ContentRules(), 21_500) == (Flaw("black", 10_000, 21_500),)


def test_short_flaws_are_passed_over_and_body_cameras_may_turn() -> None:
    assert flaws(looks([""] * 5 + ["black"] + [""] * 5), ContentRules(), 22_000) == ()
    assert flaws(looks([""] * 5 + ["turned-away"] * 5), ContentRules(), 20_000) == ()


def test_nothing_seen_is_no_flaw() -> None:
    assert flaws(Observations(np.array([], LOOK), np.array([], SOUND)), ContentRules(), 5_000) == ()
