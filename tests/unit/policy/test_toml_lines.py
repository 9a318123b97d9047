"""Lines of keys and tables in a TOML file."""

from __future__ import annotations

import pytest

from policy.toml_lines import line_of

TEXT = """# a comment
top = 1
[site]
name = "x"   # port = 3
"unit" = "y"

[[bays]]
name = "a"
[[bays]]
name = "b"
[ http ]
port = 1
"""


@pytest.mark.parametrize(
    ("table", "number", "key", "line"),
    [
        (None, None, "top", 2),
        (None, None, "http", 11),
        ("site", None, "name", 4),
        ("site", None, "unit", 5),
        ("site", None, "port", 3),
        ("bays", 0, "name", 8),
        ("bays", 1, "name", 10),
        ("bays", 1, "path", 9),
        ("http", None, "port", 12),
        ("keys", None, "seal", None),
    ],
)
def test_line_of(table: str | None, number: int | None, key: str, line: int | None) -> None:
    assert line_of(TEXT, table, number, key) == line
