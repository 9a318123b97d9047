"""`mediad serve`: the daemon."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from evidence.blobs.local import LocalBlobs
from evidence.catalog.engine import connected, migrate, open_engine
from evidence.catalog.stretch_rows import fill
from evidence.clock import SystemClock
from mediad import daemon, log
from mediad.cli.root import config_option
from mediad.config import load


@click.command()
@config_option
@click.option("--migrate", "upgrade", is_flag=True, help="First bring an older site's database up to date.")
def serve(config_path: Path, upgrade: bool) -> None:
    """Run the site: watch the docks, seal what arrives, serve the web pages.

    Logs JSON lines to standard output. Stops gracefully on SIGTERM or Ctrl-C.
    """
    config = load(config_path)
    log.configure(config.log.level)
    if upgrade:
        engine = open_engine(config.catalog_url)
        migrate(engine)
        with connected(engine, writes=True) as connection:
            fill(connection, LocalBlobs(config.blobs_dir))
        engine.dispose()
    asyncio.run(daemon.serve(config, SystemClock()))
