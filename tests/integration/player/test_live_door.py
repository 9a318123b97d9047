"""I4 where requests of one live viewing cross: whoever waits is answered for its own pictures, by the ledger's word."""

from __future__ import annotations

import asyncio

from evidence.entries import LiveStarted, ViewingDelivered
from evidence.records import RecordingId, ViewingId
from player.viewing import Grant
from tests.integration.player.site import Server, Store
from tests.live.feed import FRONT, Room
from tests.live.fixtures import room as room
from tests.live.fixtures import server as server
from tests.live.fixtures import store as store
from tests.live.fixtures import twin as twin


def _watching(server: Server, store: Store, room: Room) -> tuple[Grant, RecordingId]:
    room.record()
    room.wait_sealed(1)
    viewing = server.browser("supervisor").open_live(FRONT).json["id"]
    assert server.services is not None
    grant = server.services.viewings._grants[ViewingId(viewing)]
    return grant, store.entries(LiveStarted)[0].recording


def _is_logged(store: Store, start_ms: int, end_ms: int) -> bool:
    return any(each.start_ms <= start_ms and end_ms <= each.end_ms for each in store.entries(ViewingDelivered))


def test_a_request_that_leads_the_log_elsewhere_lets_no_other_out_unlogged(
    server: Server, store: Store, room: Room
) -> None:
    """One waits at the border of a window that is being written; another asks for pictures far from it."""
    grant, recording = _watching(server, store, room)
    assert server.services is not None
    door = server.services.live_door

    async def cross() -> tuple[bool, bool]:
        await door.cover(grant, recording, 50_000, 50_040)
        # The next window, up to 54 s, is on its way from here on.
        assert door.is_covered(grant, recording, 51_100, 51_140)
        near = asyncio.create_task(door.cover(grant, recording, 53_960, 54_030))
        far = asyncio.create_task(door.cover(grant, recording, 60_000, 60_040))
        await near
        said_near = _is_logged(store, 53_960, 54_000) and _is_logged(store, 54_000, 54_030)
        await far
        return said_near, _is_logged(store, 60_000, 60_040)

    assert server.run(cross()) == (True, True)


def test_requests_all_over_a_recording_at_once_are_each_logged(server: Server, store: Store, room: Room) -> None:
    grant, recording = _watching(server, store, room)
    assert server.services is not None
    door = server.services.live_door
    starts = [at * 1_700 + 1_900 for at in range(30)]

    async def one(start_ms: int) -> bool:
        await door.cover(grant, recording, start_ms, start_ms + 200)
        border = -(-start_ms // 2_000) * 2_000
        pieces = [(start_ms, border), (border, start_ms + 200)] if start_ms < border < start_ms + 200 else []
        return all(_is_logged(store, *each) for each in pieces or [(start_ms, start_ms + 200)])

    async def all_at_once() -> list[bool]:
        async with asyncio.timeout(10):
            return await asyncio.gather(*(one(each) for each in (*starts, *reversed(starts))))

    assert all(server.run(all_at_once()))
