"""What was recorded already goes by unsaid."""

from __future__ import annotations

from evidence.canonical import Digest
from evidence.live import Fragment, FragmentTrack, Opened, Passed, Said
from evidence.media.live.passing import Passing, taken_of

DIGEST = Digest("0" * 64)


def opened() -> Opened:
    return Opened(tracks=(), source_codecs=(), sizes=(), format=DIGEST)


def fragment(seq: int) -> Fragment:
    pts = tuple(range(seq * 100, seq * 100 + 50))
    part = FragmentTrack(track=0, first_au=seq * 50, au_digest=DIGEST, pts=pts, durations=pts, keys=())
    return Fragment(seq=seq, tracks=(part,), start_us=seq, end_us=seq + 1, received_at="", camera_at=None)


def said_after(taken: int | None, *messages: Said) -> tuple[list[Said], Passing]:
    heard: list[Said] = []
    passing = Passing(lambda said, _: heard.append(said), () if taken is None else tuple(taken_of(fragment(taken))))
    for each in messages:
        passing(each, b"")
    return heard, passing


def test_with_nothing_taken_everything_is_said() -> None:
    heard, _ = said_after(None, opened(), fragment(0))
    assert heard == [opened(), fragment(0)]


def test_what_was_taken_goes_by_and_what_follows_is_said_as_resumed() -> None:
    heard, passing = said_after(1, opened(), fragment(0), fragment(1), fragment(2))
    assert [type(each) for each in heard] == [Opened, Fragment] and not passing.goes_on
    assert isinstance(heard[0], Opened) and heard[0].resumed
    assert heard[1] == fragment(2)


def test_content_alone_does_not_decide() -> None:
    """A still picture gives the same digest again and again: its place in time is part of what is looked for."""
    heard, passing = said_after(7, opened(), fragment(0), fragment(1))
    assert heard == [] and passing.goes_on


def test_a_long_way_is_told_now_and_then() -> None:
    heard, _ = said_after(5000, opened(), *(fragment(n) for n in range(450)))
    assert heard == [Passed(), Passed()]
