"""A site as an operator makes it, its daemon in a process of its own, and a signed-in person who asks it."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSWORD = "a password for measuring"


@dataclass(slots=True)
class Person:
    """Keeps one connection, the cookie and the CSRF token; one request at a time."""

    port: int
    cookie: str = ""
    csrf: str = ""
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def sign_in(self, account: str) -> None:
        self.csrf = self.ask("POST", "/api/v1/session", {"account": account, "password": PASSWORD})["csrf"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer's JSON, None if it is empty. Raises RuntimeError unless the status says that all is well."""
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.csrf, "Cookie": self.cookie}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:200]!r}")
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return json.loads(data) if data else None


def mediad(*arguments: str | Path, stdin: str = "") -> None:
    """One command, which must succeed."""
    command = [sys.executable, "-m", "mediad", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, input=stdin, text=True)


def make_site(directory: Path, catalog_url: str = "") -> Path:
    """A new site on a port that the kernel chooses; its configuration file."""
    mediad("init", directory, *(("--catalog", catalog_url) if catalog_url else ()))
    config = directory / "mediad.toml"
    config.write_text(re.sub(r"(?m)^port = \d+$", "port = 0", config.read_text()))
    return config


def add_person(config: Path, account: str, role: str, unit: str = "") -> None:
    more = ("--unit", unit) if unit else ()
    mediad("user", "add", "-c", config, account, "--role", role, *more, "--password-stdin", stdin=PASSWORD)


@contextmanager
def serving(config: Path) -> Iterator[int]:
    """The daemon's port, for as long as the block runs."""
    log = config.parent / "daemon.log"
    with log.open("wb") as out:
        daemon = subprocess.Popen([sys.executable, "-m", "mediad", "serve", "-c", str(config)], stdout=out, stderr=out)
    try:
        yield _port(log, daemon)
    finally:
        daemon.terminate()
        daemon.wait()


def _port(log: Path, daemon: subprocess.Popen[bytes]) -> int:
    """From the daemon's own words."""
    ends_s = time.monotonic() + 60
    while time.monotonic() < ends_s and daemon.poll() is None:
        if found := re.search(r'"address": ?"http://127\.0\.0\.1:(\d+)"', log.read_text()):
            return int(found[1])
        time.sleep(0.1)
    raise RuntimeError(f"The daemon did not start: {log.read_text()[-500:]}")
