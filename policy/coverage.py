"""Coverage of a required interval by recordings: interval algebra on corrected time. Pure.

A camera's clock is never exact. Each take begins somewhere in [start - u, start + u + r): u is the uncertainty of
the clock, r the resolution of the stated time. So an instant of the required interval is *shown* to be covered
(whatever the clocks were), *missing* (whatever they were), or *doubtful*. All takes of one view share one clock: a
hole between two files of one camera is a hole wherever the clock puts it, and is missing, not doubtful, if no other
camera can have filled it. Takes that were placed apart from each other (`Take.clock`: by a slate, by a person) do not:
between them the uncertainty of both counts.

All times are integers of milliseconds since 1970, all intervals half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from evidence.intervals import Span, Spans, difference, intersection, length, merged

# Sound is coded in blocks (AAC: 23 to 128 ms, FLAC: up to 100 ms), and a block that was not full is not written.
_SOUND_BLOCK_MS = 250

Answer = Literal["covered", "not-covered", "cannot-be-shown"]


@dataclass(frozen=True, slots=True)
class Take:
    """One recording as it bears on coverage. `picture` and `sound` are relative to `start_ms`."""

    recording: str
    view: str  # the camera; takes of one view share its clock
    start_ms: int  # corrected time of the first picture
    picture: Spans
    sound: Spans
    uncertainty_ms: int | None = 0  # None: nobody knows when it was made
    resolution_ms: int = 0  # the true start is up to this much later
    sequence: int | None = None  # the device's running number
    content: tuple[tuple[str, int, int], ...] = ()  # why stretches were taken out of picture and sound, relative too
    clock: str = ""  # takes of one view with the same one are wrong by the same


@dataclass(frozen=True, slots=True)
class Joint:
    """Two files of one camera that count as continuous."""

    view: str
    start_ms: int
    end_ms: int  # nominal; before `start_ms` where they overlap
    assumed: bool  # the nominal gap is within the resolution of the stated times, and the numbers follow each other


@dataclass(frozen=True, slots=True)
class Coverage:
    """`shown`, `missing` and `doubtful` are disjoint and together the required interval."""

    required: Spans
    shown: Spans
    missing: Spans
    doubtful: Spans
    joints: tuple[Joint, ...] = ()

    @property
    def answer(self) -> Answer:
        if self.missing:
            return "not-covered"
        return "cannot-be-shown" if self.doubtful else "covered"

    @property
    def shortfalls(self) -> Spans:
        """Every stretch that is not shown, missing and doubtful parts together."""
        return merged((*self.missing, *self.doubtful))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of one take in corrected time. `early` and `late`: how far it may truly lie before and after."""

    start_ms: int
    end_ms: int
    early_ms: int
    late_ms: int
    take: Take


@dataclass(frozen=True, slots=True)
class _Hole:
    """A hole between two stretches of one view, and where it can truly lie."""

    start_ms: int
    end_ms: int
    window: Span


@dataclass(frozen=True, slots=True)
class View:
    shown: Spans
    possible: Spans
    holes: tuple[_Hole, ...]
    joints: tuple[Joint, ...]


def cover(required: Span, views: Iterable[View], least: int = 1) -> Coverage:
    """How `least` views at a time cover the required interval."""
    known = tuple(views)
    wanted = merged((required,))
    shown = intersection(_at_least([view.shown for view in known], least), wanted)
    possible = _at_least([view.possible for view in known], least)
    missing = difference(wanted, possible)
    certain = [hole for at, view in enumerate(known) for hole in _certain(view, at, known, required, least)]
    if certain:
        missing = merged((*missing, *((hole.start_ms, hole.end_ms) for hole in certain)))
    doubtful = difference(difference(wanted, shown), missing)
    joints = tuple(joint for view in known for joint in view.joints)
    return Coverage(wanted, shown, missing, doubtful, joints)


def views_of(takes: Sequence[Take], required: Span, *, sound: bool, joint_ms: int, pre_event_ms: int = 0) -> list[View]:
    """The takes of each camera as one view, for the picture or for the sound."""
    by_view: dict[str, list[Take]] = {}
    for take in takes:
        by_view.setdefault(take.view, []).append(take)
    return [
        _view([(take, _sound(take, pre_event_ms) if sound else take.picture) for take in each], required, joint_ms)
        for each in by_view.values()
    ]


def _sound(take: Take, pre_event_ms: int) -> Spans:
    """What counts as having sound: a silent head that a camera keeps from before its button was pressed is no fault,
    nor is the rest of the last block that was still being filled when the camera stopped."""
    if not take.sound or not take.picture:
        return take.sound
    head, end, (first, _), (_, last) = take.picture[0][0], take.picture[-1][1], take.sound[0], take.sound[-1]
    added = [(head, first)] if head < first <= head + pre_event_ms else []
    added += [(last, end)] if last < end <= last + _SOUND_BLOCK_MS else []
    return merged((*added, *take.sound))


