"""The index follows the copy: what is found is what indexing the kept blob alone finds, whatever happens to it."""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from evidence.blobs.local import LocalBlobs
from evidence.blobs.store import Span
from evidence.blobs.stride import STRIDE_BYTES
from evidence.errors import DiskFull, IntegrityBroken, MediaUnreadable, SourceChanged, WorkersUnavailable
from evidence.media.index import index
from evidence.media.long_specimens import make_large
from evidence.media.workers import Workers
from ingest import transfer
from ingest.following import Following, Limits
from ingest.kill_point import VARIABLE
from ingest.sealing import BayTerms
from tests.conftest import ROOT
from tests.integration.ingest.site import Site, opened_site

TERMS = BayTerms("bay-1")
FAULTY = "tests.integration.media.faulty_worker"


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six strides."""
    path = tmp_path_factory.mktemp("footage") / "DSJ0001_0001.mp4"
    return make_large(path, size_bytes=45_000_000, width=640, height=360, bitrate=20_000_000, stretch_s=2, noise=40)


@pytest.fixture
def bay(tmp_path: Path, footage: Path) -> Path:
    (tmp_path / "bay").mkdir()
    shutil.copy(footage, tmp_path / "bay")
    return tmp_path / "bay"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


@dataclass
class Watched:
    """Real workers, and what was asked of them and what came of it."""

    workers: Workers
    asked: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    digesting: threading.Event = field(default_factory=threading.Event)

    def run(self, task: str, args: dict[str, Any], **how: Any) -> Any:
        self.asked.append(task)
        if task == "digest":
            self.digesting.set()
        try:
            return self.workers.run(task, args, **how)
        except Exception as error:
            self.failed.append(f"{task}: {error}")
            raise


@pytest.fixture
def watched() -> Iterator[Watched]:
    pool = Workers(2, 1 << 30, background=0, module=FAULTY)
    pool.run("ping", {}, timeout_s=20)
    yield Watched(pool)
    pool.close()


def require_sealed_like_alone(site: Site, tmp_path: Path, original: bytes) -> None:
    """The manifest says of the kept blob what indexing that blob says, and the derived blobs are the same."""
    (manifest,) = site.manifests().values()
    assert manifest.original == hashlib.sha256(original).hexdigest()
    path = site.blobs.path(manifest.original)
    assert path.read_bytes() == original
    scratch = tmp_path / "alone"
    scratch.mkdir()
    alone = index(path, scratch, "")
    assert (manifest.playback, manifest.playback_reason) == (alone.playback, alone.playback_reason)
    assert manifest.tracks == alone.tracks
    assert manifest.warnings == alone.warnings
    said = [(t.first_au, t.au_digest, t.timing_digest) for s in manifest.segments for t in s.statement.tracks]
    assert said == [(t.first_au, t.au_digest, t.timing_digest) for s in alone.segments for t in s.tracks]
    for digest, name in ((manifest.samples, "samples"), (manifest.au_digests, "au_digests"), (manifest.init, "init")):
        assert site.blobs.read(digest) == (scratch / name).read_bytes()
    assert site.leftovers() == []


def test_a_large_file_is_digested_while_it_is_copied(
    root: Path, bay: Path, tmp_path: Path, footage: Path, watched: Watched
) -> None:
    with opened_site(root, workers=watched) as site:
        site.take_all(bay, TERMS)
        n_strides = -(-footage.stat().st_size // STRIDE_BYTES)
        assert watched.asked == ["plan", *["digest"] * n_strides, "index"]
        assert watched.failed == []
        require_sealed_like_alone(site, tmp_path, footage.read_bytes())


def altering(place: int, new: bytes) -> Callable[[int], transfer.Read]:
    """A device that gives other bytes at `place` to the copy than to whoever looked before."""

    def reader_of(fd: int) -> transfer.Read:
        read, at = transfer.reader_of(fd), [0]

        def altered(room: memoryview) -> int:
            n_bytes = read(room)
            for number, byte in enumerate(new, place - at[0]):
                if 0 <= number < n_bytes:
                    room[number] = byte
            at[0] += n_bytes
            return n_bytes

        return altered

    return reader_of


def test_a_moov_that_reads_differently_the_second_time_changes_nothing(
    root: Path, bay: Path, tmp_path: Path, footage: Path, watched: Watched
) -> None:
    """Two frames' sizes differ in the kept bytes: digests taken by the first reading must not be used."""
    data = footage.read_bytes()
    sizes = data.rindex(b"stsz", 0, data.rindex(b"stsz")) + 16
    new = bytes(byte ^ flip for byte, flip in zip(data[sizes : sizes + 8], b"\0\0\0\1\0\0\0\1", strict=True))
    with opened_site(root, workers=watched, reader_of=altering(sizes, new)) as site:
        site.take_all(bay, TERMS)
        assert watched.failed == [] and "digest" in watched.asked
        require_sealed_like_alone(site, tmp_path, data[:sizes] + new + data[sizes + 8 :])


