"""Findings: every shortfall of a case against its item list. Pure: facts in, findings out, in a fixed order.

A finding is never stored. It follows from what is recorded, so it goes away when the missing footage is docked, and
it comes back, unexplained, when it grows beyond what was explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from evidence.intervals import Span, Spans, difference, intersection, length, merged
from policy.content import PICTURE, SOUND
from policy.coverage import Coverage, Take, cover, views_of
from policy.editions import Edition, FlawsOf, in_force, of_act
from policy.holidays import holiday_name
from policy.item_list import Item, ItemList
from policy.legal_window import HolidayName, outside_window

Kind = Literal[
    "activity-missing",  # the kind of case needs an activity that was not entered
    "times-missing",  # an activity has no beginning or no end
    "unknown-item",  # the item list has no such item
    "unconfirmed",  # footage counts that nobody has confirmed to belong here
    "unexamined",  # footage counts whose content was not looked at yet
    "unexaminable",  # its content cannot be looked at
    "unsearchable",  # it cannot be looked through for time slates
    "no-footage",  # nothing at all was recorded
    "gap",  # not covered by any camera
    "unprovable",  # cannot be shown to be covered
    "few-views",  # covered by fewer cameras than asked
    "no-sound",  # picture without sound
    "slate-refused",  # a time slate was filmed and cannot be believed
    "sequence-hole",  # a device's running number is missing between two of its files
    "stopped-early",  # a camera stopped while the activity went on, and others hide the loss
    "late-docking",
    "few-officers",
    "moment-missing",  # a required key moment is not marked
    "approval-missing",  # an emergency measure whose approval was not made up
    "approval-late",
    "at-night",
    "on-holiday",
    "holiday-unknown",
]
# So long it may take to change a battery or a camera.
_CHANGE_MS = 60_000
# What nobody can explain away: it must be entered or confirmed.
TO_BE_MENDED: frozenset[Kind] = frozenset(
    {"activity-missing", "times-missing", "unknown-item", "unconfirmed", "unexamined"}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One shortfall. `about` tells findings of one kind apart: a moment, a recording, a device, a number."""

    kind: Kind
    activity: str | None = None
    about: str = ""
    start_ms: int = 0  # 0 and 0: no span
    end_ms: int = 0
    certain_ms: int = 0  # how much is missing at least
    recordings: tuple[str, ...] = ()  # beside the span
    because: tuple[str, ...] = ()  # what there is in its place: policy.content.FlawKind

    @property
    def explainable(self) -> bool:
        return self.kind not in TO_BE_MENDED

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Footage:
    """A recording that bears on an activity."""

    take: Take
    received_ms: int
    confirmed: bool
    device: str | None = None
    officer: str | None = None  # who wore it
    cut_off: bool = False  # its file was never finished
    examined: Literal["made", "failed"] | None = "made"
    searched: Literal["made", "failed"] | None = "made"  # for time slates; None: not yet, or there is no picture
    duration_ms: int | None = None  # of the recording; its picture may be usable for less
    slate: tuple[str, int, int] | None = None  # why the time slate in it is not believed, and where it is

    @property
    def end_ms(self) -> int:
        seen_ms = self.take.picture[-1][1] if self.take.picture else 0
        return self.take.start_ms + (seen_ms if self.duration_ms is None else self.duration_ms)


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    id: str
    item: str
    start_ms: int | None
    end_ms: int | None
    officers: tuple[str, ...] = ()
    moments: frozenset[str] = frozenset()  # marked
    footage: tuple[Footage, ...] = ()
    emergency: bool = False  # a measure taken at once, to be approved afterwards
    approved_ms: int | None = None  # when it was


@dataclass(frozen=True, slots=True)
class CaseFacts:
    kind: str
    activities: tuple[ActivityFacts, ...] = ()
    opened_ms: int | None = None  # None: now


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """What was found about one activity. Coverage is None where nothing is asked of it, or no times are known."""

    activity: str
    findings: tuple[Finding, ...]
    version: str  # of the item list that it was judged by
    picture: Coverage | None = None
    views: Coverage | None = None  # by the number of cameras asked for, where that is more than one
    sound: Coverage | None = None


