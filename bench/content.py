"""Content flaws on generated footage with known truth: are they found, and nothing else; and how fast.

A true flaw of 10 s or more counts as found if a found one of its kind covers 70 % of it; a found flaw of 10 s or more
counts as right if it overlaps a true one of its kind.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bench.figures import Figure
from evidence.clock import SystemClock
from evidence.media.flawed_specimens import FlawAt, Scene, make_flawed
from evidence.media.long_specimens import make_large
from evidence.media.observations import Observations
from evidence.media.observing import observe
from policy.content import PICTURE, SOUND, ContentRules, Flaw, flaws

_SECONDS = 240
_SCENES: tuple[Scene, ...] = ("street", "room", "dim-room", "street", "room", "dim-room")
_LONG_S = 600


def measure() -> list[Figure]:
    """Twelve clips of four minutes, and ten minutes of 1080p for the speed."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        place = Path(name)
        found_right, found, true_found, true, missed = 0, 0, 0, 0, []
        for number, scene in enumerate(_SCENES):
            for half, kinds in enumerate((PICTURE, SOUND)):
                truth = _plan(kinds, scene, seed=10 * number + half)
                seen = _observed(place, scene, truth, seed=number)
                rules = _rules(scene)
                said = [f for f in flaws(seen, rules, _SECONDS * 1000) if f.end_ms - f.start_ms >= 10_000]
                said = [f for f in said if f.kind in kinds]
                right = [f for f in said if any(_overlap_s(f, t) > 0 for t in truth if t.kind == f.kind)]
                hit = [t for t in truth if _covered_s(t, said) >= 0.7 * (t.end_s - t.start_s)]
                found_right, found = found_right + len(right), found + len(said)
                true_found, true = true_found + len(hit), true + len(truth)
                missed += [f"{scene}: {t.kind}" for t in truth if t not in hit]
                missed += [f"{scene}: {f.kind} invented" for f in said if f not in right]
        speed = _speed(place)
    precision, recall = found_right / max(1, found), true_found / true
    note = f"{true} true flaws; " + ("; ".join(missed) or "none missed, none invented")
    return [
        Figure("Content flaws: precision", "share", "≥ 0.95", precision, met=precision >= 0.95, note=note),
        Figure("Content flaws: recall", "share", "≥ 0.95", recall, met=recall >= 0.95),
        Figure("Observing 1080p, one core", "x real time", "≥ 60", speed, met=speed >= 60),
    ]


def _rules(scene: Scene) -> ContentRules:
    """A street is filmed by a body camera, which turns all the time."""
    return ContentRules(fixed_view=scene != "street")


def _plan(kinds: tuple[str, ...], scene: Scene, seed: int) -> tuple[FlawAt, ...]:
    """Every kind once, 10 to 25 s long, in a random order with rest between them."""
    random = np.random.default_rng(seed)
    wanted = [kind for kind in kinds if scene != "street" or kind != "turned-away"]
    slot_s = (_SECONDS - 20) / len(wanted)
    plan = []
    for n, kind in enumerate(random.permutation(wanted)):
        length_s = float(random.uniform(10, min(25, slot_s - 6)))
        start_s = 12 + n * slot_s + float(random.uniform(0, slot_s - length_s - 5))
        plan.append(FlawAt(str(kind), round(start_s, 1), round(start_s + length_s, 1)))
    return tuple(plan)


def _observed(place: Path, scene: Scene, truth: tuple[FlawAt, ...], seed: int) -> Observations:
    out = place / "observations"
    observe(make_flawed(place / "flawed.mp4", scene, _SECONDS, truth, seed=seed), out, lambda _done: None)
    return Observations.from_bytes(out.read_bytes())


def _overlap_s(flaw: Flaw, truth: FlawAt) -> float:
    return min(flaw.end_ms / 1000, truth.end_s) - max(flaw.start_ms / 1000, truth.start_s)


def _covered_s(truth: FlawAt, said: list[Flaw]) -> float:
    return sum(max(0.0, _overlap_s(flaw, truth)) for flaw in said if flaw.kind == truth.kind)


def _speed(place: Path) -> float:
    path = make_large(place / "long.mp4", seconds=_LONG_S, width=1920, height=1080, bitrate=6_000_000)
    clock = SystemClock()
    observe(path, place / "warm", lambda _done: None)
    began_s = clock.monotonic_s()
    observe(path, place / "out", lambda _done: None)
    return _LONG_S / (clock.monotonic_s() - began_s)
