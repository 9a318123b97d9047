"""nginx with ready-made segments, a child process on a free loopback port: what serving costs without any promise."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Debian's own choices for a file server, for as many cores as we have; one request per connection would measure TCP.
_CONFIG = """
daemon off; master_process on; worker_processes auto; pid {place}/nginx.pid; error_log {place}/error.log;
{user}
events {{ worker_connections 256; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
    uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;
    types {{ video/mp4 m4s; }}
    server {{ listen 127.0.0.1:{port}; root {files}; }}
}}
"""


def program() -> str | None:
    """Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def serving(nginx: str, place: Path, files: Path) -> Iterator[int]:
    """Serve the folder; the port. `place` is a scratch folder."""
    place.mkdir()
    port = _free_port()
    (place / "nginx.conf").write_text(_CONFIG.format(place=place, files=files, port=port, user=_user()))
    child = subprocess.Popen([nginx, "-c", str(place / "nginx.conf"), "-e", str(place / "error.log")])
    try:
        _until_it_answers(port, child)
        yield port
    finally:
        child.terminate()
        child.wait()


def _user() -> str:
    """Started by root it would become a user who may not read our scratch folder."""
    return "user root;" if os.geteuid() == 0 else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_it_answers(port: int, child: subprocess.Popen[bytes]) -> None:
    ends_s = time.monotonic() + 10
    while time.monotonic() < ends_s and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("nginx did not start.")
