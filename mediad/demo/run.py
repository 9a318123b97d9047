"""Runs the demonstration: a site, its accounts, the daemon in this process, a shift's end, an interview room."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.clock import Clock
from evidence.errors import Conflict
from ingest import transfer
from mediad.config import Config, load
from mediad.daemon import House, running
from mediad.demo import room
from mediad.demo.cards import dock, slow_reader
from mediad.demo.case import case_of
from mediad.demo.footage import DeviceFile, make_all
from mediad.demo.roster import roster_of
from mediad.demo.shift import PEOPLE, Person, shift, site
from mediad.site_files import CONFIG_NAME, make_site
from mediad.store import open_store
from player.accounts import Accounts

# About what a body camera gives over USB 2 with its own encryption in between.
_CAMERA_BYTES_PER_S = 2 << 20
_GAP_S = 4.0
_ROOM_LOOK_S = 0.5
_MARKER = ".mediad-demo"
_ACCOUNTS_NAME = "demo-accounts.txt"


@dataclass(frozen=True, slots=True)
class Login:
    person: Person
    password: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What the command shows while the demonstration runs."""

    preparing: Callable[[str], None]
    ready: Callable[[str, tuple[Login, ...]], None]
    docked: Callable[[], None]
    interviewing: Callable[[], None]


def prepare(directory: Path, port: int, clock: Clock) -> tuple[Config, tuple[Login, ...]]:
    """A fresh site with one account per role. An earlier demonstration in the folder is thrown away.

    Conflict if the folder holds anything else.
    """
    if directory.exists() and any(directory.iterdir()):
        if not (directory / _MARKER).exists():
            raise Conflict(f"{directory} is not empty and no demonstration.", remedy="Name another folder.")
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _MARKER).touch()
    config = make_site(directory, site(port), clock)
    _quicken(directory / CONFIG_NAME)
    room.add_room(directory)
    logins = tuple(Login(person, secrets.token_urlsafe(9)) for person in PEOPLE)
    with open_store(config) as store:
        accounts = Accounts(store.engine, store.ledger, clock)
        for login in logins:
            who = login.person
            accounts.create(who.account, who.display_name, (who.role,), who.unit, login.password, by="cli:demo")
    lines = [f"{login.person.role}\t{login.person.account}\t{login.password}\n" for login in logins]
    fd = os.open(directory / _ACCOUNTS_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return load(directory / CONFIG_NAME, {}), logins


def _quicken(path: Path) -> None:
    """A demonstration looks more often than a site needs to."""
    text = path.read_text(encoding="utf-8")
    text = text.replace("rescan_s = 3.0", "rescan_s = 1.0").replace("settle_s = 2.0", "settle_s = 0.5")
    path.write_text(text, encoding="utf-8")


async def play(
    config: Config, logins: tuple[Login, ...], clock: Clock, telling: Telling, *, fast: bool, once: bool
) -> None:
    """Serve, dock the shift, go on serving until SIGINT or SIGTERM; `once`: until everything is sealed and made."""
    stop, stopping = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    ended = clock.now()
    footage = asyncio.create_task(asyncio.to_thread(_footage, config, ended, telling, fast))
    reader_of = transfer.reader_of if fast else slow_reader(_CAMERA_BYTES_PER_S, lambda s: _pause(stopping, s))
    async with running(config, clock, reader_of) as (house, address), _recorder(config):
        telling.ready(address, logins)
        entries = (*case_of(shift(fast), ended), *roster_of(shift(fast), ended))
        await asyncio.to_thread(house.store.ledger.append, *entries)
        interview = None if once else asyncio.create_task(_interview(house, telling))
        try:
            await _until(footage, stop)
            if not stop.is_set():
                folders = {bay.name: bay.path for bay in config.bays}
                gap_s = 0.0 if fast else _GAP_S
                await asyncio.to_thread(dock, footage.result(), folders, stopping, gap_s=gap_s)
                telling.docked()
                await (_settled(house, len(footage.result()), stop) if once else stop.wait())
        finally:
            stopping.set()
            footage.cancel()
            if interview is not None:
                interview.cancel()


@asynccontextmanager
async def _recorder(config: Config) -> AsyncIterator[None]:
    """The interview room's recorder beside the daemon."""
    with ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, room.recorder(config.path.parent, config.site.timezone))
        try:
            yield
        finally:
            await asyncio.to_thread(stack.close)


async def _interview(house: House, telling: Telling) -> None:
    """Begin a sitting as soon as the room is ready; whoever ends it in the browser may begin the next."""
    while not await asyncio.to_thread(room.may_begin, house):
        await asyncio.sleep(_ROOM_LOOK_S)
    await asyncio.to_thread(room.begin_sitting, house)
    telling.interviewing()


def _pause(stopping: threading.Event, seconds: float) -> None:
    stopping.wait(seconds)


async def _until(work: asyncio.Task[tuple[DeviceFile, ...]], stop: asyncio.Event) -> None:
    """Until the work is done or the stop is asked for; the work's failure is raised."""
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait((work, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if work.done():
        work.result()


async def _settled(house: House, n_files: int, stop: asyncio.Event) -> None:
    """Until every file is sealed and every job has ended."""
    while not stop.is_set():
        snapshots = house.docks.snapshots()
        if sum(bay.files_done for bay in snapshots) >= n_files:
            house_is_quiet = await asyncio.to_thread(lambda: house.sweep.run() == 0 and house.jobs.unfinished() == 0)
            if house_is_quiet:
                return
        await asyncio.sleep(0.25)


def _footage(config: Config, ended: datetime, telling: Telling, fast: bool) -> tuple[DeviceFile, ...]:
    folder = config.site.data_dir.parent / "footage"
    return make_all(shift(fast), folder, ended, fast=fast, done=lambda file: telling.preparing(file.made.name))
