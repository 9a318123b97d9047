"""Footage that hangs or crashes whoever reads it, through docks of the running daemon: kept, sealed, and said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.media import specimens
from tests.acceptance.commands import mediad
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site
from tests.sites import add_account


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Daemon]:
    site = new_site(tmp_path / "site")
    site.write_text(site.read_text(encoding="utf-8").replace("[workers]", "[workers]\nindex_timeout_s = 3.0"))
    add_account(site)
    with daemon(site, tmp_path, module="tests.integration.mediad.faulty_daemon") as found:
        found.sign_in()
        yield found


def playback_reasons(running: Daemon) -> dict[str, str | None]:
    return {each["name"]: each["playback_reason"] for each in running.get("/recordings")["recordings"]}


def test_a_hanging_and_a_crashing_file_are_sealed_with_the_reason(running: Daemon, tmp_path: Path) -> None:
    film = specimens.make("mp4", tmp_path / "film.mp4", seconds=2, width=160, height=90).read_bytes()
    odd, good = running.site.parent / "bays" / "1", running.site.parent / "bays" / "2"
    for number, name in enumerate(("a-hang.mp4", "b-crash.mp4", "c-good.mp4")):
        (odd / name).write_bytes(film + b"\0\0\0\x0cfree%04d" % number)
    running.until("sealing")
    (good / "other.mp4").write_bytes(film)
    # The other bay is through while the first still waits for the hung worker, or soon after.
    running.until("safe", "b2", done=1)
    running.until("safe", done=3)
    reasons = playback_reasons(running)
    assert reasons["c-good.mp4"] is reasons["other.mp4"] is None
    assert "did not finish 'index' within 3 s" in str(reasons["a-hang.mp4"])
    assert "crashed (SIGSEGV)" in str(reasons["b-crash.mp4"])
    running.stop()
    done = mediad("verify", "-c", running.site, "--all", "--json")
    assert {each["state"] for each in json.loads(done.stdout)["results"]} == {"ok"}
    assert mediad("check", "-c", running.site).returncode == 0
