"""Chinese full text in one place: text becomes terms in Python, and both databases only match terms.

Runs of Han characters become overlapping pairs (王伟强 → 王伟 伟强) plus single characters, so that names of two
characters are found; everything else becomes lower-case words and their prefixes stay searchable. SQLite's own
tokenizers find nothing in runs of Han (unicode61) or for two-character names (trigram).
"""

from __future__ import annotations

import re
import unicodedata

# Beginnings of words up to this long are looked up as such: "2025" begins tens of thousands of file names.
PREFIX_LENGTH = 4
_RUN = re.compile(r"([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)|([^\W_]+)", re.UNICODE)


def _runs(text: str) -> list[tuple[bool, str]]:
    folded = unicodedata.normalize("NFKC", text).lower()
    runs: list[tuple[bool, str]] = []
    for han, word in re.findall(_RUN, folded):
        if han:
            runs.append((True, han))
        else:
            # A word regex swallows Han next to Latin letters: cut it at the border.
            runs.extend(_split_mixed(word))
    return runs


def _split_mixed(word: str) -> list[tuple[bool, str]]:
    pieces = re.findall(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\u3400-\u9fff\uf900-\ufaff]+", word)
    return [("\u3400" <= piece[0] <= "\ufaff", piece) for piece in pieces]


def _encode(term: str) -> str:
    """ASCII only, so that no database tokenizer cuts it again: Han as hexadecimal, the rest as it is."""
    return "".join(c if c.isascii() and c.isalnum() else f"u{ord(c):x}" for c in term)


def terms(*texts: str | None) -> str:
    """The index terms of some texts, separated by blanks."""
    found: dict[str, None] = {}
    for text in texts:
        for han, run in _runs(text or ""):
            pieces = [run[i : i + 2] for i in range(len(run) - 1)] + list(run) if han else [run]
            found.update(dict.fromkeys(_encode(piece) for piece in pieces))
    return " ".join(found)


def query_terms(query: str) -> list[tuple[str, bool]]:
    """What a search must contain, as (term, is_prefix): all of them. Empty if the query has no letters."""
    wanted: list[tuple[str, bool]] = []
    for han, run in _runs(query):
        if not han:
            wanted.append((_encode(run), True))
        elif len(run) == 1:
            wanted.append((_encode(run), False))
        else:
            wanted.extend((_encode(run[i : i + 2]), False) for i in range(len(run) - 1))
    return wanted


def prefixes(terms: str) -> str:
    """The short beginnings of index terms as terms of their own, marked so that no word can be one."""
    found = {f"^{term[:n]}": None for term in terms.split() for n in range(1, PREFIX_LENGTH + 1)}
    return " ".join(found)


def match(query: str, dialect: str) -> str:
    """The query in the database's language: FTS5 MATCH for "sqlite", to_tsquery for "postgresql"; "" if empty."""
    wanted = query_terms(query)
    if dialect == "sqlite":
        return " AND ".join(f'"{term}"{"*" if prefix else ""}' for term, prefix in wanted)
    return " & ".join(_lexeme(term, prefix) for term, prefix in wanted)


def _lexeme(term: str, prefix: bool) -> str:
    if prefix and len(term) <= PREFIX_LENGTH:
        return f"'^{term}'"
    return f"'{term}'{':*' if prefix else ''}"
