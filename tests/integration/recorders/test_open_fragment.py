"""A fragment that no worker closed is made of its pieces as the worker would have made it."""

from __future__ import annotations

import pytest

from evidence.live import Chunk, Fragment, Opened, Said
from ingest.recorders.open_fragment import OpenFragment
from ingest.recorders.tape import Closed
from tests.integration.recorders.footage import Take, take
from tests.integration.recorders.site import Site


def opened(footage: Take) -> OpenFragment:
    left = OpenFragment()
    left.opened(footage.stream.said)
    return left


def heard(left: OpenFragment, said: Said, data: bytes) -> None:
    match said:
        case Chunk():
            left.chunk(said, data)
        case Fragment():
            left.closed(said)
        case Opened():
            left.opened(said)


@pytest.mark.parametrize("kind", ["mkv", "mkv-bframes"])
def test_it_is_what_the_worker_would_have_closed(kind: str) -> None:
    footage = take("mkv", 8, bframes=2) if kind == "mkv-bframes" else take("mkv", 8)
    left, closed = opened(footage), list(footage.fragments)
    for said, data in footage.said:
        if isinstance(said, Fragment) and said.seq == 2:
            break
        heard(left, said, data)
    third, *_ = left.close()
    assert third.said.tracks == closed[2].said.tracks and third.data == closed[2].data
    assert (third.said.start_us, third.said.end_us) == (closed[2].said.start_us, closed[2].said.end_us)


def test_pictures_up_to_any_moment_are_recorded_and_sealed(site: Site) -> None:
    """The worker ends between two pictures: what was handed out for watching is in the file, down to the last one."""
    footage = take("mkv", 8)
    tape = site.tape()
    tape.record(None)
    tape.opened(footage.stream)
    left, shown = opened(footage), 0
    for said, data in footage.said:
        if isinstance(said, Chunk) and said.track == 0:
            if shown == 93:
                break
            shown += 1
        heard(left, said, data)
        if isinstance(said, Fragment):
            site.come(tape, Closed(said, data))
    for closed in left.close():
        site.come(tape, closed)
    tape.lost("broken", "The worker ended.")
    (row,) = site.recordings()
    assert row.duration_ms == 93 * 40
    site.finish()
    assert site.recordings()[0].state == "sealed"
    checked = site.check()
    assert checked.findings == ()


def test_without_a_picture_nothing_is_left() -> None:
    footage = take("mkv", 8)
    left = opened(footage)
    for said, data in footage.said:
        if isinstance(said, Chunk) and said.track == 1:
            left.chunk(said, data)
    assert left.close() == []
