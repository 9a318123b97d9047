"""`mediad serve` is killed with SIGKILL at every numbered step and started again, on both databases: nothing is lost,
nothing is there twice, and the site's own `check` and `verify --all` find nothing.
"""

from __future__ import annotations

import shutil
import signal
import struct
from collections import Counter
from pathlib import Path

import pytest

from evidence.canonical import sha256
from evidence.entries import RecordingSealed, SourceCleared, decode
from evidence.media import specimens
from ingest.kill_point import VARIABLE
from mediad.config import load
from mediad.store import open_reading
from tests.acceptance.commands import mediad
from tests.integration.mediad.daemon_process import daemon, site_on, wait_for
from tests.sites import add_account

# In rows: killed at each step of a row, one start after the other, and then left to finish.
STEPS = (("noticed", "copied", "kept"), ("indexed", "described", "sealed"), ("clearing", "removed"), ("cleared",))
# At these the bytes are kept and the attempt says so: the camera is not needed any more.
KEPT = ("kept", "indexed", "described")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return specimens.make("mp4", path, seconds=2, width=160, height=90).read_bytes()


def variant(film: bytes, number: int) -> bytes:
    """The same film with another content: a box that players pass over (ISO/IEC 14496-12 §8.1.2)."""
    return film + struct.pack(">I4sQ", 16, b"free", number)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Path:
    path = site_on(tmp_path / "site", database_url)
    path.write_text(path.read_text(encoding="utf-8").replace('name = "b1"', 'name = "b1"\nclear = "after-seal"'))
    add_account(path)
    return path


def killed_at(step: str, site: Path, place: Path) -> None:
    with daemon(site, place, **{VARIABLE: step}) as running:
        running.process.wait(timeout=60)
        assert running.process.returncode == -signal.SIGKILL, step


def ledger_of(site: Path) -> tuple[Counter[str], Counter[str]]:
    """How often each original was sealed, and each recording's source cleared."""
    with open_reading(load(site)) as store:
        entries = [decode(data) for _index, data in store.ledger.entries(0, store.ledger.size())]
    sealed = Counter(str(entry.original) for entry in entries if isinstance(entry, RecordingSealed))
    return sealed, Counter(entry.source.path for entry in entries if isinstance(entry, SourceCleared))


def require_sound(site: Path) -> None:
    for command in (("check",), ("verify", "--all")):
        done = mediad(command[0], "-c", site, *command[1:])
        assert done.returncode == 0, done.stdout + done.stderr
    data = site.parent / "data"
    assert [*(data / "blobs" / "tmp").iterdir(), *(data / "scratch" / "intake").iterdir()] == []


def test_killed_at_every_step_and_started_again(site: Path, tmp_path: Path, film: bytes) -> None:
    bay = site.parent / "bays" / "1"
    wanted: Counter[str] = Counter()
    for number, steps in enumerate(STEPS):
        name = f"DSJ0001_012345_2026112410{number:02}00_{number:04}"
        (bay / f"{name}.mp4").write_bytes(variant(film, number))
        (bay / f"{name}.gpx").write_text(f"<gpx n='{number}'/>")
        wanted[sha256(variant(film, number))] = 1
        for step in steps:
            killed_at(step, site, tmp_path)
        with daemon(site, tmp_path) as running:
            running.sign_in()
            wait_for(lambda: not any(bay.iterdir()))
            running.until("safe")
            running.stop()
        sealed, cleared = ledger_of(site)
        assert sealed == wanted, steps
        assert set(cleared.values()) == {1} and len(cleared) == 2 * (number + 1), steps
    require_sound(site)


def test_what_was_kept_is_sealed_though_the_camera_is_gone(site: Path, tmp_path: Path, film: bytes) -> None:
    bay = site.parent / "bays" / "1"
    wanted: Counter[str] = Counter()
    for number, step in enumerate(KEPT):
        (bay / f"{number}.mp4").write_bytes(variant(film, number))
        wanted[sha256(variant(film, number))] = 1
        killed_at(step, site, tmp_path)
        shutil.rmtree(bay)
        with daemon(site, tmp_path) as running:
            running.sign_in()
            wait_for(lambda: ledger_of(site)[0] == wanted)
            running.until("absent")
            running.stop()
        bay.mkdir()
    require_sound(site)
