"""Sample tables of hand-made movies: what they say, and the lies they are refused for."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import MediaUnreadable
from evidence.media.boxes import Box, boxes
from evidence.media.mp4 import Unsupported, read_movie
from evidence.media.mp4_fragments import FragmentReader
from tests.unit.evidence.media.footage import MDAT_AT, box, full, movie, plain, table_of, u32


def read(data: bytes):  # type: ignore[no-untyped-def]
    return read_movie(data, len(data))


def test_a_plain_movie() -> None:
    made = read(movie(**plain()))
    (track,) = made.tracks
    assert track.offset.tolist() == [MDAT_AT + 100 * n for n in range(10)]
    assert track.size.tolist() == [100] * 10
    assert track.dts.tolist() == [40 * n for n in range(10)]
    assert track.key.all() and not made.fragmented and made.truncated is None


def test_chunks_keyframes_composition_and_edit_list() -> None:
    parts = plain() | {
        "stsc": table_of(b"stsc", (1, 4, 1), (2, 6, 1)),
        "stco": full(b"co64", u32(2), struct.pack(">2Q", MDAT_AT + 600, MDAT_AT)),
    }
    extra = table_of(b"stss", (1,), (6,)) + full(b"ctts", u32(2, 5, 80, 5), struct.pack(">i", -40), version=1)
    edits = box(b"edts", full(b"elst", u32(2, 500), struct.pack(">ii", -1, 1 << 16), u32(400, 80, 1 << 16)))
    (track,) = read(movie(**parts, extra=extra, edits=edits)).tracks
    assert track.offset.tolist() == [MDAT_AT + n for n in (600, 700, 800, 900, 0, 100, 200, 300, 400, 500)]
    assert track.key.nonzero()[0].tolist() == [0, 5]
    assert track.cts.tolist() == [80] * 5 + [-40] * 5
    assert track.shift == 80 - 500


def test_samples_past_a_cut_off_end_are_left_out() -> None:
    parts = plain() | {"stco": table_of(b"stco", (MDAT_AT + 500,))}
    made = read(movie(**parts))
    assert len(made.tracks[0]) == 5
    assert made.truncated == "The file was cut off: 5 of its frames are missing at the end."


def test_bytes_after_the_end_are_named_and_harmless() -> None:
    for junk in (b"\xff" * 50, u32(3) + b"junk", b"abc"):
        made = read(movie(**plain()) + junk)
        assert made.truncated == "Bytes that are no part of the recording follow its end."
        assert len(made.tracks[0]) == 10


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ({"stco": table_of(b"stco", (0,))}, "outside its media data"),
        ({"stco": full(b"co64", u32(1), struct.pack(">Q", (1 << 63) - 50))}, "outside its media data"),
        ({"stco": full(b"co64", u32(1), struct.pack(">Q", 1 << 63))}, "outside its media data"),
        ({"stsz": full(b"stsz", u32(0, 0xFFFFFFFF))}, "claims 4294967295 rows"),
        ({"stsz": full(b"stsz", u32(0xFFFFFFFF, 10))}, "outside its media data"),
        ({"stsz": full(b"stsz", u32(100, 5_000_000))}, "damaged"),
        ({"stts": table_of(b"stts", (9, 40))}, "covers fewer"),
        ({"stts": full(b"stts", u32(0x7FFFFFFF))}, "claims 2147483647 rows"),
        ({"stts": table_of(b"stts", (10, 0xFFFFFFFF)), "timescale": 50}, "impossible times"),
        ({"stsc": table_of(b"stsc", (1, 0, 1))}, "fewer samples"),
        ({"stsc": table_of(b"stsc", (2, 10, 1))}, "do not fit together"),
        ({"stsc": table_of(b"stsc", (1, 5, 1), (1, 5, 1))}, "do not fit together"),
        ({"extra": table_of(b"stss", (0,))}, "keyframes that do not exist"),
        ({"extra": table_of(b"stss", (11,))}, "keyframes that do not exist"),
        ({"extra": table_of(b"ctts", (10, 0x80000000))}, "impossible times"),
        ({"timescale": 0}, "time base of 0"),
        ({"edits": box(b"edts", full(b"elst", u32(1), struct.pack(">qqi", 0, 1 << 62, 1), version=1))}, "impossible"),
        ({"stsd": full(b"stsd", u32(0))}, "how a track is coded"),
    ],
)  # fmt: skip
def test_a_table_that_lies_is_refused(lie: dict[str, bytes], words: str) -> None:
    with pytest.raises(MediaUnreadable, match=words):
        read(movie(**(plain() | lie)))  # type: ignore[arg-type]


def test_a_table_that_names_the_same_bytes_again_and_again_is_refused() -> None:
    n = 100
    lie = {
        "stsz": full(b"stsz", u32(900, n)),
        "stts": table_of(b"stts", (n, 40)),
        "stco": table_of(b"stco", *((MDAT_AT,) for _ in range(n))),
        "stsc": table_of(b"stsc", (1, 1, 1)),
    }
    with pytest.raises(MediaUnreadable, match="several times"):
        read(movie(**lie))


def test_huge_claims_are_refused_quickly() -> None:
    """A few hundred bytes that claim eight million samples cost little time."""
    n = 8_000_000
    lie = plain() | {
        "stsz": full(b"stsz", u32(1, n)),
        "stts": table_of(b"stts", (n, 1)),
        "stsc": table_of(b"stsc", (1, n, 1)),
    }
    # Of this process: other work on the machine does not count.
    started_s = time.process_time()
    (track,) = read(movie(**lie, mdat=10)).tracks
    assert len(track) == 10
    assert time.process_time() - started_s < 5


@pytest.mark.parametrize(
    ("stsd", "words"),
    [
        (full(b"stsd", u32(1), box(b"encv", bytes(78))), "encrypted"),
        (full(b"stsd", u32(2), box(b"avc1", bytes(78)), box(b"avc1", bytes(78))), "format changes"),
    ],
)
def test_what_cannot_be_served_as_it_is_is_said_apart(stsd: bytes, words: str) -> None:
    with pytest.raises(Unsupported, match=words):
        read(movie(**plain(), stsd=stsd))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no MP4"),
        (b"hello world, this is no movie", "no MP4|broken"),
        (box(b"ftyp", b"isom") + box(b"mdat", bytes(100)), "cut off before its index"),
        (movie(**plain())[:-30], "middle of its index"),
    ],
)
def test_files_that_are_no_whole_movie(data: bytes, words: str) -> None:
    with pytest.raises(MediaUnreadable, match=words):
        read(data)


def fragmented(*boxes_after: bytes, n_begun: int = 0) -> bytes:
    """`n_begun`: samples that the moov's own tables name, as of a file that was begun before it was fragmented."""
    base = movie(**plain(n_begun), mdat=100 * n_begun)
    mvex = box(b"mvex", full(b"trex", u32(1, 1, 40, 100, 0)))
    moov_at = base.index(b"moov") - 4
    moov = base[moov_at + 8 :] + mvex
    return base[:moov_at] + box(b"moov", moov) + b"".join(boxes_after)


