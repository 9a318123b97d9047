"""Tables as CSV that spreadsheet programs open as they are meant. Pure.

UTF-8 with a byte order mark, without which Excel takes Chinese for another encoding; lines end as RFC 4180 wants. A
cell that a spreadsheet would take for a formula is disarmed with an apostrophe (CWE-1236).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | float | None


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One head line and one line per row. None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_safe(each) for each in head])
    writer.writerows([[_safe(each) for each in row] for row in rows])
    return (_BOM + out.getvalue()).encode("utf-8")


def _safe(cell: Cell) -> str | int | float:
    """Numbers are numbers; text that begins like a formula, also behind blanks, is text."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA):
        return f"'{cell}"
    return cell
