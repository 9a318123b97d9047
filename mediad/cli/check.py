"""`mediad check`: prove the site's promises."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from evidence.catalog.engine import connected
from evidence.check import Checked
from evidence.check import check as check_site
from evidence.clock import SystemClock
from evidence.kept_checkpoint import KeptCheckpoint
from mediad.checked_destruction import check_destructions
from mediad.checked_slates import check_slates
from mediad.cli.output import print_json, progress_of
from mediad.cli.root import config_option, json_option
from mediad.closed_cases import NEWS, check_closed_cases
from mediad.config import load
from mediad.store import Reading, open_reading
from mediad.trust import public_keys
from player.retention.gathering import RetentionRules
from policy.item_list import SHIPPED
from policy.item_list import load as load_items

_PROMISES = {
    "I1": "originals are kept unchanged",
    "I2": "what was called safe is durable",
    "I3": "the ledger is whole, signed, and the catalog follows from it",
    "I4": "no footage left without a log entry under an open viewing",
    "I5": "what had to be recorded in full was, or is explained, in every closed case",
}


@click.command()
@config_option
@json_option
def check(config_path: Path, as_json: bool) -> None:
    """Prove the promises I1 to I5 on this site and name what breaks them.

    Compares blobs with rows, recomputes the ledger's tree from its entries against every signed checkpoint, makes
    the catalog a second time and compares it row by row, checks every delivery against the viewings, and judges ended
    cases, accepted time slates and everything that was destroyed again. Works beside a running daemon and changes
    nothing. To read every original again, use `mediad verify --all`.
    """
    config = load(config_path)
    with open_reading(config) as site, tempfile.TemporaryDirectory(prefix="mediad-check-") as scratch:
        keys = public_keys(config, site.ledger)
        stage = partial(progress_of, clock=SystemClock())
        kept = KeptCheckpoint(config.checkpoint_files, site.ledger, keys.ledger).look()
        found = check_site(site.engine, site.blobs, keys, Path(scratch) / "catalog.sqlite3", stage, kept)
        found = _with_cases(found, site, ZoneInfo(config.site.timezone))
        rules = RetentionRules(load_items(config.items.list or SHIPPED).items, site.blobs)
        destroyed = check_destructions(site.engine, site.blobs, rules, Path(scratch) / "then.sqlite3", stage)
        found = replace(found, findings=(*found.findings, *destroyed))
    if as_json:
        print_json({"ok": not found.findings, **asdict(found)})
    else:
        _tell(found)
    click.get_current_context().exit(1 if found.findings else 0)


def _with_cases(found: Checked, site: Reading, zone: ZoneInfo) -> Checked:
    with connected(site.engine) as connection:
        slates = tuple(check_slates(connection, site.blobs))
        cases = tuple(check_closed_cases(connection, site.blobs, zone))
    broken = tuple(each for each in cases if each.code != NEWS)
    news = tuple(each for each in cases if each.code == NEWS)
    return replace(found, findings=(*found.findings, *slates, *broken), notices=(*found.notices, *news))


def _tell(found: Checked) -> None:
    for finding in (*found.findings, *found.notices):
        click.echo(f"{'LOOK AT' if finding in found.notices else 'BROKEN '} {finding.invariant}  {finding.message}")
    for promise, words in _PROMISES.items():
        n = sum(finding.invariant == promise for finding in found.findings)
        click.echo(f"{promise}  {'holds' if n == 0 else f'BROKEN in {n} places'}: {words}")
    click.echo(f"Looked at {found.n_entries} ledger entries and {found.n_blobs} blobs ({found.n_unused} unused).")
