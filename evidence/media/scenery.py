"""Draws the pictures of a specimen: people on a street, seen by a swaying camera, with a burnt-in clock.

Pure drawing into memory; no files, no PyAV. Frames are planar YUV 4:2:0, 8 bit. The same arguments give the
same pictures in every process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

# The camera sways by at most this many pixels; even, so that luma and chroma move together.
_SWAY_PX = 12
_NOISE_PLANES = 5


@dataclass(frozen=True, slots=True)
class _Walker:
    """One person-like figure; lengths in parts of the picture's height, speed in widths per second."""

    height: float
    feet: float
    start: float
    speed: float
    shade: int
    tint: tuple[int, int]  # U and V of the clothes


_WALKERS = (
    _Walker(0.30, 0.80, 0.10, 0.09, 60, (150, 110)),
    _Walker(0.36, 0.88, 0.70, -0.12, 150, (105, 165)),
    _Walker(0.26, 0.74, 0.45, 0.06, 95, (120, 140)),
    _Walker(0.42, 0.96, 0.95, -0.16, 45, (140, 120)),
)


class Street:
    """A street to film. `width` and `height` in pixels, both even."""

    def __init__(self, width: int, height: int, *, device: str, officer: str, noise: int = 3) -> None:
        if width % 2 or height % 2 or width < 64 or height < 64:
            raise ValueError("width and height must be even and at least 64")
        self.width = width
        self.height = height
        self._title = f"{device}  {officer}"
        self._random = np.random.default_rng(20261124)
        self._back = _background(width + 2 * _SWAY_PX, height + 2 * _SWAY_PX, self._random)
        self._noise = [
            self._random.integers(0, noise + 1, (height, width), dtype=np.uint8) for _ in range(_NOISE_PLANES)
        ]
        self._buffer = np.empty(width * height * 3 // 2, np.uint8)

    def draw(self, number: int, seconds: float, clock: datetime) -> Plane:
        """The picture `seconds` after the start, as one array of shape (height * 3 / 2, width).

        The array is reused by the next call. `clock` and `number` are burnt in.
        """
        luma, chroma = self._planes()
        self._film_background(luma, chroma, seconds)
        for walker in _WALKERS:
            self._draw_walker(luma, chroma, walker, seconds)
        cv2.add(luma, self._noise[number % _NOISE_PLANES], dst=luma)
        self._burn_in(luma, f"{clock:%Y-%m-%d %H:%M:%S}.{clock.microsecond // 1000:03d}", 0)
        self._burn_in(luma, f"{self._title}  #{number:06d}", 1)
        return self._buffer.reshape(self.height * 3 // 2, self.width)

    def _planes(self) -> tuple[Plane, tuple[Plane, Plane]]:
        n = self.width * self.height
        half = (self.height // 2, self.width // 2)
        return (
            self._buffer[:n].reshape(self.height, self.width),
            (self._buffer[n : n + n // 4].reshape(half), self._buffer[n + n // 4 :].reshape(half)),
        )

    def _film_background(self, luma: Plane, chroma: tuple[Plane, Plane], seconds: float) -> None:
        x = _SWAY_PX + 2 * round(_SWAY_PX / 2 * float(np.sin(seconds * 1.7)))
        y = _SWAY_PX + 2 * round(_SWAY_PX / 4 * float(np.sin(seconds * 2.3)))
        luma[:] = self._back[0][y : y + self.height, x : x + self.width]
        for plane, back in zip(chroma, self._back[1:], strict=True):
            plane[:] = back[y // 2 : (y + self.height) // 2, x // 2 : (x + self.width) // 2]

    def _draw_walker(self, luma: Plane, chroma: tuple[Plane, Plane], walker: _Walker, seconds: float) -> None:
        tall = walker.height * self.height
        x = (walker.start + walker.speed * seconds) % 1.2 - 0.1
        cx, feet = round(x * self.width), round(walker.feet * self.height)
        stride = round(0.12 * tall * float(np.sin(seconds * 5 + walker.start * 9)))
        hip, neck = feet - round(0.45 * tall), feet - round(0.80 * tall)
        thick = max(2, round(0.09 * tall))
        for step in (-stride, stride):
            cv2.line(luma, (cx, hip), (cx + step, feet), walker.shade // 2 + 16, thick)
            cv2.line(luma, (cx, neck + thick), (cx - step, hip), walker.shade, max(1, thick // 2))
        body = ((cx, (hip + neck) // 2), (round(0.13 * tall), (hip - neck) // 2 + 2))
        cv2.ellipse(luma, body[0], body[1], 0, 0, 360, walker.shade, -1)
        cv2.circle(luma, (cx, neck - round(0.08 * tall)), max(2, round(0.09 * tall)), 168, -1)
        half = ((body[0][0] // 2, body[0][1] // 2), (body[1][0] // 2, body[1][1] // 2))
        for plane, tint in zip(chroma, walker.tint, strict=True):
            cv2.ellipse(plane, half[0], half[1], 0, 0, 360, tint, -1)

    def _burn_in(self, luma: Plane, text: str, line: int) -> None:
        scale = self.height / 720
        x, y = round(16 * scale), round((34 + 34 * line) * scale)
        cv2.rectangle(luma, (x, y - round(26 * scale)), (x + round(500 * scale), y + round(8 * scale)), 16, -1)
        cv2.putText(luma, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9 * scale, 235, max(1, round(1.6 * scale)))


def _background(width: int, height: int, random: Any) -> tuple[Plane, Plane, Plane]:
    """Sky, a row of houses with windows, pavement and road."""
    luma = np.empty((height, width), np.uint8)
    luma[:] = np.linspace(200, 120, height, dtype=np.float32).astype(np.uint8)[:, None]
    u, v = (
        np.full((height // 2, width // 2), 128, np.uint8),
        np.full((height // 2, width // 2), 128, np.uint8),
    )
    ground = round(height * 0.62)
    u[: ground // 2] = 138
    x = 0
    while x < width:
        wide, top = (
            int(random.integers(width // 9, width // 5)),
            int(random.integers(height // 10, height // 3)),
        )
        cv2.rectangle(luma, (x, top), (x + wide, ground), int(random.integers(80, 150)), -1)
        cv2.rectangle(u, (x // 2, top // 2), ((x + wide) // 2, ground // 2), int(random.integers(110, 130)), -1)
        cv2.rectangle(v, (x // 2, top // 2), ((x + wide) // 2, ground // 2), int(random.integers(128, 148)), -1)
        _draw_windows(luma, x, top, wide, ground)
        x += wide
    luma[ground:] = 92
    u[ground // 2 :], v[ground // 2 :] = 128, 128
    luma[ground : round(height * 0.70)] = 130
    for x in range(0, width, max(8, width // 10)):
        cv2.line(
            luma,
            (x, round(height * 0.85)),
            (x + width // 20, round(height * 0.85)),
            210,
            max(1, height // 120),
        )
    grain = random.integers(0, 10, luma.shape, dtype=np.uint8)
    return np.asarray(cv2.add(luma, grain), np.uint8), u, v


def _draw_windows(luma: Plane, x: int, top: int, wide: int, ground: int) -> None:
    step = max(6, wide // 4)
    for wx in range(x + step // 3, x + wide - step // 2, step):
        for wy in range(top + step // 2, ground - step, step + step // 2):
            cv2.rectangle(luma, (wx, wy), (wx + step // 2, wy + step // 2), 60, -1)
