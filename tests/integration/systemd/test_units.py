"""systemd's own tools accept the units: nothing on stderr, and an exposure of 2.0 or better."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import lacking

UNITS = Path(__file__).resolve().parents[3] / "systemd"


@pytest.fixture(autouse=True)
def _systemd() -> None:
    if shutil.which("systemd-analyze") is None:
        lacking("systemd-analyze")


def test_verify_has_nothing_to_say(tmp_path: Path) -> None:
    # `verify` insists that the program exists; where a site installs it is the site's matter.
    unit = (UNITS / "mediad.service").read_text().replace("/opt/mediad/venv/bin/mediad", sys.executable)
    (tmp_path / "mediad.service").write_text(unit)
    shutil.copy(UNITS / "run-mediad\\x2dbays-1.mount", tmp_path)
    for name in ("mediad.service", "run-mediad\\x2dbays-1.mount"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), name


def test_exposure_is_two_or_better() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNITS / "mediad.service")],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Overall exposure level for mediad.service: ([\d.]+)", done.stdout)
    assert found is not None
    assert float(found[1]) <= 2.0


def test_a_misspelt_key_is_found(tmp_path: Path) -> None:
    """The check above can fail: `verify` exits 0 on a key it does not know, and says so on stderr only."""
    unit = (UNITS / "mediad.service").read_text().replace("/opt/mediad/venv/bin/mediad", sys.executable)
    (tmp_path / "mediad.service").write_text(unit.replace("ProtectHome=", "ProtectHouse="))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "mediad.service")], capture_output=True, text=True
    )
    assert "ProtectHouse" in done.stderr
