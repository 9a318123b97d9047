from __future__ import annotations

import os
from pathlib import Path

import pytest

from evidence.errors import SourceRefused, SourceVanished
from ingest.device_files import DeviceFile, DeviceFolder, mtime_text


@pytest.fixture
def bay(tmp_path: Path) -> Path:
    (tmp_path / "bay" / "DCIM").mkdir(parents=True)
    (tmp_path / "bay" / "DCIM" / "a.mp4").write_bytes(b"a")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.mp4").write_bytes(b"secret")
    return tmp_path / "bay"


def folder(bay: Path) -> DeviceFolder:
    return DeviceFolder(os.fsencode(bay))


def test_a_scan_names_every_file_once(bay: Path) -> None:
    (bay / "b.mp4").write_bytes(b"bb")
    scan = folder(bay).scan()
    assert [(file.path, file.size_bytes) for file in scan.files] == [(b"DCIM/a.mp4", 1), (b"b.mp4", 2)]


def test_a_directory_swapped_for_a_link_leads_nowhere(bay: Path, tmp_path: Path) -> None:
    (file,) = folder(bay).scan().files
    (bay / "DCIM").rename(bay / "gone")
    (bay / "DCIM").symlink_to(tmp_path / "outside")
    with pytest.raises(SourceVanished), folder(bay).opened(file):
        pass
    with pytest.raises(SourceVanished):
        folder(bay).remove(file)
    assert (tmp_path / "outside" / "a.mp4").exists()
    assert [item.text for item in folder(bay).scan().refused] == ["DCIM"]


def test_a_file_swapped_for_a_link_leads_nowhere(bay: Path, tmp_path: Path) -> None:
    (file,) = folder(bay).scan().files
    (bay / "DCIM" / "a.mp4").unlink()
    (bay / "DCIM" / "a.mp4").symlink_to(tmp_path / "outside" / "a.mp4")
    with pytest.raises(SourceVanished), folder(bay).opened(file):
        pass
    with pytest.raises(SourceRefused, match="symbolic link"):
        folder(bay).find(b"DCIM/a.mp4")


def test_a_pipe_swapped_in_does_not_hang(bay: Path) -> None:
    (file,) = folder(bay).scan().files
    (bay / "DCIM" / "a.mp4").unlink()
    os.mkfifo(bay / "DCIM" / "a.mp4")
    with pytest.raises(SourceRefused), folder(bay).opened(file):
        pass


@pytest.mark.parametrize("path", [b"../outside/a.mp4", b"DCIM/../../outside/a.mp4", b"DCIM/./a.mp4"])
def test_no_path_climbs_out(bay: Path, path: bytes) -> None:
    with pytest.raises(SourceRefused, match="leaves the bay"), folder(bay).opened(DeviceFile(path, 1, 1, 1, 1)):
        pass


def test_only_the_file_that_was_seen_is_removed(bay: Path) -> None:
    (file,) = folder(bay).scan().files
    (bay / "DCIM" / "a.mp4").write_bytes(b"written again")
    with pytest.raises(SourceRefused, match="changed"):
        folder(bay).remove(file)
    assert (bay / "DCIM" / "a.mp4").exists()


def test_a_tree_without_end_is_cut_off_and_shown(bay: Path) -> None:
    deep = bay
    for _ in range(40):
        deep = deep / "d"
        deep.mkdir()
    (deep / "x").write_bytes(b"x")
    (item,) = folder(bay).scan().refused
    assert "nested deeper" in item.reason


def test_an_absent_folder_is_said(tmp_path: Path) -> None:
    absent = folder(tmp_path / "absent")
    assert absent.identity() is None
    with pytest.raises(SourceVanished):
        absent.scan()


def test_times_outside_the_calendar() -> None:
    assert mtime_text(0) == "1970-01-01T00:00:00.000000Z"
    assert mtime_text(10**21).startswith("9999-")
    assert mtime_text(-(10**21)).startswith("0001-")
