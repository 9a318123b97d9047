"""Typed reads of the library: its pages, how many match, the values that filters can take. Never writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from evidence.catalog.recording_schema import recordings, renditions
from evidence.catalog.retention_queries import destroyed_at
from evidence.catalog.search import Claim, count_matches, matches, unindexed
from evidence.records import Kind, Playback, RecordingId

Order = Literal["-started_at", "started_at", "-received_at"]
# A total is counted up to this many: further counting would cost more than it tells.
COUNTED_TO = 10_000
# A search text that so many recordings match is common: fewer are fetched and sorted in tens of milliseconds, while a
# walk through the library may pass a year of others before it meets the first.
_COMMON = 30_000


@dataclass(frozen=True, slots=True)
class Listable:
    """The recordings somebody may list: all, an officer's, a unit's, or either of the two."""

    everything: bool
    officer: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingFilter:
    """`None` does not filter. Times are RFC 3339 UTC as `evidence.clock.to_text` writes them; `to` is exclusive."""

    listable: Listable
    q: str | None = None
    start: str | None = None
    to: str | None = None
    officer: str | None = None
    device: str | None = None
    unit: str | None = None
    kind: str | None = None
    playback: str | None = None
    order: Order = "-started_at"
    after: tuple[str, str] | None = None  # (time, id) of the last row of the page before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One line of the library."""

    id: RecordingId
    name: str
    kind: Kind
    playback: Playback
    playback_reason: str
    device: str | None
    officer: str | None
    unit: str | None
    bay: str
    sequence: int | None
    key_mark: bool
    started_at: str
    started_at_origin: str
    received_at: str
    duration_ms: int
    size_bytes: int
    width: int
    height: int
    video_codec: str
    audio_codec: str
    n_segments: int
    n_warnings: int
    thumbnails: bool
    viewing_copy: Literal["made", "failed", "pending"] | None  # None: needs none
    destroyed_at: str | None

    @property
    def ready(self) -> bool:
        """Can be played now."""
        return self.viewing_copy == "made" if self.playback == "copy" else self.playback != "none"


@dataclass(frozen=True, slots=True)
class RecordingPage:
    rows: tuple[RecordingRow, ...]
    after: tuple[str, str] | None  # where the next page begins; None at the end


@dataclass(frozen=True, slots=True)
class FacetsRow:
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    units: tuple[str, ...]
    bays: tuple[str, ...]


_c = recordings.c
_MADE_HERE = {"thumbnails", "viewing_copy", "destroyed_at"}
LISTED = tuple(_c[name] for name in RecordingRow.__dataclass_fields__ if name not in _MADE_HERE)


def recordings_page(connection: Connection, wanted: RecordingFilter) -> RecordingPage:
    """One page in the wanted order, ties broken by id. Chosen from the indexes alone; then the rows are read."""
    time = _c.received_at if wanted.order == "-received_at" else _c.started_at
    falling = wanted.order.startswith("-")
    chosen = _choose(connection, wanted)
    if chosen is None:
        return RecordingPage((), None)
    query = select(_c.id, time.label("time")).where(chosen.condition)
    if wanted.after is not None:
        key, edge = tuple_(time, _c.id), tuple_(*wanted.after)
        # The plain bound on the time column lets SQLite enter the index there; the pair breaks ties.
        bound = time <= wanted.after[0] if falling else time >= wanted.after[0]
        query = query.where(bound, key < edge if falling else key > edge)
    ordered = _ordered_inside_out if chosen.sorted_last else _ordered
    found = connection.execute(ordered(query, chosen.of(time), falling).limit(wanted.limit + 1)).all()
    shown = found[: wanted.limit]
    last = shown[-1] if len(found) > wanted.limit else None
    return RecordingPage(_rows(connection, [row.id for row in shown]), (last.time, last.id) if last else None)


def _ordered(query: Select[Any], time: ColumnElement[Any], falling: bool) -> Select[Any]:
    return query.order_by(time.desc(), _c.id.desc()) if falling else query.order_by(time, _c.id)


def _ordered_inside_out(query: Select[Any], _time: ColumnElement[Any], falling: bool) -> Select[Any]:
    """The same, sorted outside of a subquery that PostgreSQL does not look into: OFFSET keeps it from walking an index
    in the wanted order past everything that was not found."""
    found = query.offset(0).subquery()
    time, name = found.c.time, found.c.id
    return select(found).order_by(time.desc(), name.desc()) if falling else select(found).order_by(time, name)


def count_recordings(connection: Connection, wanted: RecordingFilter) -> int | None:
    """How many match, cursor aside; None for more than COUNTED_TO."""
    if wanted.q and _text_index_knows(wanted, connection.dialect.name):
        count = count_matches(connection, wanted.q, _marked(wanted), COUNTED_TO + 1)
        return count if count <= COUNTED_TO else None
    chosen = _choose(connection, wanted)
    if chosen is None:
        return 0
    some: Select[Any] = select(literal_column("1")).select_from(recordings).where(chosen.condition)
    counted = select(func.count()).select_from(some.limit(COUNTED_TO + 1).subquery())
    count = int(connection.execute(counted).scalar_one())
    return count if count <= COUNTED_TO else None


