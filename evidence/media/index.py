"""Indexes an original in a worker process: what it is, how it can be played, its sample table and ESD-1 digests.

Bad bytes never raise: whatever cannot be read becomes a MediaIndex with playback "none" and the reason in words.
"""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable
from evidence.media import facts, packager
from evidence.media.ahead import DIGEST_BYTES, Ahead
from evidence.media.cuts import LONG_MS, Cut, cut, require_cuts
from evidence.media.demuxed import demux
from evidence.media.endings import missing_end
from evidence.media.esd import AccessUnits, au_list_digest, timing_digest
from evidence.media.facts import Facts
from evidence.media.init import init_segment
from evidence.media.mp4 import Movie, Unsupported, coded, read_movie
from evidence.media.samples import SampleTable, TrackTable
from evidence.records import MediaIndex, Playback, Segment, SegmentTrack, Track

# Seconds without a keyframe up to which a recording is still handed out in segments.
_MAX_SEGMENT_MS = 60_000
_BROKEN_SHARE = 0.02  # of pictures that do not come after the one before
_VARYING_SHARE = 0.02  # of pictures whose distance differs by a fifth or more from the usual one
_STILL_MS = 1_000  # a picture that stays longer is a hole, not a frame rate

# Below this a second thread costs more than it saves.
_WORTH_A_THREAD_BYTES = 64 << 20


@dataclass(slots=True)
class _Found:
    """What is known of a file while it is being indexed."""

    tables: list[TrackTable] = field(default_factory=list)
    units: list[AccessUnits] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    init: bytes | None = None
    rotation_deg: dict[int, int] = field(default_factory=dict)
    times_broken: bool = False


def index(path: Path, scratch: Path, name: str, cuts: tuple[Cut, ...] | None = None) -> MediaIndex:
    """Index the file at `path`; derived files go to `scratch`. `name` is the file's name on the device.

    `cuts`: where the segments of a live recording were cut; else they are cut here.
    """
    size = path.stat().st_size
    if size == 0:
        return _none("The file is empty: the device made it and wrote nothing into it.")
    try:
        if facts.is_jpeg(path):
            return facts.photo(path)
        return _media(path, scratch, size, cuts)
    except MediaUnreadable as error:
        return replace(_none(error.message), kind=facts.kind_by_name(name))


def _none(reason: str) -> MediaIndex:
    return MediaIndex(kind="other", container="", playback="none", playback_reason=reason, duration_ms=0)


def _media(path: Path, scratch: Path, size: int, cuts: tuple[Cut, ...] | None) -> MediaIndex:
    with path.open("rb") as file:
        head = file.read(12)
    found = _Found()
    movie = None
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"):
        with contextlib.suppress(Unsupported), _mapped(path) as data:
            movie = read_movie(data, size)
    with facts.opened(path) as container:
        known = facts.read(container)
        direct = movie is not None and _from_boxes(path, movie, facts.extradata(container), found, scratch)
        if not direct:
            found.init = None
            _from_packets(path, found)
            cut_off = missing_end(path, known.container)
            found.warnings += [cut_off] if cut_off else []
        damaged = sum(units.damaged for units in found.units)
        if damaged:
            found.warnings.append(f"{damaged} pictures are damaged: their parts do not fit together.")
        index = _assemble(path, known, found, direct, scratch, cuts)
        if index.kind == "video" and not facts.shows_a_picture(container):
            return replace(index, playback="none", playback_reason="The pictures cannot be decoded.")
    return index


@contextlib.contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _from_boxes(
    path: Path, movie: Movie, extradata: dict[int, tuple[str, bytes]], found: _Found, scratch: Path
) -> bool:
    """Tables, digests and init of an MP4 by its boxes; False if it must be demuxed instead.

    `scratch` may hold digests that were taken ahead.
    """
    with _mapped(path) as data:
        try:
            tables = coded(movie, extradata)
            found.tables = list(tables)
            played = SampleTable(tuple(found.tables)).played()
            found.init = init_segment(data, len(data), tuple(t.number for t in played)) if played else None
        except Unsupported:
            return False
        ahead = Ahead.found(scratch, len(data), tables, extradata)
        for position, table in enumerate(tables):
            units = AccessUnits(*extradata[table.number])
            found.digests.append(_digests(units, data, table, *ahead.of(position)))
            found.units.append(units)
        found.rotation_deg = movie.rotation_deg
        if movie.truncated:
            found.warnings.append(movie.truncated)
    return True


