from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given

from evidence.media.cuts import cut
from evidence.media.samples import SampleTable
from tests.unit.evidence.media.footage import tables, track


@given(tables())
def test_every_access_unit_is_in_exactly_one_segment(table: SampleTable) -> None:
    cuts = cut(table)
    for each in table.tracks:
        reached = 0
        for part in (part for piece in cuts for part in piece.parts if part.track == each.number):
            assert part.first == reached and part.count > 0
            reached += part.count
            pts = each.pts[part.first : reached]
            assert part.start_pts == pts.min()
            assert part.end_pts == (pts + each.duration[part.first : reached]).max()
        assert reached == len(each)


@given(tables())
def test_segments_join_without_hole_or_overlap_and_split_no_gop(table: SampleTable) -> None:
    cuts = cut(table)
    lead = table.lead()
    assert lead is not None
    assert [piece.seq for piece in cuts] == list(range(len(cuts)))
    assert cuts[0].start_ms == 0
    for before, after in pairwise(cuts):
        assert before.end_ms == after.start_ms and before.start_ms <= before.end_ms
        assert after.parts
        assert all(lead.key[part.first] for part in after.parts if part.track == lead.number)


def test_cuts_are_at_the_first_keyframe_after_four_seconds() -> None:
    keys = [n % 50 == 0 for n in range(500)]
    video = track(0, "video", 25, [1] * 500, keys=keys)
    assert [(c.start_ms, c.end_ms) for c in cut(SampleTable((video,)))] == [
        (0, 4000), (4000, 8000), (8000, 12000), (12000, 16000), (16000, 20000),
    ]  # fmt: skip


def test_a_long_gop_makes_a_long_segment() -> None:
    video = track(0, "video", 25, [1] * 500, keys=[n == 0 for n in range(500)])
    assert [(c.start_ms, c.end_ms) for c in cut(SampleTable((video,)))] == [(0, 20000)]


def test_leading_pictures_of_an_open_gop_belong_to_their_segment() -> None:
    # Decode order I P B B per GOP of 4, cut at the second GOP: its B pictures are shown before its I.
    cts = [2, 4, -1, -1] * 50
    keys = [n % 4 == 0 for n in range(200)]
    cuts = cut(SampleTable((track(0, "video", 25, [1] * 200, keys=keys, cts=cts),)))
    assert [part.first for c in cuts for part in c.parts] == [0, 100]
    assert cuts[1].start_ms == (100 + 1 - 1) * 40


def test_sound_is_cut_at_the_same_instants_half_open() -> None:
    video = track(0, "video", 25, [1] * 250, keys=[n % 25 == 0 for n in range(250)])
    sound = track(1, "audio", 1000, [20] * 500)
    cuts = cut(SampleTable((video, sound)))
    parts = [part for c in cuts for part in c.parts if part.track == 1]
    assert [(part.start_pts, part.end_pts) for part in parts] == [(0, 4000), (4000, 8000), (8000, 10000)]


def test_an_edit_list_moves_where_sound_is_cut() -> None:
    video = track(0, "video", 25, [1] * 250, keys=[n % 25 == 0 for n in range(250)], shift=50)
    sound = track(1, "audio", 1000, [20] * 600)
    second = next(part for part in cut(SampleTable((video, sound)))[1].parts if part.track == 1)
    assert second.start_pts == 2000  # the picture at 4 s is shown 2 s into the movie


def test_sound_alone_is_cut_by_time() -> None:
    cuts = cut(SampleTable((track(0, "audio", 1000, [20] * 500),)))
    assert [(c.start_ms, c.end_ms) for c in cuts] == [(0, 4000), (4000, 8000), (8000, 10000)]


def test_sound_that_outlasts_the_picture_counts_in_full() -> None:
    video = track(0, "video", 25, [1] * 100, keys=[n % 25 == 0 for n in range(100)])
    sound = track(1, "audio", 1000, [20] * 1000)
    cuts = cut(SampleTable((video, sound)))
    assert cuts[-1].end_ms == 20_000
    assert max(c.end_ms - c.start_ms for c in cuts) <= 10_000


def test_nothing_to_show_gives_no_segments() -> None:
    assert cut(SampleTable(())) == ()
    assert cut(SampleTable((track(0, "video", 25, []),))) == ()


def test_a_million_keyframes_are_cut_in_moments() -> None:
    video = track(0, "video", 1000, [40] * 1_000_000)
    cuts = cut(SampleTable((video,)))
    assert len(cuts) == 10_000 and np.all([c.end_ms - c.start_ms == 4000 for c in cuts])