def moov_of(data: bytes) -> Box:
    return next(each for each in boxes(data, 0, len(data)) if each.type == b"moov")


def moof(tfdt: int, trun: bytes) -> bytes:
    tfhd = full(b"tfhd", u32(1), flags=0x020000)
    return box(
        b"moof",
        full(b"mfhd", u32(1)),
        box(b"traf", tfhd, full(b"tfdt", struct.pack(">Q", tfdt), version=1), trun),
    )


def test_fragments_with_default_sizes() -> None:
    one = moof(400, full(b"trun", u32(3), struct.pack(">i", 96), flags=1))
    made = read(fragmented(one, box(b"mdat", bytes(300))))
    (track,) = made.tracks
    assert made.fragmented and track.dts.tolist() == [400, 440, 480] and track.size.tolist() == [100] * 3


@pytest.mark.parametrize("tfdt", [True, False])
def test_samples_of_the_moov_come_before_those_of_the_fragments(tfdt: bool) -> None:
    """As `-movflags frag_keyframe` without `empty_moov` writes it: the first fragment stands in the moov."""
    trun = full(b"trun", u32(3), struct.pack(">i", 96 if tfdt else 76), flags=1)
    timed = moof(400, trun)
    untimed = box(b"moof", full(b"mfhd", u32(1)), box(b"traf", full(b"tfhd", u32(1), flags=0x020000), trun))
    data = fragmented(timed if tfdt else untimed, box(b"mdat", bytes(300)), n_begun=10)
    made = read(data)
    (track,) = made.tracks
    payload = len(data) - 300
    assert track.offset.tolist() == [MDAT_AT + 100 * n for n in range(10)] + [payload + 100 * n for n in range(3)]
    assert track.dts.tolist() == [40 * n for n in range(13)]
    assert made.fragmented and made.truncated is None


