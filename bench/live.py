"""Sixteen network cameras of 4 Mbit/s recorded at once: what is lost, and what it costs. Real RTSP, real daemon.

The cameras are one process of GStreamer on the same machine, which replays a file in real time to each channel. What
was recorded is compared picture by picture (ESD-1) with that file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.daemon import make_site
from bench.figures import Figure
from evidence import entries as e
from evidence.catalog.engine import connected
from evidence.catalog.live_queries import LiveRecording, recordings_of_room
from evidence.clock import from_text
from evidence.media.index import index
from evidence.media.specimens import make
from evidence.statements import Manifest
from mediad.config import Config, load
from mediad.store import open_reading
from tests.recorder.recorder import Recorder, recorder

_ROOMS, _CHANNELS = 4, 4
_SECONDS = 40
_MBIT = 4


@dataclass(frozen=True, slots=True)
class _Cost:
    """Of the daemon and its processes while all channels recorded."""

    cores: float
    resident_mb: float
    camera_cores: float


def measure() -> list[Figure]:
    """Takes about two minutes, of which the sources play 40 s."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        place = Path(name)
        source = make(
            "mp4", place / "camera.mp4", seconds=_SECONDS, width=1280, height=720, gop=50, audio=None,
            bitrate=_MBIT * 1_000_000, noise=12,
        )  # fmt: skip
        mbit = source.stat().st_size * 8 / _SECONDS / 1e6
        mounts = [{"path": f"/{room}-{channel}", "file": str(source)} for room, channel in _places()]
        with recorder(*mounts) as cameras:
            config = _site(place / "site", cameras)
            cost = _record(config, cameras)
        return _figures(config, source, place, cost, mbit)


def _places() -> list[tuple[int, int]]:
    return [(room, channel) for room in range(_ROOMS) for channel in range(_CHANNELS)]


def _site(directory: Path, cameras: Recorder) -> Path:
    path = make_site(directory)
    text = path.read_text(encoding="utf-8")
    for room in range(_ROOMS):
        text += f'[[rooms]]\nname = "room-{room}"\nmode = "always"\n'
        for channel in range(_CHANNELS):
            address = cameras.address(f"/{room}-{channel}")
            text += f'[[rooms.channels]]\nname = "c{channel}"\nurl = "{address}"\n'
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def _daemon(path: Path) -> Iterator[psutil.Process]:
    with (path.parent / "daemon.log").open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "mediad", "serve", "-c", str(path)], stdout=out, stderr=out)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def _record(path: Path, cameras: Recorder) -> _Cost:
    """Record until every source has played to its end; measured over the middle, when all of them play."""
    config = load(path, {})
    with _daemon(path) as daemon:
        _until(lambda: sum(row.n_segments >= 2 for row in _rows(config)) >= _ROOMS * _CHANNELS)
        camera = psutil.Process(cameras.pid)
        family = [daemon, *daemon.children(recursive=True)]
        began_s, used, camera_used = time.monotonic(), _cpu_s(family), _cpu_s([camera])
        time.sleep(_SECONDS / 2)
        took_s = time.monotonic() - began_s
        cost = _Cost(
            (_cpu_s(family) - used) / took_s,
            sum(each.memory_full_info().pss for each in family) / 1e6,
            (_cpu_s([camera]) - camera_used) / took_s,
        )
        _until(lambda: sum(row.ended_reason == "lost" for row in _rows(config)) >= _ROOMS * _CHANNELS)
        _until(lambda: all(row.state == "sealed" for row in _firsts(config)))
    return cost


def _until(true: object, timeout_s: float = 240.0) -> None:
    ends_s = time.monotonic() + timeout_s
    while not true():  # type: ignore[operator]
        if time.monotonic() > ends_s:
            raise RuntimeError("It did not come to that in time.")
        time.sleep(0.5)


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in processes)


def _rows(config: Config) -> list[LiveRecording]:
    with open_reading(config) as site, connected(site.engine) as connection:
        return [row for room in range(_ROOMS) for row in recordings_of_room(connection, f"room-{room}", "0", "9")]


def _firsts(config: Config) -> list[LiveRecording]:
    """Of each channel the recording of the first play; a source that was opened again plays once more."""
    found: dict[str, LiveRecording] = {}
    for row in sorted(_rows(config), key=lambda each: each.entry):
        if row.n_segments:
            found.setdefault(row.channel, row)
    return list(found.values())


def _figures(path: Path, source: Path, place: Path, cost: _Cost, mbit: float) -> list[Figure]:
    config = load(path, {})
    scratch = place / "index"
    scratch.mkdir()
    index(source, scratch, source.name)
    wanted = (scratch / "au_digests").read_bytes()
    n_wanted = len(wanted) // 32
    lost, late_ms = 0, []
    firsts = _firsts(config)
    with open_reading(config) as site:
        reader = site.ledger
        digests = {}
        for _, data in reader.entries(0, reader.size()):
            entry = e.decode(data)
            if isinstance(entry, e.RecordingSealed):
                manifest = Manifest.from_bytes(site.blobs.read(entry.manifest))
                digests[entry.recording] = site.blobs.read(manifest.au_digests or manifest.original)
        for row in firsts:
            lost += n_wanted - _common(wanted, digests[row.id])
        for _, data in reader.entries(0, reader.size()):
            entry = e.decode(data)
            if isinstance(entry, e.LiveSegment):
                end = from_text(entry.signed.statement.wall_end or entry.at)
                late_ms.append((from_text(entry.at) - end).total_seconds() * 1000)
    n = len(firsts)
    late_ms.sort()
    durable = late_ms[len(late_ms) * 95 // 100]
    note = f"{n} sources of {mbit:.1f} Mbit/s, {n_wanted} pictures each; cameras took {cost.camera_cores:.2f} cores"
    return [
        Figure("Recording 16 cameras: pictures lost", "pictures", "0", float(lost), met=not lost and n == 16,
               note=note),
        Figure("Recording 16 cameras: processor", "cores", "≤ 2 with the cameras", cost.cores,
               met=cost.cores + cost.camera_cores <= 2, note="daemon and its workers"),
        Figure("Recording 16 cameras: memory", "MB", "", cost.resident_mb, note="daemon and its workers, shared once"),
        Figure("Fragment's last picture to durable and signed, p95", "ms", "", durable, note="sound-less sources"),
    ]  # fmt: skip


def _common(wanted: bytes, found: bytes) -> int:
    """How many of the wanted pictures are there, in order and without one between them that is not."""
    return len(wanted) // 32 if wanted in found else sum(wanted[n : n + 32] in _units(found) for n in _starts(wanted))


def _units(digests: bytes) -> set[bytes]:
    return {digests[n : n + 32] for n in _starts(digests)}


def _starts(digests: bytes) -> range:
    return range(0, len(digests), 32)
