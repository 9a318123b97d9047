"""Builds the intake from a site's configuration: for the daemon's docks and for `mediad ingest`."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from evidence.catalog.attempts import Attempts
from evidence.clock import Clock
from evidence.media.workers import Workers
from ingest import kill_point, transfer
from ingest.bay import BayConfig
from ingest.identify import BayAssignment
from ingest.intake import Intake, OpenRead
from ingest.profiles import load_profiles
from ingest.sealing import BayTerms, SealingTools
from mediad import __version__, config_tables
from mediad.store import Store
from player.retention.device_files import stays_on_device
from player.retention.gathering import RetentionRules
from policy.item_list import SHIPPED
from policy.item_list import load as load_items

_MB = 1 << 20


def make_workers(settings: config_tables.Workers, clock: Clock) -> Workers:
    return Workers(settings.count, settings.memory_mb * _MB, clock=clock)


def make_intake(
    store: Store,
    workers: Workers,
    clock: Clock,
    scratch: Path,
    on_step: Callable[[str], None] = lambda _name: None,
    reader_of: OpenRead = transfer.reader_of,
) -> Intake:
    """`on_step` hears the numbered steps, on the bays' threads; `reader_of` reads the device files."""
    fatal = kill_point.from_environment(os.environ)

    def step(name: str) -> None:
        fatal(name)
        on_step(name)

    scratch.mkdir(parents=True, exist_ok=True)
    rules = RetentionRules(load_items(store.config.items.list or SHIPPED).items, store.blobs)
    tools = SealingTools(
        blobs=store.blobs,
        ledger=store.ledger,
        attempts=Attempts(store.engine, store.writer, clock),
        workers=workers,
        signer=store.seal_signer,
        clock=clock,
        profiles=load_profiles(store.config.profiles, ZoneInfo(store.config.site.timezone)),
        scratch=scratch,
        versions=versions(),
        min_index_timeout_s=store.config.workers.index_timeout_s,
        stays_on_device=lambda recording: stays_on_device(store.engine, rules, recording),
    )
    return Intake(tools, step=step, reader_of=reader_of)


def bay_config(bay: config_tables.Bay, site: config_tables.Site, ignore: tuple[str, ...]) -> BayConfig:
    terms = BayTerms(
        bay.name,
        BayAssignment(device=bay.device, officer=bay.officer, unit=bay.unit or site.unit),
        clear_after_seal=bay.clear == "after-seal",
    )
    return BayConfig(terms, str(bay.path), bay.label or bay.name, ignored=ignore)


def versions() -> dict[str, str]:
    """Programs whose work goes into a manifest."""
    return {
        "mediad": __version__,
        "python": platform.python_version(),
        "av": metadata.version("av"),
        "cryptography": metadata.version("cryptography"),
    }
