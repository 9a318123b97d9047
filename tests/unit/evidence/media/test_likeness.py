from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import IntegrityBroken
from evidence.media import likeness

HASHES = st.dictionaries(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), max_size=50)


@given(HASHES)
def test_what_is_packed_is_unpacked_in_order(hashes: dict[int, int]) -> None:
    assert likeness.unpack(likeness.pack(hashes)) == tuple(sorted(hashes.items()))


GOOD = likeness.pack({0: 1, 1: 2, 2: 3})


@pytest.mark.parametrize(
    "data",
    [b"", GOOD[:5], GOOD[:-1], GOOD + b"\0", b"X" + GOOD[1:], GOOD[:12] + GOOD[24:36] + GOOD[12:24] + GOOD[36:]],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityBroken):
        likeness.unpack(data)


def test_distance_counts_bits() -> None:
    assert likeness.distance(0b1010, 0b0011) == 2
