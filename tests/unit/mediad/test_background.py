"""Background work that fails is shown and begun again; stopping ends it."""

from __future__ import annotations

import asyncio

from mediad.background import Background


def test_a_failure_is_shown_until_the_next_success() -> None:
    async def scene() -> None:
        background, calls, failed = Background(), 0, asyncio.Event()

        async def work() -> None:
            nonlocal calls
            calls += 1
            if calls == 1:
                failed.set()
                raise OSError("the disk is full")

        background.every(0.01, "sweep", work)
        await failed.wait()
        await asyncio.sleep(0)
        assert background.failing() == ("sweep", "the disk is full")
        async with asyncio.timeout(5):
            while background.failing() is not None:
                await asyncio.sleep(0.01)
        assert calls >= 2
        await background.stop()
        seen = calls
        await asyncio.sleep(0.05)
        assert calls == seen

    asyncio.run(scene())
