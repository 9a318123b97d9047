"""Names of two characters are found, runs of Han are found inside, and nothing else is."""

from __future__ import annotations

import sqlite3

import pytest

from evidence.catalog.bigrams import match, terms


def found(text: str, query: str) -> bool:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE s USING fts5(terms, tokenize='ascii')")
    database.execute("INSERT INTO s VALUES (?)", (terms(text),))
    wanted = match(query, "sqlite")
    hit = bool(wanted) and database.execute("SELECT 1 FROM s WHERE terms MATCH ?", (wanted,)).fetchone() is not None
    database.close()
    return hit


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("王伟", "王伟"),
        ("执法人员王伟强在现场", "王伟强"),
        ("执法人员王伟强在现场", "现场"),
        ("李明 A0012", "李明 a00"),
        ("水政监察大队", "大队"),
        ("DSJ_0012_20261124.MP4", "20261124"),
        ("ＡＢＣ１２３", "abc123"),
        ("3号机房", "号机"),
        ("马", "马"),
        ("Müller", "müll"),
    ],
)
def test_found(text: str, query: str) -> None:
    assert found(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [("王伟", "伟王"), ("王小伟", "王伟"), ("李明", "王"), ("A12", "12"), ("王伟", "   "), ("x", '"')],
)
def test_not_found(text: str, query: str) -> None:
    assert not found(text, query)
