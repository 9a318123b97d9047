"""A case as another system hands it over: one JSON document with its activities, entered by the rules for people.

Handing the same document over again changes nothing; a changed one is a new layer. What would ask for less than before
is refused as it is for anybody on the case: a person who may has to do it.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.catalog.case_file import ActivityRow, load_case
from evidence.catalog.case_queries import CaseRow, case_of_number
from evidence.clock import from_text, to_text
from evidence.entries import AnyEntry
from evidence.errors import Invalid
from player.cases.changes import (
    ActivityWords,
    Asking,
    CaseWords,
    change_activity,
    change_case,
    open_case,
    record_activity,
)

# PostgreSQL cannot hold U+0000, and no text of ours contains it.
_Text = Annotated[str, Meta(max_length=200, pattern="^[^\\x00]*$")]
_Name = Annotated[str, Meta(min_length=1, max_length=200, pattern="^[^\\x00]*$")]
_Names = Annotated[tuple[_Name, ...], Meta(max_length=50)]


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class DroppedActivity(_Document, frozen=True, kw_only=True):
    """`ref`: what the other system calls it; the same again is the same activity."""

    ref: _Name
    item: _Name
    stage: ce.Stage
    place: _Text = ""
    planned_start: _Text | None = None
    planned_end: _Text | None = None
    started_at: _Text | None = None
    ended_at: _Text | None = None
    officers: _Names = ()
    devices: _Names = ()
    note: _Text = ""


class DroppedCase(_Document, frozen=True, kw_only=True):
    number: _Name
    kind: _Name
    title: _Name
    subject: ce.Subject
    stage: ce.Stage = "start"
    unit: _Name | None = None
    officers: _Names = ()
    activities: Annotated[tuple[DroppedActivity, ...], Meta(max_length=200)] = ()


Step = Callable[[Connection], tuple[AnyEntry, ...]]


def read(data: bytes) -> DroppedCase:
    """Raises Invalid."""
    try:
        return msgspec.json.decode(data, type=DroppedCase)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Invalid(f"{error}.") from error


def steps_of(dropped: DroppedCase, asking: Asking) -> tuple[Step, ...]:
    """The case, then each activity: each decided in a transaction of its own, since it builds on the one before."""
    words = CaseWords(
        dropped.number, dropped.kind, dropped.title, dropped.stage, dropped.subject, dropped.unit, dropped.officers
    )
    activities = [(activity, _activity_words(activity)) for activity in dropped.activities]

    def enter(connection: Connection) -> tuple[AnyEntry, ...]:
        known = case_of_number(connection, words.number)
        if known is None:
            return (open_case(connection, ce.CaseId(ce.new_id("c")), words, asking),)
        file = load_case(connection, known)
        if file is not None and _says(file.case, words):
            return ()
        return (change_case(connection, known, words, asking),)

    return (enter, *(_activity_step(dropped.number, each.ref, said, asking) for each, said in activities))


def _activity_step(number: str, ref: str, words: ActivityWords, asking: Asking) -> Step:
    def enter(connection: Connection) -> tuple[AnyEntry, ...]:
        case, activity = case_of_number(connection, number) or "", activity_id(number, ref)
        file = load_case(connection, case)
        known = None if file is None else file.activity(activity)
        if known is None:
            return (record_activity(connection, case, activity, words, asking),)
        if _is(known, words):
            return ()
        return (change_activity(connection, case, activity, words, asking),)

    return enter


def activity_id(number: str, ref: str) -> str:
    """The id that follows from what the other system calls it."""
    digest = hashlib.sha256(f"mediad/activity\n{number}\n{ref}".encode()).digest()
    return "a" + b32encode(digest)[:26].decode().lower()


def _says(row: CaseRow, words: CaseWords) -> bool:
    subject = ce.Subject(row.subject_kind, row.subject_name, row.subject_number)
    known = (row.kind, row.title, row.stage, subject, row.unit, tuple(sorted(row.officers)))
    return known == (words.kind, words.title, words.stage, words.subject, words.unit, tuple(sorted(words.officers)))


def _is(row: ActivityRow, words: ActivityWords) -> bool:
    names = [name for name in ActivityWords.__dataclass_fields__ if name != "reason"]
    return all(getattr(row, name) == getattr(words, name) for name in names)


def _activity_words(said: DroppedActivity) -> ActivityWords:
    return ActivityWords(
        item=said.item,
        stage=said.stage,
        place=said.place,
        planned_start=_instant(said.planned_start),
        planned_end=_instant(said.planned_end),
        started_at=_instant(said.started_at),
        ended_at=_instant(said.ended_at),
        officers=said.officers,
        devices=said.devices,
        note=said.note,
    )


def _instant(text: str | None) -> str | None:
    """RFC 3339 with its offset, in the catalog's form. Raises Invalid."""
    try:
        return None if text is None else to_text(from_text(text))
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{text!r} is no time with its offset.") from error
