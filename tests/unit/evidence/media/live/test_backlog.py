"""When the pictures of a file were received that was not followed from its beginning."""

from __future__ import annotations

from evidence.media.live.backlog import Backlog, Take, takes_of

SECOND = 90_000


def pictures(first_s: float, n: int) -> list[tuple[int, int]]:
    return [(round((first_s + i / 25) * SECOND), SECOND // 25) for i in range(n)]


def test_pictures_that_follow_each_other_are_one_take() -> None:
    assert takes_of(pictures(5, 50)) == (Take(5 * SECOND, 7 * SECOND),)


def test_a_hole_or_a_clock_that_begins_anew_parts_them() -> None:
    found = takes_of([*pictures(0, 25), *pictures(10, 25), *pictures(0, 50)])
    assert found == (Take(0, SECOND), Take(10 * SECOND, 11 * SECOND), Take(0, 2 * SECOND))


def test_the_newest_picture_ends_at_the_files_last_change() -> None:
    backlog = Backlog((Take(0, 4 * SECOND),), 100, written_us=1_000_000_000)
    assert backlog.at_us(4 * SECOND) == 1_000_000_000
    assert backlog.at_us(SECOND) == 997_000_000


def test_earlier_takes_lie_before_all_that_follows() -> None:
    backlog = Backlog((Take(0, SECOND), Take(10 * SECOND, 13 * SECOND)), 100, written_us=1_000_000_000)
    assert backlog.at_us(0) == 996_000_000
    rest = backlog.from_here(11 * SECOND)
    assert rest is not None and rest.at_us(11 * SECOND) == 998_000_000
    assert backlog.from_here(13 * SECOND) is None
