"""`mediad serve` with media workers that footage can hang and crash: `python -m … serve -c FILE`."""

from __future__ import annotations

import sys

from evidence.clock import Clock
from evidence.media.workers import Workers
from mediad import config_tables, daemon
from mediad.cli.root import mediad


def _workers(settings: config_tables.Workers, clock: Clock) -> Workers:
    module = "tests.integration.mediad.faulty_index"
    return Workers(settings.count, settings.memory_mb << 20, clock=clock, module=module)


if __name__ == "__main__":
    daemon.make_workers = _workers
    mediad(sys.argv[1:])
