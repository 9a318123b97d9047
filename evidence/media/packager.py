"""Packages segments of containers that browsers cannot read (AVI, TS, MKV, MOV with PCM) as CMAF fragments.

Runs in a worker process. A fresh muxer writes every segment into memory, so a segment's bytes depend on the
original, its sample table and the cut alone: the same in every call and every process of one PyAV version.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from evidence.errors import Invalid, MediaUnreadable
from evidence.media import adts
from evidence.media.boxes import boxes
from evidence.media.cuts import Cut, CutPart, cut
from evidence.media.footage import blame_footage, words
from evidence.media.lossless_sound import PLAYABLE, Sound, run_up
from evidence.media.samples import SampleTable, TrackTable
from evidence.media.unit_reader import UnitReader

# An open input holds a few MB of index and look-ahead.
_MAX_OPEN = 4
# Access units in which the lowest pts of a track is looked for: reordering moves it by 16 at most.
_REORDER_UNITS = 64

Ticks = NDArray[np.int64]


class Packager:
    """Keeps the last few originals open, so that consecutive segments need no seek. Not thread-safe."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[Path, Path], _Original] = OrderedDict()

    def segment(self, path: Path, samples: Path, cut: Cut) -> bytes:
        """`moof` + `mdat` of one cut. `samples`: the file with the SampleTable. MediaUnreadable."""
        return self._original(path, samples).segment(cut)

    def init_segment(self, path: Path, samples: Path) -> bytes:
        """`ftyp` + `moov` that fit every segment of this original. MediaUnreadable."""
        return self._original(path, samples).init_segment()

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def _original(self, path: Path, samples: Path) -> _Original:
        key = (path, samples)
        if key in self._open:
            self._open.move_to_end(key)
            return self._open[key]
        original = self._open[key] = _Original(path, SampleTable.from_bytes(samples.read_bytes()))
        while len(self._open) > _MAX_OPEN:
            self._open.popitem(last=False)[1].close()
        return original


def segment(path: Path, table: SampleTable, cut: Cut) -> bytes:
    """As `Packager.segment`, for one call."""
    original = _Original(path, table)
    try:
        return original.segment(cut)
    finally:
        original.close()


def init_segment(path: Path, table: SampleTable) -> bytes:
    """As `Packager.init_segment`, for one call."""
    original = _Original(path, table)
    try:
        return original.init_segment()
    finally:
        original.close()


