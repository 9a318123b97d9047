"""The ledger on a real database: durable, projected, provable, whoever else appends, whatever fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from evidence import entries as e
from evidence import merkle
from evidence.blobs.local import LocalBlobs
from evidence.catalog import schema
from evidence.catalog.engine import connected, migrate, open_engine, require_current
from evidence.catalog.projection import Projector
from evidence.catalog.writer import Writer
from evidence.checkpoint import open_note
from evidence.errors import ConfigInvalid, Invalid, NotFound, StoreUnavailable
from evidence.ledger import Ledger
from evidence.ledger_reader import LedgerReader
from evidence.signing import LEDGER_KEY_FILE, FileNoteSigner, NoteVerifier, generate_keys, load_note_signer

ORIGIN = "mediad.test/ledger"
AT = "2026-11-24T08:00:00.000000Z"


@dataclass(frozen=True)
class Site:
    engine: Engine
    signer: FileNoteSigner
    blobs: LocalBlobs

    def open(self) -> tuple[Writer, Ledger]:
        writer = Writer(self.engine)
        return writer, Ledger(writer, self.signer, ORIGIN, Projector(self.blobs))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    engine = open_engine(database_url)
    migrate(engine)
    generate_keys(tmp_path / "keys", ORIGIN)
    yield Site(engine, load_note_signer(tmp_path / "keys" / LEDGER_KEY_FILE, ORIGIN), LocalBlobs(tmp_path / "blobs"))
    engine.dispose()


def reading(n: int) -> e.LogRead:
    return e.LogRead(at=AT, account="audit", session="s", address="127.0.0.1", what="ledger", query=str(n))


def refusal(n: int) -> e.ViewingRefused:
    return e.ViewingRefused(
        at=AT,
        account="a",
        session="s",
        address="127.0.0.1",
        scope="recording",
        recording=None,
        purpose="case",
        reason=str(n),
        policies=(),
    )


def prove_all(site: Site) -> int:
    """Every leaf and every earlier size against the latest signed checkpoint; returns the size."""
    reader = LedgerReader(site.engine)
    head = open_note(reader.checkpoint(), NoteVerifier.from_vkey(site.signer.vkey))
    leaves = [merkle.leaf_hash(data) for _, data in reader.entries()]
    assert head.size == len(leaves) == reader.size()
    assert head.root == merkle.root_of(leaves)
    for index in {0, 1, len(leaves) // 2, len(leaves) - 1} | ({255, 256} if len(leaves) > 256 else set()):
        merkle.check_inclusion(leaves[index], index, head.size, reader.inclusion(index, head.size), head.root)
    for old, root, _note in reader.checkpoints():
        merkle.check_consistency(old, root, head.size, head.root, reader.consistency(old, head.size))
    return head.size


def test_many_appenders_share_commits_and_every_proof_holds(site: Site) -> None:
    writer, ledger = site.open()
    with ThreadPoolExecutor(8) as pool:
        indices = [i for (i,) in pool.map(lambda n: ledger.append(reading(n)), range(600))]
    writer.close()
    assert sorted(indices) == list(range(600))
    assert prove_all(site) == 600


def test_an_entry_is_projected_in_its_own_transaction(site: Site) -> None:
    writer, ledger = site.open()
    (index,) = ledger.append(refusal(7))
    writer.close()
    with connected(site.engine) as connection:
        row = connection.execute(select(schema.refusals)).one()
    assert (row.entry, row.reason) == (index, "7")


def test_a_decision_reads_the_entries_before_it_in_its_own_commit(site: Site) -> None:
    writer, ledger = site.open()
    seen: list[int] = []
    holding, go_on = threading.Event(), threading.Event()

    def decide(connection: Connection) -> tuple[e.AnyEntry, ...]:
        seen.append(connection.execute(select(func.count()).select_from(schema.ledger_entries)).scalar_one())
        return (reading(seen[-1]),)

    def refuse(connection: Connection) -> tuple[e.AnyEntry, ...]:
        decide(connection)
        raise ZeroDivisionError

    # All that is handed in behind this one shares the next commit.
    writer.submit(lambda _connection: (holding.set(), go_on.wait(20)))
    assert holding.wait(20)
    plans = (lambda: ledger.submit(refusal(0)), lambda: ledger.decide(decide), lambda: ledger.decide(refuse))
    futures = [plan() for plan in (*plans, *plans)]
    go_on.set()
    outcomes = [future.exception() or future.result() for future in futures]
    writer.close()
    assert [found for found in outcomes if isinstance(found, tuple)] == [(0,), (1,), (2,), (3,)]
    assert [type(found) for found in outcomes].count(ZeroDivisionError) == 2
    # The last four are the run that was kept; the first stopped at the first piece that failed.
    assert seen[-4:] == [1, 2, 3, 4]
    assert prove_all(site) == 4


def test_a_failing_companion_takes_back_its_entry_and_no_other(site: Site) -> None:
    writer, ledger = site.open()

    def fail(_connection: Connection) -> None:
        raise ZeroDivisionError

    futures = [ledger.submit(refusal(n), also=fail if n % 3 == 1 else None) for n in range(30)]
    kept = [n for n, future in enumerate(futures) if future.exception() is None]
    assert kept == [n for n in range(30) if n % 3 != 1]
    assert all(isinstance(f.exception(), ZeroDivisionError) for n, f in enumerate(futures) if n % 3 == 1)
    writer.close()
    assert prove_all(site) == 20
    with connected(site.engine) as connection:
        assert connection.execute(select(func.count()).select_from(schema.refusals)).scalar() == 20


def test_a_statement_that_the_database_refuses_fails_alone(site: Site) -> None:
    writer, ledger = site.open()
    bad = writer.submit(lambda connection: connection.execute(text("SELECT * FROM no_such_table")))
    good = ledger.submit(reading(1))
    assert isinstance(bad.exception(), StoreUnavailable)
    assert good.result() == (0,)
    writer.close()


def test_two_processes_may_append_to_one_ledger(site: Site) -> None:
    """Two writers stand for two processes: neither knows of the other's leaves."""
    first_writer, first = site.open()
    second_writer, second = site.open()
    for n in range(40):
        (first if n % 2 else second).append(reading(n))
    first_writer.close()
    second_writer.close()
    assert prove_all(site) == 40


def test_proofs_that_do_not_exist_are_refused(site: Site) -> None:
    writer, ledger = site.open()
    reader = LedgerReader(site.engine)
    with pytest.raises(NotFound):
        reader.checkpoint()
    ledger.append(reading(0), reading(1))
    with pytest.raises(NotFound):
        reader.entry(2)
    for call in (lambda: reader.inclusion(2, 2), lambda: reader.consistency(0, 2), lambda: reader.consistency(2, 3)):
        with pytest.raises(Invalid):
            call()
    writer.close()


def test_an_unknown_schema_version_stops_the_start(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    with pytest.raises(ConfigInvalid):
        require_current(engine)
    migrate(engine)
    require_current(engine)
    engine.dispose()


def test_after_closing_nothing_is_accepted(site: Site) -> None:
    writer, ledger = site.open()
    writer.close()
    with pytest.raises(StoreUnavailable):
        ledger.append(reading(0))
