"""Canonical JSON against RFC 8785's own examples."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import canonical, sha256


def test_the_example_of_the_rfc() -> None:
    """RFC 8785 §3.2.2 to §3.2.4."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(value).decode() == expected


def test_keys_are_sorted_by_utf_16_units() -> None:
    """RFC 8785 §3.2.3: an emoji sorts before U+FB33, as its surrogates do."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    in_order = list(json.loads(canonical(dict.fromkeys(keys, 0))))
    assert in_order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_structs_dataclasses_and_nulls() -> None:
    class Pair(msgspec.Struct):
        b: int | None
        a: tuple[int, ...]

    @dataclass
    class Record:
        z: str
        y: Pair

    assert canonical(Record("中", Pair(None, (1, 2)))) == '{"y":{"a":[1,2],"b":null},"z":"中"}'.encode()


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800"])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical({"x": value})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(json_values)
def test_canonical_bytes_read_back_to_the_same_value_and_bytes(value: object) -> None:
    data = canonical(value)
    # All numbers as floats, as JSON has them: a whole float is written without a point.
    back = json.loads(data, parse_int=float)
    assert back == value
    assert canonical(back) == data


@given(st.binary())
def test_sha256_is_lower_case_hex(data: bytes) -> None:
    assert sha256(data) == sha256(memoryview(data)) == hashlib.sha256(data).hexdigest()
