"""A finished recording that cannot be sealed is shown where people look, and sealed once what was wrong is mended."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from tests.acceptance.commands import mediad
from tests.integration.mediad.daemon_process import Daemon, daemon, wait_for
from tests.integration.recorders.footage import take
from tests.integration.recorders.site import site_on
from tests.sites import add_account

_ROOM = """
[[rooms]]
name = "room"
unit = "队"

[[rooms.channels]]
name = "front"
url = "rtsp://127.0.0.1:9/none"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose only recording has ended and is not sealed yet."""
    with site_on(tmp_path) as made:
        tape, footage = made.tape(), take()
        tape.record(None)
        tape.opened(footage.stream)
        made.feed(tape, footage, 0, 3)
        tape.stop()
    path = tmp_path / "site" / "mediad.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("port = 8300", "port = 0") + _ROOM, encoding="utf-8")
    add_account(path, "a", ("custodian",))
    add_account(path, "o", ("officer",), unit="另一队")
    return path


def outside(running: Daemon, path: str) -> str:
    with urllib.request.urlopen(f"{running.address}{path}") as answer:
        return str(answer.read().decode())


def test_it_is_said_with_its_reason_and_sealed_when_the_file_is_back(site: Path, tmp_path: Path) -> None:
    (file,) = (site.parent / "data" / "live").glob("r*.mp4")
    whole = file.read_bytes()
    file.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    with daemon(site, tmp_path) as running:
        running.sign_in()
        wait_for(lambda: bool(running.get("/rooms/room")["room"]["unsealed"]))
        (shown,) = running.get("/rooms/room")["room"]["unsealed"]
        assert (shown["recording"], shown["channel"], shown["again"]) == (file.stem, "room/front", False)
        assert "is not what was signed" in shown["reason"]
        health = json.loads(outside(running, "/healthz"))
        assert health["status"] == "attention" and "cannot be sealed" in health["attention"][0]
        assert file.stem not in str(health), "anybody may ask"
        assert 'mediad_unsealed_recordings{state="failed"} 1.0' in outside(running, "/metrics")
        # Whoever does not look after the room's alarms cannot have it tried again.
        again = f"/rooms/room/unsealed/{file.stem}"
        running.sign_in("o")
        assert running.call("POST", again)[0] == 403
        running.sign_in()
        assert running.call("POST", f"/rooms/room/unsealed/r{'a' * 20}")[0] == 404
        file.write_bytes(whole)
        assert running.call("POST", again)[0] == 200
        wait_for(lambda: running.get("/recordings")["total"] == 1)
        wait_for(lambda: running.get("/rooms/room")["room"]["unsealed"] == [])
        assert json.loads(outside(running, "/healthz"))["status"] == "ok"
        assert 'mediad_unsealed_recordings{state="failed"} 0.0' in outside(running, "/metrics")
        running.stop()
    checked = mediad("check", "-c", site)
    assert checked.returncode == 0, checked.stdout + checked.stderr
