"""Reads and writes kept tallies, and tells what has happened in the ledger since they were made.

Tallies are a memory of judgements, never the truth: an empty table costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, not_, or_, select

from evidence.catalog.case_schema import cases
from evidence.catalog.ledger_rows import stored_bytes
from evidence.catalog.schema import ledger_entries, ledger_head, recordings
from evidence.catalog.tally_schema import case_tallies, tally_head

# What is said about viewing, signing in, rooms, samples and footage that never came changes no judgement. Everything
# else may.
_SILENT = (
    "absence.",
    "concern.",
    "document.",
    "explanation.documented",
    "file.",
    "hold.",
    "items.",  # which lists are in force is part of what tallies are kept under
    "retention.",
    "site-clock.",
    "viewing.",
    "session.",
    "log.",
    "account.",
    "live.",
    "sitting.",
    "alarm.",
    "sample.",
    "shift.",
    "slate.key",
    "site.",
)
# Values bound in one statement (SQLite allows 32,766).
_BOUND = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """`position`: the length of the ledger that every kept tally is right for; `rules`: what they were judged by."""

    position: int
    rules: str


@dataclass(frozen=True, slots=True)
class RecordingPlace:
    """Whose a recording is, and when it was made as the device says."""

    officer: str | None
    device: str | None
    started_at: str
    duration_ms: int


def kept_head(connection: Connection) -> Head | None:
    row = connection.execute(select(tally_head.c.position, tally_head.c.rules)).one_or_none()
    return None if row is None else Head(int(row.position), row.rules)


def kept_tallies(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """(case, tally)"""
    for row in connection.execute(select(case_tallies.c.case, case_tallies.c.tally)):
        yield row.case, stored_bytes(row.tally)


def keep(connection: Connection, head: Head, gone: Iterable[str], made: Sequence[tuple[str, bytes]]) -> None:
    """Replace what changed and move the head, in the caller's transaction."""
    rows = [{"case": case, "tally": tally} for case, tally in made]
    out = sorted({*gone, *(case for case, _ in made)})
    for first in range(0, len(out), _BOUND):
        connection.execute(delete(case_tallies).where(case_tallies.c.case.in_(out[first : first + _BOUND])))
    if rows:
        connection.execute(insert(case_tallies), rows)
    connection.execute(delete(tally_head))
    connection.execute(insert(tally_head), {"id": 1, "position": head.position, "rules": head.rules})


def forget(connection: Connection) -> None:
    """Throw everything away: the next judgement begins anew."""
    connection.execute(delete(case_tallies))
    connection.execute(delete(tally_head))


def ledger_length(connection: Connection) -> int:
    return int(connection.execute(select(ledger_head.c.size)).scalar_one())


def telling_entries(
    connection: Connection, start: int, stop: int, silent_types: Iterable[str] = _SILENT
) -> Iterator[tuple[str, bytes]]:
    """(type, canonical JSON) of the entries in [start, stop) that may change a judgement. `silent_types`: beginnings of
    types that cannot."""
    e = ledger_entries.c
    silent = or_(*(e.type.startswith(prefix, autoescape=True) for prefix in silent_types))
    wanted = and_(e.idx >= start, e.idx < stop, not_(silent))
    for row in connection.execute(select(e.type, e.entry).where(wanted).order_by(e.idx)):
        yield row.type, stored_bytes(row.entry)


# Newest first.
_CASES = select(cases.c.id).order_by(cases.c.opened_at.desc(), cases.c.id)


def all_cases(connection: Connection) -> tuple[str, ...]:
    """Newest first."""
    return tuple(connection.execute(_CASES).scalars())


def newest_case(connection: Connection) -> str | None:
    return connection.execute(_CASES.limit(1)).scalars().first()


def recording_place(connection: Connection, recording: str) -> RecordingPlace | None:
    r = recordings.c
    query = select(r.officer, r.device, r.started_at, r.duration_ms).where(r.id == recording)
    row = connection.execute(query).one_or_none()
    return None if row is None else RecordingPlace(*row)


def wearers_of(connection: Connection, device: str) -> tuple[str, ...]:
    """Officers who ever recorded with a device."""
    r = recordings.c
    found = connection.execute(select(r.officer).where(r.device == device, r.officer.is_not(None)).distinct())
    return tuple(found.scalars())
