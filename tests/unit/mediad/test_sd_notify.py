"""What systemd hears, on a real datagram socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediad.sd_notify import SdNotify


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        if request.param == "path":
            address = str(tmp_path / "notify")
            listener.bind(address)
        else:
            listener.bind(f"\0mediad-test-{os.getpid()}")
            address = f"@mediad-test-{os.getpid()}"
        listener.settimeout(5)
        yield address, listener


def test_what_is_said(manager: tuple[str, socket.socket]) -> None:
    address, listener = manager
    notify = SdNotify({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())})
    notify.ready("Serving")
    notify.alive()
    notify.stopping()
    heard = [listener.recv(1000).decode() for _ in range(3)]
    assert heard == ["READY=1\nSTATUS=Serving", "WATCHDOG=1", "STOPPING=1\nSTATUS=Stopping"]
    assert notify.watchdog_interval_s == 30.0


def test_without_systemd_nothing_happens() -> None:
    notify = SdNotify({})
    notify.ready("Serving")
    assert notify.watchdog_interval_s is None


def test_a_child_does_not_answer_for_its_parent() -> None:
    assert SdNotify({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}).watchdog_interval_s is None