@dataclass(frozen=True, slots=True)
class CaseReport:
    """Everything found about a case."""

    version: str  # of the item list in force; each activity names its own
    activities: tuple[ActivityReport, ...]
    findings: tuple[Finding, ...]  # the case's own, then activity by activity


@dataclass(frozen=True, slots=True)
class Rules:
    """The item list with what it is applied by. `flaws_of`: the flaws in a blob of observations.

    `items` is the list of now; `editions`: all that were in force until now, oldest first. Without any, `items` is the
    only list there ever was.
    """

    items: ItemList
    zone: ZoneInfo
    holiday_name: HolidayName = field(default=holiday_name)
    flaws_of: FlawsOf = field(default=lambda _observations, _duration_ms: ())
    editions: tuple[Edition, ...] = ()

    def of_act(self, item: str, start_ms: int | None) -> Rules:
        """The rules that an act of this item is judged by, which began then."""
        return self._of(of_act(self.editions, item, start_ms)) if self.editions else self

    def at(self, moment_ms: int | None) -> Rules:
        """The rules that were in force then; None: now."""
        return self._of(in_force(self.editions, moment_ms)) if self.editions and moment_ms is not None else self

    def _of(self, edition: Edition) -> Rules:
        if edition.items is self.items:
            return self
        return replace(self, items=edition.items, flaws_of=edition.flaws_of)


def examine(case: CaseFacts, rules: Rules) -> CaseReport:
    """Judge a case: each activity by the list in force when it began, the activities that it needs by the list in force
    when it was opened."""
    reports = tuple(examine_activity(each, rules.of_act(each.item, each.start_ms)) for each in case.activities)
    own = tuple(_needed(case, rules.at(case.opened_ms).items))
    return CaseReport(
        rules.items.version, reports, own + tuple(found for report in reports for found in report.findings)
    )


def examine_activity(activity: ActivityFacts, rules: Rules) -> ActivityReport:
    """Judge one activity by the list of these rules."""
    item, version = rules.items.item(activity.item), rules.items.version
    if item is None:
        return ActivityReport(activity.id, (Finding("unknown-item", activity.id, activity.item),), version)
    if item.mode in ("optional", "text"):
        return ActivityReport(activity.id, (), version)
    plain = [*_unconfirmed(activity), *_people(activity, item), *_moments(activity, item)]
    plain += _made_up(activity, item)
    if activity.start_ms is None or activity.end_ms is None or activity.start_ms >= activity.end_ms:
        return ActivityReport(activity.id, (Finding("times-missing", activity.id), *plain), version)
    required = (activity.start_ms, activity.end_ms)
    plain += [*_late(activity, item), *_window(activity.id, required, item, rules)]
    if item.mode == "key":
        bare = [] if activity.footage else [Finding("no-footage", activity.id, "", *required, length((required,)))]
        return ActivityReport(activity.id, (*bare, *plain), version)
    return _in_full(activity, item, required, [*plain, *_content(activity), *_slates(activity)], version)


def _in_full(activity: ActivityFacts, item: Item, required: Span, plain: list[Finding], version: str) -> ActivityReport:
    takes = [footage.take for footage in activity.footage]
    views = views_of(takes, required, sound=False, joint_ms=item.joint_ms)
    picture = cover(required, views)
    many = cover(required, views, item.views) if item.views > 1 else None
    sound = None
    if item.sound:
        heard = views_of(takes, required, sound=True, joint_ms=item.joint_ms, pre_event_ms=item.pre_event_s * 1000)
        sound = cover(required, heard)
    found = [*_gaps(activity, picture, takes)]
    # What no camera shows is one finding, not three.
    bare = picture.shortfalls
    if many is not None:
        found += _spans(
            activity, "few-views", str(item.views), difference(many.shortfalls, bare), many.missing, PICTURE
        )
    if sound is not None:
        found += _spans(activity, "no-sound", "", difference(sound.shortfalls, bare), sound.missing, SOUND)
    found += _sequence_holes(activity, required)
    lost = merged((*bare, *(() if many is None else many.shortfalls)))
    found += _stopped_early(activity, required, lost)
    return ActivityReport(activity.id, (*found, *plain), version, picture, many, sound)


