"""`mediad serve` as a process of its own: started, heard as systemd hears it, asked over HTTP, stopped or killed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from evidence.clock import SystemClock
from mediad.site_files import NewBay, NewSite
from tests.conftest import ROOT
from tests.sites import PASSWORD, make_site

_STOP_S = 90  # TimeoutStopSec in systemd/mediad.service
_BAYS = (NewBay("b1", "bays/1", officer="张伟"), NewBay("b2", "bays/2"))


@dataclass
class Daemon:
    process: subprocess.Popen[str]
    heard: list[str]  # what systemd would have heard
    site: Path
    log: Path
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return next(line["address"] for line in self.records() if line.get("action") == "daemon.started")

    def records(self) -> list[dict[str, str]]:
        """What it logged so far; a line that is still being written is left out."""
        lines = self.log.read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.terminate()
        return self.ended()

    def ended(self) -> int:
        """Its exit code, once it has ended: before systemd would kill it."""
        return self.process.wait(timeout=_STOP_S)

    def sign_in(self, account: str = "a") -> None:
        """As an account that `add_account` made."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/session",
            json.dumps({"account": account, "password": PASSWORD}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            cookies = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie")]
            self.headers = {"Cookie": "; ".join(cookies), "X-CSRF-Token": json.load(answer)["csrf"]}

    def call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """(status, body) of a request below /api/v1."""
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers | ({"Content-Type": "application/json"} if data is not None else {})
        request = urllib.request.Request(f"{self.address}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    @staticmethod
    def decode(body: bytes) -> Any:
        return json.loads(body)

    def get(self, path: str) -> Any:
        status, body = self.call("GET", path)
        assert status == 200, (status, body)
        return json.loads(body)

    def bay(self, name: str = "b1") -> dict[str, Any]:
        return next(bay for bay in self.get("/bays")["bays"] if bay["name"] == name)

    def until(self, state: str, name: str = "b1", *, done: int | None = None, timeout_s: float = 90) -> dict[str, Any]:
        """Wait until the bay shows the state, and so many files done if given."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.bay(name)
            if found["state"] == state and done in (None, found["files_done"]):
                return found
            assert time.monotonic() < deadline, f"{name} never became {state}: {found}"
            assert self.process.poll() is None, "the daemon ended"
            time.sleep(0.05)


def new_site(root: Path, *, catalog_url: str = "", jobs_url: str = "", bays: Sequence[NewBay] = _BAYS) -> Path:
    """A site on a free port that looks into its bays often; its configuration file."""
    make_site(root, NewSite(catalog_url=catalog_url, bays=tuple(bays)), SystemClock())
    path = root / "mediad.toml"
    text = path.read_text(encoding="utf-8").replace("port = 8300", "port = 0")
    text = text.replace("rescan_s = 3.0", "rescan_s = 0.3").replace("settle_s = 2.0", "settle_s = 0.3")
    if jobs_url:
        text += f'\n[jobs]\nurl = "{jobs_url}"\n'
    path.write_text(text, encoding="utf-8")
    return path


def site_on(root: Path, database_url: str) -> Path:
    """`new_site` with its catalog in this database, and its jobs in one beside it."""
    jobs_url = ""
    if database_url.startswith("postgresql"):
        jobs_url = f"{database_url}_jobs"
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {jobs_url.rpartition('/')[2]}")
    return new_site(root, catalog_url=database_url, jobs_url=jobs_url)


@contextmanager
def daemon(site: Path, place: Path, module: str = "mediad", **variables: str) -> Iterator[Daemon]:
    """Run it until the block ends. `place`: an existing folder for its log and its line to systemd."""
    heard: list[str] = []
    log = place / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(place / "notify"))
        threading.Thread(target=_listen, args=(listener, heard), daemon=True).start()
        environment = {"NOTIFY_SOCKET": str(place / "notify"), "WATCHDOG_USEC": "1000000", **variables}
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", module, "serve", "-c", str(site)],
                cwd=ROOT,
                env=os.environ | environment,
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
            (place / "notify").unlink()


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
