"""Builds the recorders from a site's configuration: rooms, their channels, the hub, and what seals finished files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evidence.catalog.engine import connected
from evidence.catalog.live_queries import taken_of_channel
from evidence.clock import Clock
from evidence.live import ChannelId, Taken
from evidence.media.workers import Workers
from evidence.records import RecordingId
from ingest.intake import Intake
from ingest.recorders.bookmark import Bookmark
from ingest.recorders.channel import Channel, Ears, Input
from ingest.recorders.channel_state import ChannelSnapshot, ChannelTerms, RoomSnapshot, RoomTerms
from ingest.recorders.finishing import Finishing, FinishingTools
from ingest.recorders.hub import Hub
from ingest.recorders.inputs import Camera, GrowingFiles
from ingest.recorders.live_file import Disk, LocalDisk
from ingest.recorders.recording import RecordingTools
from ingest.recorders.recovery import Recovered, recover
from ingest.recorders.rooms import Rooms
from ingest.recorders.tape import Tape
from ingest.recorders.whole_files import WholeFiles
from ingest.recorders.worker_process import WorkerSettings
from mediad.config_rooms import Recording, Room
from mediad.config_tables import Config, Site
from mediad.intake_parts import versions
from mediad.store import Store

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Recorders:
    """What the rooms' recordings stand on: what was recovered, what watchers hear, and the finishing of files."""

    tools: RecordingTools
    recovered: Recovered
    hub: Hub
    finishing: Finishing
    rooms: tuple[RoomTerms, ...]

    def start(self) -> None:
        """Seal what was left; before the rooms."""
        self.finishing.start()
        for recording in self.recovered.to_seal:
            self.finishing.submit(recording)

    def stop(self) -> None:
        """After the rooms. What is not sealed by then is sealed at the next start."""
        self.finishing.stop()


def make_recorders(
    store: Store,
    workers: Workers,
    clock: Clock,
    on_sealed: Callable[[RecordingId], None],
    disk: Disk | None = None,
    on_unsealed: Callable[[str], None] = lambda _room: None,
) -> Recorders:
    """Ends what a killed daemon was recording, then builds; nothing is started. `on_unsealed` hears of a room in which
    something cannot be sealed, or can again. StoreUnavailable."""
    site = store.config
    rooms = tuple(room_terms(room, site.site) for room in site.rooms)
    channels = tuple(channel.id for room in rooms for channel in room.channels)
    tools = RecordingTools(
        store.engine, store.ledger, store.blobs, store.seal_signer, clock, site.live_dir, disk or LocalDisk()
    )
    parts = FinishingTools(tools, workers, site.scratch_dir / "live", versions(), site.workers.index_timeout_s)
    finishing = Finishing(parts, on_sealed, on_unsealed)
    return Recorders(tools, recover(tools, channels), Hub(channels, site.live_dir), finishing, rooms)


def make_rooms(
    recorders: Recorders,
    site: Config,
    intake: Intake,
    clock: Clock,
    on_room: Callable[[RoomSnapshot], None],
    ears: Ears | None = None,
) -> Rooms:
    """The rooms with their channels; nothing is opened before `start`."""
    settings = worker_settings(site.recording)
    file_ms = round(site.recording.file_minutes * 60_000)

    def make_channel(terms: ChannelTerms, on_change: Callable[[ChannelSnapshot], None]) -> Channel:
        relay = recorders.hub.relay(terms.id)

        def make_tape(show: Callable[[], None]) -> Tape:
            return Tape(
                terms,
                recorders.tools,
                relay,
                file_ms=file_ms,
                on_ended=recorders.finishing.submit,
                on_change=show,
                gap=recorders.recovered.gaps.get(terms.id),
            )

        source = _input(terms, settings, intake, site.intake.settle_s, recorders.tools)
        return Channel(terms, source, settings, make_tape, relay, clock, on_change, ears)

    return Rooms(recorders.rooms, make_channel, clock, on_room)


def _input(
    terms: ChannelTerms, settings: WorkerSettings, intake: Intake, settle_s: float, tools: RecordingTools
) -> Input:
    if terms.folder is None:
        return Camera(terms.url or "", terms.credentials, settings)

    def taken() -> tuple[Taken, ...]:
        with connected(tools.engine) as connection:
            return taken_of_channel(connection, terms.id)

    whole = WholeFiles(terms, terms.folder, intake, settle_s, tools.clock)
    bookmark = Bookmark(tools.folder / "followed" / f"{terms.id}.json")
    return GrowingFiles(terms.folder, settings, tools.clock, whole, bookmark, taken)


def worker_settings(settings: Recording) -> WorkerSettings:
    return WorkerSettings(
        memory_bytes=settings.memory_mb * _MB,
        fragment_ms=round(settings.fragment_s * 1000),
        silence_s=settings.stall_s,
    )


def room_terms(room: Room, site: Site) -> RoomTerms:
    unit = room.unit or site.unit
    channels = tuple(
        ChannelTerms(
            ChannelId(f"{room.name}/{channel.name}"),
            room.name,
            channel.title or channel.name,
            channel.view,
            channel.required,
            channel.url,
            channel.folder,
            channel.credentials,
            unit,
        )
        for channel in room.channels
    )
    return RoomTerms(room.name, room.title or room.name, unit, room.mode, room.must_record, channels)
