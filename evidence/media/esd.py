"""ESD-1: the digest of an access unit, independent of the container. Pure.

H.264 and HEVC: the kept NAL units, each without trailing zero bytes, as `00 00 00 01 || NAL_1 || 00 00 01 || NAL_2 …`;
parameter sets, delimiters, filler and SEI are left out (parameter sets have the config digest). AAC: the raw data
block, without ADTS. PCM and G.711: little-endian blocks of 20 ms. Everything else: the packet. Formats:
docs/reference/integrity-formats.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from evidence.canonical import Digest
from evidence.media.boxes import Bytes

# Kept NAL unit types: H.264 (ITU-T H.264 table 7-1) coded slices 1-5 and 19-21; HEVC (H.265 table 7-1) 0-31.
_H264_KEPT = frozenset((1, 2, 3, 4, 5, 19, 20, 21))
_H264_CONFIG = frozenset((7, 8))
_HEVC_CONFIG = frozenset((32, 33, 34))
PCM_BLOCK_MS = 20

Spans = Iterator[tuple[int, int]]


class AccessUnits:
    """Digests access units of one track and collects its parameter sets on the way."""

    def __init__(self, codec: str, extradata: bytes) -> None:
        self.codec = codec
        self._config: set[bytes] = set()
        self._extradata = extradata
        self._nal_length = 0  # 0: Annex B start codes
        self.damaged = 0  # access units whose NAL units do not fill them
        if codec == "h264" and extradata[:1] == b"\x01" and len(extradata) >= 7:
            self._nal_length = (extradata[4] & 3) + 1
            self._config.update(_avcc_sets(extradata))
        elif codec == "hevc" and extradata[:1] == b"\x01" and len(extradata) >= 23:
            self._nal_length = (extradata[21] & 3) + 1
            self._config.update(_hvcc_sets(extradata))
        self._config.discard(b"")
        self.digest: Callable[[Bytes, int, int], bytes] = {
            "h264": self._h264,
            "hevc": self._hevc,
            "aac": _aac,
        }.get(codec, _plain)

    @classmethod
    def of_sets(cls, codec: str, sets: Iterable[bytes]) -> AccessUnits:
        """For H.264 or HEVC whose parameter sets came apart and whose NAL units stand behind lengths of 4 bytes."""
        units = cls(codec, b"")
        units._nal_length = 4
        units._config.update(nal[: _trimmed(nal, 0, len(nal))] for nal in sets)
        units._config.discard(b"")
        return units

    def twin(self) -> AccessUnits:
        """Another one of the same track, for another thread; `join` brings together what both have found."""
        return AccessUnits(self.codec, self._extradata)

    def join(self, twin: AccessUnits) -> None:
        self._config |= twin._config
        self.damaged += twin.damaged

    @property
    def n_findings(self) -> int:
        """How much was found beside digests: parameter sets and damaged access units. Never falls."""
        return len(self._config) + self.damaged

    def config_digest(self) -> Digest | None:
        """SHA-256 over the distinct parameter sets, sorted; of the extradata where a codec has none of those."""
        if self.codec in ("h264", "hevc"):
            parts = b"".join(struct.pack(">I", len(nal)) + nal for nal in sorted(self._config))
        else:
            parts = self._extradata
        return Digest(hashlib.sha256(parts).hexdigest()) if parts else None

    def first_sps(self) -> bytes | None:
        """A sequence parameter set of an H.264 track, from the NAL header on."""
        return min((nal for nal in self._config if nal[0] & 0x1F == 7), default=None) if self.codec == "h264" else None

    def hevc_string(self) -> str:
        """RFC 6381 name of an HEVC track from its hvcC (ISO/IEC 14496-15 Annex E.3); "hvc1" without one."""
        hvcc = self._extradata
        if hvcc[:1] != b"\x01" or len(hvcc) < 23:
            return "hvc1"
        space, tier, profile = ("", "A", "B", "C")[hvcc[1] >> 6], "LH"[hvcc[1] >> 5 & 1], hvcc[1] & 0x1F
        compatible = int(f"{int.from_bytes(hvcc[2:6], 'big'):032b}"[::-1], 2)
        constraints = "".join(f".{byte:X}" for byte in hvcc[6:12].rstrip(b"\0"))
        return f"hvc1.{space}{profile}.{compatible:X}.{tier}{hvcc[12]}{constraints}"

    def audio_object_type(self) -> int:
        """Of an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1); 0 if there is none."""
        return self._extradata[0] >> 3 if self.codec == "aac" and self._extradata else 0

    def _h264(self, data: Bytes, start: int, end: int) -> bytes:
        digest, prefix = hashlib.sha256(), b"\0\0\0\1"
        for first, stop in self._nals(data, start, end):
            kind = data[first] & 0x1F
            if kind in _H264_KEPT:
                digest.update(prefix)
                digest.update(memoryview(data)[first : _trimmed(data, first, stop)])
                prefix = b"\0\0\1"
            elif kind in _H264_CONFIG:
                self._config.add(bytes(data[first : _trimmed(data, first, stop)]))
        return digest.digest()

    def _hevc(self, data: Bytes, start: int, end: int) -> bytes:
        digest, prefix = hashlib.sha256(), b"\0\0\0\1"
        for first, stop in self._nals(data, start, end):
            kind = data[first] >> 1 & 0x3F
            if kind < 32:
                digest.update(prefix)
                digest.update(memoryview(data)[first : _trimmed(data, first, stop)])
                prefix = b"\0\0\1"
            elif kind in _HEVC_CONFIG:
                self._config.add(bytes(data[first : _trimmed(data, first, stop)]))
        return digest.digest()

    def _nals(self, data: Bytes, start: int, end: int) -> Spans:
        return self._lengths(data, start, end) if self._nal_length else _start_codes(data, start, end)

    def _lengths(self, data: Bytes, start: int, end: int) -> Spans:
        """NAL units behind big-endian lengths. A length past the end is cut there: damage changes the digest."""
        width, length = self._nal_length, 0
        while start + width < end:
            first = start + width
            length = int.from_bytes(data[start:first], "big")
            stop = min(first + length, end)
            if stop > first:
                yield first, stop
            start = first + length
        self.damaged += start != end


def _start_codes(data: Bytes, start: int, end: int) -> Spans:
    """NAL units between Annex B start codes."""
    view = bytes(data[start:end]) if isinstance(data, memoryview) else data
    shift = start if isinstance(data, memoryview) else 0
    found = view.find(b"\0\0\1", start - shift, end - shift)
    while found >= 0:
        first = found + 3
        found = view.find(b"\0\0\1", first, end - shift)
        stop = found if found >= 0 else end - shift
        if stop > first:
            yield first + shift, stop + shift


def _trimmed(data: Bytes, first: int, stop: int) -> int:
    """The end of a NAL unit without trailing 00 and trailing 00 00 03 (cabac_zero_words)."""
    while stop > first + 1:
        if data[stop - 1] == 0:
            stop -= 1
        elif stop - first > 3 and data[stop - 1] == 3 and data[stop - 2] == 0 and data[stop - 3] == 0:
            stop -= 3
        else:
            break
    return stop


def _aac(data: Bytes, start: int, end: int) -> bytes:
    # ADTS (ISO/IEC 13818-7 §6.2): sync word FFF, layer 00; 7 bytes, or 9 with a CRC.
    if end - start > 7 and data[start] == 0xFF and data[start + 1] & 0xF6 == 0xF0:
        start += 7 if data[start + 1] & 1 else 9
    return hashlib.sha256(memoryview(data)[start:end]).digest()


def _plain(data: Bytes, start: int, end: int) -> bytes:
    return hashlib.sha256(memoryview(data)[start:end]).digest()


def _avcc_sets(avcc: bytes) -> Iterator[bytes]:
    """SPS and PPS of an avcC record (ISO/IEC 14496-15 §5.3.3)."""
    position = 5
    for mask in (0x1F, 0xFF):
        if position >= len(avcc):
            return
        count = avcc[position] & mask
        position += 1
        for _ in range(count):
            length = int.from_bytes(avcc[position : position + 2], "big")
            nal = avcc[position + 2 : position + 2 + length]
            yield nal[: _trimmed(nal, 0, len(nal))]
            position += 2 + length


def _hvcc_sets(hvcc: bytes) -> Iterator[bytes]:
    """VPS, SPS and PPS of an hvcC record (ISO/IEC 14496-15 §8.3.3)."""
    position = 23
    for _ in range(hvcc[22]):
        kind = hvcc[position] & 0x3F if position < len(hvcc) else 0
        count = int.from_bytes(hvcc[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            length = int.from_bytes(hvcc[position : position + 2], "big")
            nal = hvcc[position + 2 : position + 2 + length]
            if kind in _HEVC_CONFIG:
                yield nal[: _trimmed(nal, 0, len(nal))]
            position += 2 + length


def au_list_digest(digests: bytes) -> Digest:
    """Digest of a stretch of a track: SHA-256 over the AU list, one lower-case hex digest and LF per AU.

    `digests`: 32 bytes per access unit.
    """
    text = digests.hex("\n", 32) + "\n" if digests else ""
    return Digest(hashlib.sha256(text.encode()).hexdigest())


def timing_digest(
    first: int,
    pts: NDArray[np.int64],
    duration: NDArray[np.uint32],
    key: NDArray[np.bool_],
    timescale: int,
) -> Digest:
    """SHA-256 over "n,pts_ns,dur_ns,flags" lines; n counts from `first`; flags is 1 for a keyframe."""
    # Whole seconds apart from the rest: ticks times 10^9 overflow 64 bits after an hour in a fine time base.
    pts_ns = pts // timescale * 1_000_000_000 + pts % timescale * 1_000_000_000 // timescale
    dur_ns = duration.astype(np.int64) * 1_000_000_000 // timescale
    rows = np.column_stack((np.arange(first, first + len(pts)), pts_ns, dur_ns, key))
    text = "%d,%d,%d,%d\n" * len(rows) % tuple(rows.ravel().tolist())
    return Digest(hashlib.sha256(text.encode()).hexdigest())
