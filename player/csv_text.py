"""Tables as CSV that spreadsheet programs open as they are meant. Pure.

UTF-8 with a byte order mark, without which Excel takes Chinese for another encoding; lines end as RFC 4180 wants. A
cell that a spreadsheet would take for a formula is disarmed with an apostrophe (CWE-1236).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A few hundred kilobytes.
_PIECE_ROWS = 1_000

Cell = str | int | float | None


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One head line and one line per row. None is an empty cell."""
    return b"".join(csv_pieces(head, rows))


def csv_pieces(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The same, bit by bit: a table of any length, of which no more than a piece is in memory."""
    left = iter(rows)
    yield _BOM.encode("utf-8") + _lines([head])
    while some := list(islice(left, _PIECE_ROWS)):
        yield _lines(some)


def _lines(rows: Sequence[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_safe(each) for each in row] for row in rows])
    return out.getvalue().encode("utf-8")


def _safe(cell: Cell) -> str | int | float:
    """Numbers are numbers; text that begins like a formula, also behind blanks, is text."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA):
        return f"'{cell}"
    return cell
