"""Tells systemd how the daemon is doing (sd_notify(3)). Does nothing when not started by systemd."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class SdNotify:
    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._watchdog_usec = environment.get("WATCHDOG_USEC", "")
        # Set for the main process only; a child that inherits the variables must not answer for it.
        pid = environment.get("WATCHDOG_PID", "")
        if pid and pid != str(os.getpid()):
            self._watchdog_usec = ""

    @property
    def watchdog_interval_s(self) -> float | None:
        """How often to send WATCHDOG=1: half of what systemd allows, as sd_watchdog_enabled(3) advises."""
        return int(self._watchdog_usec) / 2e6 if self._watchdog_usec.isdigit() else None

    def ready(self, status: str) -> None:
        self._send(f"READY=1\nSTATUS={status}")

    def stopping(self) -> None:
        self._send("STOPPING=1\nSTATUS=Stopping")

    def status(self, text: str) -> None:
        self._send(f"STATUS={text}")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A leading @ stands for the null byte of Linux's abstract namespace.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.connect(address)
            sender.sendall(message.encode())
