"""The running daemon on disks that fill up, go read-only, are locked, are pulled out or die: said in words, no byte of
footage without its log entry, and work goes on by itself when the fault is over.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from evidence.entries import RecordingSealed, decode
from evidence.media import specimens
from mediad.config import load
from mediad.store import open_reading
from tests.acceptance.commands import mediad
from tests.conftest import ROOT
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site, wait_for
from tests.integration.mediad.disks import loop_disk, memory_disk, read_only_view, unmount
from tests.sites import add_account

MB = 1 << 20


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return specimens.make("mp4", path, seconds=6, width=160, height=90)


def make(root: Path, **more: str) -> Path:
    site = new_site(root, **more)  # type: ignore[arg-type]
    add_account(site, roles=("custodian", "legal"))
    return site


def sealed_sizes(site: Path) -> list[int]:
    with open_reading(load(site)) as store:
        entries = [decode(data) for _index, data in store.ledger.entries(0, store.ledger.size())]
    return sorted(entry.size_bytes for entry in entries if isinstance(entry, RecordingSealed))


def require_sound(site: Path) -> None:
    for command in (("check",), ("verify", "--all")):
        done = mediad(command[0], "-c", site, *command[1:])
        assert done.returncode == 0, done.stdout + done.stderr


class Watching:
    """An open viewing of the site's only film."""

    def __init__(self, running: Daemon) -> None:
        self._running = running
        recording = running.get("/recordings")["recordings"][0]["id"]
        body = {"scope": "recording", "purpose": "case", "note": "", "case": "A-1", "recording": recording}
        status, answer = running.call("POST", "/viewings", body)
        assert status == 201, answer
        self._viewing = running.decode(answer)["id"]

    def segment(self, seq: int = 0) -> tuple[int, bytes]:
        return self._running.call("GET", f"/viewings/{self._viewing}/{seq}.m4s")

    def require_footage(self) -> None:
        status, body = self.segment()
        assert status == 200 and body[4:8] in (b"styp", b"moof"), (status, body[:80])

    def require_none(self) -> None:
        status, body = self.segment()
        assert status == 503 and b"moof" not in body and self._running.decode(body)["error"], (status, body[:200])


def fill(path: Path, leave_bytes: int) -> Path:
    """Ballast that leaves so much room."""
    ballast = path / "ballast"
    found = os.statvfs(path)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - leave_bytes)
    return ballast


