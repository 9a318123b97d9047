"""Sets of half-open integer intervals, in milliseconds. Pure.

A set is a tuple of (start, end), sorted, disjoint, not touching, none empty: equal sets are equal tuples.
"""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]
Spans = tuple[Span, ...]


def merged(spans: Iterable[Span]) -> Spans:
    """The set that some intervals cover, in any order; empty and backward ones cover nothing."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return tuple(result)


def intersection(left: Spans, right: Spans) -> Spans:
    """What lies in both sets."""
    result: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            result.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def difference(left: Spans, right: Spans) -> Spans:
    """What lies in `left` but not in `right`."""
    result: list[Span] = []
    j = 0
    for start, end in left:
        while j < len(right) and right[j][1] <= start:
            j += 1
        k = j
        while k < len(right) and right[k][0] < end:
            if start < right[k][0]:
                result.append((start, right[k][0]))
            start = max(start, right[k][1])
            k += 1
        if start < end:
            result.append((start, end))
    return tuple(result)


def length(spans: Spans) -> int:
    """How much a set covers."""
    return sum(end - start for start, end in spans)