def test_a_track_fragment_that_names_no_base_begins_behind_the_one_before() -> None:
    """§8.8.7.1, as `-movflags omit_tfhd_offset` writes it."""

    def traf(flags: int, *, trun: bytes) -> bytes:
        return box(b"traf", full(b"tfhd", u32(1), flags=flags), trun)

    first = traf(0, trun=full(b"trun", u32(2), struct.pack(">i", 500), flags=1))
    for flags, begins in ((0, 700), (0x020000, 0)):
        moofs = box(b"moof", full(b"mfhd", u32(1)), first, traf(flags, trun=full(b"trun", u32(2), flags=0)))
        moof_at = len(fragmented())
        columns = FragmentReader(fragmented(moofs), moov_of(fragmented()))
        columns.read(Box(b"moof", moof_at, moof_at + 8, moof_at + len(moofs), True))
        offset = columns.columns(1, True)[0] - moof_at
        assert offset.tolist() == [500, 600, begins, begins + 100]


@pytest.mark.parametrize(
    "piece",
    [
        moof((1 << 64) - 1, full(b"trun", u32(3), flags=0)),
        moof(1 << 62, full(b"trun", u32(3), flags=0)),
        moof(0, full(b"trun", u32(0xFFFFFFFF), flags=0)),
        moof(0, full(b"trun", u32(0x10000000), flags=0x100)),
        moof(0, full(b"trun", u32(3), struct.pack(">i", -(1 << 31)), flags=1)),
        moof(0, full(b"trun", flags=1)),
        moof(0, b"".join(full(b"trun", u32(1_000_000), flags=0) for _ in range(20))),
    ],
)
def test_fragments_that_lie_are_refused(piece: bytes) -> None:
    with pytest.raises(MediaUnreadable):
        read(fragmented(piece, box(b"mdat", bytes(300))))


@settings(max_examples=400)
@given(st.data())
def test_damaged_bytes_raise_only_media_unreadable(data: st.DataObject) -> None:
    extra = table_of(b"stss", (1,)) + table_of(b"ctts", (10, 40))
    edits = box(b"edts", full(b"elst", u32(1, 500, 40, 1 << 16)))
    whole = data.draw(
        st.sampled_from(
            [
                movie(**plain(), extra=extra, edits=edits),
                fragmented(moof(0, full(b"trun", u32(3), flags=0)), box(b"mdat", bytes(300))),
            ]
        )
    )
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + 1] = data.draw(st.binary(min_size=1, max_size=4))
    kept = bytes(broken[: data.draw(st.integers(0, len(broken)) | st.just(len(broken)))])
    try:
        made = read(kept)
    except MediaUnreadable:
        return
    for track in made.tracks:
        assert not len(track) or (track.offset.min() >= 0 and (track.offset + track.size).max() <= len(kept))
