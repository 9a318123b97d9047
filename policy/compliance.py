"""Compliance figures (全程记录情况): what tallies add up to, as a whole and by unit, officer, device or week. Pure.

Every figure is a count or a sum over things that `chosen` lists one by one. docs/reference/compliance.md says what
each counts, out of what, and what is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from policy.tallies import BARE, LOSSES, ActivityTally, CaseTally, FindingTally, RecordingTally

Grouping = Literal["unit", "officer", "device", "week"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
Figure = Literal[
    "activities",  # recording was asked for
    "running",  # of these: begun, no end entered
    "in-full",  # to be recorded in full, with a beginning and an end
    "whole",  # of these: every second is shown
    "not-whole",
    "bare",  # of in-full: nothing at all was recorded
    "losses",  # findings: something is not recorded
    "recordings",  # that count for an activity
    "late",  # of these: handed in too late
    "findings",
    "unexplained",  # of these: no approved explanation answers it
    "waiting",  # of these: an explanation waits for a decision
    "unplaced",  # activities without any time, which belong to no period
]
FIGURES: tuple[Figure, ...] = get_args(Figure)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open, milliseconds since 1970."""

    start_ms: int
    end_ms: int

    def holds(self, moment_ms: int | None) -> bool:
        return moment_ms is not None and self.start_ms <= moment_ms < self.end_ms


class Weeks:
    """Weeks from Monday to Sunday in a site's zone, named by the date of their Monday."""

    def __init__(self, period: Period, zone: ZoneInfo) -> None:
        local = (_EPOCH + timedelta(milliseconds=period.start_ms)).astimezone(zone)
        monday = datetime.combine(local.date() - timedelta(days=local.weekday()), datetime.min.time(), zone)
        self._names: list[str] = []
        self._edges: list[int] = []
        # Wall-clock steps: a week in which the clocks are changed is an hour longer or shorter.
        while (edge := (monday.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)) < period.end_ms:
            self._names.append(monday.date().isoformat())
            self._edges.append(edge)
            monday += timedelta(days=7)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def of(self, moment_ms: int) -> str:
        """The week of an instant of the period."""
        return self._names[bisect_right(self._edges, moment_ms) - 1]


@dataclass(frozen=True, slots=True)
class Figures:
    activities: int = 0
    running: int = 0
    in_full: int = 0
    whole: int = 0
    bare: int = 0
    required_ms: int = 0
    shown_ms: int = 0
    missing_ms: int = 0
    doubtful_ms: int = 0
    explained_ms: int = 0  # of missing and doubtful: answered by an approved explanation
    losses: int = 0
    recordings: int = 0
    late: int = 0
    findings: int = 0
    unexplained: int = 0
    waiting: int = 0

    @property
    def coverage(self) -> float | None:
        """Shown of what is required, 0 to 1. None where nothing was required: there is no rate then."""
        return self.shown_ms / self.required_ms if self.required_ms else None

    @property
    def late_share(self) -> float | None:
        return self.late / self.recordings if self.recordings else None


@dataclass(frozen=True, slots=True)
class Part:
    """Findings of one kind, or losses of one cause."""

    name: str
    n: int
    unexplained: int
    length_ms: int  # of losses: how long their spans are together


