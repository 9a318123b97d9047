"""Makes footage with flaws at known times: covered lenses, frozen pictures, muted sound. For tests and measurements.

Never used on evidence. The same arguments give the same pictures and sound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from evidence.media.scenery import Street
from evidence.media.specimens import SHIFT_START
from evidence.media.speech import speak

Plane = NDArray[np.uint8]
Scene = Literal["street", "room", "dim-room"]
_RATE = 16_000
_WIDTH, _HEIGHT = 640, 360


@dataclass(frozen=True, slots=True)
class FlawAt:
    kind: str  # policy.content.FlawKind
    start_s: float
    end_s: float


def make_flawed(
    out: Path, scene: Scene, seconds: int, flaws: tuple[FlawAt, ...], *, seed: int = 1, fps: int = 10
) -> Path:
    """H.264 + AAC MP4 of a scene, 640 x 360, a keyframe every 2 s, with these flaws."""
    random = np.random.default_rng(seed)
    camera = _Street(random) if scene == "street" else _Room(random, 0.45 if scene == "dim-room" else 1.0)
    sound = _sound(seconds, flaws, random)
    with av.open(str(out), "w") as container:
        options = {
            "preset": "veryfast",
            "crf": "26",
            "g": str(2 * fps),
            "keyint_min": str(2 * fps),
            "sc_threshold": "0",
        }
        video: Any = container.add_stream("libx264", rate=fps, options=options)
        video.width, video.height, video.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        audio: Any = container.add_stream("aac", rate=_RATE, layout="mono")
        held: Plane | None = None
        for number in range(seconds * fps):
            at_s = number / fps
            now = {flaw.kind for flaw in flaws if flaw.start_s <= at_s < flaw.end_s}
            if "frozen" not in now or held is None:
                held = camera.shot(number, at_s, "turned-away" in now)
                for kind in now & _PICTURES.keys():
                    held = _PICTURES[kind](held, random)
            container.mux(video.encode(_frame(held, number)))
        container.mux(video.encode(None))
        for start in range(0, len(sound), 1024):
            container.mux(audio.encode(_block(sound[start : start + 1024], start)))
        container.mux(audio.encode(None))
    return out


class _Street:
    """Somebody walks, the camera sways."""

    def __init__(self, random: np.random.Generator) -> None:
        self._street: Street = Street(_WIDTH, _HEIGHT, device="BWC", officer="P", noise=3)
        self._offset_s = float(random.uniform(0, 60))

    def shot(self, number: int, at_s: float, turned: bool) -> Plane:
        clock = SHIFT_START + timedelta(seconds=at_s)
        picture: Plane = self._street.draw(number, at_s + self._offset_s, clock)[:_HEIGHT].copy()
        return np.ascontiguousarray(picture[::-1, ::-1]) if turned else picture


class _Room:
    """A fixed camera: furniture, two people who hardly move, the sensor's noise, a clock that runs on."""

    def __init__(self, random: Any, light: float) -> None:
        self._random, self._light = random, light
        self._walls: list[Plane] = [_furniture(random), _furniture(random)]

    def shot(self, number: int, at_s: float, turned: bool) -> Plane:
        luma = self._walls[turned].copy()
        for place, pace in ((200, 0.9), (430, 1.3)):
            lean = round(3 * float(np.sin(at_s * pace)))
            cv2.ellipse(luma, (place + lean, 250), (46, 80), 0, 0, 360, 70, -1)
            cv2.circle(luma, (place + lean, 150 + round(2 * float(np.sin(at_s * pace * 2)))), 28, 165, -1)
        noisy = luma * self._light + self._random.normal(0, 2.0, luma.shape)
        picture: Plane = np.clip(noisy, 0, 255).astype(np.uint8)
        cv2.putText(picture, f"{number:06d}", (12, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 235, 2)
        return picture


def _furniture(random: Any) -> Plane:
    luma: Plane = np.tile(np.linspace(150, 190, _WIDTH).astype(np.uint8), (_HEIGHT, 1))
    for _ in range(14):
        x, y, w, h = (int(v) for v in random.integers((0, 0, 40, 30), (_WIDTH, _HEIGHT, 180, 140)))
        cv2.rectangle(luma, (x, y), (x + w, y + h), int(random.integers(50, 230)), -1)
        cv2.rectangle(luma, (x, y), (x + w, y + h), 40, 1)
    return luma


def _black(luma: Plane, random: Any) -> Plane:
    dark: Plane = random.integers(16, 20, luma.shape, dtype=np.uint8)
    return dark


def _dark(luma: Plane, random: Any) -> Plane:
    noisy = 16 + (luma.astype(np.float32) - 16) * 0.09 + random.normal(0, 1.5, luma.shape)
    dark: Plane = np.clip(noisy, 16, 255).astype(np.uint8)
    return dark


def _covered(luma: Plane, random: Any) -> Plane:
    shade = np.linspace(70, 88, luma.shape[1], dtype=np.float32)[None, :] + random.normal(0, 1.5, luma.shape)
    covered: Plane = np.clip(shade, 16, 235).astype(np.uint8)
    return covered


def _blurred(luma: Plane, _random: Any) -> Plane:
    return np.asarray(cv2.GaussianBlur(luma, (0, 0), 14), np.uint8)


def _mosaic(luma: Plane, _random: Any) -> Plane:
    small = cv2.resize(luma, (luma.shape[1] // 20, luma.shape[0] // 20), interpolation=cv2.INTER_AREA)
    blocks = cv2.resize(small, (luma.shape[1], luma.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(blocks, np.uint8)


_PICTURES: dict[str, Callable[[Plane, Any], Plane]] = {
    "black": _black,
    "dark": _dark,
    "covered": _covered,
    "blurred": _blurred,
    "mosaic": _mosaic,
}


def _sound(seconds: int, flaws: tuple[FlawAt, ...], random: Any) -> NDArray[np.float32]:
    """Speech over a room's noise; muted, silent (a microphone that hears nothing) or masked by a tone."""
    wave: NDArray[np.float32] = speak(seconds, _RATE).astype(np.float32) / np.float32(32768)
    for flaw in flaws:
        span = slice(round(flaw.start_s * _RATE), round(flaw.end_s * _RATE))
        n = len(wave[span])
        if flaw.kind == "muted":
            wave[span] = 0
        elif flaw.kind == "silent":
            wave[span] = random.normal(0, 10 ** (-66 / 20), n).astype(np.float32)
        elif flaw.kind == "masked-sound":
            wave[span] = (0.3 * np.sin(2 * np.pi * 1000 / _RATE * np.arange(n))).astype(np.float32)
    return wave


def _frame(luma: Plane, number: int) -> Any:
    frame: Any = av.VideoFrame(_WIDTH, _HEIGHT, "yuv420p")
    frame.planes[0].update(np.ascontiguousarray(_padded(luma, frame.planes[0].line_size)).tobytes())
    for plane in frame.planes[1:]:
        plane.update(bytes([128]) * plane.buffer_size)
    frame.pts = number
    return frame


def _padded(luma: Plane, width: int) -> Plane:
    return luma if luma.shape[1] == width else np.pad(luma, ((0, 0), (0, width - luma.shape[1])))


def _block(samples: NDArray[np.float32], start: int) -> Any:
    frame: Any = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.reshape(1, -1)), format="fltp", layout="mono")
    frame.sample_rate, frame.pts = _RATE, start
    return frame
