"""Virtual fragments: a `moof` per segment, and the byte ranges of the original that are its `mdat`.

Pure; runs in the daemon. Nothing of the footage is read here: a Fragment says which bytes of the original follow
the head, in file order, and the server sends them from the original itself. ISO/IEC 14496-12 §8.8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable
from evidence.media.cuts import Cut, TrackCut
from evidence.media.samples import SampleTable, TrackTable

# trun data offsets are signed 32-bit numbers from the start of the moof.
MAX_FRAGMENT_BYTES = (1 << 31) - 1
_KEY_FLAGS = 0x02000000  # sample_depends_on = 2: depends on none
_OTHER_FLAGS = 0x01010000  # depends on others; not a sync sample
_TFHD_DEFAULT_BASE_IS_MOOF = 0x020000
_TRUN_FLAGS = 0x000001 | 0x000100 | 0x000200 | 0x000400 | 0x000800  # data offset, duration, size, flags, cts
_TRUN_WORDS, _SAMPLE_WORDS = 5, 4  # 32-bit words of a trun's header and of one of its samples


@dataclass(frozen=True, slots=True)
class Fragment:
    """One CMAF segment: `head`, then the bytes of the original in `ranges`, in this order."""

    head: bytes  # moof and the header of mdat
    ranges: tuple[tuple[int, int], ...]  # (offset, length) in the original, neighbours merged
    length: int  # of the whole segment, bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """The samples of one track that are sent."""

    track_id: int
    base: int  # added to dts: never lets a decode time be negative
    track: TrackTable
    window: slice


def fragment(table: SampleTable, cut: Cut, sequence_number: int | None = None) -> Fragment:
    """The fragment of one cut; its sequence number is `cut.seq + 1` unless given.

    Raises MediaUnreadable if the table gives no byte ranges (the recording is not "direct"), if it does not
    contain the cut, or if the cut is too large to be sent in one fragment.
    """
    parts = _parts(table, cut)
    if not parts:
        raise MediaUnreadable("The segment has no samples that a browser plays.")
    offset = np.concatenate([part.track.offset[part.window] for part in parts])
    size = np.concatenate([part.track.size[part.window] for part in parts]).astype(np.int64)
    if offset.min() < 0:
        raise MediaUnreadable("The container gives no byte ranges for its samples.")
    order = np.argsort(offset, kind="stable")
    place = np.empty_like(offset)
    place[order] = np.cumsum(size[order]) - size[order]
    payload = int(size.sum())
    head = _head(parts, place, size, cut.seq + 1 if sequence_number is None else sequence_number, payload)
    return Fragment(head, _merged(offset[order], size[order]), len(head) + payload)


def track_ids(table: SampleTable) -> dict[int, int]:
    """Track number → track_ID in init segment and fragments: 1, 2 in the order of the played tracks."""
    return {track.number: n for n, track in enumerate(table.played, 1)}


def decode_base(track: TrackTable) -> int:
    """What is added to a dts so that decode times begin at 0 or later; composition offsets make up for it.

    Presentation stays exact: shown = dts + base + (cts + shift - base).
    """
    return max(track.shift, -int(track.dts[0])) if track.kind == "video" and len(track) else track.shift


def _parts(table: SampleTable, cut: Cut) -> list[_Part]:
    stretches = {stretch.track: stretch for stretch in cut.tracks}
    parts = []
    for number, track_id in track_ids(table).items():
        if number in stretches:
            track = table.track(number)
            window = _window(track, stretches[number])
            if window.stop > window.start:
                parts.append(_Part(track_id, decode_base(track), track, window))
    return parts


def _window(track: TrackTable, stretch: TrackCut) -> slice:
    """The samples to send: sound that would be heard before time 0 (encoder priming) has no place to go."""
    first, stop = stretch.first_au, stretch.first_au + stretch.n_au
    if first < 0 or stop > len(track):
        raise MediaUnreadable("The segment reaches beyond the sample table.")
    if track.kind != "video" and int(track.dts[first]) + track.shift < 0:
        early = track.dts[first:stop] + track.cts[first:stop] + track.shift < 0
        first += int(np.argmin(early)) if not early.all() else len(early)
    return slice(first, stop)


def _merged(offset: NDArray[np.int64], size: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """Byte ranges in file order, neighbours joined; empty samples leave nothing."""
    filled = size > 0
    offset, size = offset[filled], size[filled]
    if not len(offset):
        return ()
    breaks = np.flatnonzero(offset[1:] != offset[:-1] + size[:-1]) + 1
    firsts = np.concatenate(([0], breaks))
    lengths = np.add.reduceat(size, firsts)
    return tuple(zip(offset[firsts].tolist(), lengths.tolist(), strict=True))


def _head(
    parts: list[_Part], place: NDArray[np.int64], size: NDArray[np.int64], sequence_number: int, payload: int
) -> bytes:
    """moof and mdat header; `place` is where each sample lies in the payload, part after part."""
    bodies, at = [], 0
    for part in parts:
        n = part.window.stop - part.window.start
        bodies.append(_truns(part, place[at : at + n], size[at : at + n]))
        at += n
    heads = [_traf_head(part, words.nbytes) for part, (words, _) in zip(parts, bodies, strict=True)]
    moof_bytes = 8 + 16 + sum(len(h) + words.nbytes for h, (words, _) in zip(heads, bodies, strict=True))
    if moof_bytes + 8 + payload > MAX_FRAGMENT_BYTES:
        raise MediaUnreadable("The segment is too large to be sent in one piece.")
    chunks = [struct.pack(">I4sI4sII", moof_bytes, b"moof", 16, b"mfhd", 0, sequence_number)]
    for head, (words, data_offsets) in zip(heads, bodies, strict=True):
        words[data_offsets] += np.uint32(moof_bytes + 8)
        chunks += [head, words.tobytes()]
    return b"".join([*chunks, struct.pack(">I4s", payload + 8, b"mdat")])


def _traf_head(part: _Part, trun_bytes: int) -> bytes:
    """traf header, tfhd, tfdt."""
    decode_time = int(part.track.dts[part.window.start]) + part.base
    if decode_time < 0:
        raise MediaUnreadable("A decode time lies before the start of the recording.")
    tfhd = struct.pack(">I4sII", 16, b"tfhd", _TFHD_DEFAULT_BASE_IS_MOOF, part.track_id)
    tfdt = struct.pack(">I4sIQ", 20, b"tfdt", 1 << 24, decode_time)
    return struct.pack(">I4s", 8 + len(tfhd) + len(tfdt) + trun_bytes, b"traf") + tfhd + tfdt


def _truns(
    part: _Part, place: NDArray[np.int64], size: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """One trun per run of samples that lie together, as big-endian words; and which words are data offsets."""
    track, window, n = part.track, part.window, len(place)
    cts = track.cts[window].astype(np.int64) + (track.shift - part.base)
    if cts.min() < -(1 << 31) or cts.max() >= 1 << 31:
        raise MediaUnreadable("A composition offset is out of bounds.")
    starts = np.concatenate(([True], place[1:] != place[:-1] + size[:-1]))
    firsts = np.flatnonzero(starts)
    words = np.empty(_TRUN_WORDS * len(firsts) + _SAMPLE_WORDS * n, dtype=">u4")
    rows = _SAMPLE_WORDS * np.arange(n) + _TRUN_WORDS * np.cumsum(starts)
    words[rows] = track.duration[window]
    words[rows + 1] = size
    words[rows + 2] = np.where(track.key[window], _KEY_FLAGS, _OTHER_FLAGS)
    words[rows + 3] = cts.astype(np.int32).view(np.uint32)
    heads = rows[firsts] - _TRUN_WORDS
    counts = np.diff(np.append(firsts, n))
    words[heads] = 4 * (_TRUN_WORDS + _SAMPLE_WORDS * counts)
    words[heads + 1] = int.from_bytes(b"trun")
    words[heads + 2] = 1 << 24 | _TRUN_FLAGS
    words[heads + 3] = counts
    words[heads + 4] = place[firsts]
    return words, heads + 4
