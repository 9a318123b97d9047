"""The library page over 50,000 recordings and 1,000,000 segments: what a browser waits for, on both databases.

Measured at the client over loopback, from the request to the last byte of the answer: the server's time and a little
more. People ask one after the other; then three at once, who never pause.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench.daemon import Person, add_person, make_site, serving
from bench.figures import Figure
from bench.library_site import UNITS, Invented, fill
from bench.resident import sample, until_at_rest
from evidence.catalog.engine import open_engine
from mediad.config import load
from tests.postgres import running_postgres

N_RECORDINGS, N_SEGMENTS = 50_000, 1_000_000
_BOUND_MS, _MEMORY_MB = 100, 400
_ROUNDS = 30  # of every question, in an order of its own
_AT_ONCE = 3
_PAGE = 60  # as the page of the web interface asks
_DEEPEST = 40  # pages walked by the cursor


@dataclass(frozen=True, slots=True)
class Took:
    question: str
    ms: float


def measure() -> list[Figure]:
    """Both databases, one after the other; three to five minutes, most of it for making the rows."""
    return [figure for name in ("SQLite", "PostgreSQL 15") for figure in _measure(name)]


def _measure(database: str) -> Iterator[Figure]:
    server = nullcontext("") if database == "SQLite" else running_postgres()
    with server as url, tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        config = make_site(Path(name) / "site", url)
        engine = open_engine(load(config).catalog_url)
        who = fill(engine, N_RECORDINGS, N_SEGMENTS)
        engine.dispose()
        add_person(config, "legal", "legal")
        add_person(config, "boss", "supervisor", UNITS[2])
        with serving(config) as port:
            daemon = int((config.parent / "data/daemon.lock").read_text())
            until_at_rest(daemon)
            yield from figures(database, port, who)
            held = sample(daemon, 0).daemon_mb
        yield Figure(f"Daemon's memory after that, {database}", "MB", f"< {_MEMORY_MB}", held, met=held < _MEMORY_MB)


def figures(database: str, port: int, who: Invented) -> Iterator[Figure]:
    """Of a daemon that serves such a library."""
    _ask_all(port, who, seed=0, rounds=1)  # not counted: the pages of the database come into memory
    alone = _ask_all(port, who, seed=1, rounds=_ROUNDS)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        together = [
            each for part in pool.map(lambda n: _ask_all(port, who, n, 10), range(2, 2 + _AT_ONCE)) for each in part
        ]
    for words, took in (("one asks", alone), (f"{_AT_ONCE} ask at once", together)):
        p99 = _percentile([each.ms for each in took], 99)
        slowest = max(took, key=lambda each: each.ms)
        note = (
            f"median {median(each.ms for each in took):.1f} ms; longest {slowest.ms:.0f} ms, of {slowest.question}; "
            f"{len(took)} requests"
        )
        yield Figure(f"Library, p99, {database}, {words}", "ms", f"< {_BOUND_MS}", p99, met=p99 < _BOUND_MS, note=note)


def _ask_all(port: int, who: Invented, seed: int, rounds: int) -> list[Took]:
    chance = random.Random(seed)
    legal, boss = Person(port), Person(port)
    legal.sign_in("legal")
    boss.sign_in("boss")
    took: list[Took] = []
    for _ in range(rounds):
        questions = [(legal, *each) for each in _questions(who, chance)]
        questions += [
            (boss, f"{name}, one unit", asked) for name, asked in _questions(who, chance) if "unit" not in asked
        ]
        chance.shuffle(questions)
        for person, name, asked in questions:
            took.append(_timed(person, name, asked)[0])
        took += _walk(legal, chance)
    return took


def _questions(who: Invented, chance: random.Random) -> list[tuple[str, dict[str, str]]]:
    """What people ask, each with values drawn anew."""
    two = chance.choice([name for name in who.officers if len(name) == 2])
    three = chance.choice([name for name in who.officers if len(name) == 3])
    unit, device = chance.choice(UNITS), chance.choice(who.devices)
    month = f"2025-{chance.randrange(1, 13):02}"
    day = {"from": f"{month}-10T16:00:00Z", "to": f"{month}-11T16:00:00Z"}
    months = {"from": f"{month}-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
    rare = {
        "kind": chance.choice(("photo", "audio", "other")),
        "playback": chance.choice(("none", "image", "packaged")),
    }
    return [
        ("the filters' values", {}),
        ("first page", {"order": "-started_at"}),
        ("oldest first", {"order": "started_at"}),
        ("latest received", {"order": "-received_at"}),
        ("officer", {"officer": chance.choice(who.officers)}),
        ("device", {"device": device}),
        ("unit", {"unit": unit}),
        ("kind", {"kind": chance.choice(("video", "audio", "photo", "other"))}),
        ("state", {"playback": chance.choice(("direct", "packaged", "copy", "image", "none"))}),
        ("a day", day),
        ("months", months),
        ("name of two characters", {"q": two}),
        ("name of three characters", {"q": three}),
        ("surname", {"q": two[0]}),
        ("given character", {"q": three[-1]}),
        ("unit as text", {"q": unit}),
        ("in most rows: 大队", {"q": "大队"}),
        ("in all rows: DSJ", {"q": "DSJ"}),
        ("beginning of half the names: 2025", {"q": "2025"}),
        ("device as text", {"q": device.lower()}),
        ("in no row", {"q": "龙虾"}),
        ("two words", {"q": f"{two[0]} mp4"}),
        ("unit, kind, months", {"unit": unit, **months, "kind": rare["kind"]}),
        ("unit, kind, latest received", {"unit": unit, "kind": rare["kind"], "order": "-received_at"}),
        ("name in a day", {"q": two, **day}),
        ("common word, rare state", {"q": "大队", **rare}),
        ("surname, unit, kind", {"q": two[0], "unit": unit, "kind": "video"}),
        ("all rows' word, device, latest received", {"q": "dsj", "device": device, "order": "-received_at"}),
    ]


def _walk(person: Person, chance: random.Random) -> list[Took]:
    """Deep pages, as scrolling asks for them."""
    asked: dict[str, str] = chance.choice(({}, {"order": "-received_at"}, {"q": "大队"}, {"kind": "video"}))
    took, cursor = [], None
    for _ in range(chance.randrange(5, _DEEPEST)):
        one, answer = _timed(
            person, "deep page", {"order": "-started_at"} | asked | ({"cursor": cursor} if cursor else {})
        )
        took.append(one)
        cursor = answer["next"]
    return took


def _timed(person: Person, name: str, asked: dict[str, str]) -> tuple[Took, Any]:
    path = f"/api/v1/recordings?{urlencode(asked | {'limit': str(_PAGE)})}" if asked else "/api/v1/facets"
    began_s = time.perf_counter()
    answer = person.ask("GET", path)
    return Took(name, (time.perf_counter() - began_s) * 1000), answer


def _percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
