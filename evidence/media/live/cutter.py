"""Cuts a live stream into fragments: whole GOPs of the picture, and the sound of the same instants. Pure.

Every unit goes into exactly one fragment. A fragment ends at the first keyframe `fragment_ms` after its begin; sound
may come a little later than the picture it belongs to, so a fragment stays open until the sound has passed its end, or
has not come for `SOUND_WAIT_US`. Sound that comes later still goes into the next fragment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from evidence.media.live.units import Stretch, Unit

SOUND_WAIT_US = 1_000_000
# Half a picture early is on time: keyframes every 2 s come after 1.99 s as often as not.
_EARLY_US = 40_000
_MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Closed:
    """A fragment, ready to be written. `first_au` per stretch counts units of the track since the start."""

    seq: int
    stretches: tuple[Stretch, ...]
    first_au: tuple[int, ...]
    start_us: int
    end_us: int


@dataclass(slots=True)
class _Lane:
    """Units of one track: of the open fragment, and of the one behind it."""

    timescale: int
    units: list[Unit] = field(default_factory=list)
    later: list[Unit] = field(default_factory=list)
    n_closed: int = 0

    def us(self, ticks: int) -> int:
        return ticks * _MEGA // self.timescale

    def roll(self) -> None:
        self.n_closed += len(self.units)
        self.units, self.later = self.later, []


class Cutter:
    """Feed it every unit in the order of arrival, beginning with a keyframe of the picture."""

    def __init__(self, timescales: tuple[int, ...], fragment_ms: int) -> None:
        """`timescales`: ticks per second per track; track 0 is the picture."""
        self._lanes = [_Lane(each) for each in timescales]
        self._fragment_us = fragment_ms * 1000
        self._start_us: int | None = None
        self._border_us: int | None = None  # where the open fragment ends, once that is known
        self.seq = 0
        self.sound_comes = True  # False: it is lost, and nothing waits for it

    def seq_of(self, unit: Unit) -> int:
        """The fragment that a unit just offered belongs to."""
        return self.seq + (bool(self._lanes[unit.track].later) and self._lanes[unit.track].later[-1] is unit)

    def offer(self, unit: Unit) -> Closed | None:
        """Take a unit; the fragment that is complete now, if any."""
        lane = self._lanes[unit.track]
        at_us = lane.us(unit.pts)
        if unit.track == 0:
            if self._start_us is None:
                self._start_us = at_us
            elif self._border_us is None and unit.key and at_us >= self._start_us + self._fragment_us - _EARLY_US:
                self._border_us = at_us
            (lane.units if self._border_us is None else lane.later).append(unit)
        else:
            behind = self._border_us is not None and at_us >= self._border_us
            (lane.later if behind else lane.units).append(unit)
        return self._close() if self._border_us is not None and self._complete(self._border_us) else None

    def end(self, usual_us: int) -> list[Closed]:
        """No more units come: what is left, as one fragment or two; `usual_us`: how long the last picture lasts."""
        closed: list[Closed] = []
        if self._border_us is not None:
            closed.append(self._close())
        if self._lanes[0].units:
            self._border_us = max(self._lanes[0].us(unit.pts) for unit in self._lanes[0].units) + usual_us
            closed.append(self._close())
        return closed

    def open_us(self, now_us: int) -> int:
        """How long the open fragment has been open, at an instant of media time."""
        return 0 if self._start_us is None else now_us - self._start_us

    def _complete(self, border_us: int) -> bool:
        picture, *sound = self._lanes
        if picture.later and picture.us(picture.later[-1].pts) >= border_us + SOUND_WAIT_US:
            return True
        return not self.sound_comes or all(lane.later for lane in sound)

    def _close(self) -> Closed:
        start_us, border_us = self._start_us, self._border_us
        if start_us is None or border_us is None:
            raise ValueError("nothing is open")
        filled = [lane for lane in self._lanes if lane.units]
        stretches = tuple(Stretch(tuple(lane.units), lane.later[0].dts if lane.later else None) for lane in filled)
        closed = Closed(self.seq, stretches, tuple(lane.n_closed for lane in filled), start_us, border_us)
        for lane in self._lanes:
            lane.roll()
        self.seq += 1
        self._start_us, self._border_us = border_us, None
        return closed