def _needed(case: CaseFacts, items: ItemList) -> Iterator[Finding]:
    kind = items.kind(case.kind)
    there = {activity.item for activity in case.activities}
    if kind is None:
        yield Finding("unknown-item", None, case.kind)
        return
    for code in kind.needs:
        if code not in there:
            yield Finding("activity-missing", None, code)


def _gaps(activity: ActivityFacts, picture: Coverage, takes: list[Take]) -> Iterator[Finding]:
    required = picture.required[0]
    if not any(take.picture for take in takes):
        yield Finding("no-footage", activity.id, "", *required, length((required,)))
        return
    for span in picture.shortfalls:
        lost = intersection((span,), picture.missing)
        kind: Kind = "gap" if lost else "unprovable"
        why = _because(span, takes, PICTURE) + _cut_at(span, activity.footage)
        yield Finding(kind, activity.id, "", *span, length(lost), _beside(span, takes), why)


def _beside(span: Span, takes: Iterable[Take]) -> tuple[str, ...]:
    """The recordings that end or begin at a span, in order of time."""
    near = []
    for take in sorted(takes, key=lambda take: take.start_ms):
        reach = (take.uncertainty_ms or 0) + take.resolution_ms + 1000
        end_ms = take.start_ms + (take.picture[-1][1] if take.picture else 0)
        if abs(end_ms - span[0]) <= reach or abs(take.start_ms - span[1]) <= reach:
            near.append(take.recording)
    return tuple(near)


def _spans(
    activity: ActivityFacts, kind: Kind, about: str, spans: Spans, missing: Spans, kinds: tuple[str, ...]
) -> Iterator[Finding]:
    takes = [footage.take for footage in activity.footage]
    for span in spans:
        lost_ms = length(intersection((span,), missing))
        why = _because(span, takes, kinds) + _cut_at(span, activity.footage)
        yield Finding(kind, activity.id, about, *span, lost_ms, because=why)


def _because(span: Span, takes: Iterable[Take], kinds: tuple[str, ...]) -> tuple[str, ...]:
    """What recordings have in the place of what is missing."""
    there = {
        kind
        for take in takes
        for kind, start, end in take.content
        if kind in kinds and intersection((span,), ((take.start_ms + start, take.start_ms + end),))
    }
    return tuple(sorted(there))


def _cut_at(span: Span, footage: Iterable[Footage]) -> tuple[str, ...]:
    """Whether a span begins where a file was cut off."""
    for each in footage:
        reach = (each.take.uncertainty_ms or 0) + each.take.resolution_ms
        if each.cut_off and abs(each.end_ms - span[0]) <= reach:
            return ("cut-off",)
    return ()


def _content(activity: ActivityFacts) -> Iterator[Finding]:
    """Footage in full must have been looked at: it could be black from beginning to end."""
    for footage in activity.footage:
        recording = footage.take.recording
        if footage.examined != "made" and (footage.take.picture or footage.take.sound):
            kind: Kind = "unexamined" if footage.examined is None else "unexaminable"
            yield Finding(kind, activity.id, recording, footage.take.start_ms, footage.end_ms, 0, (recording,))
        elif footage.searched == "failed":
            span = (footage.take.start_ms, footage.end_ms)
            yield Finding("unsearchable", activity.id, recording, *span, 0, (recording,))


def _slates(activity: ActivityFacts) -> Iterator[Finding]:
    """A slate that is not believed is not merely left aside: somebody filmed it, or something like it."""
    for footage in activity.footage:
        if footage.slate is not None:
            why, start_ms, end_ms = footage.slate
            zero_ms, recording = footage.take.start_ms, footage.take.recording
            span = (zero_ms + start_ms, zero_ms + end_ms)
            yield Finding("slate-refused", activity.id, recording, *span, 0, (recording,), (why,))


