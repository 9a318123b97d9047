"""`mediad.service` under a real systemd: credentials, the system-call filter and all other limits in force."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.media import specimens
from tests.conftest import ROOT
from tests.integration.mediad.daemon_process import new_site, wait_for

_PROGRAM = Path("/lib/systemd/systemd")


@dataclass(frozen=True, slots=True)
class Machine:
    """Namespaces with a systemd of their own."""

    pid: int  # of systemd, as seen from here
    port: int

    def run(self, *command: str, check: bool = True) -> str:
        inside = ["nsenter", "-t", str(self.pid), "-m", "-p", "-u", "-i", "-C", "-r", "-w", *command]
        done = subprocess.run(inside, capture_output=True, text=True, timeout=120)
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)}: {done.stdout}{done.stderr}\n{self.log()}", pytrace=False)
        return done.stdout.strip()

    def log(self) -> str:
        return self.run("journalctl", "--no-pager", "-o", "cat", "-n", "60", check=False)


def _cgroups() -> Path:
    """A new group of the second kind for the machine's systemd. OSError where there is none."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        if " - cgroup2 " in line:
            group = Path(line.split()[4]) / f"mediad-test-{os.getpid()}"
            group.mkdir()
            return group
    raise OSError("no cgroup2 is mounted")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    if os.geteuid() != 0 or not _PROGRAM.exists():
        pytest.skip("a systemd can be started by root only, where one is installed")
    port = _free_port()
    config = new_site(tmp_path / "site")
    text = config.read_text(encoding="utf-8").replace("port = 0", f"port = {port}")
    text = text.replace('data_dir = "data"', 'data_dir = "/var/lib/mediad"')
    config.write_text(text.replace('path = "bays/', 'path = "/var/lib/bays/'), encoding="utf-8")
    film = specimens.make("mp4", tmp_path / "film.mp4", seconds=4, width=160, height=90)
    shutil.copy(film, tmp_path / "site" / "bays" / "1" / "20261124103000_DSJ0001_0001.mp4")
    try:
        group = _cgroups()
    except OSError as error:
        pytest.skip(f"systemd needs a control group of its own: {error}")
    log = tmp_path / "boot.log"
    script = Path(__file__).with_name("systemd_machine.sh")
    packages = sysconfig.get_paths()["purelib"]
    boot = ["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--kill-child", "sh", str(script)]
    places = [str(tmp_path / "machine"), str(ROOT), sys.base_prefix, packages, str(tmp_path / "site")]
    with log.open("w") as out:
        process = subprocess.Popen(
            ["sh", "-c", f'echo $$ >{group}/cgroup.procs && exec "$@"', "sh", *boot, *places],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _booted(process, port, log)
    finally:
        process.kill()
        process.wait()
        _remove(group)


def _booted(process: subprocess.Popen[bytes], port: int, log: Path) -> Machine:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        if children and Path(f"/proc/{children[0]}/comm").read_text(encoding="ascii").strip() == "systemd":
            machine = Machine(int(children[0]), port)
            if machine.run("systemctl", "is-system-running", check=False) in ("running", "degraded"):
                return machine
        time.sleep(0.2)
    pytest.skip(f"no systemd could be started here: {log.read_text(encoding='utf-8', errors='replace')[-400:]}")


def _remove(group: Path) -> None:
    """Groups end with their last process, which the kernel takes a moment to bury."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            for folder in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
                folder.rmdir()
            group.rmdir()
            return
        time.sleep(0.1)


def _ask(machine: Machine, query: str) -> str:
    script = f'import sqlite3; print(*sqlite3.connect("/var/lib/mediad/catalog.sqlite3").execute("{query}").fetchone())'
    return machine.run("/opt/python/bin/python3", "-c", script)


def test_the_service_takes_in_a_film_and_stops_gracefully(machine: Machine) -> None:
    machine.run("systemctl", "start", "mediad")
    assert machine.run("systemctl", "show", "mediad", "-P", "ActiveState") == "active"
    with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/healthz") as answer:
        assert answer.status == 200
    wait_for(lambda: "recording.sealed" in machine.log())
    # The film was read by workers inside the same limits, and its pictures were made.
    wait_for(lambda: _ask(machine, "SELECT count(*) FROM renditions WHERE state = 'made'") == "2")
    assert _ask(machine, "SELECT playback FROM recordings") == "direct"
    pid = machine.run("systemctl", "show", "mediad", "-P", "MainPID")
    status = machine.run("cat", f"/proc/{pid}/status")
    assert "Seccomp:\t2" in status and "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
    machine.run("systemctl", "stop", "mediad")
    # The unit's own properties are forgotten with it; the journal tells whether it had to be killed.
    assert "mediad.service: Deactivated successfully." in machine.log()
    assert "daemon.stopped" in machine.log()
