"""Finds the code of a time slate in one picture, and reads it. Runs in a worker process.

A code is the busiest square patch of nearly every picture: dark next to light within a few pixels, everywhere in it.
Only such patches are looked at, enlarged, which finds smaller codes than looking at the whole picture does, and takes a
tenth of the time where there is none. A code that OpenCV finds and cannot read is read by `slate_grid`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from evidence.media.slate_grid import read_grid
from evidence.slate import PREFIXES

Grey = npt.NDArray[np.uint8]
Real = npt.NDArray[np.floating[Any]]

# Busyness is measured in cells of so many pixels, and averaged over so many of them.
_CELL_PX = 8
_AROUND_CELLS = 5
# How much neighbouring pixels differ at least, across and down together; noise makes about ten.
_LEAST_BUSY = 20
# A patch is what is at least so busy as the busiest place; that many are looked at.
_PATCH_SHARE = 0.45
_MAX_PATCHES = 3
_LEAST_CELLS = 5
_MAX_ASPECT = 2.2
# Room around a patch: its light border, and what averaging takes away.
_ROOM_PX = 20
# Patches are enlarged until a code is about so wide.
_WANTED_PX = 300
_MAX_SCALE = 3
_SHARPENED = 2.0
# Codes from an eighth of the picture's width on are seen in one of this width.
_LARGE_WIDTH = 800


@dataclass(frozen=True, slots=True)
class _Patch:
    left: int
    top: int
    grey: Grey
    scale: int

    def enlarged(self) -> Any:
        size = (self.grey.shape[1] * self.scale, self.grey.shape[0] * self.scale)
        return cv2.resize(self.grey, size, interpolation=cv2.INTER_CUBIC)

    def sharpened(self) -> Any:
        large = self.enlarged()
        soft = cv2.GaussianBlur(large, (0, 0), 0.8 * self.scale)
        return cv2.addWeighted(large, 1 + _SHARPENED, soft, -_SHARPENED, 0)


class SlateReader:
    """For one recording: where the last code was it is looked for again. Not thread-safe."""

    def __init__(self) -> None:
        # Of OpenCV's two detectors the first reads better at an angle; the second finds smaller ones.
        self._decoder = cv2.QRCodeDetectorAruco()
        self._finder = cv2.QRCodeDetector()
        self._last: Real | None = None  # corners, pixels of the picture

    def sees(self, grey: Grey) -> bool:
        """Is there a QR code in a picture, of whatever kind?"""
        return any(self._corners(patch) is not None for patch in _patches(grey)) or self._sees_large(grey)

    def text(self, grey: Grey) -> str | None:
        """The text of a slate's code in a picture; "" for another kind of code, None where none can be read."""
        other = None
        for patch in _patches(grey):
            text = self._read(patch)
            if text.startswith(PREFIXES):
                return text
            if text:
                other = ""
        # A code that fills much of the picture falls apart into patches.
        text = self._read(_whole(grey, _LARGE_WIDTH))
        return text if text.startswith(PREFIXES) else "" if text else other

    def _sees_large(self, grey: Grey) -> bool:
        try:
            found, _ = self._decoder.detect(_whole(grey, _LARGE_WIDTH).grey)
        except cv2.error:
            return False
        return bool(found)

    def _read(self, patch: _Patch) -> str:
        try:
            text, corners, _ = self._decoder.detectAndDecode(patch.enlarged())
            if text:
                self._keep(patch, corners)
                return str(text)
        except (cv2.error, UnicodeDecodeError):
            pass  # Its own trouble with a pattern that looked like a code.
        corners = self._corners(patch)
        if corners is None and patch.scale > 1:
            corners = self._expected(patch)
        if corners is None:
            return ""
        try:
            text, placed = read_grid(patch.sharpened(), corners, self._decoder)
        except (cv2.error, UnicodeDecodeError):
            return ""
        if text:
            self._keep(patch, placed)
        return text

    def _corners(self, patch: _Patch) -> Real | None:
        """The four corners of a code in a patch, pixels of the enlarged one."""
        try:
            found, corners = self._finder.detect(patch.sharpened())
        except cv2.error:
            return None
        return np.asarray(corners, np.float64).reshape(4, 2) if found else None

    def _keep(self, patch: _Patch, corners: Any) -> None:
        if patch.scale > 1:
            self._last = np.asarray(corners, np.float64).reshape(4, 2) / patch.scale + [patch.left, patch.top]

    def _expected(self, patch: _Patch) -> Real | None:
        """Where the last code was, if that is within the patch."""
        if self._last is None:
            return None
        there = (self._last - [patch.left, patch.top]) * patch.scale
        height, width = patch.grey.shape
        inside = (there > -_ROOM_PX).all() and (there < np.array([width, height]) * patch.scale + _ROOM_PX).all()
        return there if inside else None


def _whole(grey: Grey, width: int) -> _Patch:
    """The whole picture, made smaller if it is wider."""
    if grey.shape[1] > width:
        grey = cv2.resize(grey, (width, grey.shape[0] * width // grey.shape[1]), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return _Patch(0, 0, grey, 1)


def _patches(grey: Grey) -> Iterator[_Patch]:
    """The busiest patches of a picture that are about as wide as high, the busiest first."""
    height, width = grey.shape
    if min(height, width) < _CELL_PX * _LEAST_CELLS:
        return
    across, down = cv2.absdiff(grey[:-1, 1:], grey[:-1, :-1]), cv2.absdiff(grey[1:, :-1], grey[:-1, :-1])
    cells = (max(1, width // _CELL_PX), max(1, height // _CELL_PX))
    busy: Any = cv2.blur(cv2.resize(cv2.add(across, down), cells, interpolation=cv2.INTER_AREA), (_AROUND_CELLS,) * 2)
    if busy.max() < _LEAST_BUSY:
        return
    n, labels, stats, _ = cv2.connectedComponentsWithStats((busy >= busy.max() * _PATCH_SHARE).astype(np.uint8))
    square = [each for each in range(1, n) if _is_square(int(stats[each][2]), int(stats[each][3]))]
    square.sort(key=lambda each: -int(busy[labels == each].max()))
    for each in square[:_MAX_PATCHES]:
        yield _patch(grey, *(int(value) * _CELL_PX for value in stats[each][:4]))


def _is_square(width: int, height: int) -> bool:
    return min(width, height) >= _LEAST_CELLS and max(width, height) <= _MAX_ASPECT * min(width, height)


def _patch(grey: Grey, left: int, top: int, width: int, height: int) -> _Patch:
    room = _ROOM_PX + max(width, height) // 8
    right, bottom = min(left + width + room, grey.shape[1]), min(top + height + room, grey.shape[0])
    left, top = max(0, left - room), max(0, top - room)
    scale = max(1, min(_MAX_SCALE, round(_WANTED_PX / max(width, height))))
    return _Patch(left, top, grey[top:bottom, left:right], scale)
