"""Whether a container other than MP4 ends where it says it does. Reads a few bytes of its head; runs in a worker.

FFmpeg plays what is there and says nothing about what is not.
"""

from __future__ import annotations

from pathlib import Path

_CUT_OFF = "The file was cut off in its last part."
_TS_PACKETS = (188, 192, 204)  # plain, with a time code (M2TS), with Reed-Solomon bytes
_TS_SYNC = 0x47
_HEAD_BYTES = 4096
_SEGMENT_ID = b"\x18\x53\x80\x67"  # Matroska's outermost element (RFC 9559 §5.1)


def missing_end(path: Path, container: str) -> str | None:
    """What is missing at the end, in words; None if nothing is or nothing can be told."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    claimed = {
        "avi": _riff_end,
        "wav": _riff_end,
        "mpegts": lambda head: _ts_end(head, size),
        "matroska,webm": _matroska_end,
    }.get(container, lambda head: None)(head)
    return _CUT_OFF if claimed is not None and claimed > size else None


def _riff_end(head: bytes) -> int | None:
    """RIFF: the size of everything after the first 8 bytes. 0 and all ones mean that it was never filled in."""
    if head[:4] != b"RIFF" or len(head) < 8:
        return None
    claimed = int.from_bytes(head[4:8], "little")
    return None if claimed in (0, 0xFFFFFFFF) else claimed + 8


def _ts_end(head: bytes, size: int) -> int | None:
    """The next border of packets: a whole transport stream ends on one."""
    for packet in _TS_PACKETS:
        skew = packet - 188 if packet == 192 else 0
        marks = range(skew, min(len(head), 8 * packet), packet)
        if len(marks) > 1 and all(head[at] == _TS_SYNC for at in marks):
            return -(-size // packet) * packet
    return None


def _matroska_end(head: bytes) -> int | None:
    """Where the Segment says it ends; None where it does not say (a recording that was never closed may not)."""
    at = head.find(_SEGMENT_ID)
    if at < 0 or at + 12 > len(head):
        return None
    first = head[at + 4]
    width = 9 - first.bit_length()
    value = int.from_bytes(head[at + 4 : at + 4 + width], "big") - (1 << 7 * width)
    unknown = (1 << 7 * width) - 1
    return None if width > 8 or value == unknown else at + 4 + width + value
