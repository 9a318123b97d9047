"""The text of a time slate's code: what it says comes back, and nothing else passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import slate
from evidence.errors import IntegrityBroken, Invalid
from evidence.paper.qr import squares
from evidence.signing import SlateSigner

SIGNER = SlateSigner.generate()
# Made by the first version, with a key that nobody has any more.
FIRST_KEY = "627ab1db6b0484351c1f04a3243960b2ffdc8fc28c8faf526d497678332f84d3"
FIRST = (
    "M1:QL1U6D6PJ89JCTFJ.DN*CU KJ:P$VD$C4O$MHBVV20-OG5OC4W0CYB4*K/5M3TU 5KYMIW O 8N:F1QQEK+G%NCKL44ICJCL$YDX9F:MO6HSE0"
)
QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@given(
    st.integers(0, 2**42 - 1),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=15),
    st.integers(slate.MIN_PROMISE_MS, slate.MAX_PROMISE_MS),
    st.integers(0, 300),
)
def test_what_it_says_comes_back(time_ms: int, case: str, promise_ms: int, lag_ms: int) -> None:
    text = slate.make(SIGNER, time_ms, case, promise_ms, lag_ms)
    code = slate.read(text)
    code.verify(SIGNER.public)
    assert (code.kid, code.time_ms, code.case) == (slate.kid_of(SIGNER.public), time_ms, case or None)
    assert code.promise_ms == promise_ms and abs(code.lag_ms - min(lag_ms, promise_ms)) <= slate.LAG_STEP_MS / 2
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
    text = slate.make(SIGNER, 2**42 - 1, promise_ms=slate.MAX_PROMISE_MS, lag_ms=200)
    assert len(text) == 114 and len(squares(text)) == 33  # no more fit


def test_codes_of_the_first_version_are_read_as_ever() -> None:
    code = slate.read(FIRST)
    code.verify(bytes.fromhex(FIRST_KEY))
    assert (code.version, code.time_ms, code.case, code.promise_ms) == (1, 1_764_000_000_123, None, 200)
    with pytest.raises(IntegrityBroken):  # neither version's signature serves the other
        slate.read("M2:" + slate._to_base45(code.body + b"\x64" + code.signature)).verify(bytes.fromhex(FIRST_KEY))


@pytest.mark.parametrize("promise_ms", [0, slate.MIN_PROMISE_MS - 1, slate.MAX_PROMISE_MS + 1])
def test_a_promise_that_no_page_may_give(promise_ms: int) -> None:
    with pytest.raises(Invalid):
        slate.make(SIGNER, 1, promise_ms=promise_ms)
    code = slate.read(slate.make(SIGNER, 1))
    with pytest.raises(IntegrityBroken):
        slate.read("M2:" + slate._to_base45(code.body[:-1] + bytes([promise_ms]) + code.signature))


@pytest.mark.parametrize("text", ["", "M2:", "M3:" + "0" * 110, "M2:" + "0" * 300, "M2:::::", "M2:" + "é" * 50])
def test_no_slate(text: str) -> None:
    with pytest.raises(IntegrityBroken):
        slate.read(text)


def test_every_altered_character_is_refused() -> None:
    text = slate.make(SIGNER, 1_764_000_000_000, "罚1")
    for n in range(len("M2:"), len(text)):
        altered = text[:n] + ("0" if text[n] != "0" else "1") + text[n + 1 :]
        with pytest.raises(IntegrityBroken):
            slate.read(altered).verify(SIGNER.public)


def test_a_long_case_number() -> None:
    with pytest.raises(Invalid):
        slate.make(SIGNER, 1, "号" * 21)


def test_another_key() -> None:
    with pytest.raises(IntegrityBroken):
        slate.read(slate.make(SIGNER, 1)).verify(SlateSigner.generate().public)
