"""News for browsers: the latest state of each thing, bounded, from any thread."""

from __future__ import annotations

import asyncio
import threading

from player.feeds import _MAX_WAITING, Bay, Broadcaster, Event, Inbox, Job


def _job(name: str, progress: float = 0.0) -> Job:
    return Job(id=name, kind="phashes", recording=None, state="running", progress=progress, reason=None, updated_at="")


def _take(inbox: Inbox) -> tuple[bool, tuple[Event, ...]]:
    return inbox.loop.run_until_complete(inbox.take(0.05))


def test_a_thing_that_changes_often_is_told_once_as_it_is_now() -> None:
    with asyncio.Runner() as runner:
        inbox = Inbox(runner.get_loop())
        for n in range(100):
            inbox.put(_job("a", n / 100))
            inbox.put(_job("b"))
        assert _take(inbox) == (False, (_job("a", 0.99), _job("b")))
        assert _take(inbox) == (False, ())


def test_too_many_things_are_dropped_and_said_to_be() -> None:
    with asyncio.Runner() as runner:
        inbox = Inbox(runner.get_loop())
        for n in range(_MAX_WAITING + 1):
            inbox.put(_job(str(n)))
        lost, news = _take(inbox)
        assert lost and len(news) == 1
        inbox.put(_job("next"))
        assert _take(inbox) == (False, (_job("next"),))


def test_news_comes_from_any_thread_and_only_to_who_listens() -> None:
    async def listen() -> tuple[bool, tuple[Event, ...]]:
        broadcaster = Broadcaster()
        broadcaster.publish(_job("before"))
        with broadcaster.listening() as inbox:
            thread = threading.Thread(target=broadcaster.publish, args=(_job("now"),))
            thread.start()
            taken = await inbox.take(5)
            thread.join()
        broadcaster.publish(_job("after"))
        await asyncio.sleep(0)
        assert await inbox.take(0.01) == (False, ())
        return taken

    assert asyncio.run(listen()) == (False, (_job("now"),))


def test_a_bay_and_a_job_of_one_name_are_two_things() -> None:
    bay = Bay(
        name="a", label="a", path="/a", state="safe", present=True, reason=None, files_total=0, files_done=0,
        files_failed=0, bytes_total=0, bytes_done=0, bytes_per_s=None, seconds_left=None, current=None, since=None,
        last_finished_at=None,
    )  # fmt: skip
    with asyncio.Runner() as runner:
        inbox = Inbox(runner.get_loop())
        inbox.put(bay)
        inbox.put(_job("a"))
        assert _take(inbox) == (False, (bay, _job("a")))
