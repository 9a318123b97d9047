"""A recorder behind a network cable that tests can pull."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.recorder.recorder import Recorder, recorder


@contextmanager
def camera_behind_a_cable() -> Iterator[tuple[Recorder, Callable[[str], None]]]:
    """A recorder in a network of its own, and what plugs its cable: "up" or "down"."""
    # Names and addresses of this process alone: another run beside it has others.
    pid = os.getpid()
    space, near, far, net = f"md{pid}", f"mdn{pid % 99999}", f"mdf{pid % 99999}", f"10.213.{pid % 250}"

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True)

    ip("netns", "add", space)
    try:
        ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", space)
        ip("addr", "add", f"{net}.1/30", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", space, "addr", "add", f"{net}.2/30", "dev", far)
        ip("-n", space, "link", "set", far, "up")
        with recorder({"path": "/far", "audio": "alaw"}, within=space, host=f"{net}.2") as far_camera:
            yield far_camera, lambda state: ip("link", "set", near, state)
    finally:
        ip("netns", "del", space)
