"""Intake from file to `recording.sealed`, and verification, against what a shell would do with the same file."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench.figures import Figure
from evidence.clock import SystemClock
from evidence.media.long_specimens import make_large
from evidence.media.specimens import make
from ingest.device_files import DeviceFolder
from ingest.identify import BayAssignment
from ingest.intake import Intake
from ingest.sealing import BayTerms
from ingest.sidecars import bundle
from mediad.config import load
from mediad.intake_parts import make_intake, make_workers
from mediad.store import open_store

_SIZE_BYTES = 1_000_000_000
_ROUNDS = 3
_BAYS = 4


def measure() -> list[Figure]:
    """All figures of this file; takes about a minute and 6 GB of scratch space in the working directory."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        place = Path(name)
        large = make_large(place / "DSJ4A017_0001.mp4", size_bytes=_SIZE_BYTES)
        return [*_one_file(place, large), _four_bays(place), _naive(place, large)]


def _one_file(place: Path, large: Path) -> list[Figure]:
    spent = _by_turns(lambda: _take(_site(place), [large]), lambda: _copy([large], place))
    ours_s, theirs_s = map(median, spent)
    # A virtual disk's `cp` has two speeds: whether the host gave the memory before makes a difference of four.
    note = f"the fastest of each: {min(spent[0]):.2f} s and {min(spent[1]):.2f} s"
    size = large.stat().st_size
    fast, plain = size / ours_s / 1e6, size / theirs_s / 1e6
    site = place / "site"
    stored = sum(each.stat().st_size for each in (site / "data").rglob("*") if each.is_file())
    verify, plain_sum = _verification(site, large)
    return [
        Figure("Intake of one file / cp + fsync", "MB/s", "≥ 0.6", fast, plain, fast / plain, fast / plain >= 0.6,
               note),
        Figure("Stored / original", "bytes", "≤ 1.02", stored, size, stored / size, stored / size <= 1.02),
        Figure("verify --all / sha256sum", "MB/s", "≥ 0.8", verify, plain_sum, verify / plain_sum,
               verify / plain_sum >= 0.8, "one recording, so one core; with the interpreter's start"),
    ]  # fmt: skip


def _four_bays(place: Path) -> Figure:
    """Four files at once, one thread for each as in the daemon, against one `cp` + fsync of the same files."""
    files = [_variant(place, number) for number in range(_BAYS)]
    ours_s, theirs_s = map(median, _by_turns(lambda: _take(_site(place), files), lambda: _copy(files, place)))
    size = sum(file.stat().st_size for file in files)
    fast, plain = size / ours_s / 1e6, size / theirs_s / 1e6
    return Figure("Intake, four bays / cp + fsync", "MB/s", "≥ 0.8", fast, plain, fast / plain, fast / plain >= 0.8)


def _variant(place: Path, number: int) -> Path:
    """A quarter of the size with a `free` box of its own at the end: equal contents would be stored once."""
    file = make_large(place / f"DSJ4A017_001{number}.mp4", size_bytes=_SIZE_BYTES // _BAYS)
    with file.open("ab") as out:
        out.write(struct.pack(">I4sQ", 16, b"free", number))
    return file


def _naive(place: Path, large: Path) -> Figure:
    name, target = "Naive pipeline / intake", "≥ 2"
    if shutil.which("ffmpeg") is None:
        return Figure(name, "s", target, note="not measured: needs ffmpeg (sudo apt-get install ffmpeg)")
    spent = _by_turns(lambda: _take(_site(place), [large]), lambda: _pipeline(large, place))
    ours_s, theirs_s = map(median, spent)
    ratio = theirs_s / ours_s
    note = "theirs keeps no digest with the file, compares nothing and does not sync its segments"
    return Figure(name, "s", target, ours_s, theirs_s, ratio, ratio >= 2, note)


def _pipeline(large: Path, place: Path) -> float:
    """What a shell script would do: digest, copy, sync, cut for a browser."""
    out = place / "naive"
    out.mkdir()
    os.sync()
    hls = ["ffmpeg", "-nostdin", "-v", "error", "-i", out / "copy.mp4", "-c", "copy", "-f", "hls", out / "a.m3u8"]
    start = time.perf_counter()
    subprocess.run(["sha256sum", large], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cp", large, out / "copy.mp4"], check=True)
    subprocess.run(["sync"], check=True)
    subprocess.run(hls, check=True)
    spent = time.perf_counter() - start
    shutil.rmtree(out)
    return spent


def _by_turns(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[list[float], list[float]]:
    """Seconds of every round; who goes first alternates."""
    spent: tuple[list[float], list[float]] = [], []
    for number in range(_ROUNDS):
        turns = [(spent[0], ours), (spent[1], theirs)]
        for seconds, measured in turns if number % 2 else reversed(turns):
            seconds.append(measured())
    return spent


def _site(place: Path) -> Path:
    """A new, empty site; the one before is removed and the disk is quiet."""
    site = place / "site"
    shutil.rmtree(site, ignore_errors=True)
    command = [sys.executable, "-m", "mediad", "init", str(site)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    os.sync()
    return site


def _take(site: Path, files: list[Path]) -> float:
    """Seconds until every file is sealed; the parts are the daemon's. The processes' start is not counted, nor what
    a worker loads for its first file: a short one is taken in before."""
    config, clock = load(site / "mediad.toml"), SystemClock()
    config.scratch_dir.mkdir(exist_ok=True)
    folder = DeviceFolder(os.fsencode(files[0].parent))
    terms = BayTerms("bench", BayAssignment(device=None, officer=None, unit="bench"))
    items = [bundle([folder.find(os.fsencode(file.name))])[0] for file in files]
    with open_store(config) as store:
        workers = make_workers(config.workers, clock)
        try:
            intake = make_intake(store, workers, clock, config.scratch_dir)
            _warm_up(intake, site, terms)
            start = time.perf_counter()
            with ThreadPoolExecutor(len(files)) as pool:
                outcomes = list(pool.map(lambda item: intake.take(item, folder, terms, lambda *_: None), items))
            spent = time.perf_counter() - start
        finally:
            workers.close()
    if any(outcome.recording is None for outcome in outcomes):
        raise RuntimeError("a file was not sealed")
    return spent


def _warm_up(intake: Intake, site: Path, terms: BayTerms) -> None:
    """Take in a second of film, as a daemon that runs has done before."""
    short = make("mp4", site / "short.mp4", seconds=1)
    folder = DeviceFolder(os.fsencode(site))
    intake.take(bundle([folder.find(os.fsencode(short.name))])[0], folder, terms, lambda *_: None)
    short.unlink()


def _copy(files: list[Path], place: Path) -> float:
    os.sync()
    target = place / "copies"
    target.mkdir()
    start = time.perf_counter()
    for file in files:
        subprocess.run(["cp", file, target / file.name], check=True)
        subprocess.run(["sync", target / file.name], check=True)
    spent = time.perf_counter() - start
    shutil.rmtree(target)
    return spent


def _verification(site: Path, large: Path) -> tuple[float, float]:
    """MB/s of `mediad verify --all` and of sha256sum over the same bytes, both from the page cache."""
    ours, theirs = [], []
    config = str(site / "mediad.toml")
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        verify = [sys.executable, "-m", "mediad", "verify", "-c", config, "--all"]
        subprocess.run(verify, check=True, stdout=subprocess.DEVNULL)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        subprocess.run(["sha256sum", large], check=True, stdout=subprocess.DEVNULL)
        theirs.append(time.perf_counter() - start)
    size = large.stat().st_size / 1e6
    return size / median(ours), size / median(theirs)