def _view(parts: list[tuple[Take, Spans]], required: Span, joint_ms: int) -> View:
    unplaced = any(take.uncertainty_ms is None and spans for take, spans in parts)
    stretches = sorted((s for take, spans in parts for s in _stretches(take, spans)), key=lambda s: s.start_ms)
    if not stretches:
        return View((), (required,) if unplaced else (), (), ())
    shown: list[Span] = []
    possible: list[Span] = [required] if unplaced else []
    holes: list[_Hole] = []
    joints: list[Joint] = []
    group = [stretches[0]]
    last = stretches[0]  # the one of the group that reaches furthest
    for stretch in stretches[1:]:
        joined = _joined(last, stretch, joint_ms)
        if joined is None:
            _close(group, shown, possible)
            hole = _hole(last, stretch, joint_ms)
            if hole is not None and not unplaced:
                holes.append(hole)
            group = []
        elif last.take is not stretch.take:
            joints.append(Joint(last.take.view, last.end_ms, stretch.start_ms, joined == "assumed"))
        group.append(stretch)
        if joined is None or stretch.end_ms > last.end_ms:
            last = stretch
    _close(group, shown, possible)
    return View(merged(shown), merged(possible), tuple(holes), tuple(joints))


def _stretches(take: Take, spans: Spans) -> list[_Stretch]:
    if take.uncertainty_ms is None:
        return []
    early, late = take.uncertainty_ms, take.uncertainty_ms + take.resolution_ms
    return [_Stretch(take.start_ms + a, take.start_ms + b, early, late, take) for a, b in spans]


def _joined(before: _Stretch, after: _Stretch, joint_ms: int) -> Literal["nominal", "assumed"] | None:
    gap_ms = after.start_ms - before.end_ms
    first, second = before.take, after.take
    if gap_ms + _spread_ms(first, second) <= joint_ms:
        return "nominal"
    follows = first.sequence is not None and second.sequence == first.sequence + 1
    if first is not second and follows and gap_ms - _blur_ms(first, second) <= joint_ms:
        return "assumed"
    return None


def _blur_ms(first: Take, second: Take) -> int:
    """How much less than its nominal length a gap between two takes may be."""
    return 0 if first is second else first.resolution_ms + _apart_ms(first, second)


def _spread_ms(first: Take, second: Take) -> int:
    """How much more a gap between takes of two clocks may be. With one clock what is nominally joined counts as joined,
    although the stated times leave out parts of seconds."""
    return 0 if first.clock == second.clock else second.resolution_ms + _apart_ms(first, second)


def _apart_ms(first: Take, second: Take) -> int:
    """How far two takes may be wrong against each other, besides the resolution."""
    return 0 if first.clock == second.clock else (first.uncertainty_ms or 0) + (second.uncertainty_ms or 0)


def _hole(before: _Stretch, after: _Stretch, joint_ms: int) -> _Hole | None:
    """A hole that is there whatever the clock, or None if the stated times may hide that there is none."""
    least_ms = after.start_ms - before.end_ms - _blur_ms(before.take, after.take)
    if least_ms <= joint_ms:
        return None
    return _Hole(before.end_ms, after.start_ms, (before.end_ms - before.early_ms, after.start_ms + after.late_ms))


def _close(group: list[_Stretch], shown: list[Span], possible: list[Span]) -> None:
    """Add a run of joined stretches: eroded to what is sure, dilated to what is possible."""
    shown.append((min(s.start_ms + s.late_ms for s in group), max(s.end_ms - s.early_ms for s in group)))
    possible.append((min(s.start_ms - s.early_ms for s in group), max(s.end_ms + s.late_ms for s in group)))


def _certain(view: View, at: int, views: tuple[View, ...], required: Span, least: int) -> list[_Hole]:
    """The holes of a view that lie within the required interval and that no other views can have filled."""
    inside = [hole for hole in view.holes if required[0] <= hole.window[0] and hole.window[1] <= required[1]]
    if not inside:
        return []
    others = _at_least([each.possible for n, each in enumerate(views) if n != at], least)
    return [hole for hole in inside if not intersection((hole.window,), others)]


def _at_least(sets: Sequence[Spans], n: int) -> Spans:
    """Where at least `n` of the sets are."""
    if n == 1:
        return sets[0] if len(sets) == 1 else merged(span for each in sets for span in each)
    edges = sorted((moment, step) for each in sets for a, b in each for moment, step in ((a, 1), (b, -1)))
    found: list[Span] = []
    depth = start = 0
    for moment, step in edges:
        depth += step
        if step > 0 and depth == n:
            start = moment
        elif step < 0 and depth == n - 1:
            found.append((start, moment))
    return merged(found)


def share(coverage: Coverage) -> float:
    """What part of the required interval is shown to be covered: 0 to 1."""
    whole = length(coverage.required)
    return 1.0 if whole == 0 else length(coverage.shown) / whole
