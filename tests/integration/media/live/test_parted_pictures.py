"""A camera that repeats its parameter sets between the slices of a picture: every picture is recorded whole."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from evidence.live import Chunk, Fragment
from tests.integration.recorders.footage import read

N = 100
_START = b"\0\0\0\1"


def nals(data: bytes) -> list[bytes]:
    parts = data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [part for part in parts if part]


def made(path: Path, *, parted: bool, keyframes_only: bool) -> Path:
    """Two slices a picture, as MPEG-TS; `parted`: with parameter sets before each slice."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 160, 96, "yuv420p", 25
    encoder.time_base = 1 / encoder.framerate
    encoder.options = {"g": "25", "bf": "0", "preset": "ultrafast", "x264-params": "slices=2:repeat-headers=1"}
    with av.open(str(path), "w", format="mpegts") as out:
        stream = out.add_stream("h264", rate=25)
        stream.width, stream.height = 160, 96
        sets: list[bytes] = []
        for number in range(N + 1):
            frame = None
            if number < N:
                frame = av.VideoFrame(160, 96, "yuv420p")
                for plane in frame.planes:
                    plane.update(bytes((number * 3 + x) % 200 + 20 for x in range(plane.line_size)) * plane.height)
                frame.pts = number
            for packet in encoder.encode(frame):
                found = nals(bytes(packet))
                sets = [nal for nal in found if nal[0] & 0x1F in (7, 8)] or sets
                first, second = (nal for nal in found if nal[0] & 0x1F in (1, 5))
                parts = parted and (packet.is_keyframe or not keyframes_only)
                begin = sets if packet.is_keyframe or parts else []
                data = b"".join(_START + nal for nal in (*begin, first, *(sets if parts else ()), second))
                whole = av.Packet(data)
                whole.pts = whole.dts = packet.pts
                whole.time_base, whole.stream, whole.is_keyframe = packet.time_base, stream, packet.is_keyframe
                out.mux(whole)
    return path


@pytest.mark.parametrize("keyframes_only", [True, False])
def test_every_picture_is_recorded_whole(tmp_path: Path, keyframes_only: bool) -> None:
    plain = read(made(tmp_path / "plain.ts", parted=False, keyframes_only=False))
    take = read(made(tmp_path / "parted.ts", parted=True, keyframes_only=keyframes_only))
    for found in (plain, take):
        assert sum(len(part.pts) for each in found.fragments for part in each.said.tracks) == N
        assert sum(each.said.n_dropped for each in found.fragments) == 0
    # ESD-1 leaves parameter sets out: the digests are those of the pictures that were not parted.
    assert [each.said.tracks[0].au_digest for each in take.fragments] == [
        each.said.tracks[0].au_digest for each in plain.fragments
    ]
    file = tmp_path / "recorded.mp4"
    file.write_bytes(take.stream.init + b"".join(each.data for each in take.fragments))
    with av.open(str(file)) as recorded:
        assert sum(1 for frame in recorded.decode(video=0) if not frame.is_corrupt) == N


def test_of_other_sources_no_picture_is_held_back(tmp_path: Path) -> None:
    """But the first: what is handed out for watching ends with the newest picture."""
    take = read(made(tmp_path / "plain.ts", parted=False, keyframes_only=False))
    shown = [said.pts for said, _ in take.said if isinstance(said, Chunk)]
    closed = [pts for said, _ in take.said if isinstance(said, Fragment) for part in said.tracks for pts in part.pts]
    assert len(shown) == N and shown == closed
