"""Rooms recorded by the daemon: a camera is rebooted, a network cut, the disk fills up or fails to sync, and SIGKILL.

After each: what was closed is sealed and plays, the gap is in the ledger with its reason, recording goes on by itself.
What a kill costs: tests/integration/recorders/test_rooms_live.py and test_growing_file_killed.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from evidence.catalog.engine import connected
from evidence.catalog.live_queries import (
    LiveEventRow,
    LiveRecording,
    LiveSegmentRow,
    events_of_room,
    recordings_of_room,
    segments_of,
)
from evidence.catalog.recording_queries import playable
from evidence.clock import from_text
from evidence.statements import Manifest
from mediad.config import load
from mediad.store import open_reading
from tests.acceptance.commands import mediad
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site, wait_for
from tests.integration.mediad.faulty_recordings import VARIABLE
from tests.recorder.cable import camera_behind_a_cable
from tests.recorder.recorder import Recorder, recorder
from tests.sites import add_account

MODULE = "tests.integration.mediad.faulty_recordings"
Y2K = datetime(2000, 1, 1, tzinfo=UTC)
_CAMERA = {"path": "/front", "audio": "alaw", "width": 320, "height": 176, "gop": 25, "kbit": 200}
_ROOM = """
[[rooms]]
name = "{name}"
mode = "always"

