"""What may be changed about a case and its activities, and by whom. Pure but for the reading of the catalog.

Each function decides one change inside the transaction that appends it: it returns the entries or raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.catalog.case_file import ActivityRow, CaseFile, load_case
from evidence.catalog.case_queries import case_of_number
from evidence.catalog.handover_rows import HANDED_OVER
from evidence.clock import from_text
from evidence.errors import Conflict, Forbidden, Invalid, NotFound
from evidence.records import RecordingId
from player.cases.judging import Judged, judge, to_ms
from policy.explaining import Person, require_lessener, require_mover
from policy.findings import Rules
from policy.item_diff import asks_less
from policy.item_list import STRICTNESS, ItemList


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, and by which rules. `measured_to`: the ledger entry up to which recordings were looked at for
    what they say about their devices' clocks; None where nobody looks."""

    person: Person
    at: str
    now: datetime
    rules: Rules
    measured_to: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class CaseWords:
    """What is said about a case."""

    number: str
    kind: str
    title: str
    stage: ce.Stage
    subject: ce.Subject
    unit: str | None
    officers: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ActivityWords:
    """What is said about an activity. Times are as `evidence.clock.to_text` writes them."""

    item: str
    stage: ce.Stage
    place: str
    planned_start: str | None
    planned_end: str | None
    started_at: str | None
    ended_at: str | None
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    note: str
    reason: str = ""


def open_case(connection: Connection, case: ce.CaseId, words: CaseWords, asking: Asking) -> ce.CaseRecorded:
    """Raises Conflict for a number that another case has, Invalid for a kind that the item list has not."""
    if case_of_number(connection, words.number) is not None:
        raise Conflict(f"There is a case {words.number} already.")
    return _case_entry(case, words, asking, asking.rules.items)


def change_case(connection: Connection, case: str, words: CaseWords, asking: Asking) -> ce.CaseRecorded:
    """Raises Conflict, Invalid, and Forbidden where it would ask for less and the person may not."""
    judged = require_open(connection, case, asking.rules)
    before, items = judged.file.case, judged.rules_of(None).items
    if words.number != before.number and case_of_number(connection, words.number) is not None:
        raise Conflict(f"There is a case {words.number} already.")
    if words.unit != before.unit:
        require_mover(asking.person, judged.on_the_case)
    old, new = items.kind(before.kind), items.kind(words.kind)
    for code in () if old is None or old is new else old.needs:
        if new is None or code not in new.needs:
            require_lessener(asking.person, items, code, judged.on_the_case)
    return _case_entry(before.id, words, asking, items)


def record_activity(
    connection: Connection, case: str, activity: str, words: ActivityWords, asking: Asking
) -> ce.CaseEntry:
    """A new activity."""
    require_open(connection, case, asking.rules)
    return _activity_entry(case, activity, words, asking)


def change_activity(
    connection: Connection, case: str, activity: str, words: ActivityWords, asking: Asking
) -> ce.CaseEntry:
    """A new layer of an activity. Forbidden where it would ask for less and the person may not."""
    judged = require_open(connection, case, asking.rules)
    before = _require_activity(judged.file, activity)
    if _asks_less(before, words, asking.rules):
        require_lessener(asking.person, judged.rules_of(activity).items, before.item, judged.on_the_case)
    return _activity_entry(case, activity, words, asking)


def withdraw_activity(connection: Connection, case: str, activity: str, reason: str, asking: Asking) -> ce.CaseEntry:
    """An activity that did not take place, or was entered twice."""
    judged = require_open(connection, case, asking.rules)
    before = _require_activity(judged.file, activity)
    items = judged.rules_of(activity).items
    item = items.item(before.item)
    if item is None or STRICTNESS[item.mode] > STRICTNESS["optional"]:
        require_lessener(asking.person, items, before.item, judged.on_the_case)
    return ce.ActivityWithdrawn(
        at=asking.at,
        activity=ce.ActivityId(activity),
        case=ce.CaseId(case),
        reason=reason,
        by=asking.person.account,
    )


@dataclass(frozen=True, slots=True)
class MatchWords:
    """A person's verdict on whether a recording belongs to an activity. `may_read`: the person may read it besides."""

    activity: str
    recording: str
    verdict: ce.Verdict
    reason: str
    may_read: bool


