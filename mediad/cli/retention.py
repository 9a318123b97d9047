"""`mediad retention`: what has expired, and what another item list would do. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from evidence.catalog.engine import connected
from evidence.clock import SystemClock, to_text
from mediad.cli.output import print_json
from mediad.cli.root import config_option, json_option
from mediad.config import load
from mediad.store import open_reading
from player.retention.changes import compare
from player.retention.gathering import RetentionRules, judged_all
from policy.item_list import SHIPPED
from policy.item_list import load as load_items
from policy.retention import Table, table_of


@click.group()
def retention() -> None:
    """How long footage is kept. Destroying takes two people, in the web pages."""


@retention.command(name="list")
@config_option
@json_option
@click.option("--days", default=0, show_default=True, help="Also what expires within so many days.")
def expired(config_path: Path, as_json: bool, days: int) -> None:
    """What has expired, soonest first."""
    now = SystemClock().now()
    with _opened(config_path) as (connection, rules):
        table = rules.in_force(connection)
        found = [each for each in judged_all(connection, rules) if each.kept.expired(now + timedelta(days=days))]
    found.sort(key=lambda each: (each.kept.until, each.row.id))
    rows: list[dict[str, Any]] = [
        {
            "recording": each.row.id,
            "name": each.row.name,
            "until": to_text(each.kept.until) if each.kept.until else None,
            "class": each.kept.code,
            "size_bytes": each.row.size_bytes,
        }
        for each in found
    ]
    if as_json:
        print_json({"version": table.version, "recordings": rows})
        return
    for row in rows:
        click.echo(f"{row['until'][:10]}  {_class(row['class'], table):<24}  {row['recording']}  {row['name']}")
    click.echo(f"{len(rows)} recordings, {sum(each.row.size_bytes for each in found)} bytes.")


@retention.command()
@config_option
@json_option
@click.option(
    "--items", "items_path", required=True, type=click.Path(path_type=Path, dir_okay=False), help="An item list."
)
def simulate(config_path: Path, as_json: bool, items_path: Path) -> None:
    """What the classes of an item list would do if they came into force now. Exits with 1 if anything would expire."""
    now = to_text(SystemClock().now())
    table = table_of(load_items(items_path).items)
    with _opened(config_path) as (connection, rules):
        found = compare(connection, rules, table, {}, now)
    expired_rows: list[dict[str, Any]] = [
        {"recording": each.judged.row.id, "name": each.judged.row.name, "class": each.after.code}
        for each in found.expired
    ]
    if as_json:
        counts = {"expired": len(found.expired), "sooner": len(found.sooner), "later": len(found.later)}
        print_json({"version": table.version, "recordings": found.n_recordings, **counts, "would_expire": expired_rows})
    else:
        for row in expired_rows:
            click.echo(f"{_class(row['class'], table):<24}  {row['recording']}  {row['name']}")
        click.echo(
            f"Of {found.n_recordings} recordings {len(found.expired)} would expire at once, "
            f"{len(found.sooner)} sooner than now, {len(found.later)} later."
        )
    click.get_current_context().exit(1 if expired_rows else 0)


@contextmanager
def _opened(config_path: Path) -> Iterator[tuple[Connection, RetentionRules]]:
    config = load(config_path)
    with open_reading(config) as site, connected(site.engine, snapshot=True) as connection:
        yield connection, RetentionRules(load_items(config.items.list or SHIPPED).items, site.blobs)


def _class(code: str | None, table: Table) -> str:
    found = table.classes.get(code or "")
    return found.en if found is not None else code or "unclassified"
