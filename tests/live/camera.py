"""A generated camera: pictures with a machine-readable clock, encoded without delay, as access units in fMP4 form."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np

from evidence.records import Track

FPS = 25
TIMESCALE = 12_800
TICKS = TIMESCALE // FPS
_TRACK_ID = 1
_KEY, _DELTA = 0x02000000, 0x01010000


@dataclass(frozen=True, slots=True)
class Coded:
    """One access unit: length-prefixed NAL units."""

    n: int
    data: bytes
    key: bool


class Camera:
    """H.264 at 25 pictures a second, a keyframe every `gop`. Not thread-safe."""

    def __init__(self, width: int = 320, height: int = 180, gop: int = 25) -> None:
        self.width, self.height, self._gop = width, height, gop
        self._init = _init(width, height)
        self._encoder: Any = _encoder(width, height, gop)
        self._n = 0
        at = self._init.index(b"avcC") + 5
        self.codec_string = f"avc1.{self._init[at : at + 3].hex()}"

    @property
    def init(self) -> bytes:
        return self._init

    @property
    def track(self) -> Track:
        return Track(
            number=0,
            kind="video",
            codec="h264",
            codec_string=self.codec_string,
            timescale=TIMESCALE,
            n_au=0,
            duration_ticks=0,
            width=self.width,
            height=self.height,
        )

    def shoot(self, clock_ms: int) -> Coded:
        """Encode the next picture, with the low 32 bits of `clock_ms` burnt in."""
        frame = av.VideoFrame.from_ndarray(picture(self.width, self.height, clock_ms), format="gray")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = self._n, Fraction(1, FPS)
        (packet,) = self._encoder.encode(frame)
        coded = Coded(self._n, _length_prefixed(bytes(packet)), packet.is_keyframe)
        self._n += 1
        return coded


def picture(width: int, height: int, clock_ms: int) -> np.ndarray[Any, Any]:
    """Grey with moving stripes; above them 32 blocks, most significant bit first: white is 1."""
    rows = np.full((height, width), 96, np.uint8)
    rows[height // 2 :, (np.arange(width) + clock_ms // 20) % 32 < 16] = 160
    block, bits = width // 32, format(clock_ms & 0xFFFFFFFF, "032b")
    for n, bit in enumerate(bits):
        rows[: height // 8, n * block : (n + 1) * block] = 235 if bit == "1" else 16
    return rows


def fragment(sequence: int, units: list[Coded], zero: int) -> bytes:
    """`moof` and `mdat` of access units; decode times count from unit number `zero`."""
    samples = b"".join(struct.pack(">IIIi", TICKS, len(each.data), _KEY if each.key else _DELTA, 0) for each in units)
    moof_bytes = 8 + 16 + 8 + 16 + 20 + 20 + len(samples)
    decode_time = (units[0].n - zero) * TICKS
    traf = _box(b"tfhd", struct.pack(">II", 0x020000, _TRACK_ID))
    traf += _box(b"tfdt", struct.pack(">IQ", 0x01000000, decode_time))
    traf += _box(b"trun", struct.pack(">IIi", 0x01000F01, len(units), moof_bytes + 8) + samples)
    moof = _box(b"moof", _box(b"mfhd", struct.pack(">II", 0, sequence)) + _box(b"traf", traf))
    return moof + _box(b"mdat", b"".join(each.data for each in units))


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _encoder(width: int, height: int, gop: int) -> Any:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.options = _options(gop)
    return encoder


def _options(gop: int) -> dict[str, str]:
    return {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:threads=1",
    }


def _init(width: int, height: int) -> bytes:
    out = io.BytesIO()
    options = {"movflags": "empty_moov+default_base_moof", "video_track_timescale": str(TIMESCALE)}
    container: Any = av.open(out, "w", format="mp4", container_options=options)
    stream = container.add_stream("libx264", rate=FPS, options=_options(FPS))
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.flags |= 1 << 22  # global header
    container.start_encoding()
    data = out.getvalue()
    container.close()
    return data


def _length_prefixed(data: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(nal)) + nal for nal in _nals(data))


def _nals(data: bytes) -> Iterator[bytes]:
    """NAL units of a byte stream (ITU-T H.264 Annex B)."""
    place = data.find(b"\0\0\1")
    while place >= 0:
        start = place + 3
        place = data.find(b"\0\0\1", start)
        yield data[start : place if place >= 0 else len(data)].rstrip(b"\0")
