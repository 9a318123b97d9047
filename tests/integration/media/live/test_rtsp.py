"""The channel worker on a real recorder's RTSP: what is recorded, what is watched, what is noticed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from evidence.clock import from_text
from evidence.live import Fragment, Gone, Heard, Noticed, Open, Opened, Seen
from evidence.media.esd import AccessUnits, au_list_digest
from evidence.media.index import index
from evidence.media.samples import SampleTable
from tests.recorder.channel_worker import channel_worker, is_fragment, is_gone, is_kind
from tests.recorder.recorder import Recorder, recorder

_SMALL = {"width": 320, "height": 176, "gop": 25}
MOUNTS: tuple[dict[str, Any], ...] = (
    {"path": "/aac", "audio": "aac", **_SMALL},
    {"path": "/alaw", "audio": "alaw", **_SMALL},
    {"path": "/mulaw", "audio": "mulaw", **_SMALL},
    {"path": "/hevc", "video": "h265", "audio": "none", **_SMALL},
    {"path": "/locked", "audio": "none", "user": "kan", "password": "shou:1", **_SMALL},
)


@pytest.fixture(scope="module")
def camera() -> Iterator[Recorder]:
    with recorder(*MOUNTS) as running:
        yield running


@pytest.mark.parametrize("path", ["/aac", "/alaw", "/mulaw", "/hevc"])
def test_the_file_of_a_source_plays_and_holds_what_was_said_of_it(camera: Recorder, path: str, tmp_path: Path) -> None:
    with channel_worker(Open(kind="rtsp", address=camera.address(path), fragment_ms=1000)) as worker:
        worker.until(is_fragment(3))
    file = tmp_path / "live.mp4"
    file.write_bytes(worker.file())
    found = index(file, tmp_path, "live.mp4")
    (opened, *_), fragments = worker.all(Opened), worker.all(Fragment)
    assert found.container.startswith("mov") and found.kind == "video"
    assert [track.codec for track in found.tracks] == [track.codec for track in opened.tracks]
    assert found.tracks[0].config_digest == opened.tracks[0].config_digest
    digests = (tmp_path / str(found.au_digests_file)).read_bytes()
    for track, table in zip(found.tracks, _table(tmp_path, found.samples_file).tracks, strict=True):
        parts = [part for fragment in fragments for part in fragment.tracks if part.track == track.number]
        # What was said of each stretch is what a fresh reader finds in the file.
        assert [part.first_au for part in parts] == _sums([len(part.pts) for part in parts])
        for part in parts:
            stretch = digests[32 * part.first_au : 32 * (part.first_au + len(part.pts))]
            assert au_list_digest(stretch) == part.au_digest
            assert table.pts[part.first_au : part.first_au + len(part.pts)].tolist() == list(part.pts)
            assert table.duration[part.first_au : part.first_au + len(part.pts)].tolist() == list(part.durations)
        digests = digests[32 * track.n_au :]
    for before, after in pairwise(fragments):
        assert before.end_us == after.start_us
        assert 900_000 <= after.start_us - before.start_us <= 1_200_000


@pytest.mark.parametrize("path", ["/aac", "/alaw"])
def test_what_is_watched_is_what_is_recorded(camera: Recorder, path: str) -> None:
    with channel_worker(Open(kind="rtsp", address=camera.address(path), fragment_ms=1000)) as worker:
        worker.until(is_fragment(2))
    recorded, n = _decoded(worker.file(), "video"), len(_decoded(worker.file(), "audio"))
    assert _decoded(worker.watched(0), "video")[: len(recorded)] == recorded
    assert _decoded(worker.watched(1), "audio")[:n] == _decoded(worker.file(), "audio")


def test_receipt_is_on_the_servers_clock_and_the_cameras_clock_stands_beside_it(camera: Recorder) -> None:
    with channel_worker(Open(kind="rtsp", address=camera.address("/aac"), fragment_ms=1000)) as worker:
        worker.until(lambda said: isinstance(said, Fragment) and said.camera_at is not None)
    fragments = worker.all(Fragment)
    moments = [from_text(fragment.received_at).timestamp() - fragment.start_us / 1e6 for fragment in fragments]
    # The same instant of media time 0, within the jitter of a loopback connection.
    assert max(moments) - min(moments) < 0.25
    last = fragments[-1]
    assert abs(from_text(last.received_at) - from_text(str(last.camera_at))).total_seconds() < 0.5


def test_a_password_is_used_and_a_wrong_one_is_never_repeated(camera: Recorder) -> None:
    with channel_worker(Open(kind="rtsp", address=camera.address("/locked", "kan", "shou%3A1"))) as worker:
        worker.until(lambda said: isinstance(said, Opened))
    with channel_worker(Open(kind="rtsp", address=camera.address("/locked", "kan", "geheim"))) as worker:
        gone = worker.until(is_gone)
    assert isinstance(gone, Gone) and gone.code == "refused"
    assert "geheim" not in gone.reason and "kan" not in gone.reason


def test_nobody_there_is_said_at_once() -> None:
    with channel_worker(Open(kind="rtsp", address="rtsp://127.0.0.1:9/x")) as worker:
        gone = worker.until(is_gone, timeout_s=15)
    assert isinstance(gone, Gone) and gone.code == "unreachable"


def test_black_frozen_and_silent_are_seen_and_heard() -> None:
    with (
        recorder({"path": "/a", "audio": "aac", "gop": 25}) as camera,
        channel_worker(Open(kind="rtsp", address=camera.address("/a"), fragment_ms=1000)) as worker,
    ):
        worker.until(is_fragment(1))
        usual = [seen for seen in worker.all(Seen) if seen.change is not None]
        assert all(seen.mean > 40 and seen.deviation > 20 and (seen.change or 0) > 1 for seen in usual)
        assert max(heard.rms_db for heard in worker.all(Heard)) > -40
        for fault in ("black", "silent"):
            camera.order("/a", fault)
        worker.until(lambda said: isinstance(said, Seen) and said.mean < 20 and said.deviation < 3)
        worker.until(lambda said: isinstance(said, Heard) and said.rms_db < -80)
        camera.order("/a", "black", False)
        worker.until(lambda said: isinstance(said, Seen) and said.mean > 40)
        camera.order("/a", "frozen")
        worker.until(lambda said: isinstance(said, Seen) and said.change is not None and said.change < 0.5)


def test_missing_pictures_a_hole_and_another_format_are_noticed() -> None:
    with (
        recorder({"path": "/a", "audio": "aac", "gop": 25}) as camera,
        channel_worker(Open(kind="rtsp", address=camera.address("/a"), fragment_ms=1000, silence_s=20)) as worker,
    ):
        worker.until(is_fragment(0))
        camera.order("/a", "size", [480, 272])
        worker.until(is_kind("format-changed"))
        worker.until(lambda said: isinstance(said, Opened))
        assert [(o.tracks[0].width, o.tracks[0].height) for o in worker.all(Opened)] == [(640, 360), (480, 272)]
        assert len({opened.format for opened in worker.all(Opened)}) == 2
        worker.until(is_fragment(0))
        n_opened = len(worker.all(Opened))
        camera.order("/a", "drop")
        heard = len(worker.all(Heard))
        worker.until(lambda said: len(worker.all(Heard)) >= heard + 12)  # 2.4 s
        camera.order("/a", "drop", False)
        hole = worker.until(is_kind("gap"))
        worker.until(is_fragment(0))
        assert len(worker.all(Opened)) == n_opened + 1
        assert isinstance(hole, Noticed) and "No picture came for 2" in hole.detail


def test_a_stalled_source_is_given_up_and_a_cut_connection_ends_after_all_was_said() -> None:
    # A mount each: one that has just lost its viewer may refuse the next for a moment.
    mounts: tuple[dict[str, Any], ...] = ({"path": "/stall", **_SMALL}, {"path": "/cut", **_SMALL})
    with recorder(*mounts) as camera:
        address = camera.address("/stall")
        with channel_worker(Open(kind="rtsp", address=address, fragment_ms=1000, silence_s=2)) as worker:
            worker.until(is_fragment(0))
            camera.order("/stall", "stall")
            gone = worker.until(is_gone)
            assert isinstance(gone, Gone) and gone.code == "stalled"
        with channel_worker(Open(kind="rtsp", address=camera.address("/cut"), fragment_ms=1000)) as worker:
            worker.until(is_fragment(0))
            camera.order("/cut", "reset")
            worker.until(is_gone)
            # What had come of the open fragment is closed and said before the worker goes.
            assert isinstance(worker.said[-2][0], Fragment)


def _table(scratch: Path, name: str | None) -> SampleTable:
    return SampleTable.from_bytes((scratch / str(name)).read_bytes())


def _sums(lengths: list[int]) -> list[int]:
    return [sum(lengths[:n]) for n in range(len(lengths))]


def _decoded(data: bytes, kind: str) -> list[bytes]:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(container.streams.get({kind: 0})[0])]


def test_units_are_those_that_were_sent(tmp_path: Path) -> None:
    """A file replayed over RTSP: every access unit of the recording is one of the file's, in order, none left out."""
    source = tmp_path / "source.mp4"
    with av.open(str(source), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"g": "25", "bf": "0", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(200):
            frame = av.VideoFrame(320, 180, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number % 200 + 20]) * plane.buffer_size)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with (
        recorder({"path": "/file", "file": str(source)}) as camera,
        channel_worker(Open(kind="rtsp", address=camera.address("/file"), fragment_ms=1000)) as worker,
    ):
        worker.until(is_fragment(4))
    sent = _digests(source)
    file = tmp_path / "live.mp4"
    file.write_bytes(worker.file())
    got = _digests(file)
    first = sent.index(got[0])
    assert len(got) >= 100 and got == sent[first : first + len(got)]


def _digests(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        units = AccessUnits("h264", bytes(stream.codec_context.extradata or b""))
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        return [units.digest(data, 0, len(data)) for data in packets]
