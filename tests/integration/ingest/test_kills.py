"""The process is killed at every numbered step and started again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence.canonical import sha256
from evidence.catalog import schema
from evidence.entries import RecordingSealed, SourceCleared
from evidence.media import specimens
from evidence.signing import SealVerifier, load_seal_signer
from evidence.verify import verify_manifest
from ingest.device_files import DeviceFolder
from ingest.kill_point import VARIABLE
from ingest.sealing import BayTerms
from tests.conftest import ROOT
from tests.integration.ingest.site import opened_site

STEM = "DSJ0001_012345_20261124103000_0007"


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return specimens.make("mp4", tmp_path_factory.mktemp("footage") / f"{STEM}.mp4", seconds=2)


@pytest.fixture
def bay(tmp_path: Path, footage: Path) -> Path:
    folder = tmp_path / "bay" / "DCIM" / "100MEDIA"
    folder.mkdir(parents=True)
    shutil.copy(footage, folder)
    (folder / f"{STEM}.gpx").write_text("<gpx/>")
    return tmp_path / "bay"


def run(root: Path, bay: Path, *, stop_at: str = "", clear: bool = False) -> int:
    root.mkdir(exist_ok=True)
    environment = {**os.environ, VARIABLE: stop_at, "CLEAR": "1" if clear else ""}
    command = [sys.executable, "-m", "tests.integration.ingest.site", str(root), str(bay)]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=120).returncode


def require_whole(root: Path, footage: Path, *, n_cleared: int = 0) -> None:
    """One original, one entry, its sidecar, no leftovers, and everything verifies."""
    with opened_site(root) as site:
        entries = site.entries()
        sealed = [entry for entry in entries if isinstance(entry, RecordingSealed)]
        assert len(sealed) == 1
        assert sealed[0].original == sha256(footage.read_bytes())
        assert sum(isinstance(entry, SourceCleared) for entry in entries) == n_cleared
        assert site.leftovers() == []
        for digest in site.blobs:
            assert sha256(site.blobs.path(digest).read_bytes()) == digest
        verifier = SealVerifier.from_pem(load_seal_signer(root / "keys" / "seal.p256.pem").public_pem)
        manifest = verify_manifest(site.blobs.read(sealed[0].manifest), verifier)
        assert [sidecar.name for sidecar in manifest.sidecars] == [f"{STEM}.gpx"]
        assert manifest.playback == "direct"
        assert {row["state"] for row in site.rows(schema.attempts)} <= {"sealed", "duplicate"}
        assert len(site.rows(schema.recordings)) == 1


@pytest.mark.parametrize("step", ["noticed", "copied", "kept", "indexed", "described", "sealed"])
def test_a_kill_between_steps_loses_nothing_and_doubles_nothing(
    tmp_path: Path, bay: Path, footage: Path, step: str
) -> None:
    root = tmp_path / "site"
    assert run(root, bay, stop_at=step) == -signal.SIGKILL
    assert run(root, bay) == 0
    require_whole(root, footage)
    assert (bay / "DCIM" / "100MEDIA" / footage.name).read_bytes() == footage.read_bytes()


@pytest.mark.parametrize("step", ["clearing", "removed", "cleared"])
def test_a_kill_while_clearing_logs_every_deletion_once(tmp_path: Path, bay: Path, footage: Path, step: str) -> None:
    root = tmp_path / "site"
    assert run(root, bay, stop_at=step, clear=True) == -signal.SIGKILL
    assert run(root, bay, clear=True) == 0
    require_whole(root, footage, n_cleared=2)
    assert list((bay / "DCIM" / "100MEDIA").iterdir()) == []


@pytest.mark.parametrize("step", ["clearing", "removed"])
def test_another_camera_in_the_bay_is_no_proof_that_a_file_was_cleared(
    tmp_path: Path, bay: Path, footage: Path, step: str
) -> None:
    root, pocket = tmp_path / "site", tmp_path / "pocket"
    assert run(root, bay, stop_at=step, clear=True) == -signal.SIGKILL
    bay.rename(pocket)
    (bay / "DCIM" / "100MEDIA").mkdir(parents=True)
    assert run(root, bay, clear=True) == 0
    with opened_site(root) as site:
        assert not any(isinstance(entry, SourceCleared) for entry in site.entries())
        (unsettled,) = [row for row in site.rows(schema.attempts) if row["state"] == "clearing"]
        assert unsettled["code"] == "clearing-unproven"
        assert "not known to be the same volume" in unsettled["reason"]
    shutil.rmtree(bay)
    pocket.rename(bay)
    assert run(root, bay, clear=True) == 0
    require_whole(root, footage, n_cleared=2)
    assert list((bay / "DCIM" / "100MEDIA").iterdir()) == []


def test_a_camera_that_comes_back_into_another_bay_settles_what_was_cut_short(
    tmp_path: Path, bay: Path, footage: Path
) -> None:
    root = tmp_path / "site"
    assert run(root, bay, stop_at="removed", clear=True) == -signal.SIGKILL
    with opened_site(root) as site:
        site.intake.clearing.settle(DeviceFolder(os.fsencode(bay)), BayTerms("bay-2", clear_after_seal=True))
        (cleared,) = [entry for entry in site.entries() if isinstance(entry, SourceCleared)]
        assert cleared.source.bay == "bay-1"


def test_two_bays_that_look_at_once_log_it_once(tmp_path: Path, bay: Path, footage: Path) -> None:
    root = tmp_path / "site"
    assert run(root, bay, stop_at="removed", clear=True) == -signal.SIGKILL
    with opened_site(root) as site, ThreadPoolExecutor(4) as pool:
        folder, terms = DeviceFolder(os.fsencode(bay)), [BayTerms(f"bay-{n}") for n in (1, 2, 3, 4)]
        list(pool.map(lambda each: site.intake.clearing.settle(folder, each), terms))
        assert sum(isinstance(entry, SourceCleared) for entry in site.entries()) == 1


def test_another_file_in_its_place_is_no_proof_that_the_first_was_cleared(
    tmp_path: Path, bay: Path, footage: Path
) -> None:
    root = tmp_path / "site"
    assert run(root, bay, stop_at="removed", clear=True) == -signal.SIGKILL
    (bay / "DCIM" / "100MEDIA" / footage.name).write_bytes(b"another")
    with opened_site(root) as site:
        site.intake.clearing.settle(DeviceFolder(os.fsencode(bay)), BayTerms("bay-1", clear_after_seal=True))
        assert not any(isinstance(entry, SourceCleared) for entry in site.entries())
        (unsettled,) = [row for row in site.rows(schema.attempts) if row["state"] == "clearing"]
        assert unsettled["reason"].startswith("Work was cut short") and "Another file" in unsettled["reason"]


@pytest.mark.parametrize("step", ["indexed", "described"])
def test_what_was_kept_is_sealed_though_the_camera_is_gone(tmp_path: Path, bay: Path, footage: Path, step: str) -> None:
    root = tmp_path / "site"
    assert run(root, bay, stop_at=step) == -signal.SIGKILL
    shutil.rmtree(bay)
    assert run(root, bay) == 0
    require_whole(root, footage)


def test_three_kills_in_a_row(tmp_path: Path, bay: Path, footage: Path) -> None:
    root = tmp_path / "site"
    for step in ("kept", "copied", "described"):
        assert run(root, bay, stop_at=step) == -signal.SIGKILL
    assert run(root, bay) == 0
    require_whole(root, footage)
