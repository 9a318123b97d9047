"""Digests taken ahead, from a copy in memory: indexing finds with them exactly what it finds without them."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evidence.blobs.store import Span
from evidence.errors import MediaUnreadable
from evidence.media import ahead, facts, specimens
from evidence.media.esd import AccessUnits
from evidence.media.index import index
from evidence.media.mp4 import coded, read_movie
from evidence.records import MediaIndex


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("footage")

    def find(kind: str) -> Path:
        path = folder / f"{kind}{specimens.suffix(kind)}"
        return path if path.exists() else specimens.make(kind, path, seconds=4, width=320, height=180)

    return find


def look(path: Path, scratch: Path) -> tuple[MediaIndex, bytes, bytes]:
    scratch.mkdir(exist_ok=True)
    found = index(path, scratch, path.name)
    return found, (scratch / "samples").read_bytes(), (scratch / "au_digests").read_bytes()


def follow(path: Path, scratch: Path, lengths: list[int]) -> None:
    """Digest the file as if it were copied in strides of these lengths, in two places of memory by turns."""
    scratch.mkdir()
    ahead.plan(path, scratch)
    data, room = path.read_bytes(), max(lengths)
    memory = os.memfd_create("strides")
    os.truncate(memory, 2 * room)
    plan, before, at = ahead.Plan(scratch, memory), (), 0
    for number, length in enumerate(lengths):
        span = Span(number % 2 * room, at, length)
        os.pwrite(memory, data[at : at + length], span.at)
        at += length
        assert plan.digest((*before, span)) == (at >= len(data))
        before = (span,)
    os.close(memory)


def missing(path: Path, scratch: Path) -> list[int]:
    """How many digests each track lacks."""
    data = path.read_bytes()
    with facts.opened(path) as container:
        setup = facts.extradata(container)
    tables = coded(read_movie(data, len(data)), setup)
    found = ahead.Ahead.found(scratch, len(data), tables, setup)
    return [len(found.of(position)[1]) for position in range(len(tables))]


def split(size: int, seed: int) -> list[int]:
    """Random stride lengths, no longer than a third of the file."""
    chance, lengths = random.Random(seed), []
    while sum(lengths) < size:
        lengths.append(min(chance.randint(1, size // 3), size - sum(lengths)))
    return lengths


@pytest.mark.parametrize("kind", ["mp4", "mp4-bframes", "mp4-open-gop", "hevc", "m4a", "mp4-mpeg4"])
@pytest.mark.parametrize("seed", range(4))
def test_the_index_is_the_same_wherever_the_strides_lie(
    footage: Callable[[str], Path], tmp_path: Path, kind: str, seed: int
) -> None:
    path = footage(kind)
    follow(path, tmp_path / "ahead", split(path.stat().st_size, seed))
    assert look(path, tmp_path / "ahead") == look(path, tmp_path / "alone")


def test_strides_of_fair_size_leave_nothing_to_do(footage: Callable[[str], Path], tmp_path: Path) -> None:
    path = footage("mp4")
    size = path.stat().st_size
    follow(path, tmp_path / "ahead", [size // 3, size // 3, size - size // 3 * 2])
    assert missing(path, tmp_path / "ahead") == [0, 0]


def test_what_lies_over_more_than_two_strides_or_was_not_seen_is_left(
    footage: Callable[[str], Path], tmp_path: Path
) -> None:
    path = footage("mp4")
    size = path.stat().st_size
    follow(path, tmp_path / "small", [100] * (size // 100) + [size % 100])
    assert missing(path, tmp_path / "small")[0] >= 50
    assert look(path, tmp_path / "small") == look(path, tmp_path / "alone")
    follow(path, tmp_path / "half", [size // 2])
    lacking = missing(path, tmp_path / "half")
    assert all(n > 0 for n in lacking)
    assert look(path, tmp_path / "half") == look(path, tmp_path / "alone")


def test_digests_of_another_file_are_not_taken_over(footage: Callable[[str], Path], tmp_path: Path) -> None:
    """Same media data, one byte of the tables differs: two sizes that still add up."""
    path = footage("mp4")
    follow(path, tmp_path / "ahead", [path.stat().st_size])
    assert missing(path, tmp_path / "ahead") == [0, 0]
    data = bytearray(path.read_bytes())
    sizes = data.index(b"stsz") + 16
    data[sizes + 3] ^= 1
    data[sizes + 7] ^= 1
    other = tmp_path / "other.mp4"
    other.write_bytes(data)
    assert min(missing(other, tmp_path / "ahead")) > 0
    assert look(other, tmp_path / "ahead") == look(other, tmp_path / "alone")


def test_parameter_sets_and_damage_are_left_to_the_index(tmp_path: Path) -> None:
    """What an access unit says beside its digest must not be lost: the index looks at those units itself."""
    sps, picture = b"\x67\x42\x00\x1e", b"\x65" + bytes(range(1, 50))
    avcc = bytes.fromhex("0142001effe100046742001e0100") + bytes(1)

    def nal(data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + data

    units = [nal(picture), nal(sps + b"\x11") + nal(picture), nal(sps + b"\x11") + nal(picture), nal(picture)[:-3]]
    data = b"".join(units)
    memory = os.memfd_create("strides")
    os.write(memory, data)
    sizes = np.array([len(unit) for unit in units])
    table = _table(np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    (tmp_path / "ahead-plan").write_bytes(ahead._plan_bytes(len(data), (table,), {0: ("h264", avcc)}))
    (tmp_path / "ahead-digests").write_bytes(bytes(33 * len(units)))
    assert ahead.Plan(tmp_path, memory).digest((Span(0, 0, len(data)),))
    digests, lacking = ahead.Ahead.found(tmp_path, len(data), (table,), {0: ("h264", avcc)}).of(0)
    assert lacking.tolist() == [1, 3]  # the first that brings the new set, and the damaged one
    alone = AccessUnits("h264", avcc)
    assert bytes(digests[0]) == alone.digest(data, 0, len(units[0]))
    os.close(memory)


def _table(offset: np.ndarray, size: np.ndarray) -> ahead.TrackTable:
    n = len(offset)
    ticks = np.arange(n, dtype=np.int64)
    return ahead.TrackTable(
        number=0, track_id=1, kind="video", codec="h264", timescale=30, shift=0, offset=offset.astype(np.int64),
        size=size.astype(np.uint32), dts=ticks, cts=np.zeros(n, np.int32), duration=np.ones(n, np.uint32),
        key=np.ones(n, np.bool_),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["fmp4", "mkv", "ts", "avi-mjpeg", "mov-pcm", "photo"])
def test_what_has_no_single_table_is_not_followed(footage: Callable[[str], Path], tmp_path: Path, kind: str) -> None:
    with pytest.raises(MediaUnreadable):
        ahead.plan(footage(kind), tmp_path)
    assert list(tmp_path.iterdir()) == []
