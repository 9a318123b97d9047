"""`mediad serve` is killed while a recorder writes, and started again: every picture of the file is recorded once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import av

from evidence.catalog.engine import connected
from evidence.catalog.live_queries import LiveRecording, recordings_of_room
from evidence.catalog.recording_queries import playable
from evidence.media import specimens
from evidence.media.esd import AccessUnits
from mediad.config import load
from mediad.store import open_reading
from tests.acceptance.commands import mediad
from tests.conftest import ROOT
from tests.integration.mediad.daemon_process import new_site, wait_for

SECONDS = 10
_ROOM = """
[[rooms]]
name = "room"
mode = "always"

[[rooms.channels]]
name = "front"
folder = "{folder}"
"""


class Recorder:
    """Writes a film as it is filmed, up to `share` of it; from there on so slowly that it only just grows."""

    def __init__(self, film: bytes, path: Path) -> None:
        self._film, self._path = film, path
        self.share = 0.4
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        at, step = 0, len(self._film) // (SECONDS * 10) + 1
        with self._path.open("wb", buffering=0) as file:
            while at < len(self._film) and not self._stop.wait(0.1):
                piece = self._film[at : at + (step if at < self.share * len(self._film) else 50)]
                file.write(piece)
                at += len(piece)


def recorded(site: Path) -> tuple[LiveRecording, ...]:
    with open_reading(load(site)) as store, connected(store.engine) as connection:
        return tuple(row for row in recordings_of_room(connection, "room", "0", "9") if row.n_segments)


def pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        units = AccessUnits("h264", bytes(stream.codec_context.extradata or b""))
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        return [units.digest(data, 0, len(data)) for data in packets]


def originals(site: Path) -> list[Path]:
    with open_reading(load(site)) as store, connected(store.engine) as connection:
        found = [playable(connection, row.id) for row in recorded(site)]
        return [store.blobs.path(row.original) for row in found if row is not None]


def test_no_picture_is_lost_and_none_is_there_twice(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site", bays=())
    folder = tmp_path / "recorder"
    folder.mkdir()
    text = site.read_text(encoding="utf-8").replace("file_minutes = 60", "file_minutes = 60\nstall_s = 2.0")
    site.write_text(text + _ROOM.format(folder=folder), encoding="utf-8")
    film = specimens.make("ts", tmp_path / "film", seconds=SECONDS, width=160, height=90, bframes=0)
    command = [sys.executable, "-m", "mediad", "serve", "-c", str(site)]
    with Recorder(film.read_bytes(), folder / f"1{film.suffix}") as recorder:
        for n, share in ((1, 0.75), (2, 1.0)):
            process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            wait_for(lambda n=n: len(recorded(site)) == n)
            process.send_signal(signal.SIGKILL)
            process.wait()
            recorder.share = share
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            # The last one is over when the recorder has written nothing for a while.
            wait_for(lambda: [row.state for row in recorded(site)] == ["sealed"] * 3)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
    assert [digest for path in originals(site) for digest in pictures(path)] == pictures(film)
    first, second, third = recorded(site)
    assert [second.continues, third.continues] == [first.id, second.id]
    assert (second.zero_at, third.zero_at) == (first.end_at, second.end_at)
    checked = mediad("check", "-c", site)
    assert checked.returncode == 0, checked.stdout + checked.stderr
