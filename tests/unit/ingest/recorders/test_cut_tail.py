"""What stands behind the whole part of a file is moved aside and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import IntegrityBroken
from ingest.recorders.cut_tail import cut_tail


def test_the_tail_is_kept_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r1.mp4"
    path.write_bytes(b"whole" + b"tail" * 500_000)
    assert cut_tail(path, 5) == 2_000_000
    assert path.read_bytes() == b"whole" and (tmp_path / "r1.cut").read_bytes() == b"tail" * 500_000
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r1.cut", "r1.mp4"]


def test_a_kill_before_the_file_was_shortened_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "r1.mp4"
    path.write_bytes(b"wholetail")
    (tmp_path / "r1.cut.part").write_bytes(b"ta")
    (tmp_path / "r1.cut").write_bytes(b"tail")
    assert cut_tail(path, 5) == 4
    assert (path.read_bytes(), (tmp_path / "r1.cut").read_bytes()) == (b"whole", b"tail")


def test_a_whole_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r1.mp4"
    path.write_bytes(b"whole")
    assert cut_tail(path, 5) == 0 and [each.name for each in tmp_path.iterdir()] == ["r1.mp4"]


@pytest.mark.parametrize("content", [None, b"whol"])
def test_less_than_was_signed_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "r1.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IntegrityBroken, match=r"r1\.mp4"):
        cut_tail(path, 5)
