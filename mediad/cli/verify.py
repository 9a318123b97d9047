"""`mediad verify`: read sealed recordings again and prove that nothing changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from evidence.catalog.check_queries import BlobUse, blob_uses, rendition_uses
from evidence.catalog.engine import connected
from evidence.catalog.retention_queries import destroyed_at
from evidence.catalog.sealed_queries import sealed_recordings
from evidence.clock import SystemClock, to_text
from evidence.errors import IntegrityBroken, NotFound, StoreUnavailable
from mediad.cli.output import print_json, progress_of
from mediad.cli.root import config_option, json_option
from mediad.config import load
from mediad.examination import DigestsAgain, Examiner, Sealed
from mediad.intake_parts import make_workers
from mediad.store import Reading, open_reading
from mediad.trust import public_keys


@click.command()
@config_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Every recording of the site.")
@click.argument("recordings", nargs=-1, metavar="[ID]...")
def verify(config_path: Path, as_json: bool, everything: bool, recordings: tuple[str, ...]) -> None:
    """Prove that recordings are as they were sealed.

    For each: the signatures and the chain of its manifest, its place in the signed ledger, and the SHA-256 of the
    original's bytes, read again from the disk; then of what was made from it. With --all, of every other file too
    that the ledger names: documents, receipts, certificates, item lists. Exits with 1 and names the piece if anything
    is broken.
    """
    if everything == bool(recordings):
        raise click.UsageError("Name recordings, or say --all.")
    config, clock = load(config_path), SystemClock()
    with open_reading(config) as site:
        wanted = _wanted(site, recordings)
        workers = make_workers(config.workers, clock)
        try:
            keys = public_keys(config, site.ledger)
            with tempfile.TemporaryDirectory(prefix="mediad-verify-") as scratch:
                again = DigestsAgain(workers, Path(scratch), timeout_s=config.workers.index_timeout_s)
                examiner = Examiner(site.ledger, site.blobs, keys, again)
                total = sum(each.size_bytes for each in wanted if each.destroyed_at is None)
                with progress_of("Verifying", total, clock, bytes_wise=True) as advance:
                    results = _verify_all(examiner, wanted, advance)
                    others = examiner.rest_of(_uses(site, recordings))
                    spoilt = _verify_others(examiner, others)
        finally:
            workers.close()
    broken = [result for result in results if result["state"] == "broken"]
    checkpoint = {"origin": examiner.checkpoint.origin, "size": examiner.checkpoint.size}
    if as_json:
        said = {"checkpoint": checkpoint, "results": results, "others": {"looked_at": len(others), "broken": spoilt}}
        print_json({"verified_at": to_text(clock.now()), **said})
    else:
        for result in broken:
            click.echo(f"BROKEN  {result['recording']}  {result['name']}: {result['reason']}")
        for other in spoilt:
            click.echo(f"BROKEN  {other['subject']}: {other['reason']}")
        gone = [result for result in results if result["state"] == "destroyed"]
        for result in gone:
            click.echo(f"destroyed on {result['destroyed_at'][:10]}  {result['recording']}  {result['name']}")
        left = len(results) - len(gone)
        click.echo(
            f"{left - len(broken)} of {left} recordings are as they were sealed "
            f"(ledger of {checkpoint['size']} entries); {len(others) - len(spoilt)} of {len(others)} other files."
        )
    click.get_current_context().exit(1 if broken or spoilt else 0)


def _wanted(site: Reading, ids: Iterable[str]) -> list[Sealed]:
    with connected(site.engine) as connection:
        rows = sealed_recordings(connection, tuple(ids))
        gone = destroyed_at(connection, [row.recording for row in rows])
    found = {
        row.recording: Sealed(row.recording, row.name, row.entry, row.size_bytes, gone.get(row.recording))
        for row in rows
    }
    for each in ids:
        if each not in found:
            raise NotFound(f"There is no recording {each}.")
    return list(found.values())


def _uses(site: Reading, ids: tuple[str, ...]) -> tuple[BlobUse, ...]:
    """What was made from these recordings; without any, every blob that the catalog names."""
    with connected(site.engine) as connection:
        return tuple(rendition_uses(connection, ids) if ids else blob_uses(connection))


def _verify_others(examiner: Examiner, others: Iterable[BlobUse]) -> list[dict[str, Any]]:
    broken: list[dict[str, Any]] = []
    for use in others:
        try:
            examiner.examine_other(use)
        except (IntegrityBroken, StoreUnavailable) as error:
            broken.append({"subject": use.subject, "blob": use.digest, "code": error.code, "reason": error.message})
    return broken


def _verify_all(examiner: Examiner, wanted: list[Sealed], advance: Callable[[int], None]) -> list[dict[str, Any]]:
    def one(sealed: Sealed) -> dict[str, Any]:
        answer: dict[str, Any] = {"recording": sealed.recording, "name": sealed.name, "entry": sealed.entry}
        try:
            examiner.examine(sealed, advance)
        except (IntegrityBroken, StoreUnavailable) as error:
            return answer | {"state": "broken", "code": error.code, "reason": error.message}
        if sealed.destroyed_at is not None:
            return answer | {"state": "destroyed", "destroyed_at": sealed.destroyed_at}
        return answer | {"state": "ok"}

    # Hashing lets go of the interpreter's lock: threads use every core.
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="verify") as pool:
        return list(pool.map(one, wanted))
