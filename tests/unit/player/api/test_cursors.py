"""Cursors come back as they were, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import Invalid
from player.api.cursors import from_cursor, to_cursor


@given(st.tuples(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(0, 2**53)))
def test_a_key_comes_back(key: tuple[str, int]) -> None:
    cursor = to_cursor(key)
    assert cursor is not None and cursor.isascii() and "=" not in cursor
    assert from_cursor(cursor, tuple[str, int]) == key


@given(st.text(max_size=60))
def test_anything_else_is_refused(text: str) -> None:
    try:
        found = from_cursor(text, tuple[str, int])
    except Invalid:
        return
    assert to_cursor(found) is not None


@pytest.mark.parametrize("key", [("a\0", 1), ("a", -1), ("a", 2**53 + 1)])
def test_what_no_database_holds_is_refused(key: tuple[str, int]) -> None:
    with pytest.raises(Invalid):
        from_cursor(to_cursor(key), tuple[str, int])


def test_no_cursor_is_the_beginning() -> None:
    assert to_cursor(None) is None and from_cursor(None, int) is None
    with pytest.raises(Invalid):
        from_cursor("", int)
