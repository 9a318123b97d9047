"""A real site behind a real socket: SQLite, ledger, blobs, access rules, and footage sealed as the intake seals it."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import Engine, select

from evidence.blobs.local import LocalBlobs
from evidence.canonical import Digest
from evidence.catalog.engine import connected, open_engine
from evidence.catalog.projection import Projector
from evidence.catalog.writer import Writer
from evidence.clock import Clock, SystemClock, to_text
from evidence.entries import AnyEntry, RecordingSealed, SiteCreated, decode
from evidence.ledger import Ledger
from evidence.ledger_reader import LedgerReader
from evidence.media.index import index
from evidence.records import Identity, RecordingId, Source, recording_id
from evidence.signing import NoteVerifier, SealVerifier, generate_keys, load_note_signer, load_seal_signer
from evidence.statements import build_manifest
from evidence.verify import split_au_digests
from player.accounts import Accounts
from player.api.app import make_app
from player.api.connections import ConnectionLimits, Runner
from player.api.services import Services
from player.cases.rule_book import RuleBook
from player.feeds import Bay, Broadcaster, Job
from player.live_feed import LiveFeed, NoLive
from player.metrics import Metrics
from player.reels import Reel
from player.rooms import NoRooms
from player.sessions import SessionLimits
from player.site import Purpose, SiteSettings, ViewingLimits
from player.wiring import Parts, running
from policy.access import ROLES, Access
from policy.item_list import load as load_items
from tests.databases import migrated_file
from tests.sites import FAST_HASHER, PASSWORD

ORIGIN = "mediad.test/player"
OFFICER, UNIT = "P-20311", "一大队"
STARTED = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
PURPOSES = (
    Purpose("case", "案件办理", "Work on a case"),
    Purpose("legal-review", "法制审核", "Legal review", ("legal",)),
    Purpose("oversight", "调阅监督", "Retrieval oversight", ("oversight",)),
    Purpose("sampling", "随机抽查", "Random sampling", ("supervisor", "oversight")),
)


@dataclass(frozen=True, slots=True)
class NoPackager:
    """For sites whose footage needs no muxer."""

    def segment(self, reel: Reel, seq: int) -> bytes:
        raise AssertionError("nothing here is packaged")

    def init(self, path: Path, samples: Path) -> bytes:
        raise AssertionError("nothing here is packaged")


def recompute(path: Path) -> dict[int, bytes]:
    """Track number → digests, as the daemon's worker finds them."""
    with tempfile.TemporaryDirectory() as name:
        found = index(path, Path(name), path.name)
        digests = (Path(name) / found.au_digests_file).read_bytes() if found.au_digests_file else b""
        return split_au_digests({track.number: track.n_au for track in found.tracks}, digests)


@dataclass(slots=True)
class Dock:
    """The daemon's side of the feeds, with what the test wants to be shown."""

    shown: list[Bay] = field(default_factory=list)
    known_jobs: list[Job] = field(default_factory=list)

    def bays(self) -> tuple[Bay, ...]:
        return tuple(self.shown)

    def jobs(self, recording: str | None) -> tuple[Job, ...]:
        return tuple(job for job in self.known_jobs if recording is None or job.recording == recording)

    def ask_again(self, recording: str, kind: str) -> bool:
        failed = [job for job in self.known_jobs if (job.recording, job.kind, job.state) == (recording, kind, "failed")]
        self.known_jobs = [job for job in self.known_jobs if job not in failed]
        return bool(failed)


def bay(name: str, **changes: Any) -> Bay:
    values: dict[str, Any] = {
        "name": name,
        "label": name,
        "path": f"/srv/{name}",
        "state": "empty",
        "present": True,
        "reason": None,
        "files_total": 0,
        "files_done": 0,
        "files_failed": 0,
        "bytes_total": 0,
        "bytes_done": 0,
        "bytes_per_s": None,
        "seconds_left": None,
        "current": None,
        "since": None,
        "last_finished_at": None,
    }
    return Bay(**values | changes)