def _digests(
    units: AccessUnits,
    data: mmap.mmap,
    table: TrackTable,
    digests: NDArray[np.uint8],
    missing: NDArray[np.int64],
) -> bytes:
    """32 bytes per access unit: `digests` (n, 32), with the `missing` ones taken now. Halves of a large track go to
    two threads: hashing lets go of the interpreter's lock (measured on two idle cores: 1.7 times as fast)."""
    starts, sizes = table.offset[missing], table.size[missing].astype(np.int64)
    pairs = list(zip(starts.tolist(), (starts + sizes).tolist(), strict=True))

    def run(units: AccessUnits, first: int, stop: int) -> bytes:
        return b"".join([units.digest(data, start, end) for start, end in pairs[first:stop]])

    half = len(pairs) // 2 if int(sizes.sum()) >= _WORTH_A_THREAD_BYTES else 0
    if half:
        twin = units.twin()
        with ThreadPoolExecutor(1) as pool:
            rest = pool.submit(run, twin, half, len(pairs))
            taken = run(units, 0, half) + rest.result()
        units.join(twin)
    else:
        taken = run(units, 0, len(pairs))
    digests[missing] = np.frombuffer(taken, np.uint8).reshape(-1, DIGEST_BYTES)
    return digests.tobytes()


def _from_packets(path: Path, found: _Found) -> None:
    tracks, trouble = demux(path)
    found.tables = [track.table for track in tracks]
    found.units = [track.units for track in tracks]
    found.digests = [track.digests for track in tracks]
    backwards = sum(track.out_of_order for track in tracks)
    if backwards:
        found.times_broken = True
        found.warnings.append(f"Timestamps run backwards at {backwards} places.")
    if trouble:
        found.warnings.append(trouble)


def _assemble(
    path: Path, known: Facts, found: _Found, direct: bool, scratch: Path, given: tuple[Cut, ...] | None
) -> MediaIndex:
    filled = [n for n, table in enumerate(found.tables) if len(table)]
    if not filled:
        raise MediaUnreadable("There is no picture and no sound in this file.")
    table = SampleTable(tuple(found.tables[n] for n in filled))
    cuts = cut(table) if given is None else require_cuts(table, given)
    digests = {found.tables[n].number: found.digests[n] for n in filled}
    tracks = tuple(_track(found, known, n) for n in range(len(found.tables)))
    video = next((t for t in tracks if t.kind == "video" and t.n_au), None)
    playback, reason = _broken_times(table, cuts, found) or _playback(known, tracks, direct)
    if playback == "packaged":
        # What FLAC and repackaging need is not in the original's boxes: the packager makes its own.
        try:
            found.init = packager.init_segment(path, table)
        except MediaUnreadable as error:
            found.init = None
            playback, reason = ("copy" if video else "none"), error.message
    (scratch / "samples").write_bytes(table.to_bytes())
    (scratch / "au_digests").write_bytes(b"".join(digests[t.number] for t in table.tracks))
    if found.init is not None:
        (scratch / "init").write_bytes(found.init)
    return MediaIndex(
        kind="video" if video else "audio",
        container=known.container,
        playback=playback,
        playback_reason=reason,
        duration_ms=cuts[-1].end_ms,
        tracks=tracks,
        segments=tuple(_segment(c, table, digests) for c in cuts),
        warnings=tuple(found.warnings + _warnings(table, tracks, cuts)),
        container_started_at=known.started_at,
        container_tags=known.tags,
        samples_file="samples",
        au_digests_file="au_digests",
        init_file="init" if found.init is not None else None,
        width=video.width if video else 0,
        height=video.height if video else 0,
    )


def _track(found: _Found, known: Facts, n: int) -> Track:
    table = found.tables[n]
    stream = known.streams.get(table.number)
    span = int((table.pts + table.duration).max() - table.pts.min()) if len(table) else 0
    return Track(
        number=table.number,
        kind=table.kind,
        codec=table.codec,
        codec_string=facts.codec_string(table.codec, found.units[n], stream),
        timescale=table.timescale,
        n_au=len(table),
        duration_ticks=span,
        config_digest=found.units[n].config_digest(),
        rotation_deg=found.rotation_deg.get(table.number, 0),
        **(stream.track_fields() if stream else {}),
    )


