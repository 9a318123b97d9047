"""Kinds of photos, and which thumbnail stands for a moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import IntegrityBroken, StoreUnavailable
from evidence.media import thumbnail_sheet
from player.stills import photo_type, still_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"<svg onload=x>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_photo_is_what_its_bytes_say(tmp_path: Path, head: bytes, kind: str) -> None:
    path = tmp_path / "photo"
    path.write_bytes(head)
    assert photo_type(path) == kind


def test_the_still_at_or_before_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "sheet"
    path.write_bytes(thumbnail_sheet.pack({n * 1_000: bytes([n]) for n in range(5)}))
    assert [still_of(path, at_ms).at_ms for at_ms in (None, 0, 999, 1_000, 99_000)] == [2_000, 0, 0, 1_000, 4_000]


def test_a_missing_or_broken_sheet_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        still_of(tmp_path / "gone", None)
    with pytest.raises(StoreUnavailable):
        photo_type(tmp_path / "gone")
    (tmp_path / "broken").write_bytes(b"no sheet")
    with pytest.raises(IntegrityBroken):
        still_of(tmp_path / "broken", None)