def _sequence_holes(activity: ActivityFacts, required: Span) -> Iterator[Finding]:
    """Running numbers missing between two files of one device that both bear on the interval."""
    by_device: dict[str, list[Footage]] = {}
    for footage in activity.footage:
        if footage.device is not None and footage.take.sequence is not None and footage.take.picture:
            by_device.setdefault(footage.device, []).append(footage)
    for device, each in sorted(by_device.items()):
        numbered = sorted(each, key=lambda footage: (footage.take.sequence or 0, footage.take.start_ms))
        for before, after in pairwise(numbered):
            first, second = before.take.sequence or 0, after.take.sequence or 0
            between = (before.end_ms, after.take.start_ms)
            if second - first > 1 and between[0] < between[1] and intersection((between,), (required,)):
                missing = f"{first + 1}" if second - first == 2 else f"{first + 1}-{second - 1}"
                beside = (before.take.recording, after.take.recording)
                yield Finding("sequence-hole", activity.id, f"{device}/{missing}", *between, 0, beside)


def _stopped_early(activity: ActivityFacts, required: Span, lost: Spans) -> Iterator[Finding]:
    """Cameras that stopped within the interval and were not followed, by the same device or on the same officer.

    Where too few cameras are left it is a gap already, and not told twice.
    """
    for each in sorted(activity.footage, key=lambda one: (one.end_ms, one.take.recording)):
        if each.device is None or each.take.uncertainty_ms is None or not each.take.picture:
            continue
        slack_ms = each.take.uncertainty_ms + each.take.resolution_ms
        if not required[0] <= each.end_ms < required[1] - slack_ms:
            continue
        told = bool(intersection(lost, ((each.end_ms - slack_ms, each.end_ms + slack_ms + 1),)))
        followed = any(_follows(other, each, slack_ms) for other in activity.footage)
        if not told and (each.cut_off or not followed):
            because = ("cut-off",) if each.cut_off else ()
            about, recording = f"{each.device}/{each.take.recording}", each.take.recording
            yield Finding("stopped-early", activity.id, about, each.end_ms, required[1], 0, (recording,), because)


def _follows(other: Footage, stopped: Footage, slack_ms: int) -> bool:
    same = other.device == stopped.device or (other.officer is not None and other.officer == stopped.officer)
    in_time = other.take.start_ms <= stopped.end_ms + slack_ms + _CHANGE_MS
    return other is not stopped and same and in_time and other.end_ms > stopped.end_ms


def _unconfirmed(activity: ActivityFacts) -> Iterator[Finding]:
    for footage in activity.footage:
        if not footage.confirmed:
            recording = footage.take.recording
            yield Finding("unconfirmed", activity.id, recording, footage.take.start_ms, footage.end_ms, 0, (recording,))


def _people(activity: ActivityFacts, item: Item) -> Iterator[Finding]:
    if len(set(activity.officers)) < item.officers:
        yield Finding("few-officers", activity.id, f"{len(set(activity.officers))}/{item.officers}")


def _moments(activity: ActivityFacts, item: Item) -> Iterator[Finding]:
    for moment in item.moments:
        if moment not in activity.moments:
            yield Finding("moment-missing", activity.id, moment)


def _made_up(activity: ActivityFacts, item: Item) -> Iterator[Finding]:
    """The approval of an emergency measure, due so long after it began."""
    if not activity.emergency or activity.start_ms is None:
        return
    due_ms = activity.start_ms + item.make_up_h * 3_600_000
    if activity.approved_ms is None:
        yield Finding("approval-missing", activity.id, "", activity.start_ms, due_ms)
    elif activity.approved_ms > due_ms:
        yield Finding("approval-late", activity.id, "", due_ms, activity.approved_ms)


def _late(activity: ActivityFacts, item: Item) -> Iterator[Finding]:
    limit_ms = item.hand_in_h * 3_600_000
    for footage in activity.footage:
        if footage.received_ms - footage.end_ms > limit_ms:
            recording = footage.take.recording
            yield Finding("late-docking", activity.id, recording, footage.end_ms, footage.received_ms, 0, (recording,))


def _window(activity: str, done: Span, item: Item, rules: Rules) -> Iterator[Finding]:
    window = rules.items.window_of(item)
    if window is None:
        return
    kinds: dict[str, Kind] = {"night": "at-night", "holiday": "on-holiday", "unknown-year": "holiday-unknown"}
    for part in outside_window(done, window, rules.zone, rules.holiday_name):
        yield Finding(kinds[part.why], activity, part.holiday, part.start_ms, part.end_ms)