def _segment(piece: Cut, table: SampleTable, digests: dict[int, bytes]) -> Segment:
    tables = {t.number: t for t in table.tracks}
    parts: list[SegmentTrack] = []
    for part in piece.parts:
        track, stop = tables[part.track], part.first + part.count
        parts.append(
            SegmentTrack(
                track=part.track,
                first_au=part.first,
                n_au=part.count,
                start_pts=part.start_pts,
                end_pts=part.end_pts,
                au_digest=au_list_digest(digests[part.track][part.first * 32 : stop * 32]),
                timing_digest=timing_digest(
                    part.first,
                    track.dts[part.first : stop] + track.cts[part.first : stop],
                    track.duration[part.first : stop],
                    track.key[part.first : stop],
                    track.timescale,
                ),
            )
        )
    return Segment(piece.seq, piece.start_ms, piece.end_ms, tuple(parts))


def _playback(known: Facts, tracks: tuple[Track, ...], direct: bool) -> tuple[Playback, str]:
    """How a browser gets it, and why not directly. What browsers play: docs/design/media.md."""
    video = next((t for t in tracks if t.kind == "video" and t.n_au), None)
    audio = next((t for t in tracks if t.kind == "audio" and t.n_au), None)
    if video is not None:
        stream = known.streams[video.number]
        if video.codec != "h264":
            return "copy", f"Browsers do not play {facts.codec_words(video.codec)} video."
        if stream.pixel_format not in ("yuv420p", "yuvj420p"):
            return "copy", f"Browsers do not play H.264 video with pixel format {stream.pixel_format}."
        if known.container == "avi" and stream.reordered:
            return "copy", "An AVI does not say when pictures with B-frames are shown."
    if audio is not None and audio.codec not in ("aac", "mp3", "opus", "flac"):
        return "packaged", f"Browsers do not play {facts.codec_words(audio.codec)} sound; it is sent as FLAC."
    if not direct:
        return (
            "packaged",
            f"The container {facts.container_words(known.container)} is repackaged while it plays.",
        )
    return "direct", ""


def _broken_times(table: SampleTable, cuts: tuple[Cut, ...], found: _Found) -> tuple[Playback, str] | None:
    """A viewing copy where the recorded times cannot be played in pieces; None where they can."""
    lead = table.lead()
    if lead is None or lead.kind != "video":
        return None
    if found.times_broken or (len(lead) > 2 and np.mean(np.diff(lead.dts) <= 0) > _BROKEN_SHARE):
        return "copy", "The time stamps are broken."
    if max(c.end_ms - c.start_ms for c in cuts) > _MAX_SEGMENT_MS:
        return "copy", "Keyframes are too far apart to play the recording in pieces."
    return None


def _warnings(table: SampleTable, tracks: tuple[Track, ...], cuts: tuple[Cut, ...]) -> list[str]:
    said: list[str] = []
    kinds = {t.kind for t in table.tracks}
    for track in tracks:
        if not track.n_au:
            said.append(f"The {track.kind} track is there but empty.")
        if track.n_au and track.number not in {t.number for t in table.played()}:
            said.append(f"A further {track.kind} track is kept and sealed but not played.")
        if track.rotation_deg:
            said.append(f"The picture is shown rotated by {track.rotation_deg} degrees.")
    if "audio" not in kinds and not any(t.kind == "audio" for t in tracks):
        said.append("There is no sound track.")
    lead = table.lead()
    if lead is not None and lead.kind == "video" and len(lead) > 2:
        said += _pace(lead)
        if not lead.key[0]:
            said.append("The first frames cannot be decoded: the recording does not begin with a keyframe.")
    longest = max(c.end_ms - c.start_ms for c in cuts)
    if longest > LONG_MS:
        said.append(f"Keyframes are up to {longest / 1000:.1f} s apart: segments are longer than 10 s.")
    if any(t.shift for t in table.tracks if t.kind == "video"):
        said.append("An edit list shifts the picture.")
    return said


def _pace(lead: TrackTable) -> list[str]:
    """What the distances between pictures say: a varying frame rate, holes."""
    said: list[str] = []
    steps = np.diff(np.sort(lead.pts))
    usual = float(np.median(steps))
    # One tick of rounding is no change of rate in a coarse time base.
    off = np.abs(steps.astype(np.float64) - usual) > max(usual / 5, 1.5)
    if float(np.mean(off)) > _VARYING_SHARE:
        said.append("The frame rate varies.")
    still_ms = int(steps.max()) * 1000 // lead.timescale
    if still_ms > max(_STILL_MS, 5 * usual * 1000 / lead.timescale):
        said.append(f"The picture stands still for up to {still_ms / 1000:.1f} s.")
    return said