def match_footage(connection: Connection, case: str, words: MatchWords, asking: Asking) -> ce.CaseEntry:
    """Raises Forbidden for a recording that neither the person may read nor the case brought up: any film of the same
    minutes would otherwise fill a hole."""
    judged = require_open(connection, case, asking.rules)
    activity, recording, verdict, reason = words.activity, words.recording, words.verdict, words.reason
    _require_activity(judged.file, activity)
    if not words.may_read and not _is_brought_up(judged, activity, recording):
        raise Forbidden("This recording does not belong to the activity by its time, officer or device.")
    if verdict == "rejected" and not reason:
        raise Invalid("Say why the recording does not belong here.")
    return ce.FootageMatched(
        at=asking.at,
        case=ce.CaseId(case),
        activity=ce.ActivityId(activity),
        recording=RecordingId(recording),
        verdict=verdict,
        reason=reason,
        by=asking.person.account,
    )


def _is_brought_up(judged: Judged, activity: str, recording: str) -> bool:
    """By its time and its officer or device, or by somebody's verdict."""
    said = {each.recording for each in judged.file.matches if each.activity == activity}
    return recording in said | {each.row.id for each in judged.footage[activity]}


def require_open(connection: Connection, case: str, rules: Rules) -> Judged:
    """The case as it stands. Raises NotFound, and Conflict if it is closed."""
    judged = judge(connection, case, rules)
    if judged.file.case.state != "open":
        if judged.file.case.state == HANDED_OVER:
            raise Conflict("The case was handed over.", remedy="Reopen it first, to supplement it.")
        raise Conflict("The case is closed.", remedy="Reopen it first.")
    return judged


def require_file(connection: Connection, case: str) -> CaseFile:
    file = load_case(connection, case)
    if file is None:
        raise NotFound("There is no such case.")
    return file


def _require_activity(file: CaseFile, activity: str) -> ActivityRow:
    found = file.activity(activity)
    if found is None:
        raise NotFound("The case has no such activity.")
    return found


def _case_entry(case: str, words: CaseWords, asking: Asking, items: ItemList) -> ce.CaseRecorded:
    if items.kind(words.kind) is None:
        raise Invalid(f"The item list has no kind of case {words.kind!r}.")
    return ce.CaseRecorded(
        at=asking.at,
        case=ce.CaseId(case),
        number=words.number,
        kind=words.kind,
        title=words.title,
        stage=words.stage,
        subject=words.subject,
        unit=words.unit,
        officers=words.officers,
        by=asking.person.account,
        reason=words.reason,
    )


def _activity_entry(case: str, activity: str, words: ActivityWords, asking: Asking) -> ce.ActivityRecorded:
    rules = asking.rules.of_act(words.item, _ms(words.started_at))
    if rules.items.item(words.item) is None:
        raise Invalid(f"The item list has no item {words.item!r}.")
    if words.started_at and words.ended_at and words.started_at >= words.ended_at:
        raise Invalid("The activity ends before it begins.")
    for moment in (words.started_at, words.ended_at):
        if moment is not None and from_text(moment) > asking.now:
            raise Invalid("An actual time lies in the future.", remedy="Enter it as planned.")
    return ce.ActivityRecorded(
        at=asking.at,
        activity=ce.ActivityId(activity),
        case=ce.CaseId(case),
        item=words.item,
        stage=words.stage,
        place=words.place,
        planned_start=words.planned_start,
        planned_end=words.planned_end,
        started_at=words.started_at,
        ended_at=words.ended_at,
        officers=words.officers,
        devices=words.devices,
        note=words.note,
        by=asking.person.account,
        reason=words.reason,
    )


def _asks_less(before: ActivityRow, words: ActivityWords, rules: Rules) -> bool:
    """A weaker item, another list that asks less of it, or an interval that no longer holds the whole of the one
    before."""
    old_items = rules.of_act(before.item, _ms(before.started_at)).items
    new_items = rules.of_act(words.item, _ms(words.started_at)).items
    old, new = old_items.item(before.item), new_items.item(words.item)
    if old is not None and (new is None or asks_less((old_items, old), (new_items, new))):
        return True
    later = before.started_at is not None and (words.started_at is None or words.started_at > before.started_at)
    sooner = before.ended_at is not None and (words.ended_at is None or words.ended_at < before.ended_at)
    return later or sooner


def _ms(text: str | None) -> int | None:
    return None if text is None else to_ms(text)
