"""Segments served to viewers, each with its durable entry, against nginx with ready-made files; and the memory for it.

A real daemon with its database at full durability, one signed-in viewer with one opened viewing, and a load generator
in a process of its own on the same cores. nginx is Debian's; where it is not installed, the ratio is left out.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench import nginx, resident
from bench.daemon import Person, add_person, make_site, mediad, serving
from bench.figures import Figure
from bench.load import Asked, Job, Outcome
from bench.playing import Playing, play, until_quiet
from evidence.media import specimens
from evidence.media.long_specimens import make_large

_CONNECTIONS = (1, 8, 32)
_ROUNDS = 3
_REQUESTS = 600  # of one round
_PACKAGED_REQUESTS = 600
_LONG_RUN, _SAMPLE_EVERY, _SETTLED = 20_000, 500, 5_000
_FLOOR, _FLOOR_RATIO, _PACKAGED_FLOOR, _MEMORY_MB = 250, 0.4, 50, 400
# What counts as no growth between the 5,000th and the 20,000th segment: a fragmenting allocator moves by as much.
_GROWTH_MB = 3.0
_FOOTAGE: dict[str, Any] = {"width": 1920, "height": 1080, "fps": 30, "gop": 60, "bitrate": 6_000_000, "noise": 6}


@dataclass(frozen=True, slots=True)
class Served:
    """What the load is put on."""

    daemon: int  # process id
    direct: Playing
    packaged: Playing
    nginx: int | None  # port


def measure() -> list[Figure]:
    """All figures of this file; two to three minutes."""
    with ExitStack() as stack:
        # Not below a folder that only one user may enter: nginx serves from it.
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out")))
        served = _serve(place, stack)
        figures = [_rate(served, count) for count in _CONNECTIONS]
        return [*figures, _packaged(served), *_memory(served)]


def _serve(place: Path, stack: ExitStack) -> Served:
    """A site with an MP4 of 60 segments and an MPEG-TS of six, its daemon, and nginx with the MP4's segments."""
    footage = [
        make_large(place / "DSJ4A017_0001.mp4", seconds=240),
        specimens.make("ts", place / "DSJ4A017_0002.ts", seconds=24, **_FOOTAGE),
    ]
    config = make_site(place / "site")
    add_person(config, "legal", "legal")
    mediad("ingest", "-c", config, *footage)
    person = Person(stack.enter_context(serving(config)))
    person.sign_in("legal")
    by_length = sorted((play(person, each) for each in until_quiet(person)), key=lambda playing: len(playing.segments))
    daemon = int((config.parent / "data/daemon.lock").read_text())
    return Served(daemon, by_length[-1], by_length[0], _ready_made(place, by_length[-1], stack))


def _ready_made(place: Path, playing: Playing, stack: ExitStack) -> int | None:
    program = nginx.program()
    if program is None:
        return None
    files = place / "ready"
    files.mkdir()
    for number in range(len(playing.segments)):
        (files / f"{number}.m4s").write_bytes(playing.fetch(number))
    return stack.enter_context(nginx.serving(program, place / "nginx", files))


def _rate(served: Served, n_connections: int) -> Figure:
    ready = tuple(
        Asked(path=f"/{number}.m4s", length=asked.length, headers={})
        for number, asked in enumerate(served.direct.segments)
    )
    ours: list[Outcome] = []
    theirs: list[Outcome] = []
    for number in range(_ROUNDS):
        for is_ours in (True, False) if number % 2 else (False, True):
            if is_ours:
                ours.append(_load(served.direct.port, served.direct.segments, n_connections, _REQUESTS))
            elif served.nginx is not None:
                theirs.append(_load(served.nginx, ready, n_connections, _REQUESTS))
    fast = median(each.per_s for each in ours)
    plain = median(each.per_s for each in theirs) if theirs else None
    ratio = None if plain is None else fast / plain
    note = f"wait {_wait(ours, 0.5):.1f} ms, p99 {_wait(ours, 0.99):.1f} ms"
    return Figure(
        f"Segments of {_mean_mb(served.direct):.1f} MB / nginx, {n_connections} connections",
        "per s",
        f"≥ {_FLOOR}, ratio ≥ {_FLOOR_RATIO}",
        fast,
        plain,
        ratio,
        None if ratio is None else fast >= _FLOOR and ratio >= _FLOOR_RATIO,
        note if ratio is not None else f"{note}; no ratio: nginx is not installed",
    )


def _packaged(served: Served) -> Figure:
    """MPEG-TS through the muxer in two workers. Four viewers: more would only wait."""
    outcome = _load(served.packaged.port, served.packaged.segments, 4, _PACKAGED_REQUESTS)
    workers = ", ".join(f"{each:.0f}" for each in resident.sample(served.daemon, 0).workers_mb)
    return Figure(
        f"Segments of {_mean_mb(served.packaged):.1f} MB through the muxer, 4 connections",
        "per s",
        f"≥ {_PACKAGED_FLOOR}",
        outcome.per_s,
        met=outcome.per_s >= _PACKAGED_FLOOR,
        note=f"wait {outcome.wait_ms(0.5):.0f} ms, p99 {outcome.wait_ms(0.99):.0f} ms; workers hold {workers} MB",
    )


def _memory(served: Served) -> Iterator[Figure]:
    """20,000 segments by 16 connections, the daemon's memory after every 500."""
    samples, rates = [resident.sample(served.daemon, 0)], []
    while (n_served := samples[-1].n_segments) < _LONG_RUN:
        rates.append(_load(served.direct.port, served.direct.segments, 16, _SAMPLE_EVERY).per_s)
        samples.append(resident.sample(served.daemon, n_served + _SAMPLE_EVERY))
    most = max(each.daemon_mb for each in samples)
    fifth = len(rates) // 5
    pace = f"{median(rates[:fifth]):.0f} per s in the first fifth, {median(rates[-fifth:]):.0f} in the last"
    yield Figure(
        f"Daemon's memory over {_LONG_RUN:,} segments, most", "MB", f"< {_MEMORY_MB}", most, met=most < _MEMORY_MB,
        note=pace,
    )  # fmt: skip
    slope = resident.slope_mb([each for each in samples if each.n_segments >= _SETTLED])
    growth = slope * (_LONG_RUN - _SETTLED) / 1000
    yield Figure(
        f"Its growth from segment {_SETTLED:,} to {_LONG_RUN:,}", "MB", f"≤ {_GROWTH_MB:g}", growth,
        met=growth <= _GROWTH_MB, note=f"{slope:.3f} MB per 1,000 segments, least squares",
    )  # fmt: skip


def _load(port: int, requests: tuple[Asked, ...], n_connections: int, n_requests: int) -> Outcome:
    job = Job(host="127.0.0.1", port=port, n_connections=n_connections, n_requests=n_requests, requests=requests)
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=msgspec.json.encode(job), stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Outcome)


def _mean_mb(playing: Playing) -> float:
    return sum(asked.length for asked in playing.segments) / len(playing.segments) / 1e6


def _wait(outcomes: list[Outcome], share: float) -> float:
    return median(each.wait_ms(share) for each in outcomes)