[[rooms.channels]]
name = "front"
url = "{url}"
"""


@dataclass
class House:
    """A site whose two rooms are recorded; what is needed to do something to them."""

    site: Path
    stack: ExitStack
    camera: Recorder
    cable: Callable[[str], None]
    running: Daemon
    sync_fails: Path

    def recordings(self, room: str) -> list[LiveRecording]:
        """Those that hold anything."""
        with open_reading(load(self.site)) as store, connected(store.engine) as connection:
            return [row for row in recordings_of_room(connection, room, "0", "9") if row.n_segments]

    def segments(self, recording: LiveRecording) -> tuple[LiveSegmentRow, ...]:
        with open_reading(load(self.site)) as store, connected(store.engine) as connection:
            return segments_of(connection, recording.id)

    def events(self, room: str, kind: str) -> list[LiveEventRow]:
        with open_reading(load(self.site)) as store, connected(store.engine) as connection:
            return [row for row in events_of_room(connection, room, "0", "9") if row.kind == kind]

    def channel(self, room: str) -> dict[str, str]:
        found: dict[str, str] = self.running.get(f"/rooms/{room}")["room"]["channels"][0]
        return found

    def until_state(self, room: str, *states: str) -> None:
        wait_for(lambda: self.channel(room)["state"] in states)

    def until_recorded(self, room: str, n_segments: int = 2) -> LiveRecording:
        """The newest recording, once it goes on and has so many fragments."""
        wait_for(lambda: bool(rows := self.recordings(room)) and _goes_on(rows[-1], n_segments))
        return self.recordings(room)[-1]

    def require_playable(self, recording: LiveRecording) -> None:
        """It is sealed, and every picture that was sealed decodes."""
        wait_for(lambda: next(r.state for r in self.recordings(recording.room) if r.id == recording.id) == "sealed")
        with open_reading(load(self.site)) as store, connected(store.engine) as connection:
            row = playable(connection, recording.id)
            assert row is not None
            manifest = Manifest.from_bytes(store.blobs.read(row.manifest))
            with av.open(str(store.blobs.path(row.original))) as original:
                pictures = sum(1 for _ in original.decode(video=0))
        assert pictures == next(track.n_au for track in manifest.tracks if track.kind == "video") > 0

    def require_gap(self, before: LiveRecording, reasons: tuple[str, ...]) -> LiveEventRow:
        """Between a recording and the one that came next, with a reason and both ends."""
        rows = self.recordings(before.room)
        ids = [row.id for row in rows]
        after = rows[ids.index(before.id) + 1]
        (gap,) = (each for each in self.events(before.room, "gap") if each.recording == before.id and each.until_at)
        ended = next(row for row in rows if row.id == before.id)
        assert (gap.from_at, gap.until_at) == (ended.end_at, after.zero_at) and gap.reason in reasons, gap
        return gap


def _goes_on(row: LiveRecording, n_segments: int) -> bool:
    return row.state == "recording" and row.n_segments >= n_segments


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("a network and a disk of its own need root and iproute2")
    root = tmp_path_factory.mktemp("faults")
    site = new_site(root / "site", bays=())
    text = site.read_text(encoding="utf-8").replace("file_minutes = 60", "file_minutes = 60\nstall_s = 2.0")
    add_account(site, "a", ("custodian",))
    live = load(site).live_dir
    live.mkdir(exist_ok=True)
    with ExitStack() as stack:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(live)], check=True)
        stack.callback(subprocess.run, ["umount", str(live)], check=True)
        camera = stack.enter_context(recorder(_CAMERA))
        far, cable = stack.enter_context(camera_behind_a_cable())
        for name, url in (("reboot", camera.address("/front")), ("cable", far.address("/far"))):
            text += _ROOM.format(name=name, url=url)
        site.write_text(text, encoding="utf-8")
        sync_fails = root / "sync-fails"
        running = stack.enter_context(daemon(site, root, MODULE, **{VARIABLE: str(sync_fails)}))
        running.sign_in()
        made = House(site, stack, camera, cable, running, sync_fails)
        for room in ("reboot", "cable"):
            made.until_recorded(room)
        yield made
        running.stop()


def test_a_camera_that_is_rebooted_and_has_lost_its_clock(house: House) -> None:
    """Its process is killed and started again: another SSRC, other RTP time stamps, and RTCP says that it is 2000."""
    wait_for(lambda: house.segments(house.recordings("reboot")[-1])[-1].camera_at is not None)
    before = house.recordings("reboot")[-1]
    house.camera.kill()
    house.until_state("reboot", "offline")
    assert house.channel("reboot")["reason"]
    anew = _CAMERA | {"clock_s": int(Y2K.timestamp())}
    house.camera = house.stack.enter_context(recorder(anew, port=house.camera.port))
    after = house.until_recorded("reboot")
    assert after.id != before.id
    house.require_gap(before, ("ended", "broken", "stalled", "unreachable"))
    wait_for(lambda: bool(house.events("reboot", "clock-jump")))
    (jump,) = house.events("reboot", "clock-jump")
    assert "while it was away" in jump.detail and jump.recording == after.id
    told = next(each.camera_at for each in house.segments(after) if each.camera_at is not None)
    assert timedelta(0) <= from_text(told) - Y2K < timedelta(minutes=5)
    # Whatever the camera believes, wall time is the server's.
    assert abs(from_text(after.zero_at) - datetime.now(UTC)) < timedelta(minutes=2)
    house.require_playable(before)


def test_a_network_that_is_cut_and_mended(house: House) -> None:
    before = house.until_recorded("cable")
    house.cable("down")
    house.until_state("cable", "offline")
    house.cable("up")
    after = house.until_recorded("cable")
    assert after.id != before.id
    house.require_gap(before, ("stalled", "broken", "ended", "unreachable"))
    house.require_playable(before)


def test_a_disk_that_is_full_and_emptied(house: House) -> None:
    rooms = ("reboot", "cable")
    before = {room: house.until_recorded(room) for room in rooms}
    ballast = load(house.site).live_dir / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(4096))
    for room in rooms:
        house.until_state(room, "trouble")
        shown = house.channel(room)
        assert (shown["code"], "full" in shown["reason"]) == ("disk-full", True)
    ballast.unlink()
    for room in rooms:
        house.until_recorded(room)
        house.require_gap(before[room], ("disk-full",))
        house.require_playable(before[room])


def test_a_disk_that_fails_to_sync(house: House) -> None:
    """Twice at once, so that the second file fails too; what follows is a new file, never the one that failed."""
    before = house.until_recorded("reboot")
    house.sync_fails.touch()
    house.until_state("reboot", "trouble")
    assert "cannot be written" in house.channel("reboot")["reason"]
    house.sync_fails.unlink()
    after = house.until_recorded("reboot")
    assert after.id != before.id
    house.require_gap(before, ("store-unavailable",))
    house.require_playable(before)


def test_after_all_of_it_a_killed_daemon_proves_the_sites_promises(house: House, tmp_path: Path) -> None:
    before = {room: house.until_recorded(room) for room in ("reboot", "cable")}
    house.running.process.kill()
    house.running.process.wait()
    with daemon(house.site, tmp_path) as again:
        again.sign_in()
        for room, row in before.items():
            wait_for(lambda room=room, row=row: house.recordings(room)[-1].id != row.id)
            house.require_gap(row, ("restart",))
        ended = {row.id for room in before for row in house.recordings(room)[:-1]}
        wait_for(lambda: ended <= {row["id"] for row in again.get("/recordings?limit=200")["recordings"]})
        again.stop()
    checked = mediad("check", "-c", house.site)
    assert checked.returncode == 0, checked.stdout + checked.stderr
