"""`python -m bench.slates`: how small, slanted and blurred a time slate's code may be in H.264 footage to be read.

By OpenCV's decoder on the whole picture, and by `evidence.media.slate_reader`. With `--looks`: processor time of
looking through three minutes of 1080p without a slate.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import av
import click
import cv2
from rich.console import Console
from rich.table import Table

from evidence import slate
from evidence.media import slates
from evidence.media.slate_reader import SlateReader
from evidence.media.slate_specimens import Screen, View, make_slated
from evidence.paper.qr import squares
from evidence.signing import SlateSigner
from evidence.slate import PREFIXES

_SIZES = ((1280, 720), (1920, 1080))
_WIDTHS_PX = (50, 60, 80, 100, 160)
_TILTS = (0.05, 0.25)
_BLURS_PX = (0.6, 1.4)
_SECONDS = 0.4
_LONG_S = 180


@click.command()
@click.option("--looks", is_flag=True, help="Only the time for footage without a slate.")
def main(looks: bool) -> None:
    """Film, read, print a table."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        if looks:
            _look(Path(name))
        else:
            _read(Path(name))


def _read(folder: Path) -> None:
    table = Table(
        "Picture", "Code, px", "Tilt", "Blur, px", "Pictures", "OpenCV", "Here", "ms each", "of them seen in a look"
    )
    for (width, height), size_px, tilt, blur_px in product(_SIZES, _WIDTHS_PX, _TILTS, _BLURS_PX):
        view = View(size_px=size_px, tilt=tilt, blur_px=blur_px)
        path = make_slated(folder / "a.mp4", _SECONDS, _screens(), view=view, width=width, height=height)
        pictures = list(_pictures(path))
        decoder, reader = cv2.QRCodeDetectorAruco(), SlateReader()
        whole = sum(_whole(grey, decoder) for grey in pictures)
        began_s = time.process_time()
        read = sum(bool(reader.text(grey)) for grey in pictures)
        each_ms = (time.process_time() - began_s) * 1000 / len(pictures)
        seen = sum(reader.sees(_small(grey)) for grey in pictures)
        counts = (len(pictures), whole, read, round(each_ms), seen)
        table.add_row(f"{height}p", str(size_px), str(tilt), str(blur_px), *map(str, counts))
    Console(width=130).print(table)


def _look(folder: Path) -> None:
    path = make_slated(folder / "a.mp4", _LONG_S, [], width=1920, height=1080)
    began_s = time.process_time()
    taken = slates.find(path, folder / "out", lambda share: None)
    print(
        f"{_LONG_S} s of 1080p without a slate: {time.process_time() - began_s:.2f} s of processor time, {taken.params}"
    )


def _screens() -> list[Screen]:
    signer = SlateSigner.generate()
    every_s = slate.REFRESH_MS / 1000
    return [
        Screen(n * every_s, (n + 1) * every_s, squares(slate.make(signer, n * slate.REFRESH_MS, None, 35, 16)))
        for n in range(round(_SECONDS / every_s) + 1)
    ]


def _pictures(path: Path) -> Iterator[Any]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="gray")


def _small(grey: Any) -> Any:
    """As a look sees it."""
    height, width = grey.shape
    return grey if width <= 1280 else cv2.resize(grey, (1280, height * 1280 // width), interpolation=cv2.INTER_AREA)


def _whole(grey: Any, decoder: Any) -> bool:
    try:
        text, _, _ = decoder.detectAndDecode(grey)
    except cv2.error:
        return False
    return str(text).startswith(PREFIXES)


if __name__ == "__main__":
    main()
