"""Reads a code whose squares are hardly larger than a picture's pixels, once it is known about where it is.

OpenCV's decoder wants three pixels to a square. A slate's code has a known form: its corners are moved until the known
parts (finder, timing and alignment patterns, the light border) fit best, each square is sampled, and what its
neighbours blur into it is taken out again. The clean code is then decoded as any other: what is still wrong the code's
own correction mends or refuses, and the signature has the last word. Pure but for the decoder. Runs in a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Real = npt.NDArray[np.floating[Any]]
Squares = npt.NDArray[np.int8]  # (side, side): 1 dark, 0 light

# Versions 4 to 7: without a case number, and with one of up to 60 bytes.
SIDES = (33, 37, 41, 45)
_FINDER = 7
# Of the picture that is sampled, pixels; halved until nothing gains.
_STEPS_PX = (3.0, 1.5, 0.75, 0.4)
_ROUNDS = 4
# Below this much of the way from dark to light the known parts do not fit, and nothing is there.
_LEAST_FIT = 0.25
_UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
_DRAWN_PX = 6
_QUIET = 4
# How often a guess is mended at most, and how often the corners are moved by it.
_MENDINGS = 8
_TRIES = 3
_REFIT_STEPS_PX = (1.0, 0.5)


@dataclass(frozen=True, slots=True)
class _Form:
    """The squares that every code of one size has: where they are and whether they are dark."""

    side: int
    centres: Real  # (side * side, 2) of all squares: x and y, 0 to 1 within the code
    sure: Real  # (n, 2) of those that are known, and of the border around the code
    dark: npt.NDArray[np.bool_]  # (n,)
    known: Squares  # -1 where unknown


def read_grid(grey: Grey, corners: Real, detector: Any) -> tuple[str, Real]:
    """The text of the code whose four outer corners are about there (clockwise from the upper left, pixels), and where
    they are; "" if it cannot be read. Of the sizes that a slate's code may have the one whose known parts fit best."""
    picture = grey.astype(np.float32)
    form = max((_form(side) for side in SIDES), key=lambda each: _known_fit(picture, corners, each))
    fit, placed = _climbed(corners, lambda each: _known_fit(picture, each, form), _STEPS_PX)
    if fit < _LEAST_FIT:
        return "", placed
    for _ in range(_TRIES):
        values = _sampled(picture, placed, form.centres).reshape(form.side, form.side)
        squares = _unblurred(values, form)
        text = _decoded(squares, detector)
        if text:
            return text, placed
        placed = _refitted(picture, placed, squares, form)
    return "", placed


@cache
def _form(side: int) -> _Form:
    known = np.full((side, side), -1, np.int8)
    finder = np.zeros((_FINDER + 1, _FINDER + 1), np.int8)
    finder[:_FINDER, :_FINDER] = 1
    finder[1:6, 1:6] = 0
    finder[2:5, 2:5] = 1
    known[:8, :8] = finder
    known[:8, -8:] = finder[:, ::-1]
    known[-8:, :8] = finder[::-1]
    along = np.arange(8, side - 8)
    known[6, along] = known[along, 6] = (along + 1) % 2
    at = side - _FINDER
    for y in range(-2, 3):
        for x in range(-2, 3):
            known[at + y, at + x] = max(abs(x), abs(y)) != 1
    ys, xs = np.nonzero(known >= 0)
    inside = np.stack([xs + 0.5, ys + 0.5], axis=1)
    along_border = np.arange(0.5, side, 1.0)
    edges = [(-0.6, None), (side + 0.6, None), (None, -0.6), (None, side + 0.6)]
    border = [(a if x is None else x, a if y is None else y) for x, y in edges for a in along_border]
    dark = np.concatenate([known[ys, xs] == 1, np.zeros(len(border), bool)])
    return _Form(side, _centres(side), np.concatenate([inside, np.array(border)]) / side, dark, known)


def _centres(side: int) -> Real:
    ys, xs = np.mgrid[0:side, 0:side]
    return np.stack([xs.ravel() + 0.5, ys.ravel() + 0.5], axis=1) / side


