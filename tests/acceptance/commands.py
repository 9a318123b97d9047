"""Runs `mediad` as a person does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT


def mediad(*arguments: str | Path, stdin: str = "", timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    """One command; its exit code and what it said. No terminal."""
    return subprocess.run(
        [sys.executable, "-m", "mediad", *(str(argument) for argument in arguments)],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env=environment(),
    )


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k != "MEDIAD_CONFIG"} | {"COLUMNS": "200"}


def said_in_json(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)
