"""`mediad demo --fast` in a process of its own: a site with footage, a case, a roster and a room at work."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.chromium import require_ui, sign_in
from tests.conftest import ROOT
from tests.integration.mediad.daemon_process import wait_for


@dataclass(frozen=True)
class Demo:
    url: str
    accounts: dict[str, tuple[str, str]]  # role → (name, password)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration, from when it serves."""
    require_ui()
    directory = tmp_path_factory.mktemp("demo") / "site"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mediad", "demo", str(directory), "--port", str(port), "--fast"]
    with (directory.parent / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"NO_COLOR": "1"})
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_served(url, process)
        yield Demo(url, _accounts(directory / "demo-accounts.txt"))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)


def wait_until_served(url: str, process: subprocess.Popen[bytes]) -> None:
    def served() -> bool:
        assert process.poll() is None, "it ended early"
        try:
            with urllib.request.urlopen(f"{url}/healthz") as answer:
                return answer.status == 200
        except urllib.error.URLError:
            return False

    wait_for(served, timeout_s=120)


def _accounts(path: Path) -> dict[str, tuple[str, str]]:
    rows = [line.split("\t") for line in path.read_text().splitlines() if line]
    return {role: (name, password) for role, name, password in rows}


def signed_in(browser: Browser, demo: Demo, role: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN").new_page()
    return sign_in(page, demo.url, *demo.accounts[role])
