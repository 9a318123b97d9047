"""Carries news of docks and jobs over to the HTTP side, and footage requests to the media workers.

`ingest` and `player` never import each other: these adapters are where they meet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from evidence.clock import Clock
from evidence.live import ChannelId, LiveItem
from evidence.media.workers import Workers
from evidence.records import RecordingId
from ingest.bay_state import BaySnapshot
from ingest.docks import Docks
from ingest.recorders.channel_state import RoomTerms
from ingest.recorders.hub import Hub
from mediad import job_records
from mediad.jobs import Jobs
from mediad.renditions import Renditions
from player import feeds, live_feed
from player.reels import Reel

# A job that broke off for another reason than its footage (no worker could be started, the disk was full for more than
# a minute) is queued again at the next sweep through everything, which is this often.
_EVERYTHING_EVERY_S = 600.0
# So many missing renditions are looked up at a time; the rest follows when these are queued.
_SWEEP_LIMIT = 500


class DocksFeed:
    """`player.feeds.BayFeed` over the docks."""

    def __init__(self, docks: Docks) -> None:
        self._docks = docks

    def bays(self) -> tuple[feeds.Bay, ...]:
        return tuple(bay_of(snapshot) for snapshot in self._docks.snapshots())


class JobsFeed:
    """`player.feeds.JobFeed` over the durable jobs."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def jobs(self, recording: str | None) -> tuple[feeds.Job, ...]:
        found = self._jobs.list(None if recording is None else RecordingId(recording))
        return tuple(job_of(job) for job in found)

    def ask_again(self, recording: str, kind: feeds.RenditionKind) -> bool:
        return self._jobs.ask_again(RecordingId(recording), kind)


class HubFeed:
    """`player.live_feed.LiveFeed` over the recorders' hub."""

    def __init__(self, hub: Hub, rooms: tuple[RoomTerms, ...]) -> None:
        self._hub = hub
        self._channels = {
            each.id: live_feed.Channel(each.id, room.name, f"{room.title} · {each.title}", room.unit)
            for room in rooms
            for each in room.channels
        }

    def channel(self, channel: ChannelId) -> live_feed.Channel | None:
        return self._channels.get(channel)

    def subscribe(self, channel: ChannelId, hear: Callable[[LiveItem], None]) -> Callable[[], None]:
        return self._hub.subscribe(channel, hear)

    def file_of(self, recording: RecordingId) -> Path | None:
        return self._hub.file_of(recording)


class WorkerPackager:
    """`player.reels.Packager` in the media workers. Blocking."""

    def __init__(self, workers: Workers, timeout_s: float) -> None:
        self._workers = workers
        self._timeout_s = timeout_s

    def segment(self, reel: Reel, seq: int) -> bytes:
        cut = reel.segments[seq].cut
        args = {"path": str(reel.path), "samples": str(reel.samples_path), "cut": msgspec.to_builtins(cut)}
        return self._workers.run("segment", args, timeout_s=self._timeout_s).payload

    def init(self, path: Path, samples: Path) -> bytes:
        args = {"path": str(path), "samples": str(samples)}
        return self._workers.run("init", args, timeout_s=self._timeout_s).payload


class RenditionSweep:
    """Requests the jobs for whatever lacks a rendition; called again whenever something was sealed."""

    def __init__(self, renditions: Renditions, jobs: Jobs, clock: Clock) -> None:
        self._renditions = renditions
        self._jobs = jobs
        self._clock = clock
        self._everything_at_s = clock.monotonic_s() + _EVERYTHING_EVERY_S
        self._asked: set[tuple[str, str]] = set()
        # Of recordings sealed up to this entry every missing rendition was requested: a sweep through a library of
        # 50,000 takes most of a second, and one follows every sealing.
        self._swept_to = -1
        self._lock = threading.Lock()

    def run(self) -> int:
        """Request what is missing and was not requested lately by this process; how many."""
        with self._lock:
            if self._clock.monotonic_s() >= self._everything_at_s:
                self._everything_at_s = self._clock.monotonic_s() + _EVERYTHING_EVERY_S
                self._asked.clear()
                self._swept_to = -1
            found, latest = self._renditions.wanted(_SWEEP_LIMIT, self._swept_to)
            fresh = [wish for wish in found if wish not in self._asked]
            for recording, kind in fresh:
                self._jobs.request(recording, kind)
                self._asked.add((recording, kind))
            if len(found) < _SWEEP_LIMIT:
                self._swept_to = latest
            return len(fresh)


def bay_of(snapshot: BaySnapshot) -> feeds.Bay:
    return msgspec.convert(snapshot, feeds.Bay, from_attributes=True)


def job_of(job: job_records.Job) -> feeds.Job:
    return msgspec.convert(job, feeds.Job, from_attributes=True)


def publish_bay(events: feeds.Broadcaster) -> Callable[[BaySnapshot], None]:
    return lambda snapshot: events.publish(bay_of(snapshot))


def publish_job(events: feeds.Broadcaster) -> Callable[[job_records.Job], None]:
    return lambda job: events.publish(job_of(job))