def test_media_data_that_reads_differently_is_digested_as_it_is_kept(
    root: Path, bay: Path, tmp_path: Path, footage: Path, watched: Watched
) -> None:
    data = footage.read_bytes()
    place = STRIDE_BYTES + 100_000
    new = bytes(byte ^ 0x55 for byte in data[place : place + 8])
    with opened_site(root, workers=watched, reader_of=altering(place, new)) as site:
        site.take_all(bay, TERMS)
        require_sealed_like_alone(site, tmp_path, data[:place] + new + data[place + 8 :])


@pytest.mark.parametrize("at", [0, 2 * STRIDE_BYTES])
def test_workers_killed_in_mid_copy_are_no_loss(
    root: Path, bay: Path, tmp_path: Path, footage: Path, watched: Watched, at: int
) -> None:
    killed: list[int] = []

    def reader_of(fd: int) -> transfer.Read:
        read = transfer.reader_of(fd)

        def reading(room: memoryview) -> int:
            if not killed and os.lseek(fd, 0, os.SEEK_CUR) >= at:
                assert at == 0 or watched.digesting.wait(20)
                for child in psutil.Process().children():
                    killed.append(child.pid)
                    child.send_signal(signal.SIGKILL)
            return read(room)

        return reading

    with opened_site(root, workers=watched, reader_of=reader_of) as site:
        site.take_all(bay, TERMS)
        assert killed
        require_sealed_like_alone(site, tmp_path, footage.read_bytes())


def test_a_daemon_killed_while_a_worker_follows_starts_again(
    root: Path, bay: Path, tmp_path: Path, footage: Path
) -> None:
    def run(stop_at: str) -> int:
        command = [sys.executable, "-m", "tests.integration.ingest.site", str(root), str(bay)]
        environment = {**os.environ, VARIABLE: stop_at}
        return subprocess.run(command, cwd=ROOT, env=environment, timeout=120).returncode

    assert run("copied") == -signal.SIGKILL
    assert run("") == 0
    with opened_site(root) as site:
        require_sealed_like_alone(site, tmp_path, footage.read_bytes())


def copied(blobs: LocalBlobs, path: Path, witness: object, hint: int = 0) -> str:
    with path.open("rb") as file, blobs.begin(hint, witness) as writer:  # type: ignore[arg-type]
        while n_bytes := file.readinto(writer.space()):  # type: ignore[attr-defined]
            writer.advance(n_bytes)
        return str(writer.keep())


