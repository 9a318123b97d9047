"""A room whose channels are filmed by the test: what a recorder enters in the ledger, without a camera."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from evidence.canonical import Digest
from evidence.clock import Clock, ManualClock, to_text
from evidence.entries import LiveEvent, LiveSegment, LiveStarted
from evidence.ledger import Ledger
from evidence.live import ChannelId, SittingId, live_recording_id
from evidence.records import RecordingId, Track
from evidence.sittings import Actor, NewSitting, Person
from ingest.recorders.alarms import Alarms, Listeners, OpenAlarm
from ingest.recorders.channel_state import ChannelSnapshot, ChannelTerms, Mode, RoomTerms, State
from ingest.recorders.receipts import Receipts
from ingest.recorders.rooms import OnChannel, Rooms
from ingest.recorders.sittings import Sittings
from mediad.room_house import Ground, RoomHouse
from mediad.site_files import NewSite
from mediad.store import Store, open_store
from player.feeds import Broadcaster
from tests.sites import make_site
from tests.unit.evidence.sealed import seal

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 25, 1, 3, 12, tzinfo=UTC)
ZHANG = Actor("zhang", "张伟", "一中队")
CHEN = Actor("chen", "陈志远", "一中队")
STATEMENT = seal(1).manifest.segments[0]
ASKED = NewSitting(
    room="a",
    kind="inquiry",
    case="江水罚〔2026〕17号",
    activity="询问当事人",
    people=(Person("王建国", "party"), Person("张伟", "officer")),
    must_record=True,
)


@dataclass
class FilmedChannel:
    """Records what the test films; every segment is entered as a recorder enters it."""

    terms: ChannelTerms
    on_change: OnChannel
    ledger: Ledger
    clock: Clock
    state: State = "ready"
    reason: str = ""
    recording: RecordingId | None = None
    sitting: SittingId | None = None
    seq: int = 0
    zero_at: datetime = START
    heard: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.turn("ready")

    def stop(self) -> None:
        self.recording = None

    def record(self, sitting: SittingId | None) -> None:
        self.heard.append(f"record {sitting}")
        self.sitting = sitting
        if self.state == "ready":
            # The latest closed fragment goes first: the moment of the button is covered.
            self._begin(self.clock.now() - timedelta(seconds=2))
            self._segment(2)
            self.turn("recording")

    def release(self) -> None:
        self.heard.append("release")
        self.recording = None
        self.turn("ready")

    def film(self, seconds: float) -> None:
        """The seconds that end now, as one segment."""
        if self.recording is not None:
            self._segment(seconds)

    def lose(self, reason: str) -> None:
        self.recording = None
        self.turn("offline", reason)

    def find(self, gap_s: float, reason: str) -> None:
        """Pictures come again, after a gap that is entered."""
        self._begin(self.clock.now())
        event = LiveEvent(
            at=to_text(self.clock.now()),
            room=self.terms.room,
            channel=self.terms.id,
            recording=None,
            sitting=self.sitting,
            kind="gap",
            from_at=to_text(self.clock.now() - timedelta(seconds=gap_s)),
            until_at=to_text(self.clock.now()),
            start_ms=None,
            end_ms=None,
            reason="network",
            detail=reason,
        )
        self.ledger.append(event)
        self.turn("recording")

    def turn(self, state: State, reason: str = "") -> None:
        self.state, self.reason = state, reason
        self.on_change(self.snapshot())

    def snapshot(self) -> ChannelSnapshot:
        terms = self.terms
        return ChannelSnapshot(
            terms.id, terms.room, terms.title, terms.view, terms.required, self.state, "", "", self.reason,
            self.recording,
        )  # fmt: skip

    def _begin(self, zero_at: datetime) -> None:
        self.recording, self.seq, self.zero_at = live_recording_id(), 0, zero_at
        entry = LiveStarted(
            at=to_text(self.clock.now()),
            recording=self.recording,
            room=self.terms.room,
            channel=self.terms.id,
            sitting=self.sitting,
            init=Digest("00" * 32),
            tracks=(Track(0, "video", "h264", "avc1.64001f", 90_000, 0, 0, width=1280, height=720),),
            source_codecs=("h264",),
            zero_at=to_text(zero_at),
            camera_at=None,
            continues=None,
        )
        self.ledger.append(entry)
        self._reached = zero_at

    def _segment(self, seconds: float) -> None:
        assert self.recording is not None
        start, end = self._reached, self._reached + timedelta(seconds=seconds)
        statement = msgspec.structs.replace(
            STATEMENT.statement,
            recording=self.recording,
            seq=self.seq,
            start_ms=round((start - self.zero_at).total_seconds() * 1000),
            end_ms=round((end - self.zero_at).total_seconds() * 1000),
            wall_start=to_text(start),
            wall_end=to_text(end),
        )
        entry = LiveSegment(
            at=to_text(self.clock.now()),
            recording=self.recording,
            signed=msgspec.structs.replace(STATEMENT, statement=statement),
            offset_bytes=0,
            size_bytes=1,
            digest=Digest("00" * 32),
            received_at=to_text(start),
            camera_at=None,
            n_dropped=0,
        )
        self.ledger.append(entry)
        self._reached = end
        self.seq += 1


@dataclass
class Scene:
    store: Store
    clock: ManualClock
    channels: dict[str, FilmedChannel]
    house: RoomHouse
    told: list[OpenAlarm]

    @property
    def sittings(self) -> Sittings:
        return self.house.sittings

    @property
    def receipts(self) -> Receipts:
        return self.house.receipts

    @property
    def alarms(self) -> Alarms:
        return self.house.alarms

    def goes(self, seconds: int) -> None:
        """Time passes, and is filmed in seconds; the alarms look four times a second."""
        for _ in range(seconds):
            for _ in range(4):
                self.clock.advance(timedelta(seconds=0.25))
                for channel in self.channels.values():
                    if channel.state != "offline":
                        self.alarms.alive(channel.terms.id)
                self.alarms.tick()
            for channel in self.channels.values():
                channel.film(1)


@contextmanager
def filmed_room(root: Path, url: str, mode: Mode = "sittings") -> Iterator[Scene]:
    """Room "a" (一号询问室) with a required front view and a backup, on a site of its own."""
    clock = ManualClock(START)
    if (root / "site").exists():
        raise ValueError("one site per folder")
    config = make_site(root / "site", NewSite(catalog_url=url), clock)
    with open_store(config) as store:
        yield open_room(store, clock, mode)


def open_room(store: Store, clock: ManualClock, mode: Mode = "sittings") -> Scene:
    """The parts as the daemon wires them; called again for what a restarted daemon has."""
    ground = Ground(store.engine, store.ledger, store.blobs, clock, "测试站", store.config.site.origin, ZONE, {})
    house, channels = make_house(ground, Broadcaster(), mode)
    told: list[OpenAlarm] = []
    shown = house.alarms._listeners
    house.alarms._listeners = Listeners(alarm=lambda alarm: (shown.alarm(alarm), told.append(alarm))[0])
    house.recorders.start()
    return Scene(store, clock, channels, house, told)


def make_house(
    ground: Ground, events: Broadcaster, mode: Mode = "sittings", unit: str | None = "一中队"
) -> tuple[RoomHouse, dict[str, FilmedChannel]]:
    """Room "a" and its two channels by title."""
    channels: dict[str, FilmedChannel] = {}

    def make(terms: ChannelTerms, on_change: OnChannel) -> FilmedChannel:
        channels[terms.title] = FilmedChannel(terms, on_change, ground.ledger, ground.clock)
        return channels[terms.title]

    terms = tuple(
        ChannelTerms(ChannelId(f"a/{name}"), "a", title, view, required=name == "front")
        for name, title, view in (("front", "正面近景", "front"), ("backup", "备份", "backup"))
    )
    room = RoomTerms("a", "一号询问室", unit, mode, must_record=False, channels=terms)
    return RoomHouse(ground, lambda changed, _alarms: Rooms([room], make, ground.clock, changed), events), channels
