"""Turns entries about missing footage into catalog rows. Deterministic, like `evidence.catalog.projection`."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert, update

from evidence import absence_entries as ae
from evidence.catalog.absence_schema import absence_explanations, missed_files
from evidence.catalog.case_projection import Rule
from evidence.entry import Entry
from evidence.records import EntryIndex


def _file_missed(connection: Connection, index: EntryIndex, entry: ae.FileMissed) -> None:
    connection.execute(insert(missed_files), _columns(missed_files, entry) | {"entry": index})


def _explained(connection: Connection, index: EntryIndex, entry: ae.AbsenceExplained) -> None:
    row = _columns(absence_explanations, entry) | {"id": entry.explanation, "state": "waiting", "entry": index}
    connection.execute(insert(absence_explanations), row)


def _decided(connection: Connection, _index: EntryIndex, entry: ae.AbsenceDecided) -> None:
    values = {
        "state": "approved" if entry.approved else "rejected",
        "decided_by": entry.by,
        "decided_at": entry.at,
        "decision": entry.note,
    }
    c = absence_explanations.c
    connection.execute(update(absence_explanations).where(c.id == entry.explanation), values)


def _columns(table: Table, entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(entry).items() if name in table.c}


ABSENCE_RULES: dict[type[Entry], Rule] = {
    ae.FileMissed: _file_missed,
    ae.AbsenceExplained: _explained,
    ae.AbsenceDecided: _decided,
}
