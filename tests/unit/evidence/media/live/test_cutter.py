"""Cutting a live stream: every unit in exactly one fragment, whole GOPs, sound of the same instants."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evidence.media.live.cutter import SOUND_WAIT_US, Closed, Cutter
from evidence.media.live.units import Unit

RATE, TICKS, SOUND_TICKS = 25, 3600, 1024


def picture(number: int, gop: int) -> Unit:
    return Unit(0, b"p", number * TICKS, number * TICKS, TICKS, number % gop == 0, bytes([number % 256]) * 32)


def sound(number: int) -> Unit:
    return Unit(1, b"s", number * SOUND_TICKS, number * SOUND_TICKS, SOUND_TICKS, True, bytes([number % 256]) * 32)


@given(gop=st.integers(1, 60), late=st.integers(0, 40), n=st.integers(1, 300), fragment_ms=st.sampled_from([500, 2000]))
def test_every_unit_is_in_exactly_one_fragment(gop: int, late: int, n: int, fragment_ms: int) -> None:
    """`late`: so many pictures after its instant the sound arrives."""
    cutter, closed, units = Cutter((90_000, 48_000), fragment_ms), [], []
    n_sound = 0
    for number in range(n):
        arrivals = [picture(number, gop)]
        while n_sound * SOUND_TICKS / 48_000 <= (number - late) / RATE:
            arrivals.append(sound(n_sound))
            n_sound += 1
        for unit in arrivals:
            units.append(unit)
            seq = cutter.seq + 1
            done = cutter.offer(unit)
            assert cutter.seq_of(unit) in (seq - 1, seq)
            closed += [done] if done else []
    closed += cutter.end(40_000)
    for track in (0, 1):
        got = [unit for each in closed for part in each.stretches for unit in part.units if unit.track == track]
        assert got == [unit for unit in units if unit.track == track]
    _check(closed, gop, fragment_ms)


def _check(closed: list[Closed], gop: int, fragment_ms: int) -> None:
    counted = {0: 0, 1: 0}
    for number, each in enumerate(closed):
        assert each.seq == number and each.stretches[0].units[0].key
        for part, first in zip(each.stretches, each.first_au, strict=True):
            track = part.units[0].track
            assert first == counted[track]
            counted[track] += len(part.units)
        if number:
            assert closed[number - 1].end_us == each.start_us
        if number < len(closed) - 1:
            length_ms = (each.end_us - each.start_us) / 1000
            # Waiting for late sound may make the next one longer by as much.
            assert fragment_ms - 40 <= length_ms <= fragment_ms + gop * 40 + SOUND_WAIT_US // 1000


def test_lost_sound_holds_nothing_up() -> None:
    cutter = Cutter((90_000, 48_000), 1000)
    done = [cutter.offer(picture(number, 25)) for number in range(80)]
    # The border at 1 s is known at picture 25; a second later the fragment is closed all the same.
    assert next(n for n, each in enumerate(done) if each) == 25 + SOUND_WAIT_US // 40_000
    cutter = Cutter((90_000, 48_000), 1000)
    cutter.sound_comes = False
    done = [cutter.offer(picture(number, 25)) for number in range(80)]
    assert [n for n, each in enumerate(done) if each] == [25, 50, 75]


def test_a_picture_belongs_to_the_fragment_that_it_opens() -> None:
    cutter = Cutter((90_000,), 1000)
    for number in range(26):
        unit = picture(number, 25)
        cutter.offer(unit)
        assert cutter.seq_of(unit) == (1 if number == 25 else 0)
