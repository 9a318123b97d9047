"""A site with one channel whose tape is fed by the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence import entries as e
from evidence.catalog.engine import connected
from evidence.catalog.live_queries import LiveEventRow, LiveRecording, events_of_room, recordings_of_room
from evidence.check import Checked, Keys, check
from evidence.clock import ManualClock, SystemClock
from evidence.live import ChannelId, LiveItem, Noticed
from evidence.media.workers import Workers
from evidence.records import RecordingId
from ingest.recorders.channel_state import ChannelTerms
from ingest.recorders.finishing import FinishingTools, seal
from ingest.recorders.hub import Relay
from ingest.recorders.live_file import Disk, LocalDisk
from ingest.recorders.recording import RecordingTools
from ingest.recorders.recovery import Recovered, recover
from ingest.recorders.tape import Closed, Tape
from mediad.config import load
from mediad.site_files import NewSite
from mediad.store import Store, open_store
from tests.integration.recorders.footage import START, Take
from tests.sites import make_site

FRONT = ChannelId("room/front")
TERMS = ChannelTerms(FRONT, "room", "前", "front", unit="队")


@dataclass
class Site:
    store: Store
    folder: Path
    clock: ManualClock
    workers: Workers
    disk: Disk = field(default_factory=LocalDisk)
    ended: list[RecordingId] = field(default_factory=list)
    heard: list[LiveItem] = field(default_factory=list)

    @property
    def tools(self) -> RecordingTools:
        s = self.store
        return RecordingTools(s.engine, s.ledger, s.blobs, s.seal_signer, self.clock, self.folder, self.disk)

    def tape(self, *, file_ms: int = 3_600_000, recovered: Recovered | None = None) -> Tape:
        relay = Relay(FRONT)
        relay.subscribe(self.heard.append)
        self.relay = relay
        gap = recovered.gaps.get(FRONT) if recovered else None
        return Tape(
            TERMS,
            self.tools,
            relay,
            file_ms=file_ms,
            on_ended=self.ended.append,
            on_change=lambda: None,
            gap=gap,
        )

    def recover(self) -> Recovered:
        return recover(self.tools, [FRONT])

    def feed(self, tape: Tape, take: Take, first: int = 0, stop: int | None = None) -> None:
        """Let fragments come, at their time."""
        for closed in take.fragments[first:stop]:
            self.come(tape, closed)

    def come(self, tape: Tape, closed: Closed) -> None:
        from evidence.clock import from_text

        now = from_text(closed.said.received_at)
        if now > self.clock.now():
            self.clock.advance(now - self.clock.now())
        tape.closed(closed)

    def finish(self, *recordings: RecordingId) -> None:
        tools = FinishingTools(self.tools, self.workers, self.store.config.scratch_dir / "live", {"mediad": "0"})
        tools.scratch.mkdir(parents=True, exist_ok=True)
        for recording in recordings or tuple(self.ended):
            seal(tools, recording)

    # ---- what is there -------------------------------------------------------------------------------------

    def entries(self, kind: type[Any] | None = None) -> list[Any]:
        reader = self.store.reader
        found = [e.decode(data) for _, data in reader.entries(0, reader.size())]
        return [entry for entry in found if kind is None or isinstance(entry, kind)]

    def recordings(self) -> tuple[LiveRecording, ...]:
        with connected(self.store.engine) as connection:
            return recordings_of_room(connection, "room", "0", "9")

    def events(self) -> tuple[LiveEventRow, ...]:
        with connected(self.store.engine) as connection:
            return events_of_room(connection, "room", "0", "9")

    def gaps(self) -> list[e.LiveEvent]:
        return [each for each in self.entries(e.LiveEvent) if each.kind == "gap" and each.until_at is not None]

    def check(self) -> Checked:
        keys = Keys(self.store.seal_verifier, self.store.note_verifier, self.store.config.site.origin)
        scratch = self.folder.parent / "second.sqlite3"
        scratch.unlink(missing_ok=True)
        return check(self.store.engine, self.store.blobs, keys, scratch)


def lost(tape: Tape, reason: str = "unreachable") -> None:
    tape.lost(reason, "The source does not answer.")


def noticed(kind: Any, from_us: int, until_us: int | None) -> Noticed:
    return Noticed(kind=kind, from_us=from_us, until_us=until_us, detail="words")


@contextmanager
def site_on(root: Path, folder: Path | None = None, database_url: str = "") -> Iterator[Site]:
    config_path = root / "site" / "mediad.toml"
    if not config_path.exists():
        make_site(root / "site", NewSite(catalog_url=database_url), SystemClock())
    config = load(config_path, {})
    with open_store(config) as store:
        workers = Workers(1, 2 << 30, background=0)
        try:
            live = folder or config.live_dir
            live.mkdir(parents=True, exist_ok=True)
            yield Site(store, live, ManualClock(START), workers)
        finally:
            workers.close()
