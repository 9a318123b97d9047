from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import IntegrityBroken, NotFound
from evidence.media.thumbnail_sheet import ThumbnailSheet, pack


@pytest.fixture
def sheet(tmp_path: Path) -> ThumbnailSheet:
    path = tmp_path / "sheet"
    path.write_bytes(pack({20_000: b"third", 0: b"first", 9_960: b"second"}))
    return ThumbnailSheet(path)


@pytest.mark.parametrize(
    ("asked_ms", "got_ms", "jpeg"),
    [(0, 0, b"first"), (9_959, 0, b"first"), (9_960, 9_960, b"second"), (99_999, 20_000, b"third"), (-5, 0, b"first")],
)
def test_the_thumbnail_at_or_before(sheet: ThumbnailSheet, asked_ms: int, got_ms: int, jpeg: bytes) -> None:
    found = sheet.at(asked_ms)
    assert (found.at_ms, found.jpeg) == (got_ms, jpeg)


def test_the_same_thumbnails_are_the_same_bytes() -> None:
    assert pack({0: b"a", 5: b"b"}) == pack({5: b"b", 0: b"a"})


def test_an_empty_sheet_has_none(tmp_path: Path) -> None:
    (tmp_path / "sheet").write_bytes(pack({}))
    with pytest.raises(NotFound):
        ThumbnailSheet(tmp_path / "sheet").at(0)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-10], lambda data: b"", lambda data: data.replace(b"0.jpg", b"x.jpg")]
)
def test_a_damaged_sheet_is_refused(tmp_path: Path, damage: object) -> None:
    (tmp_path / "sheet").write_bytes(damage(pack({0: b"first"})))  # type: ignore[operator]
    with pytest.raises(IntegrityBroken):
        ThumbnailSheet(tmp_path / "sheet")


def test_a_flipped_byte_in_a_thumbnail_is_found(tmp_path: Path) -> None:
    (tmp_path / "sheet").write_bytes(pack({0: b"first"}).replace(b"first", b"fIrst"))
    with pytest.raises(IntegrityBroken):
        ThumbnailSheet(tmp_path / "sheet").at(0)
