"""A real PostgreSQL for the tests: Debian's, run as a non-root user on a free port of the loopback interface."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PROGRAMS = Path("/usr/lib/postgresql/15/bin")


# Each of the processes that tests run in has a server of its own, with up to a gigabyte of databases.
_PLENTY_BYTES = 6 << 30


def lacking(what: str) -> None:
    """Skip with a reason on a developer's machine; fail where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI must not skip")
    pytest.skip(f"{what} is missing: ./dev test says what to install")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _quick_place() -> Path | None:
    """Memory, where there is plenty: hundreds of databases are made and thrown away, and none of the tests' promises
    is about this server's disk. None: the usual place."""
    memory = Path("/dev/shm")
    try:
        found = os.statvfs(memory)
    except OSError:
        return None
    return memory if found.f_bavail * found.f_frsize >= _PLENTY_BYTES and os.access(memory, os.W_OK) else None


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of a throw-away server (user `test`, database `postgres`)."""
    if not (_PROGRAMS / "initdb").exists():
        lacking("PostgreSQL 15")
    root = os.geteuid() == 0
    user = pwd.getpwnam("postgres" if root else pwd.getpwuid(os.geteuid()).pw_name)
    directory = Path(tempfile.mkdtemp(prefix="mediad-postgres-", dir=_quick_place()))
    os.chown(directory, user.pw_uid, user.pw_gid)
    port = _free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(_PROGRAMS / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=directory,
            user=user.pw_uid if root else None,
            group=user.pw_gid if root else None,
            extra_groups=[] if root else None,
        )

    data = str(directory / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "test", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-s", "-l", str(directory / "log"), "-o", options, "start")
    try:
        yield f"postgresql://test@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
        shutil.rmtree(directory, ignore_errors=True)
