"""The contract of a blob store, held by the local one and by the in-memory twin."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from evidence.blobs.local import LocalBlobs
from evidence.blobs.store import Blobs
from evidence.blobs.stride import STRIDE_BYTES
from evidence.canonical import Digest
from evidence.errors import NotFound
from tests.unit.evidence.blobs.memory import MemoryBlobs

SIZES = [0, 1, 4095, 4096, 4097, STRIDE_BYTES - 1, STRIDE_BYTES, STRIDE_BYTES + 1, 5 * STRIDE_BYTES + 12345]


@pytest.fixture(params=["local", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return LocalBlobs(tmp_path / "store") if request.param == "local" else MemoryBlobs(tmp_path)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_is_read_back(blobs: Blobs, size: int) -> None:
    data = os.urandom(size)
    digest = blobs.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.read(digest) == data
    assert blobs.size(digest) == size
    assert blobs.path(digest).read_bytes() == data
    assert blobs.has(digest)


def test_pieces_of_any_length_make_one_blob(blobs: Blobs) -> None:
    data = os.urandom(3 * STRIDE_BYTES + 77)
    with blobs.begin(len(data)) as writer:
        at = 0
        for step in (1, 10_000, STRIDE_BYTES, 3, len(data)):
            writer.write(memoryview(data)[at : at + step])
            at = min(len(data), at + step)
        digest = writer.keep()
    assert blobs.read(digest) == data


def test_space_and_advance_make_the_same_blob_as_write(blobs: Blobs) -> None:
    data = os.urandom(2 * STRIDE_BYTES + 5)
    with blobs.begin() as writer:
        rest = data
        while rest:
            room = writer.space()
            n_bytes = min(len(room), 700_001, len(rest))
            room[:n_bytes] = rest[:n_bytes]
            writer.advance(n_bytes)
            rest = rest[n_bytes:]
        assert writer.keep() == hashlib.sha256(data).hexdigest()


def test_the_same_content_twice_is_one_blob(blobs: Blobs) -> None:
    assert blobs.put(b"x" * 5000) == blobs.put(b"x" * 5000)
    assert len(list(blobs)) == 1


def test_what_is_not_kept_is_not_there(blobs: Blobs) -> None:
    with blobs.begin() as writer:
        writer.write(b"half")
    assert list(blobs) == []
    with pytest.raises(ValueError, match="closed"):
        writer.keep()


def test_a_scratch_file_is_taken_over(blobs: Blobs, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch.bin"
    scratch.write_bytes(b"table")
    digest = blobs.put_file(scratch)
    assert blobs.read(digest) == b"table"
    assert not scratch.exists()


def test_an_absent_blob_is_named(blobs: Blobs) -> None:
    absent = Digest("0" * 64)
    assert not blobs.has(absent)
    for ask in (blobs.path, blobs.read, blobs.size):
        with pytest.raises(NotFound, match=absent):
            ask(absent)


def test_all_blobs_are_listed_in_order(blobs: Blobs) -> None:
    digests = sorted(blobs.put(bytes([n])) for n in range(20))
    assert list(blobs) == digests
