"""Re-evaluating a whole site's activities, and one case: pure rules, one core, no database."""

from __future__ import annotations

import time
from statistics import median
from zoneinfo import ZoneInfo

from bench.figures import Figure
from evidence.intervals import merged
from policy.coverage import Take
from policy.findings import ActivityFacts, CaseFacts, Footage, Rules, examine
from policy.item_list import load

_ACTIVITIES = 10_000
_CAMERAS, _FILES, _SEGMENTS = 2, 5, 10  # 100 segments an activity: 1,000,000 in all
_SEGMENT_MS = 6_000
_FILE_MS = _SEGMENTS * _SEGMENT_MS
_MOMENTS = frozenset({"identity", "rights", "statement", "inventory"})
_NOON_MS = 1_763_956_800_000  # a Monday at noon in Shanghai
_ROUNDS = 5


def measure() -> list[Figure]:
    """Every tenth activity has lost four seconds at a joint."""
    rules = Rules(load().items, ZoneInfo("Asia/Shanghai"))
    cases = [_case(n) for n in range(_ACTIVITIES)]
    began_s = time.perf_counter()
    # The segments of a recording become its stretches here, so that this is part of what is measured.
    found = sum(len(examine(_with_footage(case, n), rules).findings) for n, case in enumerate(cases))
    all_s = time.perf_counter() - began_s
    if found != _ACTIVITIES // 10:
        raise RuntimeError(f"{found} findings instead of {_ACTIVITIES // 10}")
    large = CaseFacts("demolition", tuple(_with_footage(case, n).activities[0] for n, case in enumerate(cases[:20])))
    one_ms = median(_once_ms(large, rules) for _ in range(_ROUNDS))
    return [
        Figure("10,000 activities over 1,000,000 segments", "s", "< 10", all_s, met=all_s < 10),
        Figure("One case of 20 activities, 200 recordings", "ms", "< 50", one_ms, met=one_ms < 50),
    ]


def _once_ms(case: CaseFacts, rules: Rules) -> float:
    began_s = time.perf_counter()
    examine(case, rules)
    return (time.perf_counter() - began_s) * 1000


def _case(n: int) -> CaseFacts:
    start = _NOON_MS + (n % 30) * 86_400_000  # no holidays in these
    length_ms = _FILES * _FILE_MS
    activity = ActivityFacts(f"a{n}", "seizure", start + 5_000, start + length_ms - 5_000, ("1", "2"), _MOMENTS)
    return CaseFacts("seizure", (activity,))


def _with_footage(case: CaseFacts, n: int) -> CaseFacts:
    (activity,) = case.activities
    start = (activity.start_ms or 0) - 5_000
    footage = tuple(
        _footage(start + file * _FILE_MS, camera, file, lost_ms=4_000 if n % 10 == 0 and file == 2 else 0)
        for camera in range(_CAMERAS)
        for file in range(_FILES)
    )
    return CaseFacts(
        case.kind,
        (ActivityFacts(activity.id, activity.item, activity.start_ms, activity.end_ms, ("1", "2"), _MOMENTS, footage),),
    )


def _footage(start: int, camera: int, file: int, lost_ms: int) -> Footage:
    segments = [(n * _SEGMENT_MS, (n + 1) * _SEGMENT_MS) for n in range(_SEGMENTS)]
    spans = tuple((max(a, lost_ms), b) for a, b in merged(segments))
    take = Take(f"r{camera}{file}", f"d{camera}", start, spans, spans, 1_000, 0, file)
    return Footage(take, start + _FILE_MS + 3_600_000, True, f"d{camera}")
