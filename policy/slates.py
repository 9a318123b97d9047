"""What a time slate in a recording proves: verified codes and the pictures that show them in, a verdict out. Pure.

A code was signed at its time, so a picture that shows it was taken then or later: `t - p` is a lower bound of the
recording's beginning, for every code `t` and picture `p`. The page drew the code within its promise of asking, and the
screen showed it within DISPLAY, so a picture that still shows an *earlier* code was taken before `t + both`; and the
page takes a code down when it is STALE. What these bounds leave is where the recording began. A photograph of a slate
does not go on, and leaves nothing; a film of one does, which is why other evidence is asked as well.

Within the bounds there is a likeliest place (`policy.slate_changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from evidence.clock_entries import SlateVerdict
from evidence.errors import IntegrityBroken
from evidence.slate import DISPLAY_MS, STALE_MS, Code, read
from evidence.slate_codes import SlateCodes
from policy.clocks import drift_ms
from policy.slate_changes import Change, likeliest_ms

# Codes further apart than this in a recording are two visits to the slate.
_PAUSE_MS = 10_000
# A clock that is wrong by more was not merely badly set, or the slate is a film of an old one: a person decides.
FAR_MS = 3_600_000
# A device that says nothing of its time hands its footage in within a day.
_HANDED_IN_MS = 86_400_000
# A key is announced before its first code is signed; the two times are read one after the other.
_KEY_SLACK_MS = 1_000

CodeId = tuple[str, int]  # key, server's time


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that the ledger announced: in use from then until the next one was."""

    public: bytes
    from_ms: int
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another recording of the same device, and which codes it shows where."""

    recording: str
    duration_ms: int
    codes: Mapping[CodeId, int]  # the picture, presentation time


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the codes. Times in milliseconds since 1970."""

    keys: Mapping[str, tuple[KnownKey, ...]]
    received_ms: int
    duration_ms: int
    stated_ms: int | None  # the beginning as the device states it
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`earliest_ms` to `latest_ms`: where the first picture lies, if accepted, and `best_ms` where it likely lies.
    `clashes`: recordings with the same codes."""

    verdict: SlateVerdict
    start_ms: int
    end_ms: int
    told_ms: int | None = None
    earliest_ms: int | None = None
    latest_ms: int | None = None
    best_ms: int | None = None
    case: str | None = None
    clashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shown:
    at_ms: int
    code: Code


def judge(found: SlateCodes, known: Circumstances) -> Judgement | None:
    """What the codes in a recording are taken for; None if there are none."""
    shown = _readable(found)
    if not shown:
        return None
    plain = Judgement("forged", shown[0].at_ms, shown[-1].at_ms + found.frame_ms)
    genuine: list[_Shown] = []
    foreign = False
    for each in shown:
        try:
            if _is_ours(each.code, known.keys):
                genuine.append(each)
            else:
                foreign = True
        except IntegrityBroken:
            return plain
    if not genuine:
        return replace(plain, verdict="unknown-key") if foreign else plain
    return _judge_genuine(genuine, found.frame_ms, known, plain)


def codes_of(found: SlateCodes) -> dict[CodeId, int]:
    """Which codes a recording shows, and in which picture first. Unverified."""
    first: dict[CodeId, int] = {}
    for each in _readable(found):
        first.setdefault((each.code.kid, each.code.time_ms), each.at_ms)
    return first


def _readable(found: SlateCodes) -> list[_Shown]:
    shown = []
    for each in found.seen:
        try:
            shown.append(_Shown(each.at_ms, read(each.text)))
        except IntegrityBroken:
            continue  # Some other code, or one that was misread.
    return shown


def _is_ours(code: Code, keys: Mapping[str, tuple[KnownKey, ...]]) -> bool:
    """Signed by a key of ours that was in use then. Raises IntegrityBroken if it names one of ours and none signed."""
    named = keys.get(code.kid, ())
    if not named:
        return False
    broken: IntegrityBroken | None = None
    for key in named:
        try:
            code.verify(key.public)
        except IntegrityBroken as error:
            broken = error
            continue
        end_ms = key.until_ms if key.until_ms is not None else code.time_ms
        return key.from_ms - _KEY_SLACK_MS <= code.time_ms <= end_ms + _KEY_SLACK_MS
    raise broken or IntegrityBroken("The time slate is signed by nobody.")


def _judge_genuine(shown: list[_Shown], frame_ms: int, known: Circumstances, plain: Judgement) -> Judgement:
    cases = [each.code.case for each in shown if each.code.case is not None]
    said = replace(plain, told_ms=shown[0].code.time_ms, case=cases[0] if cases else None)
    verdict, bounds = _calibrate(shown, frame_ms)
    if bounds is None:
        return replace(said, verdict=verdict, case=None)
    earliest_ms, latest_ms, guess_ms = bounds
    clashes = tuple(each.recording for each in known.elsewhere if _clashes(shown, known.duration_ms, each))
    if clashes:
        return replace(said, verdict="replayed", case=None, clashes=clashes)
    # The server had all of it when it was received.
    latest_ms = min(latest_ms, known.received_ms - known.duration_ms)
    if latest_ms < earliest_ms:
        return replace(said, verdict="too-late", case=None)
    if _is_far(earliest_ms, latest_ms, known):
        return replace(said, verdict="far", case=None)
    best_ms = min(max(guess_ms, earliest_ms), latest_ms)
    return replace(said, verdict="accepted", earliest_ms=earliest_ms, latest_ms=latest_ms, best_ms=best_ms)


def _calibrate(shown: list[_Shown], frame_ms: int) -> tuple[SlateVerdict, tuple[int, int, int] | None]:
    """Where the first picture lies by these codes: no earlier, no later, likely. All visits must agree; the one that
    tells it best says where it likely is."""
    visits = _visits(shown)
    bounds = [_bounds(visit, frame_ms) for visit in visits]
    if any(low > high for low, high in bounds):
        return "uneven", None
    telling = [n for n, visit in enumerate(visits) if len({each.code.time_ms for each in visit}) > 1]
    if not telling:
        return "too-short", None
    low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
    if low > high:
        return "uneven", None
    best = min(telling, key=lambda n: bounds[n][1] - bounds[n][0])
    return "accepted", (low, high, likeliest_ms(_changes(visits[best]), frame_ms))


def _changes(visit: list[_Shown]) -> list[Change]:
    """Where one code gave way to the next."""
    return [
        Change(before.at_ms, after.at_ms, after.code.time_ms + after.code.lag_ms)
        for before, after in pairwise(visit)
        if after.code.time_ms > before.code.time_ms
    ]


def _visits(shown: list[_Shown]) -> list[list[_Shown]]:
    visits = [[shown[0]]]
    for before, after in pairwise(shown):
        if after.at_ms - before.at_ms > _PAUSE_MS:
            visits.append([])
        visits[-1].append(after)
    return visits


def _bounds(visit: list[_Shown], frame_ms: int) -> tuple[int, int]:
    """Bounds of the first picture's time, crossed if the codes cannot have been filmed as they were shown.

    The device counts time from its first picture on with its own clock: the later the visit, the less it tells.
    """
    low = max(each.code.time_ms - each.at_ms for each in visit)
    high = min(each.code.time_ms + STALE_MS + DISPLAY_MS - each.at_ms for each in visit)
    for n, each in enumerate(visit):
        earlier = [before.at_ms for before in visit[:n] if before.code.time_ms < each.code.time_ms]
        later = [after.at_ms for after in visit[n:] if after.code.time_ms < each.code.time_ms]
        if later:
            return 1, 0  # A page never goes back to an older code.
        if earlier:
            high = min(high, each.code.time_ms + each.code.promise_ms + DISPLAY_MS - max(earlier))
    blur_ms = frame_ms + drift_ms(visit[-1].at_ms)
    return low - blur_ms, high + blur_ms


def _clashes(shown: list[_Shown], duration_ms: int, other: Elsewhere) -> bool:
    """One camera films one moment once. Two files show the same code only where one goes on in the other."""
    for each in shown:
        there_ms = other.codes.get((each.code.kid, each.code.time_ms))
        if there_ms is None:
            continue
        here_at_end, here_at_start = each.at_ms >= duration_ms - 2 * STALE_MS, each.at_ms <= 2 * STALE_MS
        there_at_end, there_at_start = there_ms >= other.duration_ms - 2 * STALE_MS, there_ms <= 2 * STALE_MS
        if not (here_at_end and there_at_start) and not (here_at_start and there_at_end):
            return True
    return False


def _is_far(earliest_ms: int, latest_ms: int, known: Circumstances) -> bool:
    if known.stated_ms is None:
        return known.received_ms - (latest_ms + known.duration_ms) > _HANDED_IN_MS
    return known.stated_ms < earliest_ms - FAR_MS or latest_ms + FAR_MS < known.stated_ms
