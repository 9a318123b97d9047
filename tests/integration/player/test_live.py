"""Live pictures on protocol level: decided, logged first, carried over rotations, dropped for the slow, ended."""

from __future__ import annotations

import asyncio
import io
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import av
import pytest

from evidence.check_delivery import DeliveryRules
from evidence.entries import (
    LiveStarted,
    ViewingClosed,
    ViewingDelivered,
    ViewingOpened,
    ViewingRefused,
    ViewingRendered,
)
from tests.integration.player.site import OFFICER, Browser, Server, Store
from tests.live.feed import FRONT, Room
from tests.live.fixtures import room as room
from tests.live.fixtures import server as server
from tests.live.fixtures import store as store
from tests.live.fixtures import twin as twin
from tests.live.socket import Init, LiveSocket, Picture, live_socket


@asynccontextmanager
async def watching(server: Server, account: str = "supervisor") -> AsyncIterator[tuple[LiveSocket, str]]:
    browser = server.browser(account)
    answer = browser.open_live(FRONT)
    assert answer.status == 201, answer.body
    async with live_socket(server.port, browser.cookie, answer.json["id"]) as socket:
        yield socket, answer.json["id"]


def covered(store: Store, viewing: str, picture: Picture, recording: str) -> bool:
    return any(
        entry.viewing == viewing
        and entry.recording == recording
        and entry.start_ms <= picture.start_ms
        and picture.end_ms <= entry.end_ms
        for entry in store.entries(ViewingDelivered)
    )


def faults(store: Store) -> list[str]:
    rules = DeliveryRules()
    return [words for index, entry in enumerate(store.entries()) for _, words in rules.hear(index, entry)]


def test_pictures_come_at_once_are_logged_first_and_decode(server: Server, store: Store, room: Room) -> None:
    room.record()
    room.wait_sealed(1)

    async def scenario() -> tuple[str, list[Picture], bytes]:
        async with watching(server) as (socket, viewing):
            said = await socket.said("opening")
            assert said["tracks"][0]["mime"].startswith('video/mp4; codecs="avc1.')
            init = await socket.next()
            assert isinstance(init, Init)
            pictures = []
            for _ in range(80):
                picture = await socket.picture()
                if len(pictures) % 20 == 0:
                    assert covered(store, viewing, picture, said["recording"])
                pictures.append(picture)
            return said["recording"], pictures, init.data

    recording, pictures, init = asyncio.run(scenario())
    assert pictures[0].key
    assert [each.start_ms for each in pictures[1:]] == [each.end_ms for each in pictures[:-1]]
    with av.open(io.BytesIO(init + b"".join(each.data for each in pictures))) as decoded:
        assert len(list(decoded.decode(video=0))) == 80
    [opened_entry] = store.entries(ViewingOpened)
    assert (opened_entry.scope, opened_entry.channel, opened_entry.v) == ("live", FRONT, 2)
    assert opened_entry.policies == ("viewing.live-supervisor-unit",)
    delivered = store.entries(ViewingDelivered)
    assert {(each.item, each.recording) for each in delivered} == {("live", recording)}
    # Windows of two seconds, each joining the one before.
    assert [each.start_ms for each in delivered[1:]] == [each.end_ms for each in delivered[:-1]]
    assert all(each.end_ms % 2000 == 0 for each in delivered) and len(delivered) <= 4
    assert faults(store) == []


def test_with_the_socket_the_viewing_ends(server: Server, store: Store, room: Room) -> None:
    room.record()

    async def scenario() -> str:
        async with watching(server) as (socket, viewing):
            await socket.picture()
            browser = server.browser("supervisor")
            # A second page cannot join in.
            with pytest.raises(aiohttp.WSServerHandshakeError, match="410"):
                async with live_socket(server.port, browser.cookie, viewing):
                    pass
            return viewing

    viewing = asyncio.run(scenario())
    _until(lambda: bool(store.entries(ViewingClosed)))
    assert [(each.viewing, each.reason) for each in store.entries(ViewingClosed)] == [(viewing, "closed")]


