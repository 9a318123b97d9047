"""A room watched through the daemon itself: camera → worker → hub → socket, looked back at, stopped, and proven."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import sys
import time
from pathlib import Path

import av

from tests.conftest import ROOT
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site
from tests.live.socket import Init, LiveSocket, Picture, live_socket
from tests.recorder.recorder import recorder
from tests.sites import add_account

_ROOM = """
[[rooms]]
name = "room"
unit = "队"
mode = "always"

[[rooms.channels]]
name = "front"
url = "{url}"
"""


def test_a_room_is_watched_looked_back_at_and_proven(tmp_path: Path, database_url: str) -> None:
    with recorder({"path": "/front", "audio": "aac", "width": 320, "height": 176, "gop": 25}) as camera:
        site = new_site(tmp_path / "site", catalog_url=database_url, bays=())
        site.write_text(site.read_text() + _ROOM.format(url=camera.address("/front")))
        add_account(site, "a", ("legal",))
        with daemon(site, tmp_path) as running:
            running.sign_in()
            _until_recorded(running)
            viewing = _open(running)
            asyncio.run(_watch(running, viewing))
        # The next process seals what the first one recorded; its end is the viewing's end.
        with daemon(site, tmp_path) as running:
            running.sign_in()
            _until_sealed(running)
    command = [sys.executable, "-m", "mediad", "check", "-c", str(site)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _until_recorded(running: Daemon) -> None:
    deadline = time.monotonic() + 60
    while running.get("/rooms")["rooms"][0]["channels"][0]["state"] != "recording":
        assert time.monotonic() < deadline, running.get("/rooms")
        time.sleep(0.1)


def _until_sealed(running: Daemon) -> None:
    deadline = time.monotonic() + 60
    while running.get("/recordings")["total"] < 1:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _open(running: Daemon) -> str:
    asked = {"scope": "live", "channel": "room/front", "purpose": "case", "note": "旁听"}
    status, body = running.call("POST", "/viewings", asked)
    assert status == 201, body
    return str(running.decode(body)["id"])


async def _watch(running: Daemon, viewing: str) -> None:
    port = int(running.address.rpartition(":")[2])
    async with live_socket(port, running.headers["Cookie"], viewing) as socket:
        said = await socket.said("opening")
        assert [track["kind"] for track in said["tracks"]] == ["video", "audio"]
        inits: dict[int, bytes] = {}
        pieces: dict[int, list[bytes]] = {0: [], 1: []}
        while len(pieces[0]) < 60:
            found = await socket.next()
            if isinstance(found, Init):
                inits[found.track] = found.data
            elif isinstance(found, Picture):
                pieces[found.track].append(found.data)
        for track, count in ((0, 60), (1, len(pieces[1]))):
            assert _units(inits[track] + b"".join(pieces[track])) == count
        await _look_back(running, viewing, socket)
        # The daemon stops while somebody watches.
        stopping = asyncio.get_running_loop().run_in_executor(None, running.stop)
        assert (await socket.said("ended"))["reason"] == "restart"
        await stopping


async def _look_back(running: Daemon, viewing: str, socket: LiveSocket) -> None:
    await socket.ask("pause")
    names: list[str] = []
    deadline = time.monotonic() + 60
    while len(names) < 2:
        assert time.monotonic() < deadline, names
        status, body = running.call("GET", f"/viewings/{viewing}/rewind.m3u8")
        assert status == 200, body
        names = re.findall(r"^live/\S+\.m4s$", body.decode(), re.M)[:2]
    recording = names[0].split("/")[1]
    parts = [f"live/{recording}/init.mp4", *names]
    data = b"".join(running.call("GET", f"/viewings/{viewing}/{name}")[1] for name in parts)
    assert _units(data) >= 90  # two fragments of two seconds


def _units(data: bytes) -> int:
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams[0]
        return sum(1 for packet in container.demux(stream) if packet.size)
