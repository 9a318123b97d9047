"""`mediad extract`: recordings and viewing log as one SQLite file that anybody can open."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import sqlite_utils
from sqlalchemy import Connection

from evidence.catalog import extract_queries as queries
from evidence.catalog.engine import connected
from evidence.catalog.extract_queries import Choice, Row
from evidence.clock import SystemClock, to_text
from evidence.errors import Conflict, StoreUnavailable
from mediad import __version__
from mediad.cli.root import config_option
from mediad.config import Config, load
from mediad.store import Reading, open_reading

_TABLES: tuple[tuple[str, str | tuple[str, ...], Callable[[Connection, Choice], Iterator[Row]]], ...] = (
    ("recordings", "id", queries.recording_rows),
    ("segments", ("recording", "seq"), queries.segment_rows),
    ("viewings", "id", queries.viewing_rows),
    ("deliveries", "entry", queries.delivery_rows),
    ("rendered", ("entry", "n"), queries.render_rows),
    ("refusals", "entry", queries.refusal_rows),
)
_FOREIGN_KEYS = (
    ("segments", "recording", "recordings"),
    ("deliveries", "viewing", "viewings"),
    ("rendered", "viewing", "viewings"),
)
# SQLite's tokenizer takes a run of Han for one word: the pieces that people search for are written out beside it.
_SEARCHED = {
    "recordings": ("name", "device", "officer", "unit", "playback_reason"),
    "viewings": ("account", "display_name", "purpose", "note", "case"),
}
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_LONGEST_PIECE = 4


@click.command()
@config_option
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--case", default=None, help="Only what was viewed for this case.")
@click.option("--from", "start", default=None, type=click.DateTime(["%Y-%m-%d"]), help="First day, site time.")
@click.option("--to", "stop", default=None, type=click.DateTime(["%Y-%m-%d"]), help="Last day, site time.")
def extract(config_path: Path, out: Path, case: str | None, start: datetime | None, stop: datetime | None) -> None:
    """Write recordings, segments, viewings and deliveries into the SQLite file OUT.

    No footage: texts and digests only. Full-text indexed, also for Chinese; opens in any SQLite program and in
    Datasette. OUT must not exist.
    """
    config = load(config_path)
    zone = ZoneInfo(config.site.timezone)
    choice = Choice(
        case=case,
        start=None if start is None else to_text(start.replace(tzinfo=zone)),
        stop=None if stop is None else to_text(stop.replace(tzinfo=zone) + timedelta(days=1)),
    )
    if out.exists():
        raise Conflict(f"{out} exists already.", remedy="Name another file.")
    part = out.with_name(f".{out.name}.part")
    try:
        part.unlink(missing_ok=True)
        # It says who watched what, and why: for who asked for it alone, whatever the umask.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with open_reading(config) as site:
            counts = write(site, part, choice)
        os.replace(part, out)
    except (OSError, sqlite3.OperationalError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreUnavailable(f"{out} cannot be written: {reason}.", remedy="Name another place.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    click.echo(f"Wrote {out}: " + ", ".join(f"{n} {name}" for name, n in counts.items()) + ".")


def write(site: Reading, path: Path, choice: Choice) -> dict[str, int]:
    """Fill a new SQLite file; rows per table. All rows are of one moment."""
    database = sqlite_utils.Database(str(path))
    try:
        with connected(site.engine) as connection:
            for name, key, rows in _TABLES:
                _fill(database, name, key, rows(connection, choice))
        for table, column, other in _FOREIGN_KEYS:
            database.table(table).add_foreign_key(column, other)
        for name in _SEARCHED:
            database.table(name).enable_fts(["search"], tokenize="unicode61")
        database.table("extract").insert(_about(site.config, choice))
        database.vacuum()
        return {name: database.table(name).count for name, _key, _rows in _TABLES}
    finally:
        database.close()


def _fill(database: sqlite_utils.Database, name: str, key: str | tuple[str, ...], rows: Iterator[Row]) -> None:
    columns = queries.columns_of(name)
    searched = _SEARCHED.get(name, ())
    if searched:
        columns["search"] = str
        rows = (row | {"search": words(*(row[column] for column in searched))} for row in rows)
    table = database.table(name)
    table.create(columns, pk=key)
    table.insert_all(rows)


def words(*texts: str | None) -> str:
    """Texts as separate words; of a run of Han every piece of up to four characters, as names and places have."""
    found: dict[str, None] = {}
    for run in _RUNS.findall(" ".join(text for text in texts if text)):
        if _HAN.match(run):
            pieces = [run[at : at + n] for n in range(1, _LONGEST_PIECE + 1) for at in range(len(run) - n + 1)]
            found.update(dict.fromkeys((*pieces, run)))
        else:
            found[run] = None
    return " ".join(found)


def _about(config: Config, choice: Choice) -> Row:
    """Where the extract is from."""
    return {
        "site": config.site.name,
        "origin": config.site.origin,
        "made_at": to_text(SystemClock().now()),
        "program": f"mediad {__version__}",
        "case": choice.case,
        "from": choice.start,
        "to": choice.stop,
    }
