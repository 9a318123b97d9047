"""RFC 6962 trees: published vectors, every proof of every small tree, and what a check must refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import IntegrityBroken
from evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    check_consistency,
    check_inclusion,
    complete_subtrees,
    consistency_path,
    inclusion_path,
    join,
    leaf_hash,
    node_hash,
    root_of,
)

# The test vectors of Certificate Transparency's reference implementation.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
MANY = [leaf_hash(n.to_bytes(4, "big")) for n in range(300)]


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1 word by word, to check the faster forms against."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(naive_root(hashes[:k]), naive_root(hashes[k:]))


class Tree:
    """A tree that answers `subtree` from whole subtrees only, as the ledger's reader does."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._nodes = {(0, i): value for i, value in enumerate(hashes)}
        level = 0
        while len(hashes) >> level > 1:
            for i in range(len(hashes) >> (level + 1)):
                left, right = self._nodes[level, 2 * i], self._nodes[level, 2 * i + 1]
                self._nodes[level + 1, i] = node_hash(left, right)
            level += 1

    def __call__(self, start: int, stop: int) -> bytes:
        return join([self._nodes[where] for where in complete_subtrees(start, stop)])


TREE = Tree(MANY)
MANY_ROOTS = [TREE(0, size) for size in range(301)]


def test_published_roots() -> None:
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    hashes = [leaf_hash(data) for data in LEAVES]
    for size, root in enumerate(ROOTS, start=1):
        assert root_of(hashes[:size]).hex() == root


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, ()),
        (
            0,
            8,
            (
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ),
        ),
        (
            5,
            8,
            (
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ),
        ),
        (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
        (
            1,
            5,
            (
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ),
        ),
    ],
)
def test_published_inclusion_paths(index: int, size: int, path: tuple[str, ...]) -> None:
    tree = Tree([leaf_hash(data) for data in LEAVES])
    assert tuple(value.hex() for value in inclusion_path(index, size, tree)) == path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, ()),
        (
            1,
            8,
            (
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ),
        ),
        (
            6,
            8,
            (
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ),
        ),
        (
            2,
            5,
            (
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ),
        ),
    ],
)
def test_published_consistency_paths(old: int, new: int, path: tuple[str, ...]) -> None:
    tree = Tree([leaf_hash(data) for data in LEAVES])
    assert tuple(value.hex() for value in consistency_path(old, new, tree)) == path


def test_root_and_frontier_agree_with_the_rfc_for_every_size() -> None:
    frontier, nodes = Frontier(), {}
    for size in range(300):
        assert frontier.root() == root_of(MANY[:size]) == naive_root(MANY[:size])
        assert Frontier.from_hashes(size, frontier.hashes) == frontier
        frontier, completed = frontier.add(MANY[size])
        for level, number, value in completed:
            assert (level, number) not in nodes
            nodes[level, number] = value
    complete = {(lv, i) for lv in range(1, 9) for i in range(300 >> lv)}
    assert set(nodes) == complete
    for (level, number), value in nodes.items():
        assert value == naive_root(MANY[number << level : (number + 1) << level])


def test_every_inclusion_proof_up_to_300() -> None:
    for size in range(1, 301):
        for index in range(size):
            path = inclusion_path(index, size, TREE)
            check_inclusion(MANY[index], index, size, path, MANY_ROOTS[size])


def test_every_consistency_proof_up_to_300() -> None:
    for new in range(301):
        for old in range(new + 1):
            path = consistency_path(old, new, TREE)
            check_consistency(old, MANY_ROOTS[old], new, MANY_ROOTS[new], path)


sizes = st.integers(2, 300)


@given(sizes, st.data())
def test_any_flipped_bit_of_an_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    parts = [MANY[index], MANY_ROOTS[size], *inclusion_path(index, size, TREE)]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = _flip(parts[which], bit)
    with pytest.raises(IntegrityBroken, match=f"Leaf {index} is not in the tree"):
        check_inclusion(parts[0], index, size, parts[2:], parts[1])


@given(sizes, st.data())
def test_any_flipped_bit_of_a_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    parts = [MANY_ROOTS[old], MANY_ROOTS[new], *consistency_path(old, new, TREE)]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = _flip(parts[which], bit)
    with pytest.raises(IntegrityBroken, match="does not begin with"):
        check_consistency(old, parts[0], new, parts[1], parts[2:])


@given(sizes, st.data())
def test_a_proof_of_another_place_or_length_is_refused(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    path, root = inclusion_path(index, size, TREE), MANY_ROOTS[size]
    for leaf, place, proof in (
        (MANY[index], other, path),
        (MANY[other], index, path),
        (MANY[index], index, path[:-1]),
        (MANY[index], index, (*path, MANY[0])),
        (MANY[index], size, path),
        (MANY[index], -1, path),
        (MANY[index], index, (path[0][:31], *path[1:])),
    ):
        with pytest.raises(IntegrityBroken):
            check_inclusion(leaf, place, size, proof, root)


@given(sizes, st.data())
def test_a_consistency_proof_of_another_length_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    path = consistency_path(old, new, TREE)
    for proof in (path[:-1], (*path, MANY[0]), ()):
        with pytest.raises(IntegrityBroken):
            check_consistency(old, MANY_ROOTS[old], new, MANY_ROOTS[new], proof)


def test_a_log_that_went_back_or_forked_is_refused() -> None:
    with pytest.raises(IntegrityBroken, match="went back from 9 entries to 7"):
        check_consistency(9, MANY_ROOTS[9], 7, MANY_ROOTS[7], ())
    with pytest.raises(IntegrityBroken, match="Two different logs of 7"):
        check_consistency(7, MANY_ROOTS[7], 7, MANY_ROOTS[8], ())
    with pytest.raises(IntegrityBroken, match="empty log"):
        check_consistency(0, MANY_ROOTS[1], 7, MANY_ROOTS[7], ())
    with pytest.raises(IntegrityBroken, match="too long"):
        check_consistency(0, EMPTY_ROOT, 7, MANY_ROOTS[7], (MANY[0],))


def test_makers_refuse_senseless_questions() -> None:
    with pytest.raises(ValueError, match="no leaf 3"):
        inclusion_path(3, 3, TREE)
    with pytest.raises(ValueError, match="no tree of 4"):
        consistency_path(4, 3, TREE)
    with pytest.raises(ValueError, match="no subtree"):
        complete_subtrees(1, 3)


@pytest.mark.parametrize(("size", "hashes"), [(3, [b"\0" * 32]), (-1, []), (1, [b"\0" * 31])])
def test_a_wrong_edge_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(IntegrityBroken):
        Frontier.from_hashes(size, hashes)


def _flip(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ (1 << bit)).to_bytes(len(value), "big")
