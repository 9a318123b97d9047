"""A database that was put back from a backup is noticed, on both databases: nothing is signed over it before somebody
said so, and it is told ever after. What is killed, and what is only missing, is told from it."""

from __future__ import annotations

import io
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from pathlib import Path

import psycopg
import pytest

from evidence.checkpoint import open_note
from evidence.clock import SystemClock, to_text
from evidence.entries import LogRead, decode
from evidence.errors import IntegrityBroken, StoreUnavailable
from evidence.kept_entries import LedgerRestored
from mediad.__main__ import run
from mediad.checkpoint_watch import CheckpointWatch
from mediad.config import load
from mediad.store import Store, open_reading, open_store
from tests.conftest import ROOT
from tests.integration.mediad.daemon_process import daemon, new_site, site_on

_POSTGRES = Path("/usr/lib/postgresql/15/bin")
Restore = Callable[[], None]


def backup(site: Path, place: Path) -> Restore:
    """Save the ledger's database as the guide says; what puts it back."""
    url = load(site).catalog_url
    if url.startswith("sqlite"):
        live = url.removeprefix("sqlite:///")
        _copy_sqlite(live, str(place))
        return lambda: _copy_sqlite(str(place), live)
    subprocess.run([_POSTGRES / "pg_dump", "-Fc", "-f", place, url], check=True)
    return lambda: _restore_postgresql(url, place)


def _copy_sqlite(source: str, target: str) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _restore_postgresql(url: str, dump: Path) -> None:
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    subprocess.run([_POSTGRES / "pg_restore", "-d", url, dump], check=True)


def read_log(store: Store, n: int = 1) -> None:
    for number in range(n):
        store.ledger.append(
            LogRead(
                at=to_text(SystemClock().now()),
                account="a",
                session="s",
                address="127.0.0.1",
                what="ledger",
                query=str(number),
            )
        )


def write(site: Path, n: int) -> None:
    with open_store(load(site)) as store:
        CheckpointWatch(store, SystemClock()).begin()
        read_log(store, n)


def kept_in(site: Path) -> Path:
    return load(site).checkpoint_files[0]


def checked(site: Path) -> tuple[bool, list[str], list[str]]:
    """(all promises hold, codes of findings, codes of notices)"""
    out = io.StringIO()
    with redirect_stdout(out):
        code = run(["check", "-c", str(site), "--json"])
    said = json.loads(out.getvalue())
    assert said["ok"] == (code == 0)
    return said["ok"], [each["code"] for each in said["findings"]], [each["code"] for each in said["notices"]]


def size_of(site: Path) -> int:
    with open_reading(load(site)) as reading:
        return reading.ledger.size()


def test_a_restored_database_is_refused_until_somebody_says_what_is_lost(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = site_on(tmp_path / "site", database_url)
    write(site, 3)
    put_back = backup(site, tmp_path / "backup")
    old_size = size_of(site)
    write(site, 5)
    lost_note = kept_in(site).read_text()
    put_back()

    with daemon(site, tmp_path) as refused:
        assert refused.ended() == 1
    assert run(["user", "list", "-c", str(site)]) == 1
    said = capsys.readouterr().err
    assert f"its ledger has {old_size} entries" in said and f"has {old_size + 5}" in said, said
    assert "mediad restored --reason" in said and len(said.splitlines()) == 1
    assert kept_in(site).read_text() == lost_note
    assert checked(site)[:2] == (False, ["lost"])
    assert size_of(site) == old_size

    assert run(["restored", "-c", str(site), "--reason", "磁盘损坏,站长张三决定"]) == 0
    assert f"Entries {old_size} to {old_size + 4} that were signed are lost." in capsys.readouterr().out
    with open_reading(load(site)) as reading:
        entry = decode(reading.ledger.entry(old_size))
    assert isinstance(entry, LedgerRestored)
    assert (entry.first_lost, entry.end_lost, entry.lost[0].note) == (old_size, old_size + 5, lost_note)
    assert checked(site) == (True, [], ["restored"])
    with daemon(site, tmp_path) as running:
        assert any(line.startswith("READY=1") for line in running.heard)
        assert running.stop() == 0
    write(site, 9)  # longer than what was lost: it stays known
    assert checked(site) == (True, [], ["restored"])
    assert run(["restored", "-c", str(site), "--reason", "again"]) == 2


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = new_site(tmp_path / "site")
    write(path, 3)
    return path


def refusal(site: Path) -> str:
    with pytest.raises(IntegrityBroken) as refused, open_store(load(site)):
        pass
    return str(refused.value)


def test_a_ledger_that_went_on_another_way_is_refused_though_it_is_longer(site: Path, tmp_path: Path) -> None:
    put_back = backup(site, tmp_path / "backup")
    before = kept_in(site).read_text()
    write(site, 2)
    signed = kept_in(site).read_text()
    put_back()
    kept_in(site).write_text(before)
    write(site, 7)
    kept_in(site).write_text(signed)
    assert "is not the one that was signed" in refusal(site)
    assert run(["restored", "-c", str(site), "--reason", "unknown"]) == 0
    ok, _findings, notices = checked(site)
    assert (ok, notices) == (True, ["restored"])


def test_a_database_that_is_put_back_under_a_running_daemon_is_not_signed_over(site: Path, tmp_path: Path) -> None:
    put_back = backup(site, tmp_path / "backup")
    with open_store(load(site)) as store:
        read_log(store, 2)
        store.kept.keep()
        signed = kept_in(site).read_text()
        put_back()
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="an older database was put in its place"):
                read_log(store)
        with pytest.raises(IntegrityBroken, match="is older than what was signed"):
            store.kept.keep()
    assert kept_in(site).read_text() == signed