def test_signing_out_ends_the_pictures(server: Server, store: Store, room: Room) -> None:
    room.record()
    browser = server.browser("legal")
    viewing = browser.open_live(FRONT).json["id"]

    async def scenario() -> None:
        async with live_socket(server.port, browser.cookie, viewing) as socket:
            await socket.picture()
            assert browser.delete("/api/v1/session").status == 204
            assert (await socket.said("ended"))["reason"] == "ended"
            assert await socket.next() is None

    asyncio.run(scenario())
    assert [each.reason for each in store.entries(ViewingClosed)] == ["signed-out"]
    assert faults(store) == []


def test_a_rotation_carries_viewers_over(server: Server, store: Store, room: Room) -> None:
    room.record()

    async def scenario() -> None:
        async with watching(server) as (socket, viewing):
            first = await socket.said("opening")
            await socket.picture()
            room.rotate()
            second = await socket.said("opening")
            assert second["recording"] != first["recording"] and second["opening"] != first["opening"]
            picture = await socket.picture()
            assert picture.key and picture.start_ms == 0 and picture.opening == second["opening"]
            assert covered(store, viewing, picture, second["recording"])

    asyncio.run(scenario())
    started = store.entries(LiveStarted)
    assert started[1].continues == started[0].recording
    assert faults(store) == []


def test_a_lost_camera_is_told_and_comes_back(server: Server, store: Store, room: Room) -> None:
    async def scenario() -> None:
        async with watching(server) as (socket, _):
            # Nothing is recorded: nothing is shown.
            assert (await socket.said("interrupted"))["reason"] == "stopped"
            room.record()
            await socket.picture()
            room.lose()
            assert (await socket.said("interrupted"))["reason"] == "lost"
            room.find()
            await socket.said("opening")
            assert (await socket.picture()).key
            room.stop()
            assert (await socket.said("interrupted"))["reason"] == "stopped"

    asyncio.run(scenario())
    assert faults(store) == []


