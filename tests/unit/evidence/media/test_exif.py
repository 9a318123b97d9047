from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import pytest
from PIL import Image

from evidence.media import exif


def test_a_stock_reader_finds_what_was_written() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 30, 30)).save(buffer, "JPEG")
    taken = datetime(2026, 11, 24, 8, 30, 5, tzinfo=timezone(timedelta(hours=8)))
    with Image.open(io.BytesIO(exif.embed(buffer.getvalue(), model="BWC-0417", taken=taken))) as image:
        image.load()
        block = image.getexif()
    assert block[0x0110] == "BWC-0417"
    assert block[0x0132] == "2026:11:24 08:30:05"
    assert dict(block.get_ifd(0x8769)) == {0x9003: "2026:11:24 08:30:05", 0x9011: "+08:00"}


def test_what_is_no_jpeg_is_refused() -> None:
    with pytest.raises(ValueError, match="not a JPEG"):
        exif.embed(b"\x89PNG", model="x", taken=datetime(2026, 1, 1))
