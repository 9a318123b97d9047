"""Where in a TOML file a table or a key stands, so that a mistake can be found. Pure."""

from __future__ import annotations

import re


def line_of(text: str, table: str | None, number: int | None, key: str) -> int | None:
    """The 1-based line of `key` in the table, or of the table's header; None if the table is not written out."""
    header = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?")
    named = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*[=.]") if key else None
    start: int | None = None
    seen = -1
    inside = False
    for line, content in enumerate(text.splitlines(), start=1):
        if found := header.match(content):
            if table is None and found[2].split(".")[0] == key:
                return line
            if found[2] == table:
                seen += 1
            inside = found[2] == table and (number is None or seen == number)
            start = line if inside and start is None else start
        elif named and named.match(content) and (inside or (table is None and seen < 0)):
            return line
    return start
