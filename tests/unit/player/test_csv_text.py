"""CSV as spreadsheets open it: Chinese is read right, and no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.csv_text import to_csv

_text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"))


def _read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_it_begins_with_the_mark_that_excel_needs_and_ends_lines_as_rfc_4180_says() -> None:
    data = to_csv(["单位", "n"], [["一中队", 3], [None, 0.25]])
    assert data == b"\xef\xbb\xbf" + "单位,n\r\n一中队,3\r\n,0.25\r\n".encode()


@given(st.lists(st.tuples(_text, _text), max_size=5))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    found = _read(to_csv(["a", "b"], rows))
    assert found[0] == ["a", "b"]
    for row, (first, second) in zip(found[1:], rows, strict=True):
        assert row[0] in (first, f"'{first}") and row[1] in (second, f"'{second}")


@given(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠", " =", "\u3000+"]), _text)
def test_nothing_that_begins_like_a_formula_is_one(start: str, rest: str) -> None:
    ((cell,),) = _read(to_csv([start + rest], []))
    assert cell == f"'{start}{rest}"


@pytest.mark.parametrize("cell", ["a=b", "2026-11-02", "水罚〔2026〕1号", "0"])
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert _read(to_csv([cell], [])) == [[cell]]


def test_a_number_stays_a_number() -> None:
    assert to_csv(["n"], [[-3]]).endswith(b"\r\n-3\r\n")
