"""Streams the rows of a portable extract: recordings, their segments, viewings and deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, true

from evidence.catalog.schema import deliveries, recordings, refusals, renders, segments, viewings

_CHUNK = 1_000
# Per statement: as an option of the connection it would hold for every later statement too.
_STREAMED = {"yield_per": _CHUNK}
# For readers, not for programs: where blobs lie and how they are described stays in the site.
_RECORDING_COLUMNS = (
    "id", "name", "kind", "device", "officer", "unit", "bay", "path", "sequence", "key_mark", "started_at",
    "started_at_origin", "received_at", "sealed_at", "duration_ms", "size_bytes", "width", "height", "video_codec",
    "audio_codec", "playback", "playback_reason", "n_segments", "n_warnings", "original", "manifest", "entry",
)  # fmt: skip

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What to extract. Times are RFC 3339 UTC, half-open."""

    case: str | None = None  # recordings that were viewed for this case, and those viewings
    start: str | None = None  # recordings that began, and viewings that were opened, from here
    stop: str | None = None


def columns_of(name: str) -> dict[str, type]:
    """Column → Python type of an extract's table."""
    table = {
        "recordings": recordings,
        "segments": segments,
        "viewings": viewings,
        "deliveries": deliveries,
        "rendered": renders,
        "refusals": refusals,
    }[name]
    wanted = _RECORDING_COLUMNS if table is recordings else tuple(table.c.keys())
    return {each: table.c[each].type.python_type for each in wanted}


def recording_rows(connection: Connection, choice: Choice) -> Iterator[Row]:
    columns = [recordings.c[name] for name in _RECORDING_COLUMNS]
    yield from _stream(connection, select(*columns).where(_recordings(choice)).order_by(recordings.c.entry))


def segment_rows(connection: Connection, choice: Choice) -> Iterator[Row]:
    chosen = select(recordings.c.id).where(_recordings(choice))
    query = select(segments).where(segments.c.recording.in_(chosen))
    yield from _stream(connection, query.order_by(segments.c.recording, segments.c.seq))


def viewing_rows(connection: Connection, choice: Choice) -> Iterator[Row]:
    yield from _stream(connection, select(viewings).where(_viewings(choice)).order_by(viewings.c.entry))


def delivery_rows(connection: Connection, choice: Choice) -> Iterator[Row]:
    chosen = select(viewings.c.id).where(_viewings(choice))
    query = select(deliveries).where(deliveries.c.viewing.in_(chosen)).order_by(deliveries.c.entry)
    yield from _stream(connection, query)


def render_rows(connection: Connection, choice: Choice) -> Iterator[Row]:
    chosen = select(viewings.c.id).where(_viewings(choice))
    query = select(renders).where(renders.c.viewing.in_(chosen)).order_by(renders.c.entry, renders.c.n)
    yield from _stream(connection, query)


def refusal_rows(connection: Connection, choice: Choice) -> Iterator[Row]:
    """Refusals name no case: an extract of one case has none."""
    if choice.case is None:
        yield from _stream(
            connection, select(refusals).where(_within(refusals.c.at, choice)).order_by(refusals.c.entry)
        )


def _recordings(choice: Choice) -> ColumnElement[bool]:
    within = _within(recordings.c.started_at, choice)
    if choice.case is None:
        return within
    viewed = select(viewings.c.recording).where(viewings.c.case == choice.case)
    delivered = (
        select(deliveries.c.recording)
        .join(viewings, viewings.c.id == deliveries.c.viewing)
        .where(viewings.c.case == choice.case)
    )
    return within & (recordings.c.id.in_(viewed) | recordings.c.id.in_(delivered))


def _viewings(choice: Choice) -> ColumnElement[bool]:
    if choice.case is not None:
        return viewings.c.case == choice.case
    return _within(viewings.c.opened_at, choice)


def _within(column: ColumnElement[str], choice: Choice) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = true()
    if choice.start is not None:
        condition = condition & (column >= choice.start)
    if choice.stop is not None:
        condition = condition & (column < choice.stop)
    return condition


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Row]:
    for row in connection.execute(query, execution_options=_STREAMED):
        yield dict(row._mapping)
