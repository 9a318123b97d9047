"""Starts the recorder's process and gives it orders."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SERVER = Path(__file__).with_name("rtsp_server.py")
# Debian's own interpreter: GStreamer's bindings are a Debian package and no wheel.
_PYTHON = "/usr/bin/python3"


class Recorder:
    def __init__(self, process: subprocess.Popen[str], ports: dict[str, int | None], host: str) -> None:
        self._host = host
        self._process = process
        self._ports = ports

    def address(self, path: str, user: str = "", password: str = "") -> str:
        """The RTSP address of a mount."""
        port = self._ports["guarded" if user else "port"]
        return f"rtsp://{user}:{password}@{self._host}:{port}{path}" if user else f"rtsp://{self._host}:{port}{path}"

    def order(self, path: str, do: str, on: Any = True) -> None:
        """A fault, obeyed when this returns."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("no line to the recorder")
        self._process.stdin.write(json.dumps({"path": path, "do": do, "on": on}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if answer != "ok":
            raise RuntimeError(f"The recorder did not obey: {answer!r}")

    @property
    def port(self) -> int:
        return self._ports["port"] or 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def recorder(
    *mounts: dict[str, Any], within: str | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Recorder]:
    """A recorder with these mounts (see rtsp_server.py), for as long as the block runs. `within`: the network namespace
    in which it listens on `host`; `port`: where the one before it listened."""
    space = ["ip", "netns", "exec", within] if within else []
    process = subprocess.Popen(
        [*space, _PYTHON, str(_SERVER), json.dumps(mounts), host, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if process.stdout is None:
            raise ValueError("no line from the recorder")
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("The recorder does not start: install python3-gi and gir1.2-gst-rtsp-server-1.0.")
        yield Recorder(process, json.loads(line), host)
    finally:
        process.kill()
        process.communicate()
