"""The retention page over 40,000 recordings of 5,000 cases: the first overview, another one, and one after a change.

The rows of `bench.compliance`, SQLite, a real daemon asked over HTTP.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.compliance import N_CASES, fill
from bench.daemon import Person, add_person, make_site, serving
from bench.figures import Figure
from evidence.catalog.engine import open_engine
from mediad.config import load

_ROUNDS = 20


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        config = make_site(Path(name) / "site")
        engine = open_engine(load(config).catalog_url)
        recording = fill(engine)
        engine.dispose()
        add_person(config, "keeper", "custodian")
        with serving(config) as port:
            person = Person(port)
            person.sign_in("keeper")
            first_ms = _overview_ms(person)
            again_ms = [_overview_ms(person) for _ in range(_ROUNDS)]
            changed_ms = [_changed_ms(person, recording) for _ in range(_ROUNDS)]
            expiring_ms = [_asked_ms(person, "/api/v1/retention/expiring?days=400") for _ in range(_ROUNDS)]
    yield Figure("Retention overview, the first of a daemon", "ms", "", first_ms, note=f"{N_CASES * 8:,} recordings")
    yield Figure("The same, nothing has changed", "ms", "", median(again_ms), note=f"longest {max(again_ms):.0f} ms")
    note = f"longest {max(changed_ms):.0f} ms"
    yield Figure("The same, a recording was put on hold since", "ms", "", median(changed_ms), note=note)
    yield Figure(
        "What expires within 400 days", "ms", "", median(expiring_ms), note=f"longest {max(expiring_ms):.0f} ms"
    )


def _overview_ms(person: Person) -> float:
    return _asked_ms(person, "/api/v1/retention")


def _asked_ms(person: Person, path: str) -> float:
    began_s = time.perf_counter()
    person.ask("GET", path)
    return (time.perf_counter() - began_s) * 1000


def _changed_ms(person: Person, recording: str) -> float:
    body = {"on": "recording", "target": recording, "reason": "bench"}
    person.ask("POST", "/api/v1/holds", body)
    return _overview_ms(person)
