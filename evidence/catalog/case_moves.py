"""Table `case_moves`: the course of a case, from its opening to its end: closed, archived, reopened, handed over.
Schema, projection, reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import BigInteger, Connection, Integer, Table, Text, insert, select

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.catalog.typed_rows import typed
from evidence.entry import Entry
from evidence.records import EntryIndex

MoveKind = Literal["opened", "closed", "archived", "reopened", "handed-over", "returned", "settled"]

case_moves = Table(
    "case_moves",
    metadata,
    _c(
        "entry",
        BigInteger().with_variant(Integer(), "sqlite"),
        "ledger index",
        primary_key=True,
        autoincrement=False,
    ),
    _c("case", Text, "case id", index=True),
    _c("move", Text, "opened | closed | archived | reopened | handed-over | returned | settled"),
    _c("by", Text, "by whom"),
    _c("note", Text, "in words"),
    _c("to", Text, "the authority, where it was handed over or came back", nullable=True),
    _c("at", Text, "when"),
)


@dataclass(frozen=True, slots=True)
class Move:
    """What an entry says became of a case."""

    case: str
    move: MoveKind
    by: str
    note: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class MoveRow:
    entry: int
    case: str
    move: MoveKind
    by: str
    note: str
    to: str | None
    at: str


def note_move(connection: Connection, index: EntryIndex, entry: Entry, move: Move) -> None:
    values = {name: getattr(move, name) for name in Move.__dataclass_fields__}
    connection.execute(insert(case_moves), values | {"entry": index, "at": entry.at})


def moves_of(connection: Connection, case: str) -> tuple[MoveRow, ...]:
    """In the ledger's order."""
    query = select(case_moves).where(case_moves.c.case == case).order_by(case_moves.c.entry)
    return typed(connection, MoveRow, query)
