"""Open findings and how long they have waited: what is to be entered about them, and what is shown.

Reads the catalog in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence import concern_entries as oe
from evidence.catalog.case_file import ExplanationRow
from evidence.catalog.concern_rows import ConcernRow, Key, open_concerns
from evidence.entries import AnyEntry
from player.absences import Found, explanations_of, with_words
from player.cases.changes import Asking
from player.cases.judging import Judged, from_ms, judge, to_ms
from policy.absences import Absence
from policy.deadlines import HOUR_MS, DeadlineTerms, Stand, Urgency, due_ms, steps_due, urgency
from policy.explaining import answers
from policy.findings import Finding
from policy.item_list import Item, ItemList


@dataclass(frozen=True, slots=True)
class Waiting:
    """A finding that is open now, and since when an explanation of it waits, or was sent back."""

    key: Key
    officer: str | None
    unit: str | None
    terms: DeadlineTerms
    explained_ms: int | None
    rejected_ms: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """What is shown about the deadline of a finding."""

    due_at: str
    urgency: Urgency
    step: oe.Step | None


def waiting_in(judged: Judged, items: ItemList) -> Iterator[Waiting]:
    """The findings of a case that somebody must explain or decide about. What must be mended has no deadline of its
    own: the case cannot be closed."""
    by_rule = {row.id: row for row in judged.file.explanations}
    for finding in judged.open:
        if finding.explainable:
            said = [by_rule[each.id] for each in judged.explanations if answers(each, finding)]
            row = judged.activity(finding.activity)
            terms = _terms(items, None if row is None else items.item(row.item))
            yield Waiting(concern_key(judged.file.case.id, finding), None, judged.file.case.unit, terms, *_times(said))


def waiting_absences(found: Iterable[Found], items: ItemList) -> Iterator[Waiting]:
    terms = _terms(items, None)
    for each in found:
        if each.state != "answered":
            absence = each.absence
            explained = [to_ms(one.row.at) for one in each.said if one.rule.state == "waiting"]
            rejected = [to_ms(one.row.decided_at or "") for one in each.said if one.rule.state == "rejected"]
            yield Waiting(
                absence_key(each),
                absence.officer,
                absence.unit,
                terms,
                max(explained, default=None),
                max(rejected, default=None),
            )


def concern_key(case: str, finding: Finding) -> Key:
    return case, finding.kind, finding.activity, None, finding.about


def absence_key(found: Found) -> Key:
    return None, found.absence.kind, None, found.absence.device, found.absence.about


def changes(known: Mapping[Key, ConcernRow], waiting: Iterable[Waiting], at: str, now_ms: int) -> tuple[AnyEntry, ...]:
    """The entries that bring what is known up to what is so. Pure."""
    there: dict[Key, Waiting] = {}
    for each in waiting:
        there.setdefault(each.key, each)
    entries: list[AnyEntry] = []
    for key, row in known.items():
        if key not in there:
            entries.append(oe.ConcernSettled(at=at, concern=oe.ConcernId(row.id)))
        else:
            entries += _steps(row, there[key], at, now_ms)
    entries += [_opened(each, at) for key, each in there.items() if key not in known]
    return tuple(entries)


def sweep_case(connection: Connection, case: str, asking: Asking) -> tuple[AnyEntry, ...]:
    """What is to be entered about one case. A closed one settles all of it."""
    judged = judge(connection, case, asking.rules)
    waiting = tuple(waiting_in(judged, asking.rules.items)) if judged.file.case.state == "open" else ()
    return changes(_by_key(open_concerns(connection, case)), waiting, asking.at, _now_ms(asking))


@dataclass(frozen=True, slots=True)
class SeenAbsences:
    """What waits of missing footage, as it was read; `said`: every explanation by then, with its state."""

    waiting: tuple[Waiting, ...]
    said: frozenset[tuple[str, str]]


def see_absences(connection: Connection, missing: Iterable[Absence], asking: Asking) -> SeenAbsences:
    """Of what is missing now, as `player.kept_absences` has it."""
    found = with_words(connection, missing)
    return SeenAbsences(tuple(waiting_absences(found, asking.rules.items)), _states(connection))


def sweep_absences(connection: Connection, seen: SeenAbsences, asking: Asking) -> tuple[AnyEntry, ...]:
    """What is to be entered about missing footage. Nothing if somebody explained or decided since it was read: the next
    look is soon."""
    if _states(connection) != seen.said:
        return ()
    known = _by_key(each for each in open_concerns(connection) if each.case is None)
    return changes(known, seen.waiting, asking.at, _now_ms(asking))


def _states(connection: Connection) -> frozenset[tuple[str, str]]:
    return frozenset((each.row.id, each.row.state) for each in explanations_of(connection))


def due_of_case(connection: Connection, judged: Judged, asking: Asking) -> dict[Key, Due]:
    """The deadlines of a case's open findings, as far as they are known: the next look enters the others."""
    known = _by_key(open_concerns(connection, judged.file.case.id))
    return _due(known, waiting_in(judged, asking.rules.items), _now_ms(asking))


