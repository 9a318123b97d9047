"""Where in a configuration file a mistake is, in words a person can act on. Pure."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from policy.toml_lines import line_of

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
