"""The unit files as systemd's own checker sees them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.postgres import lacking

UNITS = ROOT / "systemd"


@pytest.fixture(scope="module")
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        lacking("systemd-analyze")
    return str(found)


def test_exposure_is_at_most_2(analyze: str) -> None:
    command = [analyze, "security", "--offline=true", "--no-pager", str(UNITS / "mediad.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    level = re.search(r"Overall exposure level for mediad.service: ([0-9.]+)", done.stdout)
    assert level is not None, done.stdout
    assert float(level[1]) <= 2.0


def test_verify_finds_nothing(analyze: str, tmp_path: Path) -> None:
    """`verify` exits 0 on misspelt keys: what counts is that it says nothing. The program stands where it is here."""
    program = tmp_path / "mediad"
    program.symlink_to(sys.executable)
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.mount")):
        text = unit.read_text(encoding="utf-8").replace("/opt/mediad/bin/mediad", str(program))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir() if path != program)
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_verify_would_find_a_misspelt_key(analyze: str, tmp_path: Path) -> None:
    (tmp_path / "x.service").write_text("[Service]\nExecStart=/bin/true\nProtectHone=yes\n", encoding="utf-8")
    done = subprocess.run([analyze, "verify", str(tmp_path / "x.service")], capture_output=True, text=True)
    assert "ProtectHone" in done.stderr


@pytest.mark.parametrize("name", ["mediad.sysusers", "mediad.tmpfiles"])
def test_accounts_and_directories_are_valid(name: str, tmp_path: Path) -> None:
    program = shutil.which("systemd-sysusers" if name.endswith("sysusers") else "systemd-tmpfiles")
    if program is None:
        lacking("systemd")
    (tmp_path / "etc").mkdir()
    arguments = ["--dry-run"] if name.endswith("sysusers") else ["--create", "--prefix=/nowhere"]
    done = subprocess.run(
        [str(program), *arguments, f"--root={tmp_path}", str(UNITS / name)], capture_output=True, text=True
    )
    if "unrecognized option" in done.stderr:
        arguments.remove("--dry-run")
        done = subprocess.run(
            [str(program), *arguments, f"--root={tmp_path}", str(UNITS / name)], capture_output=True, text=True
        )
    complaints = [line for line in done.stderr.splitlines() if name in line]
    assert complaints == []


def test_the_unit_asks_for_what_the_daemon_speaks() -> None:
    text = (UNITS / "mediad.service").read_text(encoding="utf-8")
    assert "Type=notify" in text and "WatchdogSec=" in text and "LoadCredential=seal.p256.pem:" in text