def test_no_log_no_pictures_and_they_go_on_by_themselves(server: Server, store: Store, room: Room) -> None:
    room.record()
    room.wait_sealed(1)

    async def scenario() -> None:
        async with watching(server) as (socket, _):
            said = await socket.said("opening")
            first = await socket.picture()
            other = sqlite3.connect(store.root / "catalog.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            until_ms = max(each.end_ms for each in store.entries(ViewingDelivered))
            try:
                last = first
                while (
                    isinstance(found := await socket.next(), Picture)
                    or found == said
                    or found is None
                    or (isinstance(found, dict) and found["say"] != "log")
                ):
                    assert found is not None
                    last = found if isinstance(found, Picture) else last
                assert found == {"say": "log", "ok": False}
                assert last.end_ms <= until_ms + 2000  # one window may have been on its way
            finally:
                other.execute("ROLLBACK")
                other.close()
            assert (await socket.said("skipped"))["reason"] == "log"

    asyncio.run(scenario())
    assert faults(store) == []


def test_a_slow_viewer_is_dropped_to_a_keyframe_and_told(server: Server, store: Store, room: Room) -> None:
    room.record()

    async def scenario() -> None:
        async with watching(server) as (socket, _):
            await socket.picture()
            relays = server.services.relays  # type: ignore[union-attr]
            (queue,) = relays._queues
            # The viewer's line is full: what its queue holds waits.
            server.run(_stall(queue, 3.5))
            skipped = await socket.said("skipped")
            assert skipped["reason"] == "slow" and skipped["end_ms"] - skipped["start_ms"] >= 1000
            picture = await socket.picture()
            assert picture.key and picture.start_ms == skipped["end_ms"]

    asyncio.run(scenario())


async def _stall(queue: object, seconds: float) -> None:
    real, gate = queue.take, asyncio.Event()  # type: ignore[attr-defined]

    async def take(timeout_s: float) -> object:
        await gate.wait()
        return await real(timeout_s)

    queue.take = take  # type: ignore[attr-defined]
    await asyncio.sleep(seconds)
    queue.take = real  # type: ignore[attr-defined]
    gate.set()


def test_a_paused_viewer_is_handed_nothing(server: Server, store: Store, room: Room) -> None:
    room.record()

    async def scenario() -> None:
        async with watching(server) as (socket, _):
            await socket.picture()
            await socket.ask("pause")
            for _ in range(3):
                await socket.said("sealed")
            handed = len(store.entries(ViewingDelivered))
            await socket.said("sealed")
            await socket.said("sealed")
            assert len(store.entries(ViewingDelivered)) == handed
            await socket.ask("resume")
            assert (await socket.picture()).key

    asyncio.run(scenario())


def test_claims_are_compared_with_what_was_delivered(server: Server, store: Store, room: Room) -> None:
    room.record()

    async def scenario() -> None:
        async with watching(server) as (socket, _):
            recording = (await socket.said("opening"))["recording"]
            picture = await socket.picture()
            span = {"start_ms": picture.start_ms, "end_ms": picture.end_ms}
            await socket.ask("rendered", recording=recording, spans=[span])
            await socket.ask("rendered", recording=recording, spans=[{"start_ms": 9_000_000, "end_ms": 9_001_000}])
            assert (await socket.said("alarm"))["undelivered_ms"] == 1000
            await socket.ask("rendered", recording="r" + "a" * 20, spans=[span])
            assert (await socket.said("ended"))["reason"] == "invalid"

    asyncio.run(scenario())
    assert [each.undelivered_ms for each in store.entries(ViewingRendered)] == [0, 1000]
    [summary] = server.browser("oversight").get("/api/v1/viewing-log").json["viewings"]
    assert (summary["scope"], summary["channel"], summary["undelivered_ms"]) == ("live", FRONT, 1000)
    assert summary["delivered_ms"] >= 2000


@pytest.mark.parametrize("origin", ["http://evil.example", None, "http://127.0.0.1:1"])
def test_another_sites_page_gets_no_socket(server: Server, room: Room, origin: str | None) -> None:
    browser = server.browser("legal")
    viewing = browser.open_live(FRONT).json["id"]

    async def scenario() -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            async with live_socket(server.port, browser.cookie, viewing, origin=origin):
                pass

    asyncio.run(scenario())


ALLOWED = {
    "supervisor": ("case", 201),
    "legal": ("case", 201),
    "oversight": ("oversight", 201),
    "boss-2": ("case", 403),  # supervisor of another unit
    OFFICER: ("case", 403),
    "custodian": ("case", 403),
    "admin": ("case", 403),
}


@pytest.mark.parametrize("account", ALLOWED)
def test_who_may_watch_a_room(server: Server, store: Store, room: Room, account: str) -> None:
    purpose, status = ALLOWED[account]
    browser = server.browser(account)
    assert browser.open_live(FRONT, purpose).status == status
    if status == 403:
        [refused] = store.entries(ViewingRefused)
        assert (refused.account, refused.scope, refused.channel) == (account, "live", FRONT)
    if account == "oversight":
        assert browser.open_live(FRONT, "case").status == 403
    # Who may watch nothing learns nothing about what there is.
    unknown = browser.open_live("room-9/front", purpose)
    assert unknown.status == (404 if status == 201 else 404 if account == "boss-2" else 403)


def test_a_recordings_viewing_has_no_live_pictures(server: Server) -> None:
    browser = server.browser("legal")
    viewing = browser.open(None).json["id"]
    assert browser.get(f"/api/v1/viewings/{viewing}/live").status == 404
    live = browser.open_live(FRONT).json["id"]
    assert browser.get(f"/api/v1/viewings/{live}/thumbnails/r{'a' * 20}.jpg").status == 403
    plain = browser.get(f"/api/v1/viewings/{live}/live", Origin=f"http://127.0.0.1:{server.port}")
    assert (plain.status, plain.code) == (400, "invalid")


def test_scopes_name_what_they_are_of(server: Server) -> None:
    browser = Browser(server.port)
    browser = server.browser("legal")
    for body in (
        {"scope": "live"},
        {"scope": "live", "channel": FRONT, "recording": "r" + "a" * 20},
        {"scope": "library", "channel": FRONT},
        {"scope": "live", "channel": "room-1"},
    ):
        assert browser.post("/api/v1/viewings", {"purpose": "case", "note": "", **body}).status == 400


def _until(holds: object, seconds: float = 5.0) -> None:
    import time

    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)
