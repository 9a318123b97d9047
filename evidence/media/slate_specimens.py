"""Makes footage of somebody who films a time slate: a screen with a QR code, seen at an angle, swaying, with the
sensor's noise. For tests, measurements and demonstrations; never used on evidence. Runs wherever it is called.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.media.scenery import Street
from evidence.media.specimens import SHIFT_START
from evidence.media.speech import speak

Plane = NDArray[np.uint8]
_RATE = 16_000
_SQUARE_PX = 12  # of the screen's own picture
_QUIET = 4  # light squares around a code


@dataclass(frozen=True, slots=True)
class Screen:
    """What the screen shows from one moment of the recording to another: rows of "0" and "1"."""

    start_s: float
    end_s: float
    squares: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """How the screen is seen. `size_px`: width of the code in the picture, without its border. A picture's rows are
    exposed one after the other for `readout_ms` (rolling shutter), each for `exposure_ms` from its time on."""

    size_px: int = 240
    tilt: float = 0.12  # how much shorter the far side is
    turn_deg: float = 6.0
    blur_px: float = 0.8
    noise: float = 4.0
    exposure_ms: float = 0.0
    readout_ms: float = 0.0


def make_slated(
    out: Path,
    seconds: float,
    screens: Sequence[Screen],
    *,
    view: View | None = None,
    width: int = 1280,
    height: int = 720,
    fps: int = 25,
    seed: int = 1,
) -> Path:
    """H.264 + AAC MP4 of a street, a keyframe every 2 s, in which the screen is filmed for a while."""
    view = view or View()
    random = np.random.default_rng(seed)
    street = Street(width, height, device="BWC", officer=f"P{seed}", noise=3)
    sound = (speak(seconds, _RATE).astype(np.float32) / 32_768).reshape(1, -1)
    with av.open(str(out), "w") as container:
        options = {"preset": "veryfast", "crf": "26", "g": str(2 * fps), "sc_threshold": "0"}
        video: Any = container.add_stream("libx264", rate=fps, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio: Any = container.add_stream("aac", rate=_RATE, layout="mono")
        for number in range(round(seconds * fps)):
            at_s = number / fps
            planes = street.draw(number, at_s + seed, SHIFT_START + timedelta(seconds=at_s)).copy()
            _expose(planes[:height], screens, view, at_s, random)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for start in range(0, sound.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[:, start : start + 1024]), format="fltp", layout="mono"
            )
            block.sample_rate, block.pts = _RATE, start
            container.mux(audio.encode(block))
        container.mux(audio.encode(None))
    return out


def _expose(luma: Plane, screens: Sequence[Screen], view: View, at_s: float, random: Any) -> None:
    """Put what the screen shows while a picture is taken into it, in place: row by row as long as each was there."""
    height = luma.shape[0]
    starts_s = at_s + np.arange(height) / height * view.readout_ms / 1000
    exposure_s = max(view.exposure_ms / 1000, 1e-6)
    street = luma.copy()
    mixed = np.zeros(luma.shape, np.float64)
    left = np.ones(height)
    for each in screens:
        there_s = np.minimum(starts_s + exposure_s, each.end_s) - np.maximum(starts_s, each.start_s)
        share = np.clip(there_s / exposure_s, 0, 1)
        if not share.any():
            continue
        seen = street.copy()
        film_screen(seen, each.squares, view, at_s, random)
        if share.min() > 1 - 1e-9:
            luma[:] = seen
            return
        mixed += share[:, None] * seen
        left -= share
    luma[:] = np.clip(mixed + np.clip(left, 0, 1)[:, None] * street, 0, 255).astype(np.uint8)


def film_screen(luma: Plane, squares: tuple[str, ...], view: View, at_s: float, random: Any) -> None:
    """Put a screen that shows a code into a picture, in place."""
    height, width = luma.shape
    picture = _screen(squares)
    side = view.size_px * picture.shape[0] / (len(squares) * _SQUARE_PX)
    sway = 6 * np.array([np.sin(at_s * 3.1), np.cos(at_s * 2.3)])
    centre = np.array([width / 2, height / 2]) + sway
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64) * side / 2
    corners[1:3, 1] *= 1 - view.tilt
    angle = np.deg2rad(view.turn_deg + 1.5 * np.sin(at_s * 1.7))
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + centre
    # Only the part of the picture that shows it is worked on, with room for the blur.
    room = math.ceil(3 * view.blur_px) + 1
    left, top = np.maximum(np.floor(turned.min(axis=0)).astype(int) - room, 0)
    right, bottom = np.minimum(np.ceil(turned.max(axis=0)).astype(int) + room, [width, height])
    there = luma[top:bottom, left:right]
    full = picture.shape[0]
    flat = np.array([[0, 0], [full, 0], [full, full], [0, full]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, (turned - [left, top]).astype(np.float32))
    size = (there.shape[1], there.shape[0])
    seen = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_AREA, borderValue=0)
    mask = cv2.warpPerspective(np.full_like(picture, 255), matrix, size, flags=cv2.INTER_NEAREST)
    if view.blur_px:
        seen = cv2.GaussianBlur(seen, (0, 0), view.blur_px)
    noisy = np.clip(seen + random.normal(0, view.noise, seen.shape), 16, 235).astype(np.uint8)
    there[mask > 0] = noisy[mask > 0]


def _screen(squares: tuple[str, ...]) -> Plane:
    code = np.array([[25 if char == "1" else 225 for char in row] for row in squares], np.uint8)
    bordered = np.pad(code, _QUIET, constant_values=225)
    return np.kron(bordered, np.ones((_SQUARE_PX, _SQUARE_PX), np.uint8)).astype(np.uint8)
