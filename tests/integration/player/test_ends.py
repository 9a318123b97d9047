"""The end of a viewing: one entry, and no delivery behind it, however the requests meet. On both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text

from evidence.catalog import schema
from evidence.catalog.engine import connected
from evidence.check_delivery import DeliveryRules
from evidence.entries import ViewingClosed, ViewingDelivered
from evidence.errors import StoreUnavailable
from evidence.media import packager, specimens
from evidence.media.samples import SampleTable
from evidence.records import RecordingId, ViewingId
from player.reels import Reel
from player.site import ViewingLimits
from player.viewing import Grant, Viewings
from tests.integration.player.site import OFFICER, Server, Store, add_people, opened


class _HeldPackager:
    """Packages as a worker does, but holds the segment back until it is told to go on."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def segment(self, reel: Reel, seq: int) -> bytes:
        self.asked.set()
        assert self.go_on.wait(20)
        return packager.segment(reel.path, reel.table, reel.segments[seq].cut)

    def init(self, path: Path, samples: Path) -> bytes:
        return packager.init_segment(path, SampleTable.from_bytes(samples.read_bytes()))


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[Store]:
    with opened(tmp_path, url=database_url) as store:
        yield store


@pytest.fixture
def recording(store: Store, tmp_path: Path) -> Iterator[RecordingId]:
    """Of a kind that goes through the packager."""
    add_people(store)
    source = specimens.make("ts", tmp_path / "a.ts", seconds=5, width=160, height=96)
    yield store.seal(source)


def _viewings(server: Server) -> Viewings:
    assert server.services is not None
    return server.services.viewings


def _grant(server: Server, viewing: str) -> Grant:
    return _viewings(server)._grants[ViewingId(viewing)]


def _faults(store: Store) -> list[object]:
    """What `mediad check` would say about deliveries."""
    rules = DeliveryRules()
    return [fault for index, entry in enumerate(store.entries()) for fault in rules.hear(index, entry)]


def test_a_segment_that_was_being_packaged_when_the_viewing_ended_is_not_handed_out(
    store: Store, recording: RecordingId
) -> None:
    held = _HeldPackager()
    with Server(store, packager=held) as server, ThreadPoolExecutor() as pool:
        browser = server.browser(OFFICER)
        viewing = browser.open(recording).json["id"]
        coming = pool.submit(browser.segment, viewing, 0)
        assert held.asked.wait(20)
        assert browser.post(f"/api/v1/viewings/{viewing}/close", {}).status == 204
        held.go_on.set()
        answer = coming.result(20)
    assert (answer.status, answer.code) == (410, "grant-expired")
    assert store.entries(ViewingDelivered) == []
    assert _faults(store) == []


def test_however_many_end_a_viewing_at_once_it_ends_once(store: Store, recording: RecordingId) -> None:
    with Server(store, packager=_HeldPackager()) as server:
        browser = server.browser(OFFICER)
        grants = [_grant(server, browser.open(recording).json["id"]) for _ in range(3)]
        viewings = _viewings(server)

        async def end_in_every_way() -> None:
            # None of them waits for another: each begins while the entry of the first is still to be written.
            await asyncio.gather(
                viewings.close(grants[0], "closed"),
                viewings.close(grants[0], "left"),
                viewings.close_all(),
                viewings.sweep(),
            )

        server.run(end_in_every_way())
        closed = store.entries(ViewingClosed)
        assert sorted((each.viewing, each.reason) for each in closed) == sorted(
            (grant.id, "closed" if grant is grants[0] else "restart") for grant in grants
        )


def test_an_end_that_was_written_late_is_not_written_again(store: Store, recording: RecordingId) -> None:
    with Server(store, packager=_HeldPackager(), viewing=ViewingLimits(ledger_wait_s=0.3)) as server:
        browser = server.browser(OFFICER)
        grant = _grant(server, browser.open(recording).json["id"])
        viewings = _viewings(server)
        with connected(store.engine, writes=True) as other:
            # As another process does that appends: the writer has taken the entry and waits for its turn.
            other.execute(select(schema.ledger_head.c.size).with_for_update())
            for _ in range(2):
                with pytest.raises(StoreUnavailable):
                    server.run(viewings.close(grant, "closed"))
            assert browser.segment(grant.id, 0).status == 410
        store.writer.write(lambda _connection: None)
        server.run(viewings.sweep())
        assert [each.reason for each in store.entries(ViewingClosed)] == ["closed"]
        assert grant.id not in viewings._grants


def test_an_end_that_was_refused_is_handed_in_again(store: Store, recording: RecordingId) -> None:
    with Server(store, packager=_HeldPackager()) as server:
        browser = server.browser(OFFICER)
        grant = _grant(server, browser.open(recording).json["id"])
        viewings = _viewings(server)
        with connected(store.engine, writes=True) as connection:
            connection.execute(text("ALTER TABLE ledger_checkpoints RENAME TO away"))
        with pytest.raises(StoreUnavailable):
            server.run(viewings.close(grant, "closed"))
        with connected(store.engine, writes=True) as connection:
            connection.execute(text("ALTER TABLE away RENAME TO ledger_checkpoints"))
        server.run(viewings.sweep())
        assert [each.reason for each in store.entries(ViewingClosed)] == ["closed"]