_Written = Callable[[ColumnElement[Any]], ColumnElement[Any]]  # a column as it is written in a query


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which rows, and how the database is brought to enter them where it should."""

    condition: ColumnElement[bool]
    of: _Written
    sorted_last: bool = False  # in PostgreSQL: what was found is few and is sorted, not walked to


def _choose(connection: Connection, wanted: RecordingFilter) -> _Chosen | None:
    """None if nothing can match: a search text without a letter or digit finds none rather than all."""
    dialect = connection.dialect.name
    if not wanted.q:
        # An index by one of two filters would have every row behind it read for the other. The indexes in a page's
        # order hold them all: walking one through, 50,000 entries, takes milliseconds.
        of = unindexed if dialect == "sqlite" and _n_filters(wanted) > 1 else _as_it_is
        return _Chosen(and_(*_claims(wanted, of, _as_it_is)), _as_it_is)
    common = count_matches(connection, wanted.q, _marked(wanted), _COMMON) >= _COMMON
    found = matches(wanted.q, _marked(wanted), dialect, walked=common)
    if found is None:
        return None
    if common:
        return _Chosen(and_(found, *_claims(wanted, _as_it_is, _as_it_is)), _as_it_is)
    # Without statistics SQLite would rather enter by a filter: a plus before the others' names leaves it the entry.
    of = unindexed if dialect == "sqlite" else _as_it_is
    return _Chosen(and_(found, *_claims(wanted, of, of)), of, sorted_last=dialect != "sqlite")


def _text_index_knows(wanted: RecordingFilter, dialect: str) -> bool:
    """Whether nothing is asked for that the text index cannot count by itself."""
    if wanted.start is not None or wanted.to is not None or _nobody(wanted.listable):
        return False
    return dialect != "sqlite" or _n_filters(wanted) == 0


def _marked(wanted: RecordingFilter) -> list[Claim]:
    """What filters and access ask for, as claims on the text index."""
    claims: list[Claim] = [{column.name: value} for column, value in _filters(wanted)]
    if not wanted.listable.everything:
        either = {"officer": wanted.listable.officer, "unit": wanted.listable.unit}
        claims.append({name: value for name, value in either.items() if value})
    return claims


def _nobody(who: Listable) -> bool:
    return not who.everything and not who.officer and not who.unit


def _as_it_is(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column


def _filters(wanted: RecordingFilter) -> list[tuple[Column[Any], str]]:
    pairs = (
        (_c.officer, wanted.officer),
        (_c.device, wanted.device),
        (_c.unit, wanted.unit),
        (_c.kind, wanted.kind),
        (_c.playback, wanted.playback),
    )
    return [(column, value) for column, value in pairs if value is not None]


def _n_filters(wanted: RecordingFilter) -> int:
    return len(_filters(wanted)) + (not wanted.listable.everything)


def _claims(wanted: RecordingFilter, of: _Written, at: _Written) -> list[ColumnElement[bool]]:
    """`of` and `at`: how the columns of filters and of times are written."""
    claims = [_listable(wanted.listable, of)]
    claims += [of(column) == value for column, value in _filters(wanted)]
    if wanted.start is not None:
        claims.append(at(_c.started_at) >= wanted.start)
    if wanted.to is not None:
        claims.append(at(_c.started_at) < wanted.to)
    return claims


def _listable(who: Listable, of: _Written = _as_it_is) -> ColumnElement[bool]:
    if who.everything:
        return true()
    either = [of(column) == value for column, value in ((_c.officer, who.officer), (_c.unit, who.unit)) if value]
    return or_(*either) if either else false()


def _rows(connection: Connection, ids: list[str]) -> tuple[RecordingRow, ...]:
    """The lines of these recordings, in this order."""
    query = select(*LISTED).where(_c.id.in_(ids))
    rows = {row.id: dict(row._mapping) for row in connection.execute(query)} if ids else {}
    return with_renditions(connection, [rows[each] for each in ids])


def with_renditions(connection: Connection, rows: list[dict[str, Any]]) -> tuple[RecordingRow, ...]:
    states: dict[tuple[str, str], str] = {}
    if rows:
        query = select(renditions.c.recording, renditions.c.kind, renditions.c.state).where(
            renditions.c.recording.in_([row["id"] for row in rows])
        )
        states = {(row.recording, row.kind): row.state for row in connection.execute(query)}
    gone = destroyed_at(connection, [row["id"] for row in rows if row["playback"] == "none"])
    return tuple(
        RecordingRow(
            **row,
            thumbnails=states.get((row["id"], "thumbnails")) == "made",
            viewing_copy=cast(Any, states.get((row["id"], "viewing-copy"), "pending"))
            if row["playback"] == "copy"
            else None,
            destroyed_at=gone.get(row["id"]),
        )
        for row in rows
    )


def facets(connection: Connection, listable: Listable) -> FacetsRow:
    """The values that filters can take among what may be listed."""
    columns = (_c.officer, _c.device, _c.unit, _c.bay)
    if listable.everything:
        return FacetsRow(*(_distinct(connection, column) for column in columns))
    found = connection.execute(select(*columns).where(_listable(listable)).distinct()).all()
    return FacetsRow(*(tuple(sorted({row[n] for row in found} - {None})) for n in range(len(columns))))


def _distinct(connection: Connection, column: ColumnElement[Any]) -> tuple[str, ...]:
    """The values of an indexed column, from each to the next: a look-up per value, not a walk through all rows."""
    value = select(func.min(column).label("value")).cte("value", recursive=True)
    following = select(func.min(column)).where(column > value.c.value).correlate(value).scalar_subquery()
    value = value.union_all(select(following).where(value.c.value.is_not(None)))
    query = select(value.c.value).where(value.c.value.is_not(None))
    return tuple(row[0] for row in connection.execute(query))
