"""`mediad restored`: go on with a database that does not hold what was signed, and say so in the ledger."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import Connection

from evidence.catalog.ledger_rows import head_size
from evidence.check_kept import words_of
from evidence.clock import SystemClock, to_text
from evidence.entries import AnyEntry
from evidence.errors import Conflict, Invalid, NotFound
from evidence.kept_checkpoint import KeptNote
from evidence.kept_entries import LedgerRestored
from mediad.cli.root import config_option
from mediad.config import load
from mediad.store import Store, only_daemon, open_store


@click.command()
@config_option
@click.option("--reason", required=True, help="What happened, and who decided to go on. It is written into the ledger.")
def restored(config_path: Path, reason: str) -> None:
    """Go on with a database that was restored from a backup and lacks what was signed since.

    Writes into the ledger which entries are lost, who said so, and why, and keeps the new checkpoint from then on.
    `mediad check` names the loss ever after. Not beside a running daemon.
    """
    if not reason.strip():
        raise Invalid("There is no reason.", remedy="Say what happened, and who decided to go on.")
    config = load(config_path)
    with only_daemon(config), open_store(config, restored=True) as store:
        if store.reader.size() == 0:
            raise NotFound("The ledger is empty.", remedy="Restore a database that has one, or make a site anew.")
        lost = store.kept.lost()
        if not lost:
            raise Conflict("The database holds all that was signed as far as is known: nothing is lost.")
        entry = _say(store, lost, reason.strip())
        for unavailable in store.kept.replace():
            click.echo(f"mediad: {unavailable}", err=True)
    click.echo(f"Entry {entry.size} of the ledger says: {words_of(entry)}")
    click.echo("Footage whose entries are lost may still be in the blob store. Next: mediad ingest --unnamed")


def _say(store: Store, lost: Sequence[KeptNote], reason: str) -> LedgerRestored:
    said: list[LedgerRestored] = []

    def decide(connection: Connection) -> Sequence[AnyEntry]:
        size = head_size(connection)
        ends = [note.checkpoint.size for note in lost if note.checkpoint is not None]
        said[:] = [
            LedgerRestored(
                at=to_text(SystemClock().now()),
                size=size,
                lost=tuple(note.as_lost() for note in lost),
                first_lost=size if ends and min(ends) > size else None,
                end_lost=max(ends, default=None),
                reason=reason,
                by=f"cli:{getpass.getuser()}",
            )
        ]
        return said

    store.ledger.decide(decide).result()
    return said[0]
