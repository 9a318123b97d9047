"""I4: an entry first, then bytes; no entry, no bytes. With a real locked, read-only and killed store."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from evidence.entries import ViewingClosed, ViewingDelivered
from player.site import ViewingLimits
from tests.integration.player.conftest import Sealed
from tests.integration.player.site import OFFICER, Browser, Server, Store, opened

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def _locked(store: Store) -> Iterator[None]:
    """Another process holds the database's write lock."""
    other = sqlite3.connect(store.root / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_locked_database_gives_503_and_no_bytes(store: Store, sealed: Sealed) -> None:
    limits = ViewingLimits(ledger_wait_s=0.5)
    with Server(store, viewing=limits) as server:
        browser = server.browser(OFFICER)
        viewing = browser.open(sealed.own).json["id"]
        photo = browser.open(sealed.photo).json["media"]["url"]
        assert browser.segment(viewing, 0).status == 200
        with _locked(store):
            for answer in (browser.segment(viewing, 1), browser.get(photo), browser.open(sealed.own)):
                assert (answer.status, answer.code) == (503, "store-unavailable")
                assert len(answer.body) < 500
        assert browser.segment(viewing, 1).status == 200
        assert b"mediad_deliveries_total" in server.metrics.text()


def test_a_read_only_database_gives_503_and_no_bytes(store: Store, sealed: Sealed) -> None:
    with Server(store) as server:
        browser = server.browser(OFFICER)
        viewing = browser.open(sealed.own).json["id"]
        # As root no file mode stops SQLite: its own switch does the same to every connection of the pool.
        from sqlalchemy import event

        def refuse(connection: object, *_rest: object) -> None:
            connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]

        event.listen(store.engine, "checkout", refuse)
        answer = browser.segment(viewing, 0)
        assert (answer.status, answer.code) == (503, "store-unavailable")
        event.remove(store.engine, "checkout", refuse)
    assert store.entries(ViewingDelivered) == []


def test_the_entry_is_there_when_the_process_dies_right_after_the_bytes(tmp_path: Path, footage: object) -> None:
    source = footage.long  # type: ignore[attr-defined]
    command = [sys.executable, "-m", "tests.integration.player.serve_once", str(tmp_path), str(source)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        port, recording = child.stdout.readline().split()
        browser = Browser(int(port))
        signed_in = browser.post("/api/v1/session", {"account": OFFICER, "password": "a long enough one"})
        browser.csrf = signed_in.json["csrf"]
        viewing = browser.open(recording).json["id"]
        received = [browser.segment(viewing, seq) for seq in range(3)]
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()  # type: ignore[union-attr]
    assert [answer.status for answer in received] == [200, 200, 200]
    with opened(tmp_path) as store:
        assert [entry.seq for entry in store.entries(ViewingDelivered)] == [0, 1, 2]
        # The next process closes what the dead one left open.
        with Server(store):
            closed = store.entries(ViewingClosed)
        assert [(entry.viewing, entry.reason) for entry in closed] == [(viewing, "restart")]


def test_a_viewing_belongs_to_its_session(server: Server, sealed: Sealed) -> None:
    viewing = server.browser(OFFICER).open(sealed.own).json["id"]
    for thief in (server.browser(OFFICER), server.browser("legal")):
        for path in ("index.m3u8", "init.mp4", "0.m4s", "photo", f"thumbnails/{sealed.own}.jpg"):
            answer = thief.get(f"/api/v1/viewings/{viewing}/{path}")
            assert (answer.status, answer.code) == (410, "grant-expired")
        assert thief.post(f"/api/v1/viewings/{viewing}/close", {}).status == 410


def test_a_viewing_ends_without_activity_and_lives_on_with_it(store: Store, sealed: Sealed) -> None:
    limits = ViewingLimits(grant=timedelta(seconds=2))
    with Server(store, viewing=limits) as server:
        browser = server.browser(OFFICER)
        first, second = (browser.open(sealed.own).json["id"] for _ in range(2))
        for _ in range(5):
            _wait(0.7)
            assert browser.segment(first, 0).status == 200
        assert browser.segment(second, 0).status == 410
        assert browser.post(f"/api/v1/viewings/{second}/renew", {}).status == 410
        server.run(server.services.viewings.sweep())  # type: ignore[union-attr]
        ended = [entry for entry in store.entries(ViewingClosed) if entry.viewing == second]
        assert [entry.reason for entry in ended] == ["expired"]


def _wait(seconds: float) -> None:
    import time

    time.sleep(seconds)


def test_head_is_not_a_way_around(server: Server, sealed: Sealed, store: Store) -> None:
    browser = server.browser(OFFICER)
    viewing = browser.open(sealed.own).json["id"]
    assert browser.send("HEAD", f"/api/v1/viewings/{viewing}/0.m4s", None, {}).status == 405
    ranged = browser.get(f"/api/v1/viewings/{viewing}/0.m4s", Range="bytes=0-9")
    assert ranged.status == 200 and len(ranged.body) > 1000
    assert len(store.entries(ViewingDelivered)) == 1
