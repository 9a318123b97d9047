from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings

from evidence.errors import MediaUnreadable
from evidence.media.boxes import boxes, child, need, unpack
from evidence.media.cuts import cut
from evidence.media.fragments import Fragment, fragment
from evidence.media.samples import SampleTable
from tests.unit.evidence.media.footage import tables, track


def read_back(made: Fragment) -> dict[int, list[tuple[int, int, int, int, int]]]:
    """track_ID → (file offset, size, dts, cts, flags) per sample, from the fragment alone."""
    head, result = made.head, {}
    (moof, mdat) = boxes(head + bytes(made.length - len(made.head)), 0, made.length)
    payload = [byte for start, length in made.ranges for byte in range(start, start + length)]
    assert len(made.head) + len(payload) == made.length == mdat.end
    for traf in (b for b in boxes(head, moof.body, moof.end) if b.type == b"traf"):
        _, track_id = unpack(">II", head, need(head, traf, b"tfhd"))
        tfdt = child(head, traf, b"tfdt")
        assert tfdt is not None
        (dts,) = unpack(">Q", head, tfdt, 4)
        samples = result.setdefault(track_id, [])
        for trun in (b for b in boxes(head, traf.body, traf.end) if b.type == b"trun"):
            _, count, place = unpack(">IIi", head, trun)
            for n in range(count):
                duration, size, flags, cts = struct.unpack_from(">IIIi", head, trun.body + 12 + 16 * n)
                at = place - len(head)
                assert payload[at : at + size] == list(range(payload[at], payload[at] + size))
                samples.append((payload[at], size, dts, cts, flags))
                place, dts = place + size, dts + duration
    return result


@settings(max_examples=60)
@given(tables())
def test_a_fragment_holds_exactly_its_samples(table: SampleTable) -> None:
    for piece in cut(table):
        made = read_back(fragment(table, piece))
        played = {each.number for each in table.played()}
        parts = [part for part in piece.parts if part.track in played]
        assert set(made) == {table.tracks[part.track].track_id for part in parts}
        for part in parts:
            each = table.tracks[part.track]
            stretch = slice(part.first, part.first + part.count)
            found = made[each.track_id]
            assert [row[0] for row in found] == each.offset[stretch].tolist()
            assert [row[1] for row in found] == each.size[stretch].tolist()
            assert [row[3] for row in found] == each.cts[stretch].tolist()
            assert [row[4] == 0x02000000 for row in found] == each.key[stretch].tolist()
            shown = each.dts[stretch] - each.dts[part.first]
            assert [row[2] - found[0][2] for row in found] == shown.tolist()


def test_what_an_edit_list_skips_keeps_its_place_in_time() -> None:
    """A film cut on the device: its first minute lies before what is shown, and is evidence all the same."""
    video = track(0, "video", 1000, [40] * 2500, keys=[n % 25 == 0 for n in range(2500)], shift=60_000)
    sound = track(1, "audio", 1000, [20] * 5000, shift=60_000)
    table = SampleTable((video, sound))
    starts = [
        {track_id: rows[0][2] for track_id, rows in read_back(fragment(table, piece)).items()} for piece in cut(table)
    ]
    steps = [after[1] - before[1] for before, after in pairwise(starts)]
    assert steps == [4000] * (len(starts) - 1)
    assert all(each[1] == each[2] >= 0 for each in starts)


def test_neighbours_are_one_range() -> None:
    video = track(0, "video", 25, [1] * 50, offsets=[1000 + 20 * n for n in range(50)])
    sound = track(1, "audio", 25, [1] * 50, offsets=[1010 + 20 * n for n in range(50)])
    made = fragment(table := SampleTable((video, sound)), cut(table)[0])
    assert made.ranges == ((1000, 1000),)


def test_a_table_without_byte_offsets_is_refused() -> None:
    table = SampleTable((track(0, "video", 25, [1] * 5, offsets=[-1] * 5),))
    with pytest.raises(MediaUnreadable):
        fragment(table, cut(table)[0])


def test_a_segment_too_large_for_its_offsets_is_refused() -> None:
    sizes = [1 << 30] * 3
    table = SampleTable((track(0, "video", 25, [1] * 3, keys=[True, False, False], sizes=sizes),))
    with pytest.raises(MediaUnreadable):
        fragment(table, cut(table)[0])


def test_only_the_first_track_of_a_kind_is_sent() -> None:
    table = SampleTable(tuple(track(n, kind, 25, [1] * 50) for n, kind in enumerate(("video", "audio", "video"))))
    assert set(read_back(fragment(table, cut(table)[0]))) == {1, 2}
