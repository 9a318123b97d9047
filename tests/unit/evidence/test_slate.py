"""The text of a time slate's code: what it says comes back, and nothing else passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import slate
from evidence.errors import IntegrityBroken, Invalid
from evidence.signing import SlateSigner

SIGNER = SlateSigner.generate()
QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@given(st.integers(0, 2**48 - 1), st.text(st.characters(exclude_categories=("Cs",)), max_size=15))
def test_what_it_says_comes_back(time_ms: int, case: str) -> None:
    text = slate.make(SIGNER, time_ms, case)
    code = slate.read(text)
    code.verify(SIGNER.public)
    assert (code.kid, code.time_ms, code.case) == (slate.kid_of(SIGNER.public), time_ms, case or None)
    # A QR code holds these letters in five and a half bits each.
    assert set(text) <= QR_ALPHANUMERIC


@given(st.binary(max_size=140))
def test_base_45(data: bytes) -> None:
    assert slate._from_base45(slate._to_base45(data)) == data


def test_base_45_as_in_the_rfc() -> None:
    # RFC 9285 §4.3.
    for data, text in (
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ):
        assert slate._to_base45(data) == text and slate._from_base45(text) == data


def test_it_is_small_enough_to_be_filmed() -> None:
    assert len(slate.make(SIGNER, 2**48 - 1)) == 113  # 114 fit into 33 squares


@pytest.mark.parametrize("text", ["", "M1:", "M2:" + "0" * 110, "M1:" + "0" * 300, "M1:::::", "M1:" + "é" * 50])
def test_no_slate(text: str) -> None:
    with pytest.raises(IntegrityBroken):
        slate.read(text)


def test_every_altered_character_is_refused() -> None:
    text = slate.make(SIGNER, 1_764_000_000_000, "罚1")
    for n in range(len(slate.PREFIX), len(text)):
        altered = text[:n] + ("0" if text[n] != "0" else "1") + text[n + 1 :]
        with pytest.raises(IntegrityBroken):
            slate.read(altered).verify(SIGNER.public)


def test_a_long_case_number() -> None:
    with pytest.raises(Invalid):
        slate.make(SIGNER, 1, "号" * 21)


def test_another_key() -> None:
    with pytest.raises(IntegrityBroken):
        slate.read(slate.make(SIGNER, 1)).verify(SlateSigner.generate().public)