def due_of_absences(connection: Connection, found: Sequence[Found], asking: Asking) -> dict[Key, Due]:
    known = _by_key(each for each in open_concerns(connection) if each.case is None)
    return _due(known, waiting_absences(found, asking.rules.items), _now_ms(asking))


def _due(known: Mapping[Key, ConcernRow], waiting: Iterable[Waiting], now_ms: int) -> dict[Key, Due]:
    found = {}
    for each in waiting:
        row = known.get(each.key)
        if row is not None:
            stand = _stand(row, each)
            at = from_ms(due_ms(stand, each.terms))
            found[each.key] = Due(at, urgency(stand, each.terms, now_ms), stand.step)
    return found


def _steps(row: ConcernRow, waiting: Waiting, at: str, now_ms: int) -> list[AnyEntry]:
    stand = _stand(row, waiting)
    due_at = from_ms(due_ms(stand, waiting.terms))
    return [
        oe.ConcernRaised(
            at=at,
            concern=oe.ConcernId(row.id),
            step=step,
            due_at=due_at,
            waits_for="explanation" if waiting.explained_ms is None else "decision",
        )
        for step in steps_due(stand, waiting.terms, now_ms)
    ]


def _opened(waiting: Waiting, at: str) -> oe.ConcernOpened:
    case, kind, activity, device, about = waiting.key
    return oe.ConcernOpened(
        at=at,
        concern=oe.new_concern_id(),
        case=None if case is None else ce.CaseId(case),
        activity=None if activity is None else ce.ActivityId(activity),
        device=device,
        officer=waiting.officer,
        unit=waiting.unit,
        kind=kind,
        about=about,
    )


def _stand(row: ConcernRow, waiting: Waiting) -> Stand:
    step = cast("oe.Step | None", row.step)
    return Stand(to_ms(row.opened_at), waiting.explained_ms, waiting.rejected_ms, step)


def _times(said: Iterable[ExplanationRow]) -> tuple[int | None, int | None]:
    rows = tuple(said)
    explained = [to_ms(row.at) for row in rows if row.state == "waiting"]
    rejected = [to_ms(row.decided_at or "") for row in rows if row.state == "rejected"]
    return max(explained, default=None), max(rejected, default=None)


def _terms(items: ItemList, item: Item | None) -> DeadlineTerms:
    """Of an item; missing footage, and what belongs to no item, by the list's own."""
    own = items.missing if item is None else item
    every = items.deadlines
    return DeadlineTerms(
        own.explain_within_h * HOUR_MS,
        own.approve_within_h * HOUR_MS,
        every.remind_before_h * HOUR_MS,
        every.escalate_every_h * HOUR_MS,
    )


def _by_key(rows: Iterable[ConcernRow]) -> dict[Key, ConcernRow]:
    return {row.key: row for row in rows}


def _now_ms(asking: Asking) -> int:
    return to_ms(asking.at)