def _sampled(picture: Any, corners: Real, centres: Real) -> Real:
    """The picture's values at points of the code, by the corners' perspective."""
    matrix = cv2.getPerspectiveTransform(_UNIT, corners.astype(np.float32))
    points = cv2.perspectiveTransform(centres[None].astype(np.float32), matrix)[0]
    x, y = points[None, :, 0], points[None, :, 1]
    found = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found[0], np.float64)


def _known_fit(picture: Any, corners: Real, form: _Form) -> float:
    """How far dark and light lie apart in the known parts, of all that the picture has there."""
    values = _sampled(picture, corners, form.sure)
    spread = float(np.percentile(values, 95) - np.percentile(values, 5))
    return float(values[~form.dark].mean() - values[form.dark].mean()) / max(spread, 1.0)


def _refitted(picture: Any, corners: Real, guess: Squares, form: _Form) -> Real:
    """The corners moved until the picture looks most like the guess, blurred as it is."""
    around = _neighbours(guess)
    share, *_ = np.linalg.lstsq(around, _sampled(picture, corners, form.centres), rcond=None)
    wanted = around @ share

    def likeness(placed: Real) -> float:
        return float(np.corrcoef(_sampled(picture, placed, form.centres), wanted)[0, 1])

    return _climbed(corners, likeness, _REFIT_STEPS_PX)[1]


def _climbed(corners: Real, fit: Callable[[Real], float], steps_px: Sequence[float]) -> tuple[float, Real]:
    """The best fit that moving one coordinate after another finds, and the corners there."""
    placed, best = corners.copy(), fit(corners)
    for step_px in steps_px:
        for _ in range(_ROUNDS):
            before = best
            for n in range(placed.size):
                for way in (-step_px, step_px):
                    moved = placed.copy()
                    moved.flat[n] += way
                    found = fit(moved)
                    if found > best:
                        best, placed = found, moved
            if best == before:
                break
    return best, placed


def _unblurred(values: Real, form: _Form) -> Squares:
    """Which squares are dark: what neighbours add to each is learnt from a first guess, and the guess mended by it."""
    known = form.known
    guess: Squares = (values < (values[known == 1].mean() + values[known == 0].mean()) / 2).astype(np.int8)
    guess[known >= 0] = known[known >= 0]
    for _ in range(_MENDINGS):
        share, *_ = np.linalg.lstsq(_neighbours(guess), values.ravel(), rcond=None)
        mended = _mended(guess, values, share, known)
        if np.array_equal(mended, guess):
            break
        guess = mended
    return guess


def _neighbours(dark: Squares) -> Real:
    """(side * side, 10): of each square's neighbours and itself, whether they are dark, and 1."""
    padded = np.pad(dark, 1).astype(np.float64)
    side = dark.shape[0]
    columns = [padded[y : y + side, x : x + side].ravel() for y in range(3) for x in range(3)]
    return np.stack([*columns, np.ones(side * side)], axis=1)


def _mended(guess: Squares, values: Real, share: Real, known: Squares) -> Squares:
    """Square after square is turned where that explains its surroundings better."""
    guess = guess.copy()
    side = guess.shape[0]
    left = np.pad(values - (_neighbours(guess) @ share).reshape(side, side), 1)
    # What a square adds to the one beside it is what that one takes from the other side.
    adds = share[:9].reshape(3, 3)[::-1, ::-1]
    power = float((adds**2).sum())
    for y, x in np.argwhere(known < 0):
        turn = 1 - 2 * int(guess[y, x])
        part = left[y : y + 3, x : x + 3]
        if 2 * turn * float((part * adds).sum()) > power:
            part -= turn * adds
            guess[y, x] += turn
    return guess


def _decoded(squares: Squares, detector: Any) -> str:
    drawn = np.pad(np.where(squares == 1, 0, 255).astype(np.uint8), _QUIET, constant_values=255)
    clean = np.kron(drawn, np.ones((_DRAWN_PX, _DRAWN_PX), np.uint8))
    text: str = detector.detectAndDecode(clean)[0]
    return text
