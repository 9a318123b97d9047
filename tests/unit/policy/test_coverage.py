"""Coverage against a model of the world: clocks drawn at random within their bounds, time looked at ms by ms."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.intervals import Spans, intersection, length, merged
from policy.coverage import Coverage, Take, cover, share, views_of

REQUIRED = (100, 160)


def take(name: str, start: int, end: int, view: str = "a", **more: object) -> Take:
    spans = ((0, end - start),)
    return Take(name, view, start, spans, spans, **more)  # type: ignore[arg-type]


def covered(*takes: Take, required: tuple[int, int] = REQUIRED, least: int = 1, joint_ms: int = 0) -> Coverage:
    return cover(required, views_of(takes, required, sound=False, joint_ms=joint_ms), least)


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[Take], dict[str, int], int, int]:
    """Takes of up to three cameras, each with its true clock error; a joint tolerance; a number of views."""
    takes: list[Take] = []
    errors: dict[str, int] = {}
    for view in "abc"[: draw(st.integers(1, 3))]:
        uncertainty = draw(st.integers(0, 9))
        errors[view] = draw(st.integers(-uncertainty, uncertainty))
        for n in range(draw(st.integers(0, 4))):
            start = draw(st.integers(80, 170))
            spans = merged(
                (a, a + n) for a, n in draw(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), max_size=3))
            )
            takes.append(Take(f"{view}{n}", view, start, spans, spans, uncertainty))
    return takes, errors, draw(st.integers(0, 4)), draw(st.integers(1, 3))


def _truly(takes: list[Take], errors: dict[str, int], joint_ms: int, least: int) -> set[int]:
    """The milliseconds at which at least so many cameras recorded; gaps of a joint or less count as recorded."""
    depth: dict[int, int] = {}
    for view, error in errors.items():
        points: set[int] = set()
        spans = merged(
            (t.start_ms + a + error, t.start_ms + b + error) for t in takes if t.view == view for a, b in t.picture
        )
        for before, after in itertools.pairwise(spans):
            if after[0] - before[1] <= joint_ms:
                points.update(range(before[1], after[0]))
        for start, end in spans:
            points.update(range(start, end))
        for point in points:
            depth[point] = depth.get(point, 0) + 1
    return {point for point, count in depth.items() if count >= least}


def _points(spans: Spans) -> set[int]:
    return {point for start, end in spans for point in range(start, end)}


@given(_worlds())
def test_whatever_the_clocks_what_is_shown_was_recorded_and_what_is_missing_was_not(
    world: tuple[list[Take], dict[str, int], int, int],
) -> None:
    takes, errors, joint_ms, least = world
    found = covered(*takes, least=least, joint_ms=joint_ms)
    truth = _truly(takes, errors, joint_ms, least)
    assert _points(found.shown) <= truth
    # A hole of one camera is named where its clock puts it; the clock's error moves it, and never fills it.
    bare = set(range(*REQUIRED)) - truth
    for start, end in found.missing:
        assert bare & set(range(start - 9, end + 9))
    assert (found.answer == "covered") <= (not bare)


@given(_worlds())
def test_the_three_answers_are_disjoint_and_make_up_the_interval(
    world: tuple[list[Take], dict[str, int], int, int],
) -> None:
    takes, _, joint_ms, least = world
    found = covered(*takes, least=least, joint_ms=joint_ms)
    parts = (found.shown, found.missing, found.doubtful)
    assert merged(span for part in parts for span in part) == (REQUIRED,) == found.required
    assert all(intersection(a, b) == () for a, b in itertools.combinations(parts, 2))
    assert share(found) == length(found.shown) / 60


@given(_worlds(), st.integers(80, 170), st.integers(1, 60))
def test_more_footage_never_shows_less(world: tuple[list[Take], dict[str, int], int, int], start: int, ms: int) -> None:
    takes, _, joint_ms, least = world
    before = covered(*takes, least=least, joint_ms=joint_ms)
    after = covered(*takes, take("new", start, start + ms, "a", uncertainty_ms=2), least=least, joint_ms=joint_ms)
    assert intersection(before.shown, after.shown) == before.shown


@given(_worlds())
def test_with_exact_clocks_nothing_is_doubtful(world: tuple[list[Take], dict[str, int], int, int]) -> None:
    takes, _, joint_ms, least = world
    exact = [replace(each, uncertainty_ms=0) for each in takes]
    found = covered(*exact, least=least, joint_ms=joint_ms)
    assert found.doubtful == ()
    truth = _truly(exact, {each.view: 0 for each in exact}, joint_ms, least)
    assert _points(found.shown) == truth & set(range(*REQUIRED))


def test_overlapping_batteries_cover() -> None:
    found = covered(take("r1", 90, 130), take("r2", 125, 170))
    assert (found.answer, found.shortfalls, share(found)) == ("covered", (), 1.0)


def test_files_40_ms_apart_are_continuous_and_41_are_not() -> None:
    near = [take("r1", 0, 1000), take("r2", 1040, 2000)]
    far = [take("r1", 0, 1000), take("r2", 1041, 2000)]
    assert covered(*near, required=(0, 2000), joint_ms=40).answer == "covered"
    found = covered(*far, required=(0, 2000), joint_ms=40)
    assert (found.answer, found.missing) == ("not-covered", ((1000, 1041),))


def test_a_hole_of_one_camera_is_missing_though_its_clock_is_not_exact() -> None:
    """Wherever the clock puts the four seconds, nobody recorded them."""
    takes = [take("r1", 0, 10_000, uncertainty_ms=3000), take("r2", 14_000, 40_000, uncertainty_ms=3000)]
    found = covered(*takes, required=(5_000, 30_000), joint_ms=40)
    assert found.missing == ((10_000, 14_000),)
    assert found.doubtful == ((7_000, 10_000), (14_000, 17_000))
    other = take("x", 0, 40_000, "b", uncertainty_ms=3000)
    assert covered(*takes, other, required=(5_000, 30_000), joint_ms=40).answer == "covered"


def test_a_hole_that_another_camera_may_have_filled_is_doubtful() -> None:
    takes = [take("r1", 0, 10_000, uncertainty_ms=3000), take("r2", 14_000, 40_000, uncertainty_ms=3000)]
    other = take("x", 9_500, 14_500, "b", uncertainty_ms=3000)
    assert covered(*takes, other, required=(5_000, 30_000), joint_ms=40).answer == "cannot-be-shown"


def test_whole_seconds_in_file_names_make_no_phantom_gaps() -> None:
    """Numbers that follow and a gap within the second that was cut off: continuous, and said to be assumed."""
    first = take("r1", 0, 60_040, resolution_ms=1000, sequence=7)
    second = take("r2", 61_000, 121_000, resolution_ms=1000, sequence=8)
    found = covered(first, second, required=(2_000, 100_000), joint_ms=40)
    assert found.answer == "covered"
    assert [(joint.start_ms, joint.end_ms, joint.assumed) for joint in found.joints] == [(60_040, 61_000, True)]
    assert covered(first, replace(second, start_ms=61_080), required=(2_000, 100_000), joint_ms=40).answer == "covered"
    later = covered(first, replace(second, start_ms=61_081), required=(2_000, 100_000), joint_ms=40)
    assert (later.answer, later.missing) == ("not-covered", ((60_040, 61_081),))
    unnumbered = replace(second, sequence=9)
    assert covered(first, unnumbered, required=(2_000, 100_000), joint_ms=40).answer == "cannot-be-shown"


def test_footage_of_unknown_time_shows_nothing_and_excludes_nothing() -> None:
    found = covered(take("r1", 0, 40, uncertainty_ms=None))
    assert (found.answer, found.doubtful) == ("cannot-be-shown", (REQUIRED,))
    assert covered(Take("r0", "a", 0, (), (), None)).answer == "not-covered"


def test_a_hole_that_footage_of_unknown_time_may_fill_is_doubtful() -> None:
    takes = [take("r1", 0, 10_000), take("r2", 14_000, 40_000)]
    assert covered(*takes, required=(5_000, 30_000)).missing == ((10_000, 14_000),)
    found = covered(*takes, take("r3", 0, 4_000, uncertainty_ms=None), required=(5_000, 30_000))
    assert (found.missing, found.doubtful) == ((), ((10_000, 14_000),))


def test_what_is_joined_within_one_file_is_no_joint_of_two() -> None:
    one = Take("r1", "a", 0, ((0, 1_000), (1_040, 2_000)), ())
    found = covered(one, required=(0, 2_000), joint_ms=40)
    assert (found.answer, found.joints) == ("covered", ())


@pytest.mark.parametrize(("first_ms", "second_ms"), [(30, 0), (0, 30), (10, 20)])
def test_files_of_two_clocks_join_only_if_both_errors_leave_room(first_ms: int, second_ms: int) -> None:
    def answer(gap_ms: int) -> str:
        first = take("r1", 0, 1_000, clock="x", uncertainty_ms=first_ms)
        second = take("r2", 1_000 + gap_ms, 3_000, clock="y", uncertainty_ms=second_ms)
        return covered(first, second, required=(500, 2_500), joint_ms=40).answer

    assert (answer(10), answer(11)) == ("covered", "cannot-be-shown")


def test_two_views_are_asked_for_at_every_moment() -> None:
    found = covered(take("r1", 90, 170), take("r2", 90, 130, "b"), least=2)
    assert (found.shown, found.missing) == (((100, 130),), ((130, 160),))
    # Two files of one camera at one moment are one view.
    assert covered(take("r1", 90, 170), take("r2", 90, 170), least=2).answer == "not-covered"


def test_a_silent_head_from_before_the_button_is_no_fault() -> None:
    buffered = Take("r1", "a", 0, ((0, 90_000),), ((30_000, 90_000),))
    mute_later = Take("r1", "a", 0, ((0, 90_000),), ((0, 30_000), (60_000, 90_000)))

    def sound(one: Take) -> Coverage:
        return cover((0, 90_000), views_of([one], (0, 90_000), sound=True, joint_ms=40, pre_event_ms=30_000))

    assert sound(buffered).answer == "covered"
    assert sound(mute_later).missing == ((30_000, 60_000),)
    assert sound(replace(buffered, sound=((30_001, 90_000),))).answer == "not-covered"
    assert sound(replace(buffered, sound=())).answer == "not-covered"


@pytest.mark.parametrize(("short_ms", "answer"), [(0, "covered"), (250, "covered"), (251, "not-covered")])
def test_a_last_block_of_sound_that_was_not_full_is_no_fault(short_ms: int, answer: str) -> None:
    one = Take("a", "A", 0, ((0, 60_000),), ((0, 60_000 - short_ms),))
    assert cover((0, 60_000), views_of([one], (0, 60_000), sound=True, joint_ms=40)).answer == answer
