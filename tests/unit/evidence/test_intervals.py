"""Interval sets against sets of single milliseconds, which nobody gets wrong."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from evidence import intervals

_spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


def _points(spans: object) -> set[int]:
    return {point for start, end in spans for point in range(start, end)}  # type: ignore[attr-defined]


def _is_canonical(spans: intervals.Spans) -> bool:
    return all(start < end for start, end in spans) and all(a[1] < b[0] for a, b in itertools.pairwise(spans))


@given(_spans)
def test_merged_covers_the_same_points(spans: list[tuple[int, int]]) -> None:
    result = intervals.merged(spans)
    assert _is_canonical(result)
    assert _points(result) == _points(spans)
    assert intervals.length(result) == len(_points(spans))
    assert intervals.merged(reversed(result)) == result


@given(_spans, _spans)
@example([(0, 5)], [(5, 10)])  # they touch, and have nothing in common
def test_intersection_and_difference_split_a_set(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    a, b = intervals.merged(left), intervals.merged(right)
    both, only = intervals.intersection(a, b), intervals.difference(a, b)
    assert _is_canonical(both) and _is_canonical(only)
    assert _points(both) == _points(a) & _points(b)
    assert _points(only) == _points(a) - _points(b)
    assert intervals.merged((*both, *only)) == a


def test_touching_spans_are_one() -> None:
    assert intervals.merged([(4, 8), (0, 4), (9, 9), (12, 10)]) == ((0, 8),)
