"""Where in a configuration file a mistake is, in words a person can act on. Pure."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`")
_MISSING = re.compile(r"missing required field `(?P<key>[^`]+)`")
_AT = re.compile(r" - at `\$\.?(?P<where>[^`]*)`$")


def explain(error: str, text: str, path: Path, table: str | None, number: int | None, allowed: tuple[str, ...]) -> str:
    """One sentence for one validation error: file, line, key, what is wrong and what is allowed.

    `table` is the table's name (None: top level), `number` its place in a list of tables, from 0.
    """
    at = _AT.search(error)
    what = _AT.sub("", error)
    key = re.split(r"[.\[]", at["where"])[0] if at else ""
    where = f"[{table}]" if number is None else f"[[{table}]] number {number + 1}"
    if unknown := _UNKNOWN.search(what):
        key = unknown["key"]
        near = difflib.get_close_matches(key, allowed, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        subject = f"unknown table {key!r}." if table is None else f"unknown key {key!r} in {where}."
        sentence = f"{subject}{hint} Allowed: {', '.join(allowed)}."
    elif missing := _MISSING.search(what):
        key = ""
        sentence = f"{where} needs the key {missing['key']!r}."
    else:
        sentence = f"{key or 'value'} in {where}: {what[:1].lower()}{what[1:]}."
    line = line_of(text, table, number, key)
    return f"{path}{f', line {line}' if line else ''}: {sentence}"


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
