"""The daemon as a process: ready, docking, stopping gracefully, alone on its site, and what it tells systemd."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from evidence.media import specimens
from tests.conftest import ROOT
from tests.integration.mediad.daemon_process import daemon, new_site, wait_for
from tests.sites import add_account


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return new_site(tmp_path / "site")


def test_from_dock_to_thumbnails_and_a_graceful_stop(site: Path, tmp_path: Path) -> None:
    with daemon(site, tmp_path) as running:
        with urllib.request.urlopen(f"{running.address}/healthz") as answer:
            assert json.load(answer)["status"] == "ok"
        target = site.parent / "bays" / "1" / "20261124103000_DSJ0001_0001.mp4"
        specimens.make("mp4", tmp_path / "film.mp4", seconds=4, width=160, height=90)
        (tmp_path / "film.mp4").rename(target)
        wait_for(lambda: any(line.get("action") == "recording.sealed" for line in running.records()))
        wait_for(lambda: rendition_kinds(site) == {"thumbnails", "phashes", "observations", "slates"})
        wait_for(lambda: "WATCHDOG=1" in running.heard)
        assert running.stop() == 0
        assert any(line.startswith("STOPPING=1") for line in running.heard)
        assert running.records()[-1]["action"] == "daemon.stopped"
    assert target.exists(), "the site clears nothing"
    leftovers = [path for path in (site.parent / "data").glob("*-wal") if path.stat().st_size]
    assert leftovers == [], "databases are closed and whole"


def test_a_second_daemon_is_refused_and_the_lock_ends_with_its_holder(site: Path, tmp_path: Path) -> None:
    with daemon(site, tmp_path) as running:
        second = subprocess.run(
            [sys.executable, "-m", "mediad", "serve", "-c", str(site)], cwd=ROOT, capture_output=True, text=True
        )
        assert second.returncode == 2
        assert f"process {running.process.pid}" in second.stderr
        running.process.kill()
        running.process.wait()
    (tmp_path / "again").mkdir()
    with daemon(site, tmp_path / "again") as running:
        assert running.process.poll() is None


def test_a_command_seals_beside_the_daemon_which_makes_the_thumbnails(site: Path, tmp_path: Path) -> None:
    film = specimens.make("mp4", tmp_path / "20261124113000_DSJ0001_0002.mp4", seconds=4, width=160, height=90)
    with daemon(site, tmp_path) as running:
        done = subprocess.run(
            [sys.executable, "-m", "mediad", "ingest", "-c", str(site), str(film)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        wait_for(lambda: rendition_kinds(site) == {"thumbnails", "phashes", "observations", "slates"})
        assert running.stop() == 0


def test_an_open_stream_of_events_is_ended_by_the_stop(site: Path, tmp_path: Path) -> None:
    """It does not hold up the stop: what the stop has to cut off lacks its end, and to read that raises."""
    add_account(site)
    with daemon(site, tmp_path) as running:
        running.sign_in()
        stream = urllib.request.Request(f"{running.address}/api/v1/events", headers=running.headers)
        with urllib.request.urlopen(stream) as events:
            assert events.readline() == b"event: bay\n"
            running.process.terminate()
            assert events.read().endswith(b"\n\n")
        assert running.ended() == 0


def test_a_taken_port_is_said_in_one_line(site: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        text = site.read_text(encoding="utf-8").replace("port = 0", f"port = {taken.getsockname()[1]}")
        site.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "mediad", "serve", "-c", str(site)], cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 3
    assert "cannot be opened" in done.stderr and done.stderr.count("\n") == 1


def rendition_kinds(site: Path) -> set[str]:
    with closing(sqlite3.connect(site.parent / "data" / "catalog.sqlite3")) as connection:
        return {row[0] for row in connection.execute("SELECT kind FROM renditions WHERE state = 'made'")}
