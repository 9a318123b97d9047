"""Makes the init segment of an original from the original's own boxes: same sample descriptions, empty tables. Pure.

ISO/IEC 14496-12 §8.8.1 (`mvex`), ISO/IEC 23000-19 §7.2. Track ids and time bases are those of the sample table, so
virtual fragments fit it without FFmpeg.
"""

from __future__ import annotations

import struct

from evidence.errors import MediaUnreadable
from evidence.media.boxes import Box, Bytes, boxes, need
from evidence.media.mp4 import Unsupported

_FTYP = struct.pack(">I4s4sI4s4s4s", 28, b"ftyp", b"iso6", 1, b"iso6", b"cmfc", b"mp41")
_UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _box(kind: bytes, *payload: bytes) -> bytes:
    body = b"".join(payload)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def init_segment(data: Bytes, length: int, numbers: tuple[int, ...]) -> bytes:
    """`ftyp` + `moov` for the tracks with these numbers (0-based order of `trak`), ids being number + 1."""
    moov = next((b for b in boxes(data, 0, length) if b.type == b"moov"), None)
    if moov is None:
        raise MediaUnreadable("The recording has no index (moov).")
    traks = [b for b in boxes(data, moov.body, moov.end) if b.type == b"trak"]
    mvhd = struct.pack(">IIIIIIHHII", 0, 0, 0, 1000, 0, 0x10000, 0x0100, 0, 0, 0) + _UNITY
    mvhd += bytes(24) + struct.pack(">I", max(numbers, default=0) + 2)
    tracks = [_trak(data, traks[number], number + 1) for number in numbers]
    extends = [_box(b"trex", struct.pack(">IIIIII", 0, number + 1, 1, 0, 0, 0)) for number in numbers]
    return _FTYP + _box(b"moov", _box(b"mvhd", mvhd), *tracks, _box(b"mvex", *extends))


def _trak(data: Bytes, trak: Box, track_id: int) -> bytes:
    tkhd, mdhd = need(data, trak, b"tkhd"), need(data, trak, b"mdia", b"mdhd")
    wide = data[tkhd.body] == 1
    # From `layer` on the header is the same in both versions: alternate group, volume, matrix, width, height.
    tail = bytes(data[tkhd.body + (44 if wide else 32) : tkhd.body + (96 if wide else 84)])
    head = struct.pack(">IIIIIIII", 3, 0, 0, track_id, 0, 0, 0, 0)
    hdlr = need(data, trak, b"mdia", b"hdlr")
    handler = bytes(data[hdlr.body + 8 : hdlr.body + 12])
    offset = 20 if data[mdhd.body] == 1 else 12
    timescale = bytes(data[mdhd.body + offset : mdhd.body + offset + 4])
    sound = handler == b"soun"
    media_head = _box(b"smhd", bytes(8)) if sound else _box(b"vmhd", struct.pack(">IQ", 1, 0))
    reference = _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1), _box(b"url ", struct.pack(">I", 1))))
    stsd = need(data, trak, b"mdia", b"minf", b"stbl", b"stsd")
    _require_plain_sound(data, stsd, sound)
    empty = [_box(b"stts", bytes(8)), _box(b"stsc", bytes(8)), _box(b"stsz", bytes(12)), _box(b"stco", bytes(8))]
    table = _box(b"stbl", bytes(data[stsd.start : stsd.end]), *empty)
    return _box(
        b"trak",
        _box(b"tkhd", head + tail),
        _box(
            b"mdia",
            _box(b"mdhd", bytes(12) + timescale + struct.pack(">IHH", 0, 0x55C4, 0)),
            _box(b"hdlr", struct.pack(">II4s", 0, 0, handler) + bytes(12) + b"mediad\0"),
            _box(b"minf", media_head, reference, table),
        ),
    )


def _require_plain_sound(data: Bytes, stsd: Box, sound: bool) -> None:
    """QuickTime's sound description versions 1 and 2 hide the decoder set-up where browsers do not look."""
    entry = stsd.body + 8
    if sound and int.from_bytes(data[entry + 16 : entry + 18], "big") != 0:
        raise Unsupported("The sound is described the QuickTime way.")
