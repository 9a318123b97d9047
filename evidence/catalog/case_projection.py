"""Turns entries about cases into catalog rows. Deterministic, like `evidence.catalog.projection`, which calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update

from evidence import case_entries as ce
from evidence.canonical import canonical
from evidence.catalog import case_schema as s
from evidence.catalog.case_moves import Move, note_move
from evidence.entry import Entry
from evidence.records import EntryIndex

Rule = Callable[[Connection, EntryIndex, Any], None]


def _case_recorded(connection: Connection, index: EntryIndex, entry: ce.CaseRecorded) -> None:
    row = _columns(s.cases, entry) | {
        "subject_kind": entry.subject.kind,
        "subject_name": entry.subject.name,
        "subject_number": entry.subject.number,
        "changed_at": entry.at,
        "entry": index,
    }
    known = connection.execute(select(s.cases.c.id).where(s.cases.c.id == entry.case)).one_or_none()
    if known is None:
        opened = {"id": entry.case, "state": "open", "opened_at": entry.at, "opened_by": entry.by}
        connection.execute(insert(s.cases), row | opened)
        note_move(connection, index, entry, Move(entry.case, "opened", entry.by, entry.reason))
    else:
        connection.execute(update(s.cases).where(s.cases.c.id == entry.case), row)
    connection.execute(update(s.case_people).where(s.case_people.c.case == entry.case), {"current": False})
    _name(connection, entry.case, entry.officers, current=True)


def _name(connection: Connection, case: str, accounts: Iterable[str], *, current: bool) -> None:
    """Note people on a case; whoever was once on it stays noted."""
    c = s.case_people.c
    known = set(connection.execute(select(c.account).where(c.case == case)).scalars())
    for account in dict.fromkeys(accounts):
        if account not in known:
            connection.execute(insert(s.case_people), {"case": case, "account": account, "current": current})
        elif current:
            named = (c.case == case, c.account == account)
            connection.execute(update(s.case_people).where(*named), {"current": True})


def _case_closed(connection: Connection, index: EntryIndex, entry: ce.CaseClosed) -> None:
    values = {"state": "closed", "closed_at": entry.at, "closed_by": entry.by, "items": entry.items}
    connection.execute(update(s.cases).where(s.cases.c.id == entry.case), values)
    note_move(connection, index, entry, Move(entry.case, "closed", entry.by, entry.note))


def _case_archived(connection: Connection, index: EntryIndex, entry: ce.CaseArchived) -> None:
    values = {"state": "archived", "items": entry.items}
    connection.execute(update(s.cases).where(s.cases.c.id == entry.case), values)
    note_move(connection, index, entry, Move(entry.case, "archived", entry.by, entry.note))


def _case_reopened(connection: Connection, index: EntryIndex, entry: ce.CaseReopened) -> None:
    values = {"state": "open", "closed_at": None, "closed_by": None, "items": None}
    connection.execute(update(s.cases).where(s.cases.c.id == entry.case), values)
    note_move(connection, index, entry, Move(entry.case, "reopened", entry.by, entry.reason))


def _activity_recorded(connection: Connection, index: EntryIndex, entry: ce.ActivityRecorded) -> None:
    row = _columns(s.activities, entry) | {
        "id": entry.activity,
        "officers": canonical(list(entry.officers)).decode(),
        "devices": canonical(list(entry.devices)).decode(),
        "state": "valid",
        "entry": index,
    }
    c = s.activities.c
    known = connection.execute(select(c.id).where(c.id == entry.activity)).one_or_none()
    if known is None:
        connection.execute(insert(s.activities), row)
    else:
        connection.execute(update(s.activities).where(c.id == entry.activity), row)
    _name(connection, entry.case, entry.officers, current=False)


def _activity_withdrawn(connection: Connection, index: EntryIndex, entry: ce.ActivityWithdrawn) -> None:
    values = {"state": "withdrawn", "by": entry.by, "at": entry.at, "entry": index}
    connection.execute(update(s.activities).where(s.activities.c.id == entry.activity), values)


def _footage_matched(connection: Connection, index: EntryIndex, entry: ce.FootageMatched) -> None:
    c = s.footage.c
    connection.execute(delete(s.footage).where(c.activity == entry.activity, c.recording == entry.recording))
    connection.execute(insert(s.footage), _columns(s.footage, entry) | {"entry": index})


def _recording_timed(connection: Connection, index: EntryIndex, entry: ce.RecordingTimed) -> None:
    connection.execute(delete(s.recording_times).where(s.recording_times.c.recording == entry.recording))
    connection.execute(insert(s.recording_times), _columns(s.recording_times, entry) | {"entry": index})


def _clip_marked(connection: Connection, index: EntryIndex, entry: ce.ClipMarked) -> None:
    connection.execute(insert(s.clips), _columns(s.clips, entry) | {"id": entry.clip, "entry": index})


def _clip_withdrawn(connection: Connection, _index: EntryIndex, entry: ce.ClipWithdrawn) -> None:
    connection.execute(update(s.clips).where(s.clips.c.id == entry.clip), {"withdrawn_at": entry.at})


def _finding_explained(connection: Connection, index: EntryIndex, entry: ce.FindingExplained) -> None:
    row = _columns(s.explanations, entry) | {"id": entry.explanation, "state": "waiting", "entry": index}
    connection.execute(insert(s.explanations), row)


def _explanation_decided(connection: Connection, _index: EntryIndex, entry: ce.ExplanationDecided) -> None:
    values = {
        "state": "approved" if entry.approved else "rejected",
        "decided_by": entry.by,
        "decided_at": entry.at,
        "decision": entry.note,
    }
    connection.execute(update(s.explanations).where(s.explanations.c.id == entry.explanation), values)


def _columns(table: Table, entry: Entry) -> dict[str, Any]:
    """The fields of an entry that a table has columns of the same name for."""
    return {name: value for name, value in msgspec.structs.asdict(entry).items() if name in table.c}


CASE_RULES: dict[type[Entry], Rule] = {
    ce.CaseRecorded: _case_recorded,
    ce.CaseClosed: _case_closed,
    ce.CaseArchived: _case_archived,
    ce.CaseReopened: _case_reopened,
    ce.ActivityRecorded: _activity_recorded,
    ce.ActivityWithdrawn: _activity_withdrawn,
    ce.FootageMatched: _footage_matched,
    ce.RecordingTimed: _recording_timed,
    ce.ClipMarked: _clip_marked,
    ce.ClipWithdrawn: _clip_withdrawn,
    ce.FindingExplained: _finding_explained,
    ce.ExplanationDecided: _explanation_decided,
}
