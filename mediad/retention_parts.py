"""Builds what carries out retention, from the daemon's parts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from zoneinfo import ZoneInfo

from evidence.blobs.removal import BlobRemoval
from evidence.clock import Clock
from evidence.records import RecordingId
from ingest import kill_point
from mediad.certificates import Certificates
from mediad.destroyer import Destroyer, Tools
from mediad.retention_watch import RetentionWatch
from mediad.site_clock import SiteClock
from mediad.store import Store
from player.api.services import Services
from player.retention.gathering import RetentionRules

# Viewings end within a commit; a loop that does not answer for this long is not serving anybody.
_END_WAIT_S = 30.0


def make_site_clock(store: Store, clock: Clock) -> SiteClock:
    """Before anything else of this process writes to the ledger."""
    return SiteClock(store.engine, store.ledger, clock, store.config.retention.longest_silence)


def make_watch(
    store: Store, clock: Clock, site_clock: SiteClock, rules: RetentionRules, stop: Callable[[RecordingId], None]
) -> RetentionWatch:
    step = kill_point.from_environment(os.environ)
    tools = Tools(store.engine, store.ledger, BlobRemoval(store.blobs), clock, rules, stop, step)
    site = store.config.site
    certificates = Certificates(
        engine=store.engine,
        ledger=store.ledger,
        blobs=store.blobs,
        signer=store.seal_signer,
        clock=clock,
        rules=rules,
        site=site.name,
        origin=site.origin,
        zone=ZoneInfo(site.timezone),
    )
    return RetentionWatch(store.engine, store.ledger, clock, rules, site_clock, Destroyer(tools), certificates)


def stop_serving(services: Services, loop: asyncio.AbstractEventLoop) -> Callable[[RecordingId], None]:
    """From another thread: returns once nothing of a recording is handed out any more."""

    def stop(recording: RecordingId) -> None:
        ending = services.viewings.end_recording(recording)
        asyncio.run_coroutine_threadsafe(ending, loop).result(_END_WAIT_S)

    return stop
