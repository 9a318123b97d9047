"""`mediad rebuild`: make the catalog again from ledger and blobs."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from evidence.catalog.rebuild import rebuild as rebuild_catalog
from evidence.clock import SystemClock
from mediad.cli.output import print_json, progress_of
from mediad.cli.root import config_option, json_option
from mediad.config import load
from mediad.store import open_reading


@click.command()
@config_option
@json_option
@click.option("--dry-run", is_flag=True, help="Only compare; change nothing.")
def rebuild(config_path: Path, as_json: bool, dry_run: bool) -> None:
    """Make the catalog again from ledger and blobs, and replace it where it differs.

    Compares row by row and replaces in one transaction. Works beside a running daemon, which waits only while
    something is replaced. Exits with 1 if anything differed.
    """
    config = load(config_path)
    with (
        open_reading(config) as site,
        tempfile.TemporaryDirectory(prefix="mediad-rebuild-") as scratch,
    ):
        stage = partial(progress_of, clock=SystemClock())
        found = rebuild_catalog(
            site.engine, site.blobs, Path(scratch) / "catalog.sqlite3", replace=not dry_run, stage=stage
        )
    if as_json:
        print_json({"differences": [asdict(each) for each in found], "replaced": bool(found) and not dry_run})
    else:
        for each in found:
            click.echo(f"{each.table} {'/'.join(str(part) for part in each.key)}: {each.what}")
        if not found:
            click.echo("The catalog is what ledger and blobs say, row by row.")
        else:
            click.echo("It differed." if dry_run else "It differed and was replaced.")
    click.get_current_context().exit(1 if found else 0)
