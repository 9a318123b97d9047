"""Takes AAC out of ADTS, the framing of MPEG-TS, for MP4. Pure (ISO/IEC 14496-3 §1.A.2.2, §1.6.2.1)."""

from __future__ import annotations

_HEADER_BYTES = 7
_CRC_BYTES = 2


def is_framed(unit: bytes) -> bool:
    """Does this access unit begin with an ADTS header (sync word FFF, layer 0)?"""
    return len(unit) > _HEADER_BYTES and unit[0] == 0xFF and unit[1] & 0xF6 == 0xF0


def unframe(unit: bytes) -> bytes:
    """The raw data block; the unit itself if it has no header."""
    if not is_framed(unit):
        return unit
    return unit[_HEADER_BYTES if unit[1] & 1 else _HEADER_BYTES + _CRC_BYTES :]


def audio_specific_config(unit: bytes) -> bytes:
    """The decoder set-up that an ADTS header says: object type, sampling frequency index, channels."""
    profile, frequency = unit[2] >> 6, unit[2] >> 2 & 15
    channels = (unit[2] & 1) << 2 | unit[3] >> 6
    return ((profile + 1) << 11 | frequency << 7 | channels << 3).to_bytes(2, "big")
