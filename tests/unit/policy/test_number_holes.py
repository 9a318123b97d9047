"""Holes in running numbers: what was deleted is found, and nothing else is said to be missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policy.number_holes import Numbered, number_holes

DAY = 86_400_000
MINUTE = 60_000


def file(number: int, minute: int, *, kind: str = "video", received: int | None = None) -> Numbered:
    start = minute * MINUTE
    received_ms = start + DAY // 3 if received is None else received * MINUTE
    return Numbered(f"{kind}-{number}-{minute}", kind, number, start, start + MINUTE, received_ms)


def missing(*files: Numbered) -> list[tuple[int, int]]:
    return [(hole.first, hole.last) for hole in number_holes(files)]


@given(
    runs=st.lists(st.integers(2, 12), min_size=1, max_size=4),
    data=st.data(),
)
def test_every_file_deleted_from_within_a_run_is_found_and_none_besides(runs: list[int], data: st.DataObject) -> None:
    """A device that begins again at 1 every day. Of each day's files, which are those that are left?"""
    left: list[Numbered] = []
    expected: list[tuple[int, int]] = []
    for day, n in enumerate(runs):
        deleted = data.draw(st.sets(st.integers(2, n - 1), max_size=n)) if n > 2 else set()
        left += [file(number, day * 1440 + number * 10) for number in range(1, n + 1) if number not in deleted]
        for number in sorted(deleted):
            if expected and expected[-1][1] == number - 1 and number - 1 in deleted:
                expected[-1] = (expected[-1][0], number)
            else:
                expected.append((number, number))
    shuffled = data.draw(st.permutations(left))
    assert missing(*shuffled) == expected


@given(st.integers(3, 30), st.integers(2, 29), st.integers(1, 3))
def test_files_with_a_wrong_clock_are_not_said_to_be_missing(n: int, first: int, length: int) -> None:
    """A clock that was reset for some files puts them years back; they came with the same docking."""
    files = [
        file(number, number * 10 - (5_000_000 if first <= number < first + length else 0), received=5000)
        for number in range(1, n + 1)
    ]
    assert missing(*files) == []


def test_what_a_new_day_lacks_at_its_beginning_is_found() -> None:
    yesterday = [file(n, n * 10) for n in (1, 2, 3)]
    today = [file(n, 1440 + n * 10) for n in (3, 4)]
    assert missing(*yesterday, *today) == [(1, 2)]
    # Another card or another counter: nothing can be said.
    assert missing(*yesterday[:1], file(300, 1440)) == [(2, 299)]
    assert missing(*yesterday, *[file(n, 1440 + n) for n in (1, 2)]) == []


def test_the_first_number_ever_seen_says_nothing_about_those_before() -> None:
    assert missing(file(345, 1), file(346, 2)) == [] and missing() == [] and missing(file(9, 1)) == []


def test_photos_and_films_counted_together_or_apart() -> None:
    together = [file(1, 1), file(2, 2, kind="photo"), file(3, 3), file(5, 5)]
    assert missing(*together) == [(4, 4)]
    apart = [file(1, 1), file(1, 2, kind="photo"), file(2, 3), file(2, 4, kind="photo"), file(4, 6)]
    assert missing(*apart) == [(3, 3)]


def test_the_hole_lies_between_its_neighbours() -> None:
    (hole,) = number_holes([file(7, 100), file(10, 400)])
    assert (hole.first, hole.last, hole.n, hole.before.number, hole.after.number) == (8, 9, 2, 7, 10)
