"""The composition root of the daemon: everything is built here, in one order, and torn down in reverse.

The event loop answers HTTP; docks, jobs, the writer and the media workers have threads and processes of their own.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog
from aiohttp import web

from evidence.clock import Clock
from evidence.errors import StoreUnavailable
from evidence.media.workers import Workers
from ingest import transfer
from ingest.bay import BayTiming
from ingest.docks import Docks
from ingest.intake import OpenRead
from mediad import __version__, checkpoint_watch, clock_desk, concern_sweep, retention_watch, unrecorded_watch
from mediad.adopted_items import found_items
from mediad.background import Background
from mediad.case_drop import EVERY_S, CaseDrop
from mediad.checkpoint_watch import CheckpointWatch
from mediad.clock_desk import ClockDesk, Desk
from mediad.concern_sweep import ConcernSweep
from mediad.config import Config
from mediad.examination import DigestsAgain
from mediad.feeds import DocksFeed, HubFeed, JobsFeed, RenditionSweep, WorkerPackager, publish_bay, publish_job
from mediad.intake_parts import bay_config, make_intake, make_workers
from mediad.jobs import Jobs
from mediad.recorder_parts import Recorders, make_recorders, make_rooms
from mediad.renditions import Renditions
from mediad.retention_parts import make_site_clock, make_watch, stop_serving
from mediad.room_house import Ground, RoomHouse
from mediad.scratch import sweep as sweep_scratch
from mediad.sd_notify import SdNotify
from mediad.site_clock import SiteClock
from mediad.store import Store, only_daemon, open_store
from mediad.unrecorded_watch import UnrecordedWatch
from player import wiring
from player.accounts import Accounts
from player.api.app import make_app
from player.api.connections import Runner
from player.api.services import Services
from player.cases.rule_book import RuleBook
from player.feeds import Broadcaster
from player.metrics import Metrics
from player.sessions import SessionLimits
from player.site import Purpose, SiteSettings, ViewingLimits
from policy.access import Access
from policy.alarms import AlarmLimits
from policy.item_list import SHIPPED, ItemListText
from policy.item_list import load as load_items

# Open answers may finish for this long after the stop was asked for.
_SHUTDOWN_S = 10.0
# What other processes sealed (`mediad ingest`) is noticed at the latest after this.
_RENDITION_SWEEP_S = 30.0
# A thousand jobs at a time leave faster than any site makes them.
_OLD_JOBS_S = 600.0
_BACKLOG = 512
_log = structlog.get_logger("mediad.daemon")


@dataclass(frozen=True, slots=True)
class House:
    """Everything below HTTP, wired."""

    config: Config
    clock: Clock
    store: Store
    workers: Workers
    docks: Docks
    recorders: Recorders
    rooms: RoomHouse
    unrecorded: UnrecordedWatch
    jobs: Jobs
    sweep: RenditionSweep
    events: Broadcaster
    background: Background
    items: ItemListText  # as configured
    book: RuleBook  # which lists are in force, the ledger says
    sealed: asyncio.Event  # set when something was sealed: there may be renditions to make
    site_clock: SiteClock
    clock_desk: ClockDesk
    checkpoints: CheckpointWatch


def build(
    config: Config, clock: Clock, loop: asyncio.AbstractEventLoop, stack: ExitStack, reader_of: OpenRead
) -> House:
    """Build the house; `stack` tears it down in reverse. Off the event loop, as the job engine wants it."""
    stack.enter_context(only_daemon(config))
    items = load_items(config.items.list or SHIPPED)
    store = stack.enter_context(open_store(config))
    site_clock = make_site_clock(store, clock)
    checkpoints = CheckpointWatch(store, clock)
    checkpoints.begin()
    found_items(store, items, clock)
    book = RuleBook(items.items, ZoneInfo(config.site.timezone), store.blobs, clock)
    workers = make_workers(config.workers, clock)
    stack.callback(workers.close)
    events = Broadcaster()
    sealed = asyncio.Event()

    def on_step(name: str) -> None:
        if name == "sealed" and not loop.is_closed():
            loop.call_soon_threadsafe(sealed.set)

    sweep_scratch(config.scratch_dir)
    # Left by a killed daemon; this one is alone.
    shutil.rmtree(config.scratch_dir / "checks", ignore_errors=True)
    intake = make_intake(store, workers, clock, config.scratch_dir / "intake", on_step, reader_of)
    docks = Docks(
        [bay_config(bay, config.site, config.intake.ignore) for bay in config.bays],
        BayTiming(rescan_s=config.intake.rescan_s, settle_s=config.intake.settle_s),
        intake,
        clock,
        publish_bay(events),
    )
    recorders = make_recorders(
        store, workers, clock, lambda _recording: on_step("sealed"), on_unsealed=lambda room: rooms.show(room)
    )
    rooms = RoomHouse(
        _ground(config, store, clock),
        lambda changed, alarms: make_rooms(recorders, config, intake, clock, changed, alarms),
        events,
        recorders.finishing,
    )
    unrecorded = UnrecordedWatch(store.engine, store.ledger, clock, book.current, rooms.rooms, rooms.show)
    rooms.unrecorded = unrecorded.going_on
    renditions = _renditions(config, store, workers, clock)
    jobs = Jobs(config.jobs_url, renditions, clock, name=config.jobs.name, on_change=publish_job(events))
    stack.callback(jobs.close)
    sweep = RenditionSweep(renditions, jobs, clock)
    background = Background()
    return House(
        config,
        clock,
        store,
        workers,
        docks,
        recorders,
        rooms,
        unrecorded,
        jobs,
        sweep,
        events,
        background,
        items,
        book,
        sealed,
        site_clock,
        ClockDesk(
            Desk(store.engine, store.blobs, store.ledger, clock, lambda: [one.state for one in docks.snapshots()])
        ),
        checkpoints,
    )


def _ground(config: Config, store: Store, clock: Clock) -> Ground:
    site = config.site
    zone = ZoneInfo(site.timezone)
    limits = {room.name: AlarmLimits(**msgspec.structs.asdict(room.alarms)) for room in config.rooms}
    return Ground(store.engine, store.ledger, store.blobs, clock, site.name, site.origin, zone, limits)


def _renditions(config: Config, store: Store, workers: Workers, clock: Clock) -> Renditions:
    scratch = config.scratch_dir / "renditions"
    # Left by a killed daemon: its jobs begin again.
    shutil.rmtree(scratch, ignore_errors=True)
    timeout_s = config.workers.rendition_timeout_s
    return Renditions(store.engine, store.blobs, store.ledger, workers, clock, scratch, timeout_s=timeout_s)


def _parts(house: House) -> wiring.Parts:
    """What the HTTP side is given."""
    config, store = house.config, house.store
    return wiring.Parts(
        site=settings_of(config),
        clock=house.clock,
        engine=store.engine,
        writer=store.writer,
        ledger=store.ledger,
        blobs=store.blobs,
        seal_verifier=store.seal_verifier,
        note_verifier=store.note_verifier,
        access=Access.load(),
        book=house.book,
        items_file=house.items,
        measured_to=house.clock_desk.looked_to,
        accounts=Accounts(store.engine, store.ledger, house.clock),
        packager=WorkerPackager(house.workers, config.workers.segment_timeout_s),
        recompute=DigestsAgain(house.workers, config.scratch_dir / "checks", timeout_s=config.workers.index_timeout_s),
        bays=DocksFeed(house.docks),
        jobs=JobsFeed(house.jobs),
        rooms=house.rooms,
        desk=house.rooms,
        live=HubFeed(house.recorders.hub, house.recorders.rooms),
        events=house.events,
        metrics=Metrics(),
        health=house.background.failing,
        limits=SessionLimits(
            absolute=timedelta(hours=config.sessions.max_hours),
            idle=timedelta(minutes=config.sessions.idle_minutes),
            screens=frozenset(config.sessions.screens),
        ),
    )


def settings_of(config: Config) -> SiteSettings:
    return SiteSettings(
        name=config.site.name,
        version=__version__,
        timezone=config.site.timezone,
        purposes=tuple(Purpose(each.code, each.zh, each.en, each.roles) for each in config.purposes),
        viewing=ViewingLimits(
            grant=timedelta(minutes=config.viewing.grant_minutes),
            read_ahead_segments=config.viewing.read_ahead_segments,
        ),
        delays=config.retention.delays,
        behind_tls=config.http.behind_tls,
        trusted_proxies=config.http.trusted_proxies,
    )


@asynccontextmanager
async def running(
    config: Config, clock: Clock, reader_of: OpenRead = transfer.reader_of
) -> AsyncIterator[tuple[House, str]]:
    """The daemon, for as long as the block runs: (house, its address). Stops gracefully on the way out."""
    stack = ExitStack()
    try:
        loop = asyncio.get_running_loop()
        house = await asyncio.to_thread(build, config, clock, loop, stack, reader_of)
        async with wiring.running(_parts(house)) as services:
            runner = Runner(make_app(services), services, shutdown_s=_SHUTDOWN_S)
            await runner.setup()
            try:
                address = await _listen(runner, config)
                await asyncio.to_thread(house.docks.start)
                await asyncio.to_thread(_start_rooms, house)
                _start_background(house, services)
                _start_retention(house, services, loop)
                _log.info("started", action="daemon.started", address=address, version=__version__)
                yield house, address
            finally:
                await _stop(house, runner)
    finally:
        await asyncio.to_thread(stack.close)


async def _listen(runner: web.AppRunner, config: Config) -> str:
    site = web.TCPSite(runner, config.http.host, config.http.port, backlog=_BACKLOG)
    try:
        await site.start()
    except OSError as error:
        raise StoreUnavailable(
            f"The port {config.http.host}:{config.http.port} cannot be opened: {error.strerror}.",
            remedy="Stop what uses it, or choose another [http] port.",
        ) from error
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _start_background(house: House, services: Services) -> None:
    async def renditions() -> None:
        house.sealed.clear()
        await asyncio.to_thread(house.sweep.run)
        try:
            async with asyncio.timeout(_RENDITION_SWEEP_S):
                await house.sealed.wait()
        except TimeoutError:
            return

    house.background.every(1.0, "renditions", renditions)
    house.background.every(checkpoint_watch.EVERY_S, "checkpoint", lambda: asyncio.to_thread(house.checkpoints.run))
    house.background.every(_OLD_JOBS_S, "old-jobs", lambda: asyncio.to_thread(house.jobs.forget_old))
    house.background.every(clock_desk.EVERY_S, "clocks", lambda: asyncio.to_thread(house.clock_desk.run))
    config = house.config
    if config.rooms:
        look = house.unrecorded.tick
        house.background.every(unrecorded_watch.EVERY_S, "unrecorded", lambda: asyncio.to_thread(look))
    kept = services.absences
    sweep = ConcernSweep(house.store.engine, house.store.ledger, house.clock, house.book.current, kept)
    house.background.every(concern_sweep.EVERY_S, "concerns", lambda: asyncio.to_thread(sweep.run))
    if config.cases.drop is not None:
        drop = CaseDrop(config.cases.drop, house.store.ledger, house.clock, house.book.current)
        house.background.every(EVERY_S, "case-drop", lambda: asyncio.to_thread(drop.scan))


def _start_retention(house: House, services: Services, loop: asyncio.AbstractEventLoop) -> None:
    watch = make_watch(house.store, house.clock, house.site_clock, services.retention, stop_serving(services, loop))
    house.background.every(retention_watch.EVERY_S, "retention", lambda: asyncio.to_thread(watch.run))


async def _stop(house: House, runner: web.AppRunner) -> None:
    """Stop accepting and let open answers end; meanwhile bays stop at a step's border, recordings at a fragment's."""
    _log.info("stopping", action="daemon.stopping")
    await house.background.stop()
    rooms = asyncio.to_thread(_stop_rooms, house)
    await asyncio.gather(runner.cleanup(), asyncio.to_thread(house.docks.stop), rooms)


def _start_rooms(house: House) -> None:
    house.recorders.start()
    house.rooms.begin()


def _stop_rooms(house: House) -> None:
    house.rooms.finish()
    house.recorders.stop()


async def serve(config: Config, clock: Clock, on_ready: Callable[[House, str], None] = lambda *_: None) -> None:
    """Run until SIGTERM or SIGINT."""
    notify = SdNotify()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(config, clock) as (house, address):
        if (interval_s := notify.watchdog_interval_s) is not None:
            house.background.every(interval_s, "watchdog", _async(notify.alive))
        notify.ready(f"Serving {address}, {len(config.bays)} bays, process {os.getpid()}")
        on_ready(house, address)
        await stop.wait()
        notify.stopping()
    _log.info("stopped", action="daemon.stopped")


def _async(call: Callable[[], None]) -> Callable[[], asyncio.Future[None]]:
    def done() -> asyncio.Future[None]:
        call()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    return done