class _Original:
    def __init__(self, path: Path, table: SampleTable) -> None:
        if not table.played():
            raise Invalid("A recording without tracks has no segments.")
        self._table = table
        self._tables = {t.number: t for t in table.played()}
        self._reader = UnitReader(path, table)
        self._origin_s = _origin_s(table)

    def close(self) -> None:
        self._reader.close()

    def init_segment(self) -> bytes:
        return self._package(cut(self._table)[0])[0]

    def segment(self, cut: Cut) -> bytes:
        return self._package(cut)[1]

    def _package(self, cut: Cut) -> tuple[bytes, bytes]:
        parts = {part.track: self._checked(part) for part in cut.parts if self._is_played(part)}
        units = self._reader.read({n: self._span(part) for n, part in parts.items()})
        buffer = io.BytesIO()
        try:
            with av.open(buffer, "w", format="mp4", options=self._options(cut.seq)) as muxer:
                # All streams before any packet: the header describes every track, also one that is silent here.
                feeds = [
                    self._feed(muxer, table, parts.get(number), units.get(number, []))
                    for number, table in self._tables.items()
                ]
                # Before anything is encoded: encoders change their set-up data at the end.
                muxer.start_encoding()
                for feed in feeds:
                    for packet in feed:
                        muxer.mux(packet)
        except (av.FFmpegError, ValueError) as error:
            blame_footage(error)
            raise MediaUnreadable(f"Segment {cut.seq} cannot be packaged: {words(error)}.") from error
        return _split(buffer.getvalue())

    def _is_played(self, part: CutPart) -> bool:
        """False for a further track of a kind, which is sealed but not played."""
        if all(table.number != part.track for table in self._table.tracks):
            raise Invalid("The cut does not fit the sample table.")
        return part.track in self._tables

    def _checked(self, part: CutPart) -> CutPart:
        table = self._tables[part.track]
        if part.first < 0 or part.count < 0 or part.first + part.count > len(table):
            raise Invalid("The cut does not fit the sample table.")
        return part

    def _span(self, part: CutPart) -> tuple[int, int]:
        """First access unit to read, with the run-up that its decoder needs, and how many."""
        early = min(part.first, self._run_up(self._tables[part.track])) if part.count else 0
        return part.first - early, part.count + early

    def _run_up(self, table: TrackTable) -> int:
        return 0 if table.kind == "video" or table.codec in PLAYABLE else run_up(table.codec)

    def _options(self, seq: int) -> dict[str, str]:
        lead = self._table.lead()
        options = {
            "movflags": "cmaf+frag_custom+delay_moov+skip_trailer+frag_discont",
            "fragment_index": str(seq + 1),
            "avoid_negative_ts": "disabled",
            "use_editlist": "0",
            "fflags": "+bitexact",
        }
        if lead is not None and lead.kind == "video":
            options["video_track_timescale"] = str(lead.timescale)
        return options

    def _feed(self, muxer: Any, table: TrackTable, part: CutPart | None, units: list[bytes]) -> Iterator[Any]:
        """Adds the track's stream now; yields its packets when iterated."""
        source = self._reader.stream(table.number)
        if table.kind == "audio" and table.codec not in PLAYABLE:
            sound = Sound(source, muxer)
            return iter(()) if part is None or not part.count else self._sound(sound, table, part, units)
        stream = muxer.add_stream_from_template(source, opaque=True)
        if table.codec == "hevc":
            # Safari refuses FFmpeg's default, hev1.
            stream.codec_context.codec_tag = "hvc1"
        if units and table.codec == "aac" and adts.is_framed(units[0]):
            stream.codec_context.extradata = adts.audio_specific_config(units[0])
            units = [adts.unframe(unit) for unit in units]
        return iter(()) if part is None else self._copied(stream, source, table, part, units)

    def _sound(self, sound: Sound, table: TrackTable, part: CutPart, units: list[bytes]) -> Iterator[Any]:
        skip = len(units) - part.count
        stop = part.first + part.count
        lengths = table.duration[stop - len(units) : stop].astype(np.int64) * sound.rate // table.timescale
        start_s = Fraction(int(table.pts[part.first]) - table.shift, table.timescale) - self._origin_s
        yield from sound.encode(units, skip, round(start_s * sound.rate), lengths.tolist())

    def _copied(self, stream: Any, source: Any, table: TrackTable, part: CutPart, units: list[bytes]) -> Iterator[Any]:
        span = slice(part.first, part.first + part.count)
        shift = table.shift + int(self._origin_s * table.timescale)
        pts, base = _running_on(table.pts[span] - shift, table.timescale), Fraction(1, table.timescale)
        duration = table.duration[span].astype(np.int64)
        if table.kind == "audio":
            rate, length = source.codec_context.sample_rate or 0, source.codec_context.frame_size or 0
            if rate and length and (counted := _counted(pts, table.timescale, rate, length)) is not None:
                pts, base, duration = counted, Fraction(1, rate), np.full(part.count, length, np.int64)
        dts = _decode_times(pts)
        rows = zip(units, dts.tolist(), pts.tolist(), duration.tolist(), table.key[span].tolist(), strict=True)
        for data, unit_dts, unit_pts, ticks, key in rows:
            packet: Any = av.Packet(data)
            packet.stream, packet.time_base = stream, base
            packet.dts, packet.pts, packet.duration, packet.is_keyframe = unit_dts, unit_pts, ticks, key
            yield packet


def _origin_s(table: SampleTable) -> Fraction:
    """The earliest instant of all tracks: TS starts anywhere, presentation starts at 0 with all tracks in step."""
    return min(Fraction(int(t.pts[:_REORDER_UNITS].min()) - t.shift, t.timescale) for t in table.played())


def _running_on(pts: Ticks, jump: int) -> Ticks:
    """Where times step back by more than `jump` ticks within a stretch (joined files, a clock that was set), they
    run on instead: a player drops what is shown in the past. Reordering steps back by less."""
    steps = np.diff(pts)
    if not len(steps) or int(steps.min()) >= -jump:
        return pts
    usual = max(1, int(np.median(steps[steps > 0]))) if (steps > 0).any() else 1
    lost = np.where(steps < -jump, usual - steps, 0)
    return pts + np.concatenate(([0], np.cumsum(lost)))


def _decode_times(pts: Ticks) -> Ticks:
    """Decode times for a stretch in decode order: the presentation times sorted, moved so that none comes late.

    Containers' own decode times may be missing (MKV) or guessed; the muxer takes the constant lead off again.
    """
    times = np.sort(pts)
    # Equal times get one tick each: a decode time must grow.
    times = np.maximum.accumulate(times - np.arange(len(times))) + np.arange(len(times))
    lead = int((times - pts).max(initial=0))
    return np.asarray(times - max(0, lead), np.int64)


def _counted(pts: Ticks, timescale: int, rate: int, length: int) -> Ticks | None:
    """Times of sound by counting samples, in 1 / rate; None where the file's own times leave that by half a frame.

    A coarse time base (MKV: 1 ms) makes frames of sound look unevenly long, which players render as clicks.
    """
    if not len(pts):
        return None
    first = round(Fraction(int(pts[0]) * rate, timescale))
    counted = first + np.arange(len(pts), dtype=np.int64) * length
    drift = np.abs(counted - pts * (rate / timescale))
    return counted if float(drift.max()) < length / 2 else None


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Init segment and fragment."""
    at = next((box.start for box in boxes(data, 0, len(data)) if box.type == b"moof"), None)
    return (data, b"") if at is None else (data[:at], data[at:])
