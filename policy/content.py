"""Flaws in what was recorded: footage that is there and shows or says nothing. Pure: observations in, spans out.

A flaw begins with the first look that shows it and ends with the first that does not, so it is exact to the distance
of two looks (about two seconds). Thresholds belong to the item list; these defaults are measured on generated footage
(`./dev bench content`) and explained with pictures in docs/reference/content-flaws.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from evidence.media.observations import Observations

FlawKind = Literal[
    "black", "dark", "covered", "blurred", "frozen", "turned-away", "mosaic", "muted", "silent", "masked-sound"
]
PICTURE: tuple[FlawKind, ...] = ("black", "dark", "covered", "blurred", "frozen", "turned-away", "mosaic")
SOUND: tuple[FlawKind, ...] = ("muted", "silent", "masked-sound")


class ContentRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds; luma 0 to 255, sound in dBFS. `least_s`: shorter flaws are passed over."""

    least_s: float = 4.0
    black_mean: float = 16.0
    black_deviation: float = 8.0
    dark_mean: float = 30.0
    dark_deviation: float = 16.0
    covered_deviation: float = 14.0
    covered_detail: float = 12.0
    blurred_share: float = 0.15  # of the detail that the recording usually has
    frozen_change: float = 2.0
    black_likeness: float = 0.3  # a dark picture is still like the bright one, a capped lens is like nothing
    turned_likeness: float = 0.8
    fixed_view: bool = False  # a camera on a wall: turning away is a flaw only there
    mosaic_share: float = 0.3
    muted_db: float = -90.0
    silent_db: float = -55.0
    tone_share: float = 0.85
    tone_db: float = -45.0


@dataclass(frozen=True, slots=True)
class Flaw:
    """Half-open, in milliseconds of the recording's presentation time."""

    kind: FlawKind
    start_ms: int
    end_ms: int


def flaws(seen: Observations, rules: ContentRules, duration_ms: int) -> tuple[Flaw, ...]:
    """All flaws of a recording, by kind and time. One look shows one flaw of the picture at most, the plainest."""
    found: list[Flaw] = []
    looks, sounds = seen.looks, seen.sounds
    taken = np.zeros(len(looks), np.bool_)
    for kind, shown in _picture(looks, rules):
        found += _spans(kind, shown & ~taken, looks["at_ms"], duration_ms, rules)
        taken |= shown
    taken = np.zeros(len(sounds), np.bool_)
    for kind, heard in _sound(sounds, rules):
        found += _spans(kind, heard & ~taken, sounds["at_ms"], duration_ms, rules)
        taken |= heard
    return tuple(found)


def _picture(looks: NDArray[Any], rules: ContentRules) -> list[tuple[FlawKind, NDArray[np.bool_]]]:
    """Plainest first."""
    mean, deviation, detail = looks["mean"], looks["deviation"], looks["detail"]
    black = (mean < rules.black_mean) & (deviation < rules.black_deviation)
    black &= looks["likeness"] < rules.black_likeness
    dark = (mean < rules.dark_mean) & (deviation < rules.dark_deviation)
    covered = (deviation < rules.covered_deviation) & (detail < rules.covered_detail)
    plain = detail[~(black | dark | covered)]
    usual = _median(plain) if len(plain) else 0.0
    blurred = detail < usual * rules.blurred_share
    turned = looks["likeness"] < rules.turned_likeness if rules.fixed_view else np.zeros(len(looks), np.bool_)
    return [
        ("black", black),
        ("dark", dark),
        ("covered", covered),
        ("mosaic", looks["mosaic"] > rules.mosaic_share),
        ("frozen", _still(looks["change"], rules)),
        ("blurred", blurred),
        ("turned-away", turned),
    ]


def _median(values: NDArray[np.float32]) -> float:
    """NumPy's own imports its masked arrays when it is first asked, which takes longer than judging a case."""
    ordered, middle = np.sort(values), len(values) // 2
    return float((ordered[(len(values) - 1) // 2] + ordered[middle]) / 2)


def _still(change: NDArray[np.float32], rules: ContentRules) -> NDArray[np.bool_]:
    """A look that is like the one before is still, and so is the one before: it was frozen from there on."""
    with np.errstate(invalid="ignore"):
        still = change < rules.frozen_change
    still[:-1] |= still[1:]
    return np.asarray(still, np.bool_)


def _sound(sounds: NDArray[Any], rules: ContentRules) -> list[tuple[FlawKind, NDArray[np.bool_]]]:
    masked = (sounds["tone"] > rules.tone_share) & (sounds["rms_db"] > rules.tone_db)
    return [
        ("muted", sounds["peak_db"] < rules.muted_db),
        ("masked-sound", masked),
        ("silent", sounds["rms_db"] < rules.silent_db),
    ]


def _spans(
    kind: FlawKind, shown: NDArray[np.bool_], at_ms: NDArray[np.uint32], duration_ms: int, rules: ContentRules
) -> list[Flaw]:
    """Runs of looks that show the flaw, each until the look behind it."""
    if not shown.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], shown, [False])).astype(np.int8)))
    ends = np.append(at_ms.astype(np.int64), max(duration_ms, int(at_ms[-1])))
    found = [Flaw(kind, int(ends[first]), int(ends[stop])) for first, stop in edges.reshape(-1, 2)]
    return [flaw for flaw in found if flaw.end_ms - flaw.start_ms >= rules.least_s * 1000]
