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

from evidence.catalog.clock_queries import SlateRow, slates_of
from evidence.catalog.recording_schema import recordings, renditions
from evidence.catalog.retention_queries import destroyed_at
from evidence.catalog.search import Claim, Order, TextSearch, count_matches, hits, matches, unindexed
from evidence.records import Kind, Playback, RecordingId

OrderName = Literal["-started_at", "started_at", "-received_at"]
# Where a page ends: (time, id) of its last row, and the total as the first page counted it.
After = tuple[str, str, int | None]
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
    order: OrderName = "-started_at"
    after: After | None = None
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
    slate: Literal["accepted", "refused"] | None  # what became of a time slate in it; None: none was read
    destroyed_at: str | None

    @property
    def ready(self) -> bool:
        """Can be played now."""
        return self.viewing_copy == "made" if self.playback == "copy" else self.playback != "none"


@dataclass(frozen=True, slots=True)
class RecordingPage:
    rows: tuple[RecordingRow, ...]
    after: After | None  # where the next page begins; None at the end
    total: int | None  # how many match, cursor aside; None for more than COUNTED_TO


@dataclass(frozen=True, slots=True)
class FacetsRow:
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    units: tuple[str, ...]
    bays: tuple[str, ...]


_c = recordings.c
_MADE_HERE = {"thumbnails", "viewing_copy", "slate", "destroyed_at"}
LISTED = tuple(_c[name] for name in RecordingRow.__dataclass_fields__ if name not in _MADE_HERE)
_Written = Callable[[ColumnElement[Any]], ColumnElement[Any]]  # a column as it is written in a query


@dataclass(frozen=True, slots=True)
class _Found:
    """(time, id) of a page's rows and of one more, if there is one; the total as in `RecordingPage`."""

    keys: tuple[tuple[str, str], ...] = ()
    total: int | None = 0


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which rows, how the database is brought to enter them where it should, and how many there are, if that is known
    already; counted up to `_counted()`."""

    condition: ColumnElement[bool]
    of: _Written
    n: int | None = None


def recordings_page(connection: Connection, wanted: RecordingFilter) -> RecordingPage:
    """One page in the wanted order, ties broken by id. Chosen from the indexes alone; then the rows are read."""
    found = _find(connection, wanted)
    shown = found.keys[: wanted.limit]
    after = (*shown[-1], found.total) if len(found.keys) > wanted.limit else None
    return RecordingPage(_rows(connection, [name for _, name in shown]), after, found.total)


def _find(connection: Connection, wanted: RecordingFilter) -> _Found:
    if _nobody(wanted.listable):
        return _Found()
    n: int | None = None
    if wanted.q and connection.dialect.name == "postgresql":
        found = hits(connection, _text_search(wanted, wanted.q), _counted())
        if found is None or found.n < _COMMON:
            return _Found() if found is None else _Found(found.keys, _told(found.n))
        n = found.n
    chosen = _choose(connection, wanted, n)
    if chosen is None:
        return _Found()
    keys = _keys(connection, wanted, chosen)
    if wanted.after is not None:
        return _Found(keys, wanted.after[2])
    if len(keys) <= wanted.limit:
        return _Found(keys, _told(len(keys)))
    return _Found(keys, _told(_count(connection, chosen.condition) if chosen.n is None else chosen.n))


def _counted() -> int:
    """So far a text's matches are counted: to tell whether it is common, and the total."""
    return max(_COMMON, COUNTED_TO + 1)


def _told(n: int) -> int | None:
    return n if n <= COUNTED_TO else None


def _keys(connection: Connection, wanted: RecordingFilter, chosen: _Chosen) -> tuple[tuple[str, str], ...]:
    order = _order(wanted)
    time = _c[order.by]
    query = select(time, _c.id).where(chosen.condition)
    if wanted.after is not None:
        key, edge = tuple_(time, _c.id), tuple_(*wanted.after[:2])
        # The plain bound on the time column lets SQLite enter the index there; the pair breaks ties.
        bound = time <= wanted.after[0] if order.falling else time >= wanted.after[0]
        query = query.where(bound, key < edge if order.falling else key > edge)
    rows = connection.execute(order.put(query, chosen.of(time), _c.id).limit(wanted.limit + 1))
    return tuple((row[0], row[1]) for row in rows)


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    """How many, counted up to one more than is told."""
    some: Select[Any] = select(literal_column("1")).select_from(recordings).where(condition)
    counted = select(func.count()).select_from(some.limit(COUNTED_TO + 1).subquery())
    return int(connection.execute(counted).scalar_one())


def _choose(connection: Connection, wanted: RecordingFilter, n: int | None) -> _Chosen | None:
    """None if nothing can match: a search text without a letter or digit finds none rather than all. `n`: how many
    match, if PostgreSQL has counted them; then they are so many that they are walked."""
    dialect = connection.dialect.name
    if not wanted.q:
        # An index by one of two filters would have every row behind it read for the other. The indexes in a page's
        # order hold them all: walking one through, 50,000 entries, takes milliseconds.
        of = unindexed if dialect == "sqlite" and _n_filters(wanted) > 1 else _as_it_is
        return _Chosen(and_(*_claims(wanted, of, _as_it_is)), _as_it_is)
    if n is None:
        n = count_matches(connection, wanted.q, _counted())
    walked = n >= _COMMON
    found = matches(wanted.q, dialect, walked=walked)
    if found is None:
        return None
    # Without statistics SQLite would rather enter by a filter: a plus before the others' names leaves it the entry.
    of = _as_it_is if walked else unindexed
    known = dialect == "postgresql" or not (_n_filters(wanted) or wanted.start or wanted.to)
    return _Chosen(and_(found, *_claims(wanted, of, of)), of, n if known else None)


def _order(wanted: RecordingFilter) -> Order:
    by: Literal["started_at", "received_at"] = "received_at" if wanted.order == "-received_at" else "started_at"
    return Order(by, wanted.order.startswith("-"))


def _text_search(wanted: RecordingFilter, query: str) -> TextSearch:
    after = None if wanted.after is None else wanted.after[:2]
    claims = tuple(_marked(wanted))
    return TextSearch(query, claims, wanted.start, wanted.to, _order(wanted), after, wanted.limit + 1)


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
    return with_facts(connection, [rows[each] for each in ids])


def with_facts(connection: Connection, rows: list[dict[str, Any]]) -> tuple[RecordingRow, ...]:
    """Lines with what other tables say of them. `rows`: of the columns LISTED."""
    states: dict[tuple[str, str], str] = {}
    if rows:
        query = select(renditions.c.recording, renditions.c.kind, renditions.c.state).where(
            renditions.c.recording.in_([row["id"] for row in rows])
        )
        states = {(row.recording, row.kind): row.state for row in connection.execute(query)}
    slates = slates_of(connection, [row["id"] for row in rows]) if rows else {}
    gone = destroyed_at(connection, [row["id"] for row in rows if row["playback"] == "none"])
    return tuple(
        RecordingRow(
            **row,
            thumbnails=states.get((row["id"], "thumbnails")) == "made",
            viewing_copy=cast(Any, states.get((row["id"], "viewing-copy"), "pending"))
            if row["playback"] == "copy"
            else None,
            slate=_slate(slates.get(row["id"])),
            destroyed_at=gone.get(row["id"]),
        )
        for row in rows
    )


def _slate(read: SlateRow | None) -> Literal["accepted", "refused"] | None:
    if read is None:
        return None
    return "accepted" if read.verdict == "accepted" else "refused"


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
