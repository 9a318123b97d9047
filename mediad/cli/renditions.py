"""`mediad renditions`: what became of thumbnails and viewing copies, and asking for a failed one again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from evidence.catalog import renditions as rows
from evidence.catalog.engine import connected
from evidence.errors import NotFound
from evidence.records import RecordingId
from mediad.cli.output import print_json
from mediad.cli.root import config_option, json_option
from mediad.config import load
from mediad.job_desk import JobDesk, open_desk
from mediad.job_records import Job
from mediad.renditions import KINDS, RenditionKind
from mediad.store import Reading, open_reading


@click.group()
def renditions() -> None:
    """List what is made from recordings, and have what failed made again.

    Thumbnails, perceptual hashes, observations, and a viewing copy where browsers cannot play the original. The
    original itself is never touched.
    """


@renditions.command("list")
@config_option
@json_option
@click.option("--failed", is_flag=True, help="Only what could not be made.")
@click.argument("recording", required=False)
def list_(config_path: Path, as_json: bool, failed: bool, recording: str | None) -> None:
    """List the latest 1000 jobs, or those of RECORDING."""
    with _desk(config_path) as (site, desk):
        if recording is not None:
            _require(site, recording)
        found = desk.list(None if recording is None else RecordingId(recording))
    shown = [job for job in found if not failed or job.state == "failed"]
    if as_json:
        print_json([asdict(job) for job in shown])
    else:
        Console().print(_table(shown))


def _table(jobs: list[Job]) -> Table:
    table = Table("Recording", "Kind", "State", "Done", "Reason", "Changed")
    for job in jobs:
        done = f"{job.progress:.0%}" if job.state == "running" else ""
        table.add_row(job.recording, job.kind, job.state, done, job.reason or "", job.updated_at)
    return table


@renditions.command()
@config_option
@json_option
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Only this one. Default: whatever failed.")
@click.argument("recording")
def again(config_path: Path, as_json: bool, kind: RenditionKind | None, recording: str) -> None:
    """Have what failed for RECORDING made again.

    A running daemon begins at once, otherwise the next start does. Exits with 1 if nothing of it failed.
    """
    with _desk(config_path) as (site, desk):
        wanted = _require(site, recording)
        asked = [each for each in KINDS if kind in (None, each) and desk.ask_again(wanted, each)]
    if as_json:
        print_json({"recording": recording, "asked": asked})
    elif asked:
        click.echo(f"Asked for again: {', '.join(asked)}.")
    else:
        click.echo("Nothing of it failed: it is there, or on its way, or was never wanted.")
    click.get_current_context().exit(0 if asked else 1)


@contextmanager
def _desk(config_path: Path) -> Iterator[tuple[Reading, JobDesk]]:
    config = load(config_path)
    with open_reading(config) as site:

        def failed_entry(recording: RecordingId, kind: RenditionKind) -> int:
            with connected(site.engine) as connection:
                return rows.failed_entry(connection, recording, kind)

        with open_desk(config.jobs_url, config.jobs.name, failed_entry) as desk:
            yield site, desk


def _require(site: Reading, recording: str) -> RecordingId:
    with connected(site.engine) as connection:
        if rows.original_of(connection, RecordingId(recording)) is None:
            raise NotFound(f"There is no recording {recording}.")
    return RecordingId(recording)