@dataclass(slots=True)
class Store:
    """The site's durable parts."""

    root: Path
    engine: Engine
    writer: Writer
    ledger: Ledger
    blobs: LocalBlobs
    accounts: Accounts
    clock: Clock

    def seal(
        self,
        path: Path,
        *,
        officer: str | None = OFFICER,
        unit: str | None = UNIT,
        bay: str = "bay-1",
        started: datetime = STARTED,
        device: str | None = None,
        sequence: int | None = None,
        origin: str = "container",
    ) -> RecordingId:
        """Keep and seal a file as the intake does."""
        copy = self.root / "incoming"
        shutil.copyfile(path, copy)
        size_bytes = path.stat().st_size
        original = self.blobs.put_file(copy)
        with tempfile.TemporaryDirectory(dir=self.root) as name:
            found = index(self.blobs.path(original), Path(name), path.name)
            parts = [
                None if part is None else self.blobs.put_file(Path(name) / part)
                for part in (found.samples_file, found.au_digests_file, found.init_file)
            ]
        now = to_text(self.clock.now())
        manifest = build_manifest(
            recording=recording_id(original),
            original=original,
            size_bytes=size_bytes,
            identity=Identity(
                officer=officer,
                unit=unit,
                device=device,
                sequence=sequence,
                started_at=to_text(started),
                started_at_origin=origin,
            ),
            source=Source(bay, f"DCIM/{path.name}", size_bytes, now),
            received_at=now,
            index=found,
            sidecars=(),
            samples=parts[0],
            au_digests=parts[1],
            init=parts[2],
            tools={"mediad": "test"},
            signer=load_seal_signer(self.root / "keys" / "seal.p256.pem"),
        )
        digest = self.blobs.put(manifest.to_bytes())
        self.ledger.append(
            RecordingSealed(
                at=now,
                recording=manifest.recording,
                original=original,
                size_bytes=size_bytes,
                manifest=digest,
                segments_root=manifest.segments_root,
                n_segments=len(manifest.segments),
            )
        )
        return manifest.recording

    def entries(self, kind: type[AnyEntry] | None = None) -> list[Any]:
        reader = LedgerReader(self.engine)
        found = [decode(data) for _, data in reader.entries(0, reader.size())]
        return [entry for entry in found if kind is None or isinstance(entry, kind)]

    def rows(self, table: Any) -> list[dict[str, Any]]:
        with connected(self.engine) as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def path(self, original: str) -> Path:
        return self.blobs.path(Digest(original))


@contextmanager
def opened(root: Path, clock: Clock | None = None, url: str | None = None) -> Iterator[Store]:
    """Make the site in `root`, or open it again."""
    clock = clock or SystemClock()
    keys = root / "keys"
    fresh = not keys.exists()
    if fresh:
        generate_keys(keys, ORIGIN)
    file = root / "catalog.db"
    engine = open_engine(url or (f"sqlite:///{file}" if file.exists() else migrated_file(file)))
    writer = Writer(engine)
    blobs = LocalBlobs(root / "blobs")
    note = load_note_signer(keys / "ledger.ed25519.pem", ORIGIN)
    ledger = Ledger(writer, note, ORIGIN, Projector(blobs))
    store = Store(root, engine, writer, ledger, blobs, Accounts(engine, ledger, clock, FAST_HASHER), clock)
    if fresh:
        seal = load_seal_signer(keys / "seal.p256.pem")
        ledger.append(SiteCreated(at=to_text(clock.now()), site=ORIGIN, ledger_key=note.vkey, seal_key=seal.public_pem))
    try:
        yield store
    finally:
        writer.close()
        engine.dispose()


def add_people(store: Store) -> None:
    """One account per role, and an officer and a supervisor of another unit."""
    for role in ROLES:
        name = OFFICER if role == "officer" else role
        unit = UNIT if role in ("officer", "supervisor") else None
        store.accounts.create(name, role.title(), (role,), unit, PASSWORD, by="test")
    store.accounts.create("P-2", "Other officer", ("officer",), "二大队", PASSWORD, by="test")
    store.accounts.create("boss-2", "Other boss", ("supervisor",), "二大队", PASSWORD, by="test")


SETTINGS = SiteSettings(name="测试站", version="0.0", timezone="Asia/Shanghai", purposes=PURPOSES)