def test_a_hung_worker_is_not_waited_for(tmp_path: Path, footage: Path, watched: Watched) -> None:
    """It is stopped after its time, and the copy goes on without; the index is whole all the same."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    hung: list[str] = []

    class Hanging:
        def run(self, task: str, args: dict[str, Any], **how: Any) -> Any:
            if task == "digest":
                hung.append(task)
                task = "hang"
            return watched.run(task, args, **how)

    with footage.open("rb") as device:
        following = Following(Hanging(), device.fileno(), scratch, Limits(digest_s=0.5))
        digest = copied(LocalBlobs(tmp_path / "blobs"), footage, following)
    assert digest == hashlib.sha256(footage.read_bytes()).hexdigest()
    assert hung == ["digest"] and "did not finish" in watched.failed[0]
    (tmp_path / "alone").mkdir()
    assert index(footage, scratch, "") == index(footage, tmp_path / "alone", "")


def test_busy_workers_hold_a_copy_up_for_a_moment_only(tmp_path: Path, footage: Path, watched: Watched) -> None:
    with footage.open("rb") as device:
        following = Following(watched, device.fileno(), tmp_path, Limits(patience_s=0.2))
        busy = threading.Event()

        def occupy() -> None:
            busy.set()
            with pytest.raises(Exception, match="hang"):
                watched.workers.run("hang", {}, timeout_s=5, lane="patient")

        other = threading.Thread(target=occupy)
        other.start()
        assert busy.wait(10)
        while not any(slot.patient for slot in watched.workers._pool.slots):
            assert other.is_alive()
        assert following.see(-1, (Span(0, 0, 1),)) is False
        assert watched.failed == ["plan: All media workers are busy."]
        other.join()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "none", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"mounting is not permitted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_disk_that_fills_up_while_a_worker_follows(
    tmp_path: Path, footage: Path, small_disk: Path, watched: Watched
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with footage.open("rb") as device:
        following = Following(watched, device.fileno(), scratch)
        with pytest.raises(DiskFull):
            copied(LocalBlobs(small_disk), footage, following)
    assert list((small_disk / "tmp").iterdir()) == []
    assert "digest" in watched.asked and watched.failed == []
    # The workers are well and follow the next copy.
    watched.asked.clear()
    with footage.open("rb") as device:
        copied(LocalBlobs(tmp_path / "room"), footage, Following(watched, device.fileno(), tmp_path))
    assert watched.failed == [] and watched.asked[0] == "plan"


def test_a_file_that_changes_while_a_worker_follows_leaves_nothing(root: Path, bay: Path, watched: Watched) -> None:
    def reader_of(fd: int) -> transfer.Read:
        read = transfer.reader_of(fd)

        def growing(room: memoryview) -> int:
            if os.lseek(fd, 0, os.SEEK_CUR) == 2 * STRIDE_BYTES:
                with next(bay.iterdir()).open("ab") as more:
                    more.write(b"x")
            return read(room)

        return growing

    with opened_site(root, workers=watched, reader_of=reader_of) as site:
        with pytest.raises(SourceChanged):
            site.take_all(bay, TERMS)
        assert list(site.blobs) == [] and site.leftovers() == []


class Recorder:
    """A witness that keeps what it was shown, and tries to write into it."""

    def __init__(self, willing: int = 1_000) -> None:
        self.seen = bytearray()
        self.neighbours: list[tuple[int, int]] = []
        self.refusals: list[str] = []
        self._willing = willing

    def see(self, memory_fd: int, spans: tuple[Span, ...]) -> bool:
        with mmap.mmap(memory_fd, 0, access=mmap.ACCESS_READ) as memory:
            for span in spans[:-1]:
                end = span.offset + span.length
                assert self.seen[span.offset : end] == memory[span.at : span.at + span.length]
                self.neighbours.append((end, spans[-1].offset))
            span = spans[-1]
            assert span.offset == len(self.seen)
            self.seen += memory[span.at : span.at + span.length]
        again = os.open(f"/proc/self/fd/{memory_fd}", os.O_RDWR)
        for attempt in (
            lambda: mmap.mmap(memory_fd, 0, prot=mmap.PROT_READ | mmap.PROT_WRITE),
            lambda: mmap.mmap(again, 0, prot=mmap.PROT_READ | mmap.PROT_WRITE),
            lambda: os.pwrite(again, b"x", 0),
            lambda: os.ftruncate(again, 0),
        ):
            with pytest.raises(PermissionError):
                attempt()
        os.close(again)
        self._willing -= 1
        return self._willing > 0


def test_a_witness_sees_all_bytes_in_order_and_can_change_none(tmp_path: Path, footage: Path) -> None:
    witness = Recorder()
    digest = copied(LocalBlobs(tmp_path), footage, witness, footage.stat().st_size)
    assert hashlib.sha256(witness.seen).hexdigest() == digest == hashlib.sha256(footage.read_bytes()).hexdigest()
    assert len(witness.neighbours) == -(-footage.stat().st_size // STRIDE_BYTES) - 1
    assert all(end == start for end, start in witness.neighbours)


def test_a_witness_that_has_seen_enough_is_shown_no_more(tmp_path: Path, footage: Path) -> None:
    witness = Recorder(willing=2)
    digest = copied(LocalBlobs(tmp_path), footage, witness)
    assert len(witness.seen) == 2 * STRIDE_BYTES
    assert digest == hashlib.sha256(footage.read_bytes()).hexdigest()


def test_whatever_a_worker_answers_ends_the_following_only() -> None:
    class Refusing:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def run(self, task: str, args: dict[str, Any], **how: Any) -> Any:
            raise self.error

    for error in (MediaUnreadable("no moov"), WorkersUnavailable("stopping"), DiskFull("full"), IntegrityBroken("no")):
        assert Following(Refusing(error), 0, Path("x")).see(0, (Span(0, 0, 1),)) is False
