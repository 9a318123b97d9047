"""The real tasks through the real pool: what the daemon does with a recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from evidence.errors import DiskFull, MediaUnreadable, WorkerFailed
from evidence.media import likeness, packager, specimens
from evidence.media.cuts import cut
from evidence.media.samples import SampleTable
from evidence.media.thumbnail_sheet import ThumbnailSheet
from evidence.media.workers import Workers
from evidence.records import MediaIndex


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(2, 1 << 30)
    yield pool
    pool.close()


def indexed(workers: Workers, path: Path, scratch: Path) -> MediaIndex:
    scratch.mkdir(exist_ok=True)
    args = {"path": str(path), "scratch": str(scratch), "name": path.name}
    return msgspec.convert(workers.run("index", args, timeout_s=60).value, MediaIndex)


def test_from_index_to_segments(workers: Workers, tmp_path: Path) -> None:
    path = specimens.make("mov-ulaw", tmp_path / "x.mov")
    found = indexed(workers, path, tmp_path / "scratch")
    assert found.playback == "packaged" and found.samples_file is not None
    samples = tmp_path / "scratch" / found.samples_file
    table = SampleTable.from_bytes(samples.read_bytes())
    for each in cut(table):
        args = {"path": str(path), "samples": str(samples), "cut": msgspec.to_builtins(each)}
        assert workers.run("segment", args, timeout_s=30).payload == packager.segment(path, table, each)
    args = {"path": str(path), "samples": str(samples)}
    assert workers.run("init", args, timeout_s=30).payload == packager.init_segment(path, table)


def test_digests_taken_again_are_those_of_the_index(workers: Workers, tmp_path: Path) -> None:
    path = specimens.make("mp4", tmp_path / "x.mp4", seconds=3)
    found = indexed(workers, path, tmp_path / "a")
    (tmp_path / "b").mkdir()
    again = workers.run("esd", {"path": str(path), "scratch": str(tmp_path / "b")}, timeout_s=60)
    assert found.au_digests_file is not None
    assert again.payload == (tmp_path / "a" / found.au_digests_file).read_bytes()
    assert [t["n_au"] for t in again.value["tracks"]] == [t.n_au for t in found.tracks]


def test_renditions(workers: Workers, tmp_path: Path) -> None:
    path = specimens.make("avi-mjpeg", tmp_path / "x.avi", seconds=4)
    said: list[float] = []
    made = {
        task: workers.run(task, {"path": str(path), "out": str(tmp_path / task)}, timeout_s=60, progress=said.append)
        for task in ("viewing_copy", "thumbnails", "phashes")
    }
    assert indexed(workers, tmp_path / "viewing_copy", tmp_path / "scratch").playback == "direct"
    assert ThumbnailSheet(tmp_path / "thumbnails").times_ms == (0,)
    assert len(likeness.unpack((tmp_path / "phashes").read_bytes())) == 4
    assert all(result.value["tool"].startswith("PyAV") and result.value["params"] for result in made.values())
    assert said and all(0 <= part <= 1 for part in said)


def test_hostile_bytes_are_an_answer(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(range(256)) * 100)
    assert indexed(workers, tmp_path / "x.mp4", tmp_path / "scratch").playback == "none"
    for task in ("viewing_copy", "thumbnails", "phashes"):
        with pytest.raises(MediaUnreadable):
            workers.run(task, {"path": str(tmp_path / "x.mp4"), "out": str(tmp_path / "out")}, timeout_s=60)


def test_too_little_memory_is_never_taken_for_damage(tmp_path: Path) -> None:
    path = specimens.make("mkv", tmp_path / "x.mkv", seconds=1, width=1920, height=1080)
    pool = Workers(1, 96 << 20, background=0)
    try:
        for task in ("viewing_copy", "phashes"):
            with pytest.raises(WorkerFailed):
                pool.run(task, {"path": str(path), "out": str(tmp_path / "out")}, timeout_s=60)
    finally:
        pool.close()


def test_a_full_disk_is_said(workers: Workers, tmp_path: Path) -> None:
    path = specimens.make("avi-mjpeg", tmp_path / "x.avi", seconds=2)
    with pytest.raises(DiskFull):
        workers.run("thumbnails", {"path": str(path), "out": "/dev/full"}, timeout_s=60)
