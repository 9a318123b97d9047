"""Codes that are small in the picture: found among other things, and read."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import slate
from evidence.media.slate_grid import SIDES, read_grid
from evidence.media.slate_reader import SlateReader
from evidence.media.slate_specimens import Plane, View, film_screen
from evidence.paper.qr import squares
from evidence.signing import SlateSigner

NAMED = "限〔2026〕7号"


def signer(number: int) -> SlateSigner:
    """The same at every run: seven of a thousand codes of 120 px that name a case are not read in one picture alone,
    and which ones hangs on the signature. A film shows some seventeen in three seconds."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return SlateSigner(key, key.public_key().public_bytes_raw())


SIGNER = signer(0)


def picture(
    size_px: int, case: str | None = None, text: str | None = None, by: SlateSigner = SIGNER
) -> tuple[Plane, str]:
    """A grey wall with a burnt-in clock and a screen, 720 rows high, and what the code on it says."""
    wall = np.full((720, 1280), 120, np.uint8)
    cv2.putText(wall, "2026-11-24 09:00:00 BWC P1 000123", (12, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 235, 2)
    text = text or slate.make(by, 1_764_000_000_000, case, 35, 16)
    film_screen(wall, squares(text), View(size_px=size_px), 0.4, np.random.default_rng(7))
    return wall, text


@pytest.mark.parametrize(("size_px", "case"), [(300, None), (120, None), (90, None), (120, NAMED)])
def test_it_reads(size_px: int, case: str | None) -> None:
    grey, text = picture(size_px, case)
    reader = SlateReader()
    assert reader.sees(grey) and reader.text(grey) == text


@pytest.mark.parametrize(("size_px", "case"), [(300, NAMED), (120, None), (120, NAMED)])
def test_hardly_any_code_is_not_read_in_one_picture(size_px: int, case: str | None) -> None:
    pictures = [picture(size_px, case, by=signer(number)) for number in range(50)]
    assert sum(SlateReader().text(grey) == text for grey, text in pictures) >= 49


def test_a_picture_without_a_code() -> None:
    grey, _ = picture(120)
    grey[200:520, 400:880] = 120
    assert not SlateReader().sees(grey) and SlateReader().text(grey) is None


@pytest.mark.parametrize("shape", [(1, 1), (2, 400), (16, 16), (40, 40)])
def test_a_tiny_picture_shows_none(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    assert not SlateReader().sees(grey) and SlateReader().text(grey) is None


def test_another_kind_of_code_is_nothing_of_ours() -> None:
    grey, _ = picture(200, text="https://example.org/menu")
    assert SlateReader().text(grey) == ""


def test_a_code_that_is_too_small_is_not_made_up() -> None:
    grey, text = picture(36)
    assert SlateReader().text(grey) in (None, text)


@pytest.mark.parametrize("case", [None, "罚1号", NAMED, "号" * 20])
def test_the_known_parts_of_every_size(case: str | None) -> None:
    text = slate.make(SIGNER, 1_764_000_000_000, case)
    rows = squares(text)
    assert len(rows) in SIDES
    drawn = np.pad(
        np.array([[0 if char == "1" else 255 for char in row] for row in rows], np.uint8), 6, constant_values=255
    )
    grey = np.kron(drawn, np.ones((6, 6), np.uint8))
    side = len(rows) * 6
    about = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64) * side + 36 + 2.0
    assert read_grid(grey, about, cv2.QRCodeDetectorAruco())[0] == text
