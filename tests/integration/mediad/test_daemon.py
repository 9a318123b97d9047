"""The daemon as a process: ready, docking, stopping gracefully, alone on its site, and what it tells systemd."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.clock import SystemClock
from evidence.media import specimens
from mediad.site_files import NewBay, NewSite, make_site
from tests.conftest import ROOT


@dataclass
class Daemon:
    process: subprocess.Popen[str]
    heard: list[str]  # what systemd would have heard
    site: Path
    log: Path

    @property
    def address(self) -> str:
        return next(line["address"] for line in self.records() if line.get("action") == "daemon.started")

    def records(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line]

    def stop(self) -> float:
        """SIGTERM; the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        return time.monotonic() - began


@pytest.fixture
def site(tmp_path: Path) -> Path:
    wishes = NewSite(bays=(NewBay("b1", "bays/1", officer="张伟"), NewBay("b2", "bays/2")))
    make_site(tmp_path / "site", wishes, SystemClock())
    path = tmp_path / "site" / "mediad.toml"
    text = path.read_text(encoding="utf-8").replace("port = 8300", "port = 0")
    path.write_text(text.replace("rescan_s = 3.0", "rescan_s = 0.3").replace("settle_s = 2.0", "settle_s = 0.3"))
    return path


@contextmanager
def daemon(site: Path, tmp_path: Path) -> Iterator[Daemon]:
    heard: list[str] = []
    log = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        threading.Thread(target=_listen, args=(listener, heard), daemon=True).start()
        environment = os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "mediad", "serve", "-c", str(site)],
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
            )
        running = Daemon(process, heard, site, log)
        try:
            wait_for(lambda: any(line.startswith("READY=1") for line in heard) or process.poll() is not None)
            yield running
        finally:
            process.kill()
            process.communicate()
            (tmp_path / "notify").unlink()


def _listen(listener: socket.socket, heard: list[str]) -> None:
    while True:
        try:
            heard.append(listener.recv(4096).decode())
        except OSError:
            return


def wait_for(claim: Callable[[], bool], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not claim():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_from_dock_to_thumbnails_and_a_graceful_stop(site: Path, tmp_path: Path) -> None:
    with daemon(site, tmp_path) as running:
        with urllib.request.urlopen(f"{running.address}/healthz") as answer:
            assert json.load(answer)["status"] == "ok"
        target = site.parent / "bays" / "1" / "20261124103000_DSJ0001_0001.mp4"
        specimens.make("mp4", tmp_path / "film.mp4", seconds=4, width=160, height=90)
        (tmp_path / "film.mp4").rename(target)
        wait_for(lambda: any(line.get("action") == "recording.sealed" for line in running.records()))
        wait_for(lambda: rendition_kinds(site) == {"thumbnails", "phashes"})
        wait_for(lambda: "WATCHDOG=1" in running.heard)
        assert running.stop() < 10
        assert running.process.returncode == 0
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
        wait_for(lambda: rendition_kinds(site) == {"thumbnails", "phashes"})
        assert running.stop() < 10


def test_an_open_stream_of_events_does_not_hold_up_the_stop(site: Path, tmp_path: Path) -> None:
    add = [sys.executable, "-m", "mediad", "user", "add", "-c", str(site), "a", "--role", "custodian"]
    subprocess.run([*add, "--password-stdin"], cwd=ROOT, input="long enough 1\n", text=True, check=True)
    with daemon(site, tmp_path) as running:
        body = json.dumps({"account": "a", "password": "long enough 1"}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{running.address}/api/v1/session", body, headers)
        with urllib.request.urlopen(request) as answer:
            cookie = answer.headers["Set-Cookie"].split(";")[0]
        stream = urllib.request.Request(f"{running.address}/api/v1/events", headers={"Cookie": cookie})
        with urllib.request.urlopen(stream) as events:
            assert events.readline() == b"event: bay\n"
            assert running.stop() < 5
    assert running.process.returncode == 0


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
    import sqlite3

    connection = sqlite3.connect(site.parent / "data" / "catalog.sqlite3")
    try:
        return {row[0] for row in connection.execute("SELECT kind FROM renditions WHERE state = 'made'")}
    finally:
        connection.close()
