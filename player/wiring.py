"""Builds the HTTP side's services from what the daemon hands in, and takes them down again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.catalog.writer import Writer
from evidence.clock import Clock
from evidence.errors import MediadError
from evidence.ledger import Ledger
from evidence.ledger_reader import LedgerReader
from evidence.records import RecordingId
from evidence.signing import NoteVerifier, SealVerifier
from evidence.verify import Recompute
from player.accounts import Accounts
from player.api.services import Services
from player.cases.kept_tallies import KeptTallies
from player.cases.rule_book import RuleBook
from player.checks import Checks
from player.door import Door
from player.durable_log import DurableLog
from player.feeds import BayFeed, Broadcaster, JobFeed
from player.kept_absences import KeptAbsences
from player.live import Relays
from player.live_door import LiveDoor
from player.live_feed import LiveFeed, NoLive
from player.live_window import LiveWindows
from player.metrics import Metrics
from player.off_loop import OffLoop
from player.reels import Packager, Reel, Reels, load_reel
from player.retention.gathering import RetentionRules
from player.retention.kept_terms import KeptTerms
from player.rooms import NoRooms, RoomDesk, RoomFeed
from player.sendfile import SendFile
from player.sessions import SessionLimits, Sessions
from player.sign_in_gate import SignInGate
from player.site import SiteSettings
from player.slates import SlateDesk
from player.viewing import Viewings, sweep_failure
from policy.access import Access
from policy.item_list import ItemListText

_log = structlog.get_logger("player.wiring")
STATIC = Path(__file__).parent / "static"
_SWEEP_S = 5.0
# Cases are judged for the statistics so often, for so long at a time.
_TALLY_S = 5.0
_TALLY_BUDGET_S = 0.5


@dataclass(frozen=True, slots=True)
class Parts:
    """What the daemon brings."""

    site: SiteSettings
    clock: Clock
    engine: Engine
    writer: Writer
    ledger: Ledger
    blobs: Blobs
    seal_verifier: SealVerifier
    note_verifier: NoteVerifier
    access: Access
    book: RuleBook  # learned when the services begin
    accounts: Accounts
    packager: Packager
    recompute: Recompute
    bays: BayFeed
    jobs: JobFeed
    events: Broadcaster
    metrics: Metrics
    health: Callable[[], tuple[str, str] | None]
    limits: SessionLimits | None = None
    static: Path = STATIC
    rooms: RoomFeed = field(default_factory=NoRooms)
    desk: RoomDesk = field(default_factory=NoRooms)
    live: LiveFeed = field(default_factory=NoLive)
    items_file: ItemListText | None = None  # the list that the configuration names
    measured_to: Callable[[], int] | None = None  # as `Services.measured_to`


@asynccontextmanager
async def running(parts: Parts) -> AsyncIterator[Services]:
    """Services that live on the running loop. Closes what a dead process left open first, and everything open last."""
    with (
        ThreadPoolExecutor(parts.site.read_threads, "player-read") as readers,
        ThreadPoolExecutor(parts.site.sign_in_threads, "player-sign-in") as signers,
        ThreadPoolExecutor(parts.site.send_threads, "player-send") as senders,
        # One at a time: each reads at the disk's speed, and playback needs the disk too.
        ThreadPoolExecutor(1, "player-check") as checker,
        ThreadPoolExecutor(1, "player-tally") as tallier,
        ThreadPoolExecutor(1, "player-retention") as keeper,
    ):
        off_loop, sign_in = OffLoop(readers, parts.engine), SignInGate(OffLoop(signers, parts.engine))
        checks = Checks(
            parts.engine, parts.writer, parts.blobs, parts.recompute, parts.clock, checker, parts.events.publish
        )
        tallying, keeping = OffLoop(tallier, parts.engine), OffLoop(keeper, parts.engine)
        services = _services(parts, off_loop, sign_in, SendFile(senders), checks, tallying, keeping)
        await services.viewings.recover()
        await off_loop.query(services.book.learn)
        await off_loop.run(checks.resume)
        loop = asyncio.get_running_loop()
        sweeper = loop.create_task(_sweep(services.viewings), name="viewing-sweep")
        counter = loop.create_task(_tally(services.tallies, tallying), name="tallies")
        try:
            yield services
        finally:
            await services.windows.close()
            checks.close()
            sweeper.cancel()
            counter.cancel()
            await asyncio.wait({sweeper, counter})
            try:
                await services.viewings.close_all()
            except MediadError as error:
                # The next start closes them: `recover`.
                sweep_failure(error)


def _services(
    parts: Parts,
    off_loop: OffLoop,
    sign_in: SignInGate,
    send_file: SendFile,
    checks: Checks,
    tallying: OffLoop,
    keeping: OffLoop,
) -> Services:
    log = DurableLog(parts.ledger, parts.site.viewing.ledger_wait_s)

    async def load(recording: RecordingId) -> Reel:
        return await off_loop.run(lambda: load_reel(parts.engine, parts.blobs, parts.packager, recording))

    reels = Reels(load)
    viewings = Viewings(
        log=log,
        off_loop=off_loop,
        access=parts.access,
        reels=reels,
        live=parts.live,
        clock=parts.clock,
        site=parts.site,
        metrics=parts.metrics,
    )
    relays = Relays(parts.live, parts.clock)
    retention = RetentionRules(parts.book.current().items, parts.blobs)
    door = Door(log, send_file, parts.clock, parts.metrics)
    return Services(
        site=parts.site,
        clock=parts.clock,
        access=parts.access,
        book=parts.book,
        items_file=parts.items_file,
        retention=retention,
        terms=KeptTerms(retention),
        keeping=keeping,
        sessions=Sessions(parts.engine, parts.writer, parts.ledger, parts.accounts, parts.clock, parts.limits),
        log=log,
        ledger=LedgerReader(parts.engine),
        seal_verifier=parts.seal_verifier,
        note_verifier=parts.note_verifier,
        blobs=parts.blobs,
        off_loop=off_loop,
        checks=checks,
        absences=KeptAbsences(parts.engine),
        tallies=KeptTallies(parts.engine, parts.writer, parts.book.current, parts.clock, parts.site.version),
        tallying=tallying,
        sign_in=sign_in,
        reels=reels,
        viewings=viewings,
        door=door,
        live_door=LiveDoor(door, viewings, parts.metrics),
        relays=relays,
        live=parts.live,
        windows=LiveWindows(relays, parts.clock),
        packager=parts.packager,
        bays=parts.bays,
        jobs=parts.jobs,
        rooms=parts.rooms,
        desk=parts.desk,
        slates=SlateDesk(log, off_loop, parts.clock),
        events=parts.events,
        metrics=parts.metrics,
        health=parts.health,
        static=parts.static,
        measured_to=parts.measured_to,
    )


async def _sweep(viewings: Viewings) -> None:
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            await viewings.sweep()
        except MediadError as error:
            sweep_failure(error)


async def _tally(tallies: KeptTallies, tallying: OffLoop) -> None:
    """Keep the statistics warm; whoever asks for them has them followed up to then as well."""
    cold = True
    while True:
        try:
            if cold:
                cold = False
                await tallying.run(tallies.warm)
            standing = await tallying.run(lambda: tallies.advance(_TALLY_BUDGET_S))
        except MediadError as error:
            _log.warning("cases could not be judged for the statistics", reason=str(error))
        else:
            if standing.pending:
                continue
        await asyncio.sleep(_TALLY_S)
