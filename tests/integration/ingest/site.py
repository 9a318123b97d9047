"""A real site for the tests: SQLite, ledger, blobs, media workers, intake. Also run as a script, to be killed.

`python -m tests.integration.ingest.site ROOT BAY` takes in everything in BAY once; with MEDIAD_STOP_AT set it
kills itself at that step.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from evidence.blobs.local import LocalBlobs
from evidence.catalog import schema
from evidence.catalog.attempts import Attempts
from evidence.catalog.engine import connected, open_engine
from evidence.catalog.projection import Projector
from evidence.catalog.writer import Writer
from evidence.clock import Clock, SystemClock
from evidence.entries import AnyEntry, decode
from evidence.ledger import Ledger
from evidence.ledger_reader import LedgerReader
from evidence.media.workers import Workers
from evidence.signing import generate_keys, load_note_signer, load_seal_signer
from evidence.statements import Manifest
from ingest import kill_point, transfer
from ingest.device_files import DeviceFolder
from ingest.intake import Intake, OpenRead
from ingest.profiles import load_profiles
from ingest.sealing import BayTerms, IndexWorkers, Outcome, SealingTools
from ingest.sidecars import bundle
from tests.databases import migrated_file

ORIGIN = "mediad.test/site"


@dataclass(frozen=True, slots=True)
class Site:
    root: Path
    engine: Engine
    blobs: LocalBlobs
    attempts: Attempts
    intake: Intake
    writer: Writer
    ledger: Ledger

    def entries(self) -> list[AnyEntry]:
        reader = LedgerReader(self.engine)
        return [decode(data) for _index, data in reader.entries(0, reader.size())]

    def rows(self, table: Any) -> list[dict[str, Any]]:
        with connected(self.engine) as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def manifests(self) -> dict[str, Manifest]:
        """By the name of the original's file."""
        rows = self.rows(schema.recordings)
        return {row["name"]: Manifest.from_bytes(self.blobs.read(row["manifest"])) for row in rows}

    def leftovers(self) -> list[Path]:
        """Unfinished files of the store and the workers: none when nothing is in hand."""
        return [*(self.root / "blobs" / "tmp").iterdir(), *(self.root / "scratch").iterdir()]

    def take_all(self, bay: Path, terms: BayTerms) -> list[Outcome]:
        """Everything that is in a folder, once."""
        folder = DeviceFolder(os.fsencode(bay))
        items = bundle(folder.scan().files)
        return [self.intake.take(item, folder, terms, lambda _stage, _file, _n: None) for item in items]


@contextmanager
def opened_site(
    root: Path,
    *,
    clock: Clock | None = None,
    step: Callable[[str], None] = lambda _name: None,
    reader_of: OpenRead = transfer.reader_of,
    workers: IndexWorkers | None = None,
    store: Path | None = None,
) -> Iterator[Site]:
    """Make the site, or open it again. `store` puts the blobs on another disk."""
    keys = root / "keys"
    clock = clock or SystemClock()
    if not keys.exists():
        generate_keys(keys, ORIGIN)
    file = root / "catalog.db"
    engine = open_engine(f"sqlite:///{file}" if file.exists() else migrated_file(file))
    writer = Writer(engine)
    own_workers = None if workers else Workers(2, 2 << 30, clock)
    place = store or root
    blobs = LocalBlobs(place / "blobs")
    ledger = Ledger(writer, load_note_signer(keys / "ledger.ed25519.pem", ORIGIN), ORIGIN, Projector(blobs))
    attempts = Attempts(engine, writer, clock)
    tools = SealingTools(
        blobs=blobs,
        ledger=ledger,
        attempts=attempts,
        workers=workers or own_workers,  # type: ignore[arg-type]
        signer=load_seal_signer(keys / "seal.p256.pem"),
        clock=clock,
        profiles=load_profiles((), ZoneInfo("Asia/Shanghai")),
        scratch=place / "scratch",
        versions={"mediad": "test"},
    )
    intake = Intake(tools, step=step, reader_of=reader_of)
    try:
        yield Site(place, engine, blobs, attempts, intake, writer, ledger)
    finally:
        if own_workers:
            own_workers.close()
        writer.close()
        engine.dispose()


def main() -> None:
    root, bay = Path(sys.argv[1]), Path(sys.argv[2])
    with opened_site(root, step=kill_point.from_environment(os.environ)) as site:
        site.intake.recover()
        terms = BayTerms("bay-1", clear_after_seal=os.environ.get("CLEAR") == "1")
        folder = DeviceFolder(os.fsencode(bay))
        if folder.identity() is None:
            site.intake.resume(terms)
            return
        site.intake.clearing.settle(folder, terms)
        site.take_all(bay, terms)


if __name__ == "__main__":
    main()
