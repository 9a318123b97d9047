"""One live source from its first keyframe on: packets in, what there is to say out. Runs in the channel worker.

Media time begins at 0 with each `Opened` and is continuous until the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from evidence.canonical import Digest
from evidence.clock import to_text
from evidence.errors import MediaUnreadable
from evidence.live import Chunk, EventKind, Fragment, Noticed, Opened
from evidence.media import facts
from evidence.media.esd import AccessUnits
from evidence.media.live.cutter import Closed, Cutter
from evidence.media.live.init_segments import init_segments
from evidence.media.live.input import EPOCH, Arrival, LiveInput, SourceOver
from evidence.media.live.joining import Joiner
from evidence.media.live.passing import Passing, PlaceLost
from evidence.media.live.picture import TIMESCALE, Coded, PictureTrack
from evidence.media.live.receipt import Pace, ReceiptClock
from evidence.media.live.senses import Ears, Eyes
from evidence.media.live.sound import SoundTrack
from evidence.media.live.units import Stretch, Unit, fragment, fragment_track
from evidence.records import Track

_MEGA = 1_000_000
_SOUND_LOST_US = 2_000_000  # without sound for so long while pictures come, it is lost
_MAX_OPEN_US = 60 * _MEGA  # no keyframe for so long: nothing could be closed, and memory would grow
_LONG_GOP_US = 4 * _MEGA
_TOLD_BACKLOG_US = _MEGA  # a shorter one is within what the first fragment's receipt is uncertain by anyway
_COUNTED_BACK = (
    "were in the file before it was followed: their times are counted back from its last change, and may be earlier."
)
_ESTIMATED = (
    "were in the file before it was followed, by its size: their times are counted back from its last change, and are"
    " rough."
)
_MAX_DULL_KEYS = 10  # keyframes that show nothing or come before the sound has said what it is


@dataclass(slots=True)
class _Run:
    """What belongs to one `Opened`."""

    zero: int  # the source's own time of media time 0, picture ticks
    cutter: Cutter
    receipt: ReceiptClock
    backlog: Noticed | None  # to be said of the times of its first pictures, once a fragment holds them
    heads: dict[int, str | None] = field(default_factory=dict)  # fragment → its first picture by the camera's clock
    n_dropped: int = 0
    picture_us: int = 0  # media time of the latest picture
    key_us: int = 0
    sound_us: int = 0  # end of the latest sound
    sound_lost_us: int | None = None  # since when
    told_long_gop: bool = False


class LiveStream:
    def __init__(self, source: LiveInput, fragment_ms: int, say: Passing) -> None:
        self._source, self._fragment_ms, self._say = source, fragment_ms, say
        self._backlog = source.backlog
        self._picture = PictureTrack(source.picture)
        self._sound = SoundTrack(source.sound) if source.sound is not None else None
        self._eyes = Eyes(source.picture)
        self._ears = Ears(source.sound) if source.sound is not None else None
        self._pace = Pace()
        self._run: _Run | None = None
        self._n_dull = 0
        self._joiner = Joiner(self._picture.codec if self._picture.is_annex_b else "")
        self._untimed: tuple[Arrival, Coded] | None = None
        self._behind: list[Arrival] = []  # sound that came after a first picture which is still held

    def run(self) -> None:
        """Until the source is over: ends by SourceOver, everything complete having been said, or by PlaceLost."""
        try:
            for arrival in self._source.arrivals():
                if arrival.packet.stream is self._source.picture:
                    self._take_picture(arrival)
                elif self._sound is not None:
                    self._take_sound(self._sound, arrival)
        except SourceOver:
            self._take_wholes(self._joiner.rest())
            self._require_place()
            raise
        finally:
            self._finish()

    def _require_place(self) -> None:
        """Everything that was in the file has gone by: what was recorded last is among it, or this is another file."""
        self._finish()
        if self._say.goes_on:
            raise PlaceLost

    def _take_picture(self, arrival: Arrival) -> None:
        if self._say.goes_on and self._source.is_new:
            self._require_place()
        self._take_wholes(self._joiner.take(arrival, self._picture.coded(arrival.packet)))
        lost, self._joiner.n_lost = self._joiner.n_lost, 0
        self._count_dropped(lost)

    def _take_wholes(self, wholes: list[tuple[Arrival, Coded]]) -> None:
        for whole in wholes:
            self._take_whole(*whole)
        if not wholes or self._sound is None:
            return
        behind, self._behind = self._behind, []
        for arrival in behind if self._run is not None else ():
            self._take_sound(self._sound, arrival)

    def _take_whole(self, arrival: Arrival, coded: Coded) -> None:
        if coded.at is None and self._run is None:
            # The first picture after connecting has no time: it gets one when the second is here.
            self._untimed = (arrival, coded) if coded.key and coded.duration else None
            return
        if self._untimed is not None and coded.at is not None:
            (first, early), self._untimed = self._untimed, None
            at = coded.at - early.duration
            self._place_picture(first, replace(early, at=at, decoded_at=at), at)
        self._place_picture(arrival, coded, self._time_of(coded))

    def _place_picture(self, arrival: Arrival, coded: Coded, at: int) -> None:
        decoded_at = coded.decoded_at if coded.decoded_at is not None else at
        if coded.key and self._picture.format_changed(coded):
            self._break_off("format-changed", "The picture's format changed.")
        kind, step_us, pace = self._pace.step(_us(decoded_at), self._late_us(decoded_at, arrival.arrived_us))
        if kind == "backwards":
            self._count_dropped(1)
            return
        if kind in ("break", "leap"):
            self._break(kind, step_us)
            pace = Pace(pace.usual_us, _us(decoded_at))
        elif kind == "hole":
            self._hole(_us(decoded_at), step_us, pace)
        self._pace = pace
        if coded.corrupt:
            self._count_dropped(1)
        if self._run is None and not self._begin(arrival, coded, decoded_at):
            return
        self._record_picture(arrival, coded, decoded_at, at)

    def _late_us(self, decoded_at: int, arrived_us: int) -> int:
        return 0 if self._run is None else self._run.receipt.late_us(_us(decoded_at - self._run.zero), arrived_us)

    def _time_of(self, coded: Coded) -> int:
        """Presentation time; where the source tells none, a usual step after the picture before."""
        if coded.at is not None:
            return coded.at
        run = self._require_run()
        run.n_dropped += 1
        return run.zero + (run.picture_us + self._pace.usual_us) * TIMESCALE // _MEGA

    def _record_picture(self, arrival: Arrival, coded: Coded, decoded_at: int, at: int) -> None:
        run = self._require_run()
        usual = self._pace.usual_us * TIMESCALE // _MEGA
        unit = self._picture.unit(coded, decoded_at - run.zero, at - run.zero, usual)
        at_us = _us(unit.pts)
        received = _text(run.receipt.received_us(at_us, arrival.arrived_us))
        self._say_closed(run.cutter.offer(unit))
        camera = None if arrival.camera_us is None else _text(arrival.camera_us)
        run.heads.setdefault(run.cutter.seq_of(unit), camera)
        self._say_chunk(unit, received)
        self._watch_gop(run, unit, at_us)
        run.picture_us = max(run.picture_us, at_us)
        if unit.key and at_us > 0 and not self._say.goes_on and (seen := self._eyes.look(arrival.packet, at_us)):
            self._say(seen, b"")
        self._watch_sound(run)

    def _watch_gop(self, run: _Run, unit: Unit, at_us: int) -> None:
        if unit.key:
            if at_us - run.key_us > _LONG_GOP_US and not run.told_long_gop:
                run.told_long_gop = True
                words = f"Keyframes are {(at_us - run.key_us) / _MEGA:.0f} s apart: so much may be lost in a crash."
                self._say(Noticed(kind="long-gop", from_us=run.key_us, until_us=at_us, detail=words), b"")
            run.key_us = at_us
        elif run.cutter.open_us(at_us) > _MAX_OPEN_US:
            raise SourceOver("broken", "The source has sent no keyframe for a minute.")

    def _watch_sound(self, run: _Run) -> None:
        if self._sound is None or run.sound_lost_us is not None or run.picture_us - run.sound_us < _SOUND_LOST_US:
            return
        run.sound_lost_us, run.cutter.sound_comes = run.sound_us, False
        self._say(Noticed(kind="sound-lost", from_us=run.sound_us, until_us=None, detail="No sound comes."), b"")

    def _take_sound(self, sound: SoundTrack, arrival: Arrival) -> None:
        run = self._run
        if run is None:
            sound.learn(arrival.packet)
            if self._joiner.holds:
                self._behind.append(arrival)
            return
        self._record_sound(
            sound, run, sound.units(arrival.packet, run.zero * sound.rate // TIMESCALE), _text(arrival.arrived_us)
        )
        if self._ears is not None and not self._say.goes_on:
            for heard in self._ears.listen(arrival.packet, run.sound_us):
                self._say(heard, b"")

    def _record_sound(self, sound: SoundTrack, run: _Run, units: Iterable[Unit], received: str) -> None:
        for unit in units:
            start_us = unit.pts * _MEGA // sound.rate
            if run.sound_lost_us is not None:
                lost = Noticed(kind="sound-lost", from_us=run.sound_lost_us, until_us=start_us, detail="Sound is back.")
                self._say(lost, b"")
                run.sound_lost_us, run.cutter.sound_comes = None, True
            run.sound_us = start_us + unit.duration * _MEGA // sound.rate
            self._say_closed(run.cutter.offer(unit))
            self._say_chunk(unit, received)

    def _begin(self, arrival: Arrival, coded: Coded, decoded_at: int) -> bool:
        """A keyframe that can be shown begins a run; False: wait for the next one."""
        if not coded.key:
            return False
        seen = self._eyes.look(arrival.packet, 0)
        if seen is None or (self._sound is not None and not self._sound.ready):
            self._n_dull += 1
            if self._n_dull >= _MAX_DULL_KEYS:
                raise SourceOver("unsupported", "The pictures of the source cannot be decoded.")
            return False
        self._n_dull = 0
        timescales = (TIMESCALE,) if self._sound is None else (TIMESCALE, self._sound.rate)
        self._run = _Run(decoded_at, Cutter(timescales, self._fragment_ms), *self._receipt(decoded_at))
        if self._sound is not None:
            self._sound.restart()
        self._say_opened()
        self._say(seen, b"")
        return True

    def _receipt(self, zero: int) -> tuple[ReceiptClock, Noticed | None]:
        """How the times of what begins at `zero` are told, and what is to be said of that."""
        self._backlog = here = self._backlog and self._backlog.from_here(zero)
        if here is None:
            return ReceiptClock(), None
        length_us = _us(here.takes[0].end - zero)
        words = f"{length_us / _MEGA:.1f} s {_COUNTED_BACK if here.is_whole else _ESTIMATED}"
        told = Noticed(kind="backlog", from_us=0, until_us=length_us, detail=words)
        return ReceiptClock(here.at_us(zero), length_us), told if length_us > _TOLD_BACKLOG_US else None

    def _say_opened(self) -> None:
        try:
            inits = init_segments(self._picture, self._source.picture, self._eyes.size, self._sound)
        except MediaUnreadable as error:
            raise SourceOver("unsupported", error.message) from error
        tracks, codecs = [self._picture_track(inits[1])], [self._picture.codec]
        form = self._picture.format
        if self._sound is not None:
            tracks.append(_sound_track(self._sound))
            codecs.append(self._sound.source_codec)
            form += self._sound.config
        opened = Opened(
            tracks=tuple(tracks),
            source_codecs=tuple(codecs),
            sizes=tuple(map(len, inits)),
            format=Digest(hashlib.sha256(form + b"%d %d" % self._eyes.size).hexdigest()),
        )
        self._say(opened, b"".join(inits))

    def _picture_track(self, init: bytes) -> Track:
        picture, (width, height) = self._picture, self._eyes.size
        described = AccessUnits("hevc", _hvcc(init)) if picture.codec == "hevc" else picture.units
        name = facts.codec_string(picture.codec, described, None)
        config = picture.units.config_digest()
        return Track(0, "video", picture.codec, name, TIMESCALE, 0, 0, config, width=width, height=height)

    def _break(self, kind: str, step_us: int) -> None:
        seconds = step_us / _MEGA
        if kind == "leap":
            self._break_off("clock-jump", f"The source's clock leapt by {seconds:.1f} s.")
        else:
            self._break_off("gap", f"No picture came for {seconds:.1f} s.")

    def _hole(self, decoded_us: int, step_us: int, pace: Pace) -> None:
        run = self._run
        if run is None:
            return
        missing = max(1, round(step_us / max(1, pace.usual_us)) - 1)
        run.n_dropped += missing
        end_us = decoded_us - _us(run.zero)
        words = f"About {missing} pictures are missing."
        self._say(Noticed(kind="dropped", from_us=end_us - step_us, until_us=end_us, detail=words), b"")

    def _break_off(self, kind: EventKind, words: str) -> None:
        """What comes is not continuous with what was: close everything, begin anew at the next keyframe."""
        if self._run is None:
            return
        at_us = self._run.picture_us
        self._finish()
        self._say(Noticed(kind=kind, from_us=at_us, until_us=at_us, detail=words), b"")

    def _finish(self) -> None:
        run, self._run = self._run, None
        if run is None:
            return
        if self._sound is not None:
            for unit in self._sound.flush():
                self._say_closed(run.cutter.offer(unit), run)
        for closed in run.cutter.end(self._pace.usual_us):
            self._say_closed(closed, run)

    def _count_dropped(self, n: int) -> None:
        if self._run is not None:
            self._run.n_dropped += n

    def _say_chunk(self, unit: Unit, received: str) -> None:
        if self._say.goes_on:
            return
        run = self._require_run()
        seq = run.cutter.seq_of(unit)
        data = fragment(seq + 1, [Stretch((unit,), None)])
        chunk = Chunk(
            track=unit.track,
            seq=seq,
            key=unit.key,
            dts=unit.dts,
            pts=unit.pts,
            duration=unit.duration,
            received_at=received,
            digest=Digest(unit.digest.hex()),
        )
        self._say(chunk, data)

    def _say_closed(self, closed: Closed | None, run: _Run | None = None) -> None:
        if closed is None:
            return
        run = run or self._require_run()
        said = Fragment(
            seq=closed.seq,
            tracks=tuple(map(fragment_track, closed.stretches, closed.first_au)),
            start_us=closed.start_us,
            end_us=closed.end_us,
            # By what is known now: the first pictures waited in buffers while the source was being opened.
            received_at=_text(run.receipt.at_us(closed.start_us)),
            camera_at=run.heads.pop(closed.seq, None),
            n_dropped=run.n_dropped,
        )
        run.n_dropped = 0
        passes = self._say.goes_on
        self._say(said, fragment(closed.seq + 1, closed.stretches))
        if run.backlog is not None:
            if not passes:
                self._say(run.backlog, b"")
            run.backlog = None

    def _require_run(self) -> _Run:
        if self._run is None:
            raise ValueError("nothing is open")
        return self._run


def _hvcc(init: bytes) -> bytes:
    """The decoder set-up that the muxer made of the parameter sets; the codec's name is in it."""
    place = init.find(b"hvcC")
    return b"" if place < 0 else init[place + 4 : place - 4 + int.from_bytes(init[place - 4 : place], "big")]


def _sound_track(sound: SoundTrack) -> Track:
    units: AccessUnits = sound.new_units()
    name = facts.codec_string(sound.codec, units, None)
    config = units.config_digest()
    return Track(
        1, "audio", sound.codec, name, sound.rate, 0, 0, config, sample_rate=sound.rate, channels=sound.channels
    )


def _us(ticks: int) -> int:
    return ticks * _MEGA // TIMESCALE


def _text(micros: int) -> str:
    return to_text(EPOCH + timedelta(microseconds=micros))