class Server:
    """The application on a loopback port, its loop in a thread of its own."""

    def __init__(
        self,
        store: Store,
        *,
        viewing: ViewingLimits | None = None,
        limits: SessionLimits | None = None,
        static: Path | None = None,
        trusted_proxies: tuple[str, ...] = (),
        packager: Any = None,
        rooms: Any = None,
        events: Broadcaster | None = None,
        live: LiveFeed | None = None,
        measured_to: Callable[[], int] | None = None,
        connections: ConnectionLimits | None = None,
    ) -> None:
        self.store, self.connections = store, connections
        self.dock = Dock([bay("bay-1", state="safe"), bay("bay-2")])
        self.events = events or Broadcaster()
        self.metrics = Metrics()
        self.failing: tuple[str, str] | None = None
        self.services: Services | None = None
        keys = store.root / "keys"
        self._parts = Parts(
            site=replace(SETTINGS, viewing=viewing or ViewingLimits(), trusted_proxies=trusted_proxies),
            clock=store.clock,
            engine=store.engine,
            writer=store.writer,
            ledger=store.ledger,
            blobs=store.blobs,
            seal_verifier=SealVerifier.from_pem(load_seal_signer(keys / "seal.p256.pem").public_pem),
            note_verifier=NoteVerifier.from_vkey(load_note_signer(keys / "ledger.ed25519.pem", ORIGIN).vkey),
            access=Access.load(),
            book=RuleBook(load_items().items, ZoneInfo(SETTINGS.timezone), store.blobs, store.clock),
            accounts=store.accounts,
            packager=packager or NoPackager(),
            recompute=recompute,
            bays=self.dock,
            jobs=self.dock,
            events=self.events,
            metrics=self.metrics,
            health=lambda: self.failing,
            # Each test counts its own failures: a fixed address would throttle the next one.
            limits=limits or SessionLimits(failures_per_address=1000),
            static=static or store.root / "no-ui",
            rooms=rooms or NoRooms(),
            desk=rooms or NoRooms(),
            live=live or NoLive(),
            measured_to=measured_to,
        )
        self.port = 0
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="server")

    def __enter__(self) -> Server:
        self._thread.start()
        if not self._ready.wait(20):
            raise RuntimeError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with running(self._parts) as self.services:
            runner = Runner(make_app(self.services), self.services, shutdown_s=1, limits=self.connections)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.port = runner.addresses[0][1]
            self._ready.set()
            await self._stop.wait()
            await runner.cleanup()

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine on the server's loop."""
        if self._loop is None:
            raise RuntimeError("not started")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def browser(self, account: str | None = None) -> Browser:
        """A browser, signed in if an account is given."""
        browser = Browser(self.port)
        if account is not None:
            answer = browser.post("/api/v1/session", {"account": account, "password": PASSWORD})
            assert answer.status == 200, answer.body
            browser.csrf = answer.json["csrf"]
        return browser


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass(slots=True)
class Browser:
    """Just enough of one: keeps the cookie and the CSRF token."""

    port: int
    csrf: str = ""
    cookie: str = ""

    def get(self, path: str, **headers: str) -> Response:
        return self.send("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self.send("POST", path, body, headers)

    def delete(self, path: str, **headers: str) -> Response:
        return self.send("DELETE", path, None, headers)

    def send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            named.setdefault("Cookie", self.cookie)
        if method not in ("GET", "HEAD") and self.csrf:
            named.setdefault("X-CSRF-Token", self.csrf)
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            named.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, data, named)
            raw = connection.getresponse()
            response = Response(raw.status, raw.headers, raw.read())
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            self.cookie = cookie.partition(";")[0]
        return response

    def open(self, recording: str | None, purpose: str = "case", **more: Any) -> Response:
        scope = "library" if recording is None else "recording"
        body = {"scope": scope, "purpose": purpose, "note": "核查", **more}
        return self.post("/api/v1/viewings", body if recording is None else body | {"recording": recording})

    def open_live(self, channel: str, purpose: str = "case") -> Response:
        body = {"scope": "live", "channel": channel, "purpose": purpose, "note": "旁听"}
        return self.post("/api/v1/viewings", body)

    def segment(self, viewing: str, seq: int, playhead_ms: int | None = None) -> Response:
        headers = {} if playhead_ms is None else {"CMCD_Request": f"com.mediad-pt={playhead_ms}"}
        return self.get(f"/api/v1/viewings/{viewing}/{seq}.m4s", **headers)
