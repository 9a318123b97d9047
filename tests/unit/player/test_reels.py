"""The memory of reels: loaded once for many who ask, dropped in the order of use, never past the budget."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.errors import MediaUnreadable
from evidence.media.samples import SampleTable
from evidence.records import RecordingId
from player.reels import Reel, Reels


def _reel(recording: RecordingId, init_bytes: int = 100) -> Reel:
    return Reel(
        recording=recording,
        source="original",
        packaged=False,
        path=Path("x"),
        samples_path=Path("y"),
        started_at=datetime(2026, 11, 24, tzinfo=UTC),
        init=bytes(init_bytes),
        table=SampleTable(()),
        segments=(),
        starts_ms=(),
    )


class _Loader:
    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.fail = False

    async def __call__(self, recording: RecordingId) -> Reel:
        await asyncio.sleep(0)
        self.loaded.append(recording)
        if self.fail:
            raise MediaUnreadable("not yet")
        return _reel(recording)


def test_many_who_ask_at_once_cause_one_load() -> None:
    async def run() -> list[str]:
        loader = _Loader()
        reels = Reels(loader)
        found = await asyncio.gather(*(reels.get(RecordingId("a")) for _ in range(10)))
        assert all(reel is found[0] for reel in found)
        assert await reels.get(RecordingId("a")) is found[0]
        return loader.loaded

    assert asyncio.run(run()) == ["a"]


def test_the_least_recently_used_goes_first() -> None:
    async def run() -> list[str]:
        loader = _Loader()
        reels = Reels(loader, budget_bytes=250)
        for name in ("a", "b", "a", "c", "a", "b"):
            await reels.get(RecordingId(name))
        return loader.loaded

    # c pushes b out, for a was used after it.
    assert asyncio.run(run()) == ["a", "b", "c", "b"]


def test_one_reel_over_the_budget_is_kept_while_it_is_the_newest() -> None:
    async def run() -> list[str]:
        loader = _Loader()
        reels = Reels(loader, budget_bytes=10)
        for name in ("a", "a", "b", "a"):
            await reels.get(RecordingId(name))
        return loader.loaded

    assert asyncio.run(run()) == ["a", "b", "a"]


def test_a_failure_reaches_everyone_and_is_not_remembered() -> None:
    async def run() -> None:
        loader = _Loader()
        reels = Reels(loader)
        loader.fail = True
        results = await asyncio.gather(*(reels.get(RecordingId("a")) for _ in range(3)), return_exceptions=True)
        assert all(isinstance(each, MediaUnreadable) for each in results)
        with pytest.raises(MediaUnreadable):
            await reels.get(RecordingId("a"))
        loader.fail = False
        assert (await reels.get(RecordingId("a"))).recording == "a"

    asyncio.run(run())


def test_one_who_leaves_does_not_take_the_reel_from_the_others() -> None:
    async def run() -> None:
        reels = Reels(_Loader())
        hasty = asyncio.ensure_future(reels.get(RecordingId("a")))
        patient = asyncio.ensure_future(reels.get(RecordingId("a")))
        await asyncio.sleep(0)
        hasty.cancel()
        assert (await patient).recording == "a"

    asyncio.run(run())
