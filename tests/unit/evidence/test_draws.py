"""A draw is the same for everybody, is fair, and does not depend on how the list came to be."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import draws
from evidence.canonical import sha256
from evidence.errors import IntegrityBroken
from evidence.merkle import check_inclusion, inclusion_path, leaf_hash, root_of

LEAF, NONCE = bytes(range(32)), bytes(range(32, 64))
_ids = st.sets(st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=6), min_size=1, max_size=30)


@given(_ids, st.binary(min_size=32, max_size=32), st.data())
def test_so_many_are_drawn_each_once_and_all_of_the_list(ids: set[str], seed: bytes, data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(ids)))
    listed = draws.read_population(draws.population_text(ids))
    drawn = draws.draw(listed, size, seed)
    assert len(drawn) == size == len(set(drawn)) and set(drawn) <= ids
    assert drawn == draws.draw(listed, size, seed)
    # A larger draw from the same seed begins with the smaller one.
    assert draws.draw(listed, len(ids), seed)[:size] == drawn


@given(_ids, st.randoms())
def test_the_order_in_which_things_are_found_changes_nothing(ids: set[str], chance: random.Random) -> None:
    shuffled = list(ids) * 2
    chance.shuffle(shuffled)
    assert draws.population_text(shuffled) == draws.population_text(sorted(ids))


def test_a_known_draw_stays_as_it_is() -> None:
    """Whoever checks an old draw years later must come to the same: these values may never change."""
    ids = tuple(f"r{n:02}" for n in range(40))
    seed = draws.seed_of(LEAF, NONCE, "六面骰 4 2 6 1 1 3 5 2 6 6 1 4")
    assert seed.hex() == "5f6cca76e67acb211f0b03644417ac26c3c85ecd7a330ff205c64beb305ee2f2"
    assert draws.draw(ids, 5, seed) == ("r14", "r03", "r17", "r11", "r18")


def test_every_pair_in_order_is_equally_likely() -> None:
    """Chi-square over all 30 ordered pairs of six: 29 degrees of freedom, 58.3 is passed once in a thousand times.
    The seeds are fixed, so this passes always or never."""
    ids, n = tuple("abcdef"), 30_000
    seen = Counter(draws.draw(ids, 2, sha256(f"seed {k}".encode()).encode()) for k in range(n))
    expected = n / 30
    assert set(seen) == set(permutations(ids, 2))
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 58.3


def test_every_place_of_a_long_list_is_equally_likely() -> None:
    """Ten of 1,000, 4,000 times: 40 each. Chi-square with 999 degrees of freedom, 1,142.8 once in a thousand."""
    ids, n = tuple(f"{k:04}" for k in range(1_000)), 4_000
    seen = Counter(each for k in range(n) for each in draws.draw(ids, 10, sha256(f"long {k}".encode()).encode()))
    # Within one draw no place comes twice, which makes the sum smaller than chi-square by 1 part in 100, never larger.
    assert sum((seen[each] - 40) ** 2 / 40 for each in ids) < 1_142.8


def test_what_does_not_divide_evenly_is_thrown_away() -> None:
    """With a bound just above half of 2^64 folding would make the small numbers twice as likely."""
    bound = (1 << 63) + 1
    stream = draws.numbers(b"seed")
    numbers = [draws._below(bound, stream) for _ in range(2_000)]
    low = sum(number < bound // 2 for number in numbers)
    assert max(numbers) < bound and 880 < low < 1_120


@pytest.mark.parametrize("other", [(b"\x01" * 32, NONCE, "word"), (LEAF, LEAF, "word"), (LEAF, NONCE, "word ")])
def test_the_seed_follows_from_all_three(other: tuple[bytes, bytes, str]) -> None:
    assert draws.seed_of(*other) != draws.seed_of(LEAF, NONCE, "word")


@pytest.mark.parametrize("data", [b"a", b"a\n\n", b"b\na\n", b"a\na\n", b"\n", "甲\n".encode()])
def test_a_list_that_is_out_of_form_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityBroken):
        draws.read_population(data)


def test_one_of_the_population_can_be_shown_without_the_others() -> None:
    ids = ("a", "b", "c", "d", "e")
    leaves = [leaf_hash(each.encode()) for each in ids]
    root = draws.population_root(ids)
    path = inclusion_path(3, 5, lambda start, stop: root_of(leaves[start:stop]))
    check_inclusion(leaf_hash(b"d"), 3, 5, path, bytes.fromhex(root))
    assert draws.population_root(("a", "b", "c", "e")) != root


def test_nobody_draws_more_than_there_are() -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        draws.draw(("a",), 2, b"")
