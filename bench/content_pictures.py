"""Draws the examples of docs/reference/content-flaws.md: `python -m bench.content_pictures`.

One sheet per scene: the picture as it is, then with each flaw of pictures, from the footage that the bench measures by.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from evidence.media.flawed_specimens import FlawAt, Scene, make_flawed

OUT = Path(__file__).parent.parent / "docs/reference/images"
_SHOWN = ("", "frozen", "black", "dark", "covered", "blurred", "mosaic", "turned-away")
_SECONDS = 4  # of each
_COLUMNS, _TILE = 4, (320, 180)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for scene in ("street", "room"):
        cv2.imwrite(str(OUT / f"content-flaws-{scene}.jpg"), _sheet(scene), [cv2.IMWRITE_JPEG_QUALITY, 72])


def _sheet(scene: Scene) -> Any:
    flaws = tuple(FlawAt(kind, n * _SECONDS, (n + 1) * _SECONDS) for n, kind in enumerate(_SHOWN) if kind)
    with tempfile.TemporaryDirectory() as name:
        footage = make_flawed(Path(name) / "flawed.mp4", scene, len(_SHOWN) * _SECONDS, flaws)
        with av.open(str(footage)) as container:
            lumas = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    fps = len(lumas) // (len(_SHOWN) * _SECONDS)
    tiles = [_tile(lumas[(n * _SECONDS + _SECONDS // 2) * fps], kind) for n, kind in enumerate(_SHOWN)]
    return np.vstack([np.hstack(tiles[first : first + _COLUMNS]) for first in range(0, len(tiles), _COLUMNS)])


def _tile(luma: Any, kind: str) -> Any:
    tile = cv2.resize(luma, _TILE, interpolation=cv2.INTER_AREA)
    cv2.rectangle(tile, (0, _TILE[1] - 22), _TILE, 255, -1)
    cv2.putText(tile, kind or "as it is", (8, _TILE[1] - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1, cv2.LINE_AA)
    return tile


if __name__ == "__main__":
    main()