def test_a_full_blob_disk_is_said_and_got_over(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    with memory_disk(site.parent / "data" / "blobs", "16m") as blobs, daemon(site, tmp_path) as running:
        running.sign_in()
        ballast = fill(blobs, MB)
        (site.parent / "bays" / "1" / "big.dat").write_bytes(os.urandom(4 * MB))
        shown = running.until("attention")
        assert "The disk of the evidence store is full" in shown["reason"]
        (site.parent / "bays" / "2" / "small.dat").write_bytes(b"another bay")
        running.until("safe", "b2")
        ballast.unlink()
        running.until("safe")
        running.stop()
        assert sealed_sizes(site) == [11, 4 * MB]
        require_sound(site)


def test_a_full_database_disk_stops_intake_and_viewing_until_there_is_room(tmp_path: Path, film: Path) -> None:
    with memory_disk(tmp_path / "database", "16m") as disk:
        site = make(tmp_path / "site", catalog_url=f"sqlite:///{disk}/catalog.sqlite3")
        shutil.copy(film, site.parent / "bays" / "1")
        with daemon(site, tmp_path) as running:
            running.sign_in()
            running.until("safe", done=1)
            watching = Watching(running)
            watching.require_footage()
            ballast = fill(disk, 0)
            (site.parent / "bays" / "1" / "later.dat").write_bytes(b"later")
            shown = running.until("attention")
            assert "database" in shown["reason"] and "full" in shown["reason"]
            wait_for(lambda: watching.segment()[0] == 503)
            watching.require_none()
            ballast.unlink()
            running.until("safe", done=2)
            watching.require_footage()
            running.stop()
        require_sound(site)


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """Somebody holds a transaction open and forgets it."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
    else:
        with psycopg.connect(database_url) as server:
            server.execute("LOCK TABLE ledger_head IN ACCESS EXCLUSIVE MODE")
            yield
            server.rollback()


def test_a_locked_database_is_said_and_waited_for(tmp_path: Path, film: Path, database_url: str) -> None:
    site = make(tmp_path / "site", catalog_url=database_url)
    shutil.copy(film, site.parent / "bays" / "1")
    with daemon(site, tmp_path) as running:
        running.sign_in()
        running.until("safe", done=1)
        watching = Watching(running)
        watching.require_footage()
        with locked(database_url):
            (site.parent / "bays" / "1" / "later.dat").write_bytes(b"later")
            watching.require_none()
            shown = running.until("attention")
            assert "database" in shown["reason"] and "lock" in shown["reason"]
        running.until("safe", done=2)
        watching.require_footage()
        running.stop()
    require_sound(site)


def test_a_database_disk_that_turns_read_only_and_is_replaced(tmp_path: Path, film: Path) -> None:
    place = tmp_path / "database"
    with loop_disk(tmp_path / "database.img", 64 * MB) as disk:
        disk.mount(place)
        try:
            site = make(tmp_path / "site", catalog_url=f"sqlite:///{place}/catalog.sqlite3")
            shutil.copy(film, site.parent / "bays" / "1")
            with daemon(site, tmp_path) as running:
                running.sign_in()
                running.until("safe", done=1)
                watching = Watching(running)
                watching.require_footage()
                disk.abort(place)
                (site.parent / "bays" / "1" / "later.dat").write_bytes(b"later")
                shown = running.until("attention")
                assert "The database cannot be used" in shown["reason"]
                watching.require_none()
                unmount(place)
                # Its copy, not itself: a broken file system stays broken as long as a process has files of it open.
                with disk.copy(tmp_path / "copy.img") as other:
                    wait_for(lambda: running.call("GET", "/bays")[0] == 503)
                    assert list(place.iterdir()) == [], "no empty database at the mount point"
                    other.mount(place)
                    wait_for(lambda: running.call("GET", "/bays")[0] == 200)
                    running.until("safe", done=2)
                    watching.require_footage()
                    running.stop()
                    require_sound(site)
                    unmount(place)
        finally:
            unmount(place)


def test_a_read_only_store_is_said_and_got_over(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    with daemon(site, tmp_path) as running:
        running.sign_in()
        with read_only_view(site.parent / "data" / "blobs"):
            (site.parent / "bays" / "1" / "a.dat").write_bytes(b"a")
            shown = running.until("attention")
            assert "The evidence store cannot be used: Read-only file system" in shown["reason"]
        running.until("safe", done=1)
        running.stop()
    require_sound(site)


def test_a_site_on_a_read_only_disk_does_not_start_and_says_why(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    with read_only_view(site.parent / "data"):
        done = mediad("serve", "-c", site)
        assert (done.returncode, done.stderr.count("\n")) == (3, 1)
        assert "Read-only file system" in done.stderr
    place = tmp_path / "database"
    place.mkdir()
    site = make(tmp_path / "site2", catalog_url=f"sqlite:///{place}/catalog.sqlite3")
    with read_only_view(place):
        done = mediad("serve", "-c", site)
        assert (done.returncode, done.stderr.count("\n")) == (3, 1)
        assert "The database cannot be used" in done.stderr


def test_a_key_that_the_service_may_not_read(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    if os.geteuid() != 0:
        pytest.skip("only root can start a process as somebody else")
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_mode & 0o005 != 0o005:
            path.chmod(path.stat().st_mode | 0o005)
    subprocess.run(["chown", "-R", "nobody", site.parent], check=True)
    subprocess.run(["chown", "root", site.parent / "keys" / "ledger.ed25519.pem"], check=True)
    as_nobody = [
        "setpriv",
        "--reuid=nobody",
        "--regid=nogroup",
        "--clear-groups",
        sys.executable,
        "-m",
        "mediad",
        "serve",
        "-c",
        site,
    ]
    done = subprocess.run(as_nobody, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr
    assert "ledger.ed25519.pem" in done.stderr and "Permission denied" in done.stderr


def test_a_bay_that_is_unmounted_in_mid_copy(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    bay = site.parent / "bays" / "1"
    size = 1536 * MB
    with memory_disk(bay, "2g"), daemon(site, tmp_path) as running:
        running.sign_in()
        running.until("empty")
        # A hole needs no memory, and yet has to be copied byte by byte.
        with (bay / "film.mp4").open("wb") as file:
            file.truncate(size)
        wait_for(lambda: (found := running.bay())["state"] == "copying" and found["bytes_done"] > 0)
        unmount(bay)
        shown = running.until("attention")
        assert "removed before copying finished" in shown["reason"]
        assert list((site.parent / "data" / "blobs" / "tmp").iterdir()) == []
        assert sealed_sizes(site) == []
        (site.parent / "bays" / "2" / "other.dat").write_bytes(b"other")
        running.until("safe", "b2")
        with memory_disk(bay, "2g"):
            (bay / "film.mp4").write_bytes(b"the rest of the shift")
            running.until("safe", done=1)
        running.stop()
    assert sealed_sizes(site) == [5, 21]
    require_sound(site)


def test_a_device_that_dies_in_the_middle_of_a_file(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    bay = site.parent / "bays" / "1"
    with loop_disk(tmp_path / "card.img", 64 * MB) as card:
        card.mount(bay)
        try:
            (bay / "a-good.dat").write_bytes(b"good")
            (bay / "b-bad.dat").write_bytes(os.urandom(40 * MB))
            unmount(bay)
            # The medium ends here from now on: the kernel answers EIO for what lay behind.
            os.truncate(card.image, 24 * MB)
            card.mount(bay, "ro", "noload")
            with daemon(site, tmp_path) as running:
                running.sign_in()
                shown = running.until("attention", done=1)
                assert "b-bad.dat could not be read: Input/output error" in shown["reason"]
                assert (shown["files_done"], shown["files_failed"]) == (1, 1)
                running.stop()
            assert sealed_sizes(site) == [4]
            require_sound(site)
        finally:
            unmount(bay)
