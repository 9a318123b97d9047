from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import MediaUnreadable
from evidence.media.boxes import boxes, child, need, unpack
from tests.unit.evidence.media.footage import box


def walk(data: bytes) -> list[tuple[bytes, int, int, bool]]:
    return [(b.type, b.body, b.end, b.complete) for b in boxes(data, 0, len(data))]


def test_boxes_follow_each_other() -> None:
    assert walk(box(b"ftyp", b"abcd") + box(b"free")) == [(b"ftyp", 8, 12, True), (b"free", 20, 20, True)]


def test_a_64_bit_size_and_a_box_to_the_end_of_the_file() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd"
    assert walk(large + struct.pack(">I4s", 0, b"free") + b"rest") == [
        (b"mdat", 16, 20, True),
        (b"free", 28, 32, True),
    ]


def test_a_box_past_the_end_is_incomplete_and_the_last() -> None:
    assert walk(struct.pack(">I4s", 100, b"mdat") + b"abc") == [(b"mdat", 8, 11, False)]
    assert walk(struct.pack(">I4s", 1, b"mdat") + b"abc") == [(b"mdat", 11, 11, False)]


@pytest.mark.parametrize("size", [2, 7])
def test_a_box_smaller_than_its_header_is_refused(size: int) -> None:
    with pytest.raises(MediaUnreadable, match="box structure is broken"):
        walk(struct.pack(">I4s", size, b"mdat"))


def test_what_is_missing_is_named() -> None:
    data = box(b"moov", box(b"trak"))
    (moov,) = boxes(data, 0, len(data))
    assert child(data, moov, b"trak", b"mdia") is None
    with pytest.raises(MediaUnreadable, match="mdia is missing"):
        need(data, moov, b"trak", b"mdia")
    with pytest.raises(MediaUnreadable, match="too short"):
        unpack(">Q", data, need(data, moov, b"trak"))


@given(st.binary(max_size=300), st.integers(0, 300))
def test_noise_raises_only_media_unreadable_and_stays_inside(noise: bytes, start: int) -> None:
    try:
        found = list(boxes(noise, min(start, len(noise)), len(noise)))
    except MediaUnreadable:
        return
    assert all(0 <= b.start <= b.body <= b.end <= len(noise) for b in found)
    for b in found:
        with suppress(MediaUnreadable):
            child(noise, b, b"trak", b"mdia")
            unpack(">II", noise, b)
