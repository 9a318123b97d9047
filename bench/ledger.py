"""`mediad check` and `mediad rebuild` on a long ledger: time and memory.

MEDIAD_BENCH_ENTRIES sets the length (default 100,000). It is built through the ledger itself, ten entries to a
checkpoint, as a busy site writes them: nearly all of it is deliveries.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import event

from bench.figures import Figure
from evidence.clock import SystemClock, to_text
from evidence.entries import AccountChanged, AnyEntry, SessionOpened, ViewingClosed, ViewingDelivered, ViewingOpened
from evidence.media import specimens
from evidence.records import RecordingId, ViewingId
from mediad.config import load
from mediad.site_files import NewSite, make_site
from mediad.store import open_store

_DELIVERIES = 198  # per viewing: 13 minutes in segments of 4 s
_PER_CHECKPOINT = 10


def measure() -> list[Figure]:
    n_entries = int(os.environ.get("MEDIAD_BENCH_ENTRIES", "100000"))
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd() / "bench/out") as name:
        site = build(Path(name), n_entries)
        figures = []
        for command in (("check",), ("rebuild", "--dry-run")):
            seconds, peak_mb = _run(command[0], "-c", str(site), *command[1:])
            words = f"mediad {command[0]}, {n_entries:,} entries"
            figures.append(Figure(words, "entries/s", "—", n_entries / seconds, note=f"{seconds:.0f} s"))
            figures.append(Figure(f"{words}: memory at most", "MB", "—", peak_mb))
    return figures


def build(place: Path, n_entries: int) -> Path:
    """A site with one short film and so many entries; its configuration."""
    make_site(place / "site", NewSite(), SystemClock())
    site = place / "site" / "mediad.toml"
    film = specimens.make("mp4", place / "film.mp4", seconds=4, width=160, height=90)
    _mediad("ingest", "-c", str(site), str(film))
    with open_store(load(site)) as store:
        # Only while it is built: nobody depends on it yet.
        event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        store.engine.dispose()
        first = store.reader.size()
        (recording,) = (str(r) for r in _recordings(store.engine))
        entries = islice(_entries(RecordingId(recording)), n_entries - first)
        while batch := tuple(islice(entries, _PER_CHECKPOINT)):
            store.ledger.append(*batch)
    return site


def _recordings(engine: object) -> list[str]:
    from evidence.catalog.check_queries import known_recordings
    from evidence.catalog.engine import connected

    with connected(engine) as connection:  # type: ignore[arg-type]
        return list(known_recordings(connection))


def _entries(recording: RecordingId) -> Iterator[AnyEntry]:
    at = to_text(SystemClock().now())
    person = {"account": "a", "display_name": "张伟", "roles": ("legal",)}
    yield AccountChanged(at=at, unit=None, enabled=True, by="bench", **person)  # type: ignore[arg-type]
    yield SessionOpened(at=at, account="a", session="0" * 16, address="127.0.0.1")
    number = 0
    while True:
        viewing = ViewingId(f"v{number:026}")
        number += 1
        yield ViewingOpened(
            at=at, viewing=viewing, session="0" * 16, address="127.0.0.1", user_agent="bench", scope="recording",
            recording=recording, purpose="case", note="", case="A-1", policies=("viewing.legal-all",), expires_at=at,
            **person,  # type: ignore[arg-type]
        )  # fmt: skip
        for seq in range(_DELIVERIES):
            yield ViewingDelivered(
                at=at, viewing=viewing, recording=recording, item="segment", seq=seq, start_ms=seq * 4000,
                end_ms=seq * 4000 + 4000, source="original", start_pts=seq, end_pts=seq + 1, timescale=1,
                statement=None, playhead_ms=0,
            )  # fmt: skip
        yield ViewingClosed(at=at, viewing=viewing, reason="closed")


def _run(*arguments: str) -> tuple[float, float]:
    """(seconds, peak resident MB) of one command. It must find nothing."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "mediad", *arguments], stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"mediad {arguments[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def _mediad(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "mediad", *arguments], check=True, stdout=subprocess.DEVNULL)
