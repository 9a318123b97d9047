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

from policy.tallies import ActivityTally, CaseTally, Counts, FindingTally, RecordingTally

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
    weeks = Weeks(choice.period, choice.zone)
    total, groups = _Sum(), dict[str, _Sum]()
    if choice.by == "week":
        groups = {name: _Sum() for name in weeks.names}
    findings: list[FindingTally] = []
    unplaced = 0
    for case in cases:
        if not _of_unit(case, choice):
            continue
        for own in _own_findings(case, choice):
            findings.append(own)
            for each in (total, *_of(groups, _keys(Chosen(case, None, own), choice.by, weeks))):
                each.rows.append(own.counts)
        for activity in _activities(case, choice):
            if activity.start_ms is None:
                unplaced += 1
                continue
            findings.extend(activity.findings)
            total.add(activity)
            _group(case, activity, choice.by, weeks, groups)
    named = tuple((key, groups[key].figures()) for key in sorted(groups))
    return Summary(total.figures(), named, *_parts_of(findings), unplaced)


def _of(groups: dict[str, _Sum], keys: Iterable[str]) -> list[_Sum]:
    return [groups.setdefault(key, _Sum()) for key in keys]


def _group(
    case: CaseTally, activity: ActivityTally, by: Grouping | None, weeks: Weeks, groups: dict[str, _Sum]
) -> None:
    """Add an activity to its groups, and its recordings to theirs: those may be others."""
    keys = _of(groups, _keys(Chosen(case, activity), by, weeks))
    if by in ("unit", "week"):
        for each in keys:
            each.add(activity)
        return
    for each in keys:
        each.rows.append(activity.counts)
    for recording in activity.recordings if by is not None else ():
        key = _wore(recording, by)
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Sum()
        group.recordings.append(recording.id)
        if recording.late:
            group.late.append(recording.id)


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


def _of_unit(case: CaseTally, choice: Choice) -> bool:
    return choice.unit is None or (case.unit or "") == choice.unit


def _own_findings(case: CaseTally, choice: Choice) -> tuple[FindingTally, ...]:
    """What concerns a case as a whole is placed by when the case was entered, and belongs to no item."""
    return case.findings if choice.item is None and choice.period.holds(case.opened_ms) else ()


def _activities(case: CaseTally, choice: Choice) -> Iterator[ActivityTally]:
    """Those in the period, and those that have no place in time."""
    for activity in case.activities:
        wanted = activity.asked and choice.item in (None, activity.item)
        if wanted and (activity.start_ms is None or choice.period.holds(activity.start_ms)):
            yield activity


def _placed(cases: Iterable[CaseTally], choice: Choice) -> Iterator[Chosen]:
    """Everything that may be counted, one by one: activities, what was found about them, and their recordings."""
    for case in cases:
        if not _of_unit(case, choice):
            continue
        yield from (Chosen(case, None, finding) for finding in _own_findings(case, choice))
        for activity in _activities(case, choice):
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
        return (_wore(recording, by),)
    if activity is None:
        return (case.officers or ("",)) if by == "officer" else ()
    return (activity.officers if by == "officer" else activity.devices) or ("",)


def _wore(recording: RecordingTally, by: Grouping | None) -> str:
    return (recording.officer if by == "officer" else recording.device) or ""


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
        "bare": activity.bare,
    }.get(figure, False)


def _counts_finding(finding: FindingTally, figure: Figure) -> bool:
    return {
        "losses": finding.loss,
        "findings": True,
        "unexplained": finding.standing != "answered",
        "waiting": finding.standing == "waiting",
    }.get(figure, False)


@dataclass(slots=True)
class _Sum:
    """Gathers what is added up in one go. Recordings are counted once, and late where they are for any activity."""

    rows: list[Counts] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def add(self, activity: ActivityTally) -> None:
        self.rows.append(activity.counts)
        self.recordings += activity.recording_ids
        self.late += activity.late_ids

    def figures(self) -> Figures:
        sums = dict(zip(Counts._fields, map(sum, zip(*self.rows, strict=True)), strict=False))
        return Figures(**sums, recordings=len(set(self.recordings)), late=len(set(self.late)))


def _parts_of(findings: Iterable[FindingTally]) -> tuple[tuple[Part, ...], tuple[Part, ...], tuple[Part, ...]]:
    """By kind, by cause and by content; the latter two of losses only."""
    kinds, causes, contents = _Parts(), _Parts(), _Parts()
    for each in findings:
        finding, loss, answered = each.finding, each.loss, each.standing == "answered"
        length_ms = finding.end_ms - finding.start_ms if loss else 0
        kinds.add(finding.kind, answered, length_ms)
        if loss:
            causes.add(each.cause, answered, length_ms)
            for content in finding.because:
                contents.add(content, answered, length_ms)
    return kinds.largest_first(), causes.largest_first(), contents.largest_first()


class _Parts:
    """Name → number, number without an answer, length."""

    def __init__(self) -> None:
        self._found: dict[str, list[int]] = {}

    def add(self, name: str, answered: bool, length_ms: int) -> None:
        part = self._found.get(name)
        if part is None:
            part = self._found[name] = [0, 0, 0]
        part[0] += 1
        part[1] += not answered
        part[2] += length_ms

    def largest_first(self) -> tuple[Part, ...]:
        rows = [Part(name, *numbers) for name, numbers in self._found.items()]
        return tuple(sorted(rows, key=lambda row: (-row.n, row.name)))