def test_what_was_said_to_be_lost_is_written_over_after_a_kill(site: Path, tmp_path: Path) -> None:
    """Killed after the entry and before the file."""
    put_back = backup(site, tmp_path / "backup")
    write(site, 5)
    put_back()
    lost = kept_in(site).read_text()
    assert run(["restored", "-c", str(site), "--reason", "x"]) == 0
    size = size_of(site)
    kept_in(site).write_text(lost)
    write(site, 0)
    with open_store(load(site)) as store:
        assert open_note(kept_in(site).read_text(), store.note_verifier).size == size


@pytest.mark.parametrize("change", ["altered", "empty", "of another site", "missing", "no file"])
def test_a_file_that_was_tampered_with_is_refused(site: Path, tmp_path: Path, change: str) -> None:
    file = kept_in(site)
    if change == "altered":
        file.write_text(file.read_text().replace("\n4\n", "\n2\n").replace("\n5\n", "\n2\n"))
    elif change == "empty":
        file.write_text("")
    elif change == "of another site":
        write(other := new_site(tmp_path / "other"), 2)
        file.write_text(kept_in(other).read_text())
    else:
        file.unlink()
        if change == "no file":
            file.mkdir()
    words = refusal(site)
    assert ("is gone" if change in ("missing", "no file") else "does not hold a checkpoint of this site") in words
    assert checked(site)[1] == ["lost"]
    if change != "no file":
        assert run(["restored", "-c", str(site), "--reason", "the file was lost"]) == 0
        assert checked(site) == (True, [], ["restored"])


def test_a_site_from_before_begins_to_keep_it(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    kept_in(site).unlink()
    with open_store(load(site)) as store:
        assert not kept_in(site).exists()
        CheckpointWatch(store, SystemClock()).begin()
    kept_in(site).unlink()
    assert "is gone" in refusal(site)


def test_a_copy_elsewhere_notices_what_was_put_back_as_a_whole(site: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "site.checkpoint"
    copy.parent.mkdir()
    text = site.read_text(encoding="utf-8").replace("[checkpoint]\n", f'[checkpoint]\ncopies = ["{copy}"]\n')
    site.write_text(text, encoding="utf-8")
    write(site, 1)
    data = site.parent / "data"
    shutil.copytree(data, tmp_path / "backup")
    write(site, 4)
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "backup", data)
    assert str(copy) in refusal(site)
    # A share that is not there stops nobody, and is told; once it is back, it is not written over.
    signed = copy.read_text()
    copy.parent.rename(tmp_path / "away")
    with open_store(load(site)) as store:
        with pytest.raises(StoreUnavailable, match="cannot be kept"):
            store.kept.keep()
        assert checked(site) == (True, [], ["not-kept"])
        (tmp_path / "away").rename(copy.parent)
        with pytest.raises(IntegrityBroken, match="elsewhere"):
            store.kept.keep()
    assert copy.read_text() == signed


_LOOP = """
import sys
from pathlib import Path
from mediad.config import load
from mediad.store import open_store
from tests.integration.mediad.test_restored import read_log
with open_store(load(Path(sys.argv[1]))) as store:
    while True:
        read_log(store)
        store.kept.keep()
        print("kept", flush=True)
"""


def test_no_kill_makes_it_newer_than_the_database(database_url: str, tmp_path: Path) -> None:
    site = site_on(tmp_path / "site", database_url)
    write(site, 1)
    for rounds in (1, 2, 3, 7, 12):
        with subprocess.Popen(
            [sys.executable, "-c", _LOOP, str(site)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for _ in range(rounds):
                assert process.stdout.readline() == "kept\n"
            process.send_signal(signal.SIGKILL)
        before = size_of(site)
        write(site, 0)
        assert size_of(site) == before
    left = [each.name for each in kept_in(site).parent.glob(".ledger.checkpoint.*")]
    assert left == []
    assert checked(site) == (True, [], [])