@dataclass(frozen=True, slots=True)
class Choice:
    """What is counted. `unit`: of cases of this unit only; "" of none. `None` does not filter."""

    period: Period
    zone: ZoneInfo
    unit: str | None = None
    item: str | None = None
    by: Grouping | None = None
    key: str | None = None  # of one group only
    kind: str | None = None  # findings of one kind
    cause: str | None = None  # losses of one cause; "" of none


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that a figure counts. `activity` is None for what concerns a case as a whole."""

    case: CaseTally
    activity: ActivityTally | None
    finding: FindingTally | None = None
    recording: RecordingTally | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    total: Figures
    groups: tuple[tuple[str, Figures], ...]  # by name; weeks without anything are there too
    kinds: tuple[Part, ...]
    causes: tuple[Part, ...]
    contents: tuple[Part, ...]  # what there was in the place of what is lost; a loss may have several
    unplaced: int


def summary(cases: Iterable[CaseTally], choice: Choice) -> Summary:
    """All figures of a choice. `key`, `kind` and `cause` are for `chosen` and not looked at here."""
    total, groups = _Sum(), dict[str, _Sum]()
    parts: dict[str, dict[str, _Part]] = {"kind": {}, "cause": {}, "content": {}}
    weeks = Weeks(choice.period, choice.zone)
    if choice.by == "week":
        groups = {name: _Sum() for name in weeks.names}
    unplaced = 0
    for each in _placed(cases, choice):
        if each.activity is not None and each.activity.start_ms is None:
            unplaced += each.finding is None and each.recording is None
            continue
        total.add(each)
        if each.finding is not None:
            _note(parts, each.finding)
        for key in _keys(each, choice.by, weeks):
            groups.setdefault(key, _Sum()).add(each)
    named = tuple((key, groups[key].figures()) for key in sorted(groups))
    kinds, causes, contents = (_parts(parts[name]) for name in ("kind", "cause", "content"))
    return Summary(total.figures(), named, kinds, causes, contents, unplaced)


def chosen(cases: Iterable[CaseTally], choice: Choice, figure: Figure) -> Iterator[Chosen]:
    """The things that a figure counts, each once."""
    weeks, seen = Weeks(choice.period, choice.zone), set[str]()
    for each in _placed(cases, choice):
        placed = each.activity is None or each.activity.start_ms is not None
        if placed == (figure == "unplaced") or not _counts(each, figure):
            continue
        if choice.by is not None and choice.key is not None and choice.key not in _keys(each, choice.by, weeks):
            continue
        if not _of_part(each.finding, choice):
            continue
        if each.recording is not None:
            # A recording may count for several activities.
            if each.recording.id in seen:
                continue
            seen.add(each.recording.id)
        yield each


def _of_part(finding: FindingTally | None, choice: Choice) -> bool:
    if choice.kind is not None and (finding is None or finding.finding.kind != choice.kind):
        return False
    return choice.cause is None or (finding is not None and finding.cause == choice.cause)


def _placed(cases: Iterable[CaseTally], choice: Choice) -> Iterator[Chosen]:
    """Everything of the cases that is in the period or has no place in time: activities, what was found about them,
    and their recordings. What concerns a case as a whole is placed by when the case was entered."""
    for case in cases:
        if choice.unit is not None and (case.unit or "") != choice.unit:
            continue
        if choice.item is None and choice.period.holds(case.opened_ms):
            yield from (Chosen(case, None, finding) for finding in case.findings)
        for activity in case.activities:
            if not activity.asked or choice.item not in (None, activity.item):
                continue
            if activity.start_ms is not None and not choice.period.holds(activity.start_ms):
                continue
            yield Chosen(case, activity)
            yield from (Chosen(case, activity, finding) for finding in activity.findings)
            yield from (Chosen(case, activity, None, recording) for recording in activity.recordings)


def _keys(each: Chosen, by: Grouping | None, weeks: Weeks) -> tuple[str, ...]:
    """The groups that something belongs to. An activity of two officers belongs to both; a recording to the one who
    wore the camera."""
    case, activity, recording = each.case, each.activity, each.recording
    if by is None:
        return ()
    if by == "unit":
        return (case.unit or "",)
    if by == "week":
        start_ms = case.opened_ms if activity is None else activity.start_ms
        return () if start_ms is None else (weeks.of(start_ms),)
    if recording is not None:
        return ((recording.officer if by == "officer" else recording.device) or "",)
    if activity is None:
        return (case.officers or ("",)) if by == "officer" else ()
    return (activity.officers if by == "officer" else activity.devices) or ("",)


def _counts(each: Chosen, figure: Figure) -> bool:
    """Is this thing one of those that the figure counts?"""
    finding, activity = each.finding, each.activity
    if figure in ("recordings", "late"):
        return each.recording is not None and (figure == "recordings" or each.recording.late)
    if each.recording is not None:
        return False
    if finding is not None:
        return _counts_finding(finding, figure)
    if activity is None:
        return False
    return figure in ("activities", "unplaced") or {
        "running": activity.running,
        "in-full": activity.in_full,
        "whole": activity.in_full and activity.whole,
        "not-whole": activity.in_full and not activity.whole,
        "bare": activity.in_full and _bare(activity),
    }.get(figure, False)


def _counts_finding(finding: FindingTally, figure: Figure) -> bool:
    return {
        "losses": finding.finding.kind in LOSSES,
        "findings": True,
        "unexplained": finding.standing != "answered",
        "waiting": finding.standing == "waiting",
    }.get(figure, False)


def _bare(activity: ActivityTally) -> bool:
    return any(each.finding.kind == "no-footage" for each in activity.findings)


@dataclass(slots=True)
class _Sum:
    """Adds up. Recordings are counted once, and late where they are for any activity."""

    counted: dict[str, int] = field(default_factory=dict)
    recordings: dict[str, bool] = field(default_factory=dict)

    def add(self, each: Chosen) -> None:
        if each.recording is not None:
            self.recordings[each.recording.id] = self.recordings.get(each.recording.id, False) or each.recording.late
        elif each.finding is not None:
            self._finding(each.finding, each.activity)
        elif each.activity is not None:
            self._activity(each.activity)

    def _more(self, name: str, by: int) -> None:
        self.counted[name] = self.counted.get(name, 0) + by

    def _finding(self, tally: FindingTally, activity: ActivityTally | None) -> None:
        self._more("findings", 1)
        self._more("losses", tally.finding.kind in LOSSES)
        self._more("unexplained", tally.standing != "answered")
        self._more("waiting", tally.standing == "waiting")
        judged = activity is not None and activity.in_full
        if judged and tally.standing == "answered" and tally.finding.kind in BARE:
            self._more("explained_ms", tally.finding.length_ms)

    def _activity(self, activity: ActivityTally) -> None:
        self._more("activities", 1)
        self._more("running", activity.running)
        if not activity.in_full:
            return
        self._more("in_full", 1)
        self._more("whole", activity.whole)
        self._more("bare", _bare(activity))
        for name in ("required_ms", "shown_ms", "missing_ms", "doubtful_ms"):
            self._more(name, getattr(activity, name))

    def figures(self) -> Figures:
        return Figures(**self.counted, recordings=len(self.recordings), late=sum(self.recordings.values()))


@dataclass(slots=True)
class _Part:
    n: int = 0
    unexplained: int = 0
    length_ms: int = 0

    def add(self, tally: FindingTally) -> None:
        self.n += 1
        self.unexplained += tally.standing != "answered"
        if tally.finding.kind in LOSSES:
            self.length_ms += tally.finding.length_ms


def _note(parts: dict[str, dict[str, _Part]], tally: FindingTally) -> None:
    finding = tally.finding
    named: list[tuple[str, str]] = [("kind", finding.kind)]
    if finding.kind in LOSSES:
        named += [("cause", tally.cause), *(("content", each) for each in finding.because)]
    for family, name in named:
        parts[family].setdefault(name, _Part()).add(tally)


def _parts(found: dict[str, _Part]) -> tuple[Part, ...]:
    """The largest first."""
    rows = [Part(name, part.n, part.unexplained, part.length_ms) for name, part in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.n, row.name)))
