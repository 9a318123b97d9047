"""Pages, totals and filter values of a library equal what a plain walk through all its rows says, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text, update

from bench.library_site import UNITS, fill
from evidence.catalog import library_queries as queries
from evidence.catalog.bigrams import query_terms, terms
from evidence.catalog.engine import connected, migrate, open_engine
from evidence.catalog.library_queries import Listable, RecordingFilter
from evidence.catalog.recording_rows import search_texts
from evidence.catalog.schema import recordings
from evidence.catalog.search import put_terms

N = 240
_INDEX = text("SELECT recording, terms FROM recording_search ORDER BY recording")
_TIMES = text("SELECT recording, started_at, received_at FROM recording_search ORDER BY recording")
ALL = Listable(everything=True)


@pytest.fixture
def library(database_url: str) -> Iterator[tuple[Connection, list[dict[str, Any]]]]:
    engine = open_engine(database_url)
    migrate(engine)
    fill(engine, N, 900)
    with connected(engine) as connection:
        yield connection, [dict(row) for row in connection.execute(recordings.select()).mappings()]
    engine.dispose()


def _contains(row: dict[str, Any], q: str) -> bool:
    """What a search means, without an index."""
    words = terms(*search_texts(row)).split()
    return all(any(w.startswith(t) if prefix else w == t for w in words) for t, prefix in query_terms(q))


def _wanted(row: dict[str, Any], wanted: RecordingFilter) -> bool:
    who = wanted.listable
    return (
        (who.everything or row["officer"] == who.officer or row["unit"] == who.unit)
        and all(
            getattr(wanted, name) in (None, row[name]) for name in ("officer", "device", "unit", "kind", "playback")
        )
        and (wanted.start is None or row["started_at"] >= wanted.start)
        and (wanted.to is None or row["started_at"] < wanted.to)
        and (wanted.q is None or _contains(row, wanted.q))
    )


def _walk(connection: Connection, wanted: Callable[..., RecordingFilter]) -> tuple[list[str], set[int | None]]:
    """The ids of all pages, and the totals that pages gave."""
    found: list[str] = []
    totals = set[int | None]()
    after = None
    while True:
        page = queries.recordings_page(connection, wanted(after=after, limit=7))
        found += [row.id for row in page.rows]
        totals.add(page.total)
        after = page.after
        if after is None:
            return found, totals


@pytest.mark.parametrize("common", [0, 30, 10**6], ids=["walked", "either", "sorted"])
def test_every_page_is_what_a_plain_walk_finds(
    library: tuple[Connection, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    # Where a search is walked to and where it is sorted must not show.
    monkeypatch.setattr(queries, "_COMMON", common)
    connection, rows = library
    officer, device, unit = rows[0]["officer"], rows[1]["device"], rows[2]["unit"]
    asked: list[dict[str, Any]] = [
        {},
        {"unit": unit, "kind": "video"},
        {"listable": Listable(False, officer=officer, unit=UNITS[1])},
        {"listable": Listable(False, unit=UNITS[3]), "q": "mp4"},
        {"q": officer},
        {"q": officer[0], "unit": unit},
        {"q": "大队"},
        {"q": "2025", "kind": "video"},
        {"q": "20251", "playback": "direct"},
        {"q": "dsj", "device": device},
        {"q": "D 大队", "start": "2025-03-01T00:00:00.000000Z", "to": "2025-12-01T00:00:00.000000Z"},
        {"q": "龙虾"},
        {"q": "dsj", "listable": Listable(False)},
        {"q": "dsj", "unit": "it's 一大队 \\' | '=kvideo"},
        {"q": "dsj", "listable": Listable(False, officer=officer, unit=unit)},
    ]
    for more in asked:
        for order in ("-started_at", "started_at", "-received_at"):

            def wanted(order: Any = order, more: dict[str, Any] = more, **page: Any) -> RecordingFilter:
                return RecordingFilter(**{"listable": ALL, "order": order} | more | page)

            matching = [row for row in rows if _wanted(row, wanted())]
            time = order.removeprefix("-")
            matching.sort(key=lambda row: (row[time], row["id"]), reverse=order.startswith("-"))
            found, totals = _walk(connection, wanted)
            assert found == [row["id"] for row in matching], (more, order)
            assert totals == {len(matching)}, (more, order)


def test_a_total_is_told_up_to_a_number(
    library: tuple[Connection, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNTED_TO", 5)
    connection, rows = library
    officer = rows[0]["officer"]
    for more in ({}, {"unit": rows[0]["unit"]}, {"q": "mp4"}, {"q": "dsj", "kind": "video"}, {"officer": officer}):
        n = len([row for row in rows if _wanted(row, RecordingFilter(listable=ALL, **more))])
        _, totals = _walk(connection, lambda more=more, **page: RecordingFilter(listable=ALL, **more, **page))
        assert totals == {n if n <= 5 else None}, more


def test_filter_values_are_those_of_what_may_be_listed(library: tuple[Connection, list[dict[str, Any]]]) -> None:
    connection, rows = library
    for who in (ALL, Listable(False, unit=UNITS[0]), Listable(False, officer="nobody")):
        listed = [row for row in rows if _wanted(row, RecordingFilter(listable=who))]
        found = queries.facets(connection, who)
        for values, name in (
            (found.officers, "officer"),
            (found.devices, "device"),
            (found.units, "unit"),
            (found.bays, "bay"),
        ):
            assert sorted(values) == sorted({row[name] for row in listed}), (who, name)


def test_a_migrated_text_index_equals_one_written_now(database_url: str) -> None:
    """Rows from before 0009 get the terms that `put_terms` writes today, whatever the values hold."""
    engine = open_engine(database_url)
    migrate(engine)
    fill(engine, 20, 40)
    with connected(engine, writes=True) as connection:
        connection.execute(
            update(recordings).where(recordings.c.unit == UNITS[0]).values(unit="a 'b' \\ c", device=None)
        )
        for row in connection.execute(recordings.select()).mappings().all():
            put_terms(connection, row["id"], terms(*search_texts(dict(row))))
        now = connection.execute(_INDEX).all()
        if connection.dialect.name == "postgresql":
            times = connection.execute(_TIMES).all()
            connection.execute(text("ALTER TABLE recording_search DROP started_at, DROP received_at"))
            with Operations.context(MigrationContext.configure(connection)):
                import_module("evidence.catalog.migrations.versions.0024_flat_searches").add_times()
            assert connection.execute(_TIMES).all() == times
            old = "(SELECT array_agg(w) FROM unnest(tsvector_to_array(terms)) AS w WHERE w NOT LIKE '=%')"
            connection.execute(text(f"UPDATE recording_search SET terms = array_to_tsvector({old})"))
            assert connection.execute(_INDEX).all() != now
            migration = import_module("evidence.catalog.migrations.versions.0009_search_claims")
            with Operations.context(MigrationContext.configure(connection)):
                migration.upgrade()
        assert connection.execute(_INDEX).all() == now
    engine.dispose()
