"""Full checks as rows, on both databases: asked for, broken off, answered, asked for again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from evidence.catalog.engine import connected, migrate, open_engine
from evidence.catalog.seal_checks import latest_checks, put_answer, put_state, seal_check, unanswered
from evidence.records import RecordingId
from evidence.verify import Finding

FIRST, SECOND = RecordingId("r" + "a" * 20), RecordingId("r" + "b" * 20)


def at(second: int) -> str:
    return f"2026-11-24T10:00:{second:02}.000000Z"


@pytest.fixture
def written(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


def test_an_answer_stays_while_the_next_is_waited_for(written: Engine) -> None:
    finding = Finding("segment-differs", "第 3 段", 3, 0, 17)
    with connected(written, writes=True) as c:
        assert seal_check(c, FIRST) is None
        put_state(c, FIRST, "queued", at(1))
        put_state(c, FIRST, "running", at(2))
        put_answer(c, FIRST, at(3), "altered", (finding,))
        put_state(c, FIRST, "queued", at(4))
    with connected(written) as c:
        row = seal_check(c, FIRST)
    assert row is not None
    assert (row.state, row.updated_at, row.answered_at, row.broken) == ("queued", at(4), at(3), "altered")
    assert row.findings == (finding,)


def test_the_latest_come_first_and_what_has_no_recording_is_not_begun_again(written: Engine) -> None:
    with connected(written, writes=True) as c:
        put_state(c, FIRST, "queued", at(1))
        put_state(c, SECOND, "failed", at(2), "the disk is gone")
        assert [row.recording for row in latest_checks(c, None, 10)] == [SECOND, FIRST]
        assert [row.recording for row in latest_checks(c, None, 1)] == [SECOND]
        (second,) = latest_checks(c, SECOND, 10)
        assert (second.reason, second.answered_at, second.findings) == ("the disk is gone", None, ())
        assert unanswered(c) == ()
