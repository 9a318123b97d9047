"""Typed reads about samples: populations, lists, one sample whole, and what reviewers were handed. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Select, and_, func, or_, select

from evidence.canonical import Digest
from evidence.catalog.case_schema import activities, cases, footage
from evidence.catalog.ledger_rows import leaf_hashes
from evidence.catalog.retention_schema import destruction_items
from evidence.catalog.sample_schema import sample_items, sample_reviews, samples
from evidence.catalog.schema import deliveries, recordings, renders, viewings
from evidence.intervals import Spans, intersection, merged
from evidence.sample_entries import SampleOf, SampleResult

# The purpose under which what was drawn is watched.
SAMPLING = "sampling"


@dataclass(frozen=True, slots=True)
class Population:
    """The rule by which a population is found: begun in [from_at, to_at), as the catalog writes times."""

    of: SampleOf
    unit: str | None
    from_at: str
    to_at: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleRow:
    id: str
    spec: str
    title: str
    of: SampleOf
    unit: str | None
    from_at: str
    to_at: str
    items: tuple[str, ...]
    population: Digest
    root: Digest
    n_population: int
    size: int
    permille: int | None
    nonce_digest: Digest
    word_digest: Digest
    by: str
    display_name: str
    at: str
    state: str  # committed | drawn | abandoned
    nonce: str | None
    word: str | None
    seed: str | None
    drawn_at: str | None
    drawn_by: str | None
    drawn_entry: int | None
    abandoned_at: str | None
    abandoned_by: str | None
    reason: str | None
    entry: int
    n_reviewed: int  # of the drawn
    n_flaws: int  # of the drawn: the last review found a flaw
    earlier: int  # samples of such things, of the same unit and of an overlapping period, committed to before


@dataclass(frozen=True, slots=True)
class ReviewRow:
    entry: int
    item: str
    result: SampleResult
    words: str
    duration_ms: int
    delivered_ms: int
    rendered_ms: int
    by: str
    display_name: str
    at: str


@dataclass(frozen=True, slots=True)
class WatchedRow:
    """What one account was handed of a recording under the purpose `sampling`, and what of it the player claims."""

    recording: str
    account: str
    delivered: Spans
    rendered: Spans


@dataclass(frozen=True, slots=True)
class DrawnRecording:
    id: str
    name: str
    officer: str | None
    device: str | None
    unit: str | None
    started_at: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class DrawnActivity:
    id: str
    case: str
    number: str
    title: str
    item: str
    place: str
    started_at: str | None
    officers: tuple[str, ...]


def population_of(connection: Connection, rule: Population) -> tuple[str, ...]:
    """Ids in the order of their bytes. Recordings: video and sound that is not destroyed, by the start that the seal
    states. Activities: those that stand, by their actual beginning."""
    query = _activities(rule) if rule.of == "activities" else _recordings(rule)
    return tuple(sorted(set(connection.execute(query).scalars())))


def _recordings(rule: Population) -> Select[Any]:
    r = recordings.c
    query = select(r.id).where(r.kind.in_(("video", "audio")), r.started_at >= rule.from_at, r.started_at < rule.to_at)
    # What is destroyed cannot be watched; the same content docked again can.
    d = destruction_items.c
    query = query.where(r.id.not_in(select(d.recording).where(d.state.in_(("begun", "done")))))
    if rule.unit is not None:
        query = query.where(r.unit == rule.unit)
    if not rule.items:
        return query
    a, f = activities.c, footage.c
    confirmed = and_(f.verdict == "confirmed", a.state == "valid", a.item.in_(rule.items))
    return query.where(r.id.in_(select(f.recording).join(activities, a.id == f.activity).where(confirmed)))


def _activities(rule: Population) -> Select[Any]:
    a = activities.c
    query = select(a.id).where(a.state == "valid", a.started_at >= rule.from_at, a.started_at < rule.to_at)
    if rule.items:
        query = query.where(a.item.in_(rule.items))
    if rule.unit is not None:
        query = query.join(cases, cases.c.id == a.case).where(cases.c.unit == rule.unit)
    return query


def samples_page(
    connection: Connection, *, units: tuple[str, ...] | None, after: int | None, limit: int
) -> tuple[tuple[SampleRow, ...], int | None]:
    """Newest first, of these units only (None: of all), and where the next page begins."""
    query = select(samples).order_by(samples.c.entry.desc()).limit(limit + 1)
    if units is not None:
        query = query.where(samples.c.unit.in_(units))
    if after is not None:
        query = query.where(samples.c.entry < after)
    rows = connection.execute(query).all()
    shown = tuple(_sample(connection, row) for row in rows[:limit])
    return shown, shown[-1].entry if len(rows) > limit else None


def find_sample(connection: Connection, sample: str) -> SampleRow | None:
    row = connection.execute(select(samples).where(samples.c.id == sample)).one_or_none()
    return None if row is None else _sample(connection, row)


def leaf_of(connection: Connection, entry: int) -> bytes:
    """The leaf hash of a ledger entry."""
    return leaf_hashes(connection, entry, entry + 1)[0]


def items_of(connection: Connection, sample: str) -> tuple[str, ...]:
    """What was drawn, in the order of the draw."""
    i = sample_items.c
    return tuple(connection.execute(select(i.item).where(i.sample == sample).order_by(i.n)).scalars())


def reviews_of(connection: Connection, sample: str) -> tuple[ReviewRow, ...]:
    """Oldest first; the last of an item stands."""
    query = select(sample_reviews).where(sample_reviews.c.sample == sample).order_by(sample_reviews.c.entry)
    names = ReviewRow.__dataclass_fields__
    return tuple(
        cast(Any, ReviewRow)(**{name: row._mapping[name] for name in names}) for row in connection.execute(query)
    )


def watched_of(connection: Connection, ids: Iterable[str], since_entry: int) -> tuple[WatchedRow, ...]:
    """What was handed of these recordings in viewings for sampling that were opened after an entry."""
    wanted = tuple(ids)
    v, d, r = viewings.c, deliveries.c, renders.c
    sampling = and_(v.purpose == SAMPLING, v.entry > since_entry)
    handed = select(d.recording, v.account, d.start_ms, d.end_ms).join(viewings, v.id == d.viewing)
    handed = handed.where(sampling, d.recording.in_(wanted), d.item == "segment")
    claimed = select(r.recording, v.account, r.start_ms, r.end_ms).join(viewings, v.id == r.viewing)
    delivered, rendered = (
        _spans(connection, handed),
        _spans(connection, claimed.where(sampling, r.recording.in_(wanted))),
    )
    return tuple(
        WatchedRow(*key, spans, intersection(rendered.get(key, ()), spans)) for key, spans in sorted(delivered.items())
    )


def _spans(connection: Connection, query: Select[Any]) -> dict[tuple[str, str], Spans]:
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in connection.execute(query):
        found.setdefault((row.recording, row.account), []).append((row.start_ms, row.end_ms))
    return {key: merged(spans) for key, spans in found.items()}


def drawn_recordings(connection: Connection, ids: Iterable[str]) -> dict[str, DrawnRecording]:
    r = recordings.c
    query = select(*(r[name] for name in DrawnRecording.__dataclass_fields__)).where(r.id.in_(tuple(ids)))
    return {row.id: DrawnRecording(**row._mapping) for row in connection.execute(query)}


def drawn_activities(connection: Connection, ids: Iterable[str]) -> dict[str, DrawnActivity]:
    a, c = activities.c, cases.c
    columns = (a.id, a.case, c.number, c.title, a.item, a.place, a.started_at, a.officers)
    query = select(*columns).join(cases, c.id == a.case).where(a.id.in_(tuple(ids)))
    return {
        row.id: DrawnActivity(**{**row._mapping, "officers": tuple(json.loads(row.officers))})
        for row in connection.execute(query)
    }


def _sample(connection: Connection, row: Any) -> SampleRow:
    values = dict(row._mapping)
    latest: dict[str, str] = {}
    reviewed = select(sample_reviews.c.item, sample_reviews.c.result).where(sample_reviews.c.sample == row.id)
    for item, result in connection.execute(reviewed.order_by(sample_reviews.c.entry)):
        latest[item] = result
    s = samples.c
    unit = s.unit.is_(None) if row.unit is None else or_(s.unit == row.unit, s.unit.is_(None))
    alike = and_(s.of == row.of, unit, s.from_at < row.to_at, s.to_at > row.from_at, s.entry < row.entry)
    return SampleRow(
        **values | {"items": tuple(json.loads(values["items"]))},
        n_reviewed=len(latest),
        n_flaws=sum(result == "flaw" for result in latest.values()),
        earlier=int(connection.execute(select(func.count()).select_from(samples).where(alike)).scalar_one()),
    )
