"""An access unit of a live track, as it is recorded and watched. Frozen data and the two fragments made of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evidence.live import FragmentTrack
from evidence.media import moof as boxes
from evidence.media.esd import au_list_digest


@dataclass(frozen=True, slots=True)
class Unit:
    """One access unit in the form of MP4: length-prefixed NAL units, AAC without ADTS. Times are media time."""

    track: int
    data: bytes
    dts: int  # track ticks
    pts: int
    duration: int  # as far as it is known when it comes
    key: bool
    digest: bytes  # ESD-1, 32 bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Units of one track that belong together, in decode order, and where the track goes on."""

    units: tuple[Unit, ...]
    next_dts: int | None  # of the unit behind them, if it is known

    def durations(self) -> list[int]:
        """Ticks from each unit to the next; the last one's own if nothing follows, or follows after a hole."""
        ends = [unit.dts for unit in self.units[1:]]
        durations = [max(0, end - unit.dts) for unit, end in zip(self.units, ends, strict=False)]
        last = self.units[-1]
        follows = None if self.next_dts is None else self.next_dts - last.dts
        usual = max(last.duration, 1)
        durations.append(follows if follows is not None and 0 < follows <= 2 * usual else usual)
        return durations


def fragment(sequence: int, stretches: Sequence[Stretch]) -> bytes:
    """`moof` + `mdat` of the stretches, one track after the other; track ids are track number + 1."""
    head_bytes = boxes.moof_bytes([(len(each.units), 1) for each in stretches])
    place, trafs, payload = head_bytes + 8, [], []
    for each in stretches:
        samples = _samples(each)
        run = boxes.Run(0, len(each.units), place)
        trafs.append(boxes.Traf(each.units[0].track + 1, each.units[0].dts, samples, (run,)))
        data = b"".join([unit.data for unit in each.units])
        payload.append(data)
        place += len(data)
    return boxes.moof(sequence, trafs) + boxes.mdat_header(place - head_bytes - 8) + b"".join(payload)


def fragment_track(stretch: Stretch, first_au: int) -> FragmentTrack:
    """What is said of a stretch; `first_au`: how many units of its track came before it."""
    units = stretch.units
    return FragmentTrack(
        track=units[0].track,
        first_au=first_au,
        au_digest=au_list_digest(b"".join([unit.digest for unit in units])),
        pts=tuple([unit.pts for unit in units]),
        durations=tuple(stretch.durations()),
        keys=tuple([unit.key for unit in units]),
    )


def _samples(stretch: Stretch) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    samples = np.empty(len(stretch.units), boxes.SAMPLE)
    samples["duration"] = stretch.durations()
    samples["size"] = [len(unit.data) for unit in stretch.units]
    samples["flags"] = [boxes.KEY if unit.key else boxes.DELTA for unit in stretch.units]
    samples["cts"] = [unit.pts - unit.dts for unit in stretch.units]
    return samples
