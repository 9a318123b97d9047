"""A page as it comes out of the printer, read back with Debian's PDF reader."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

_DPI = 50


@dataclass(frozen=True)
class Sheet:
    text: str
    picture: Path

    def share_of(self, colour: tuple[int, int, int], tolerance: int = 40) -> float:
        """Of the sheet, how much is about this colour; 0 to 1."""
        with Image.open(self.picture) as picture:
            pixels = np.asarray(picture.convert("RGB"), dtype=np.int16)
        near = np.abs(pixels - np.array(colour, dtype=np.int16)).max(axis=2) <= tolerance
        return float(near.mean())


def printed(page: Page, folder: Path, name: str) -> list[Sheet]:
    """Its sheets, printed as browsers do by themselves: without backgrounds, but where the page asks for them."""
    path = folder / f"{name}.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True, print_background=False)
    subprocess.run(["pdftoppm", "-png", "-r", str(_DPI), str(path), str(folder / name)], check=True)
    pictures = sorted(folder.glob(f"{name}-*.png"))
    return [Sheet(_text(path, number), picture) for number, picture in enumerate(pictures, start=1)]


def _text(path: Path, number: int) -> str:
    command = ["pdftotext", "-layout", "-f", str(number), "-l", str(number), str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
