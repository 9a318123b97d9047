"""Judges a case as the catalog has it: gathers the facts, asks the rules. Runs inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from evidence.canonical import canonical, sha256
from evidence.catalog.case_file import ActivityRow, CaseFile, ClipRow, MatchRow, load_case
from evidence.catalog.case_footage import FootageRow, footage_of
from evidence.catalog.emergency_rows import EmergencyRow, emergencies_of
from evidence.errors import NotFound
from evidence.intervals import Span, Spans, difference, merged
from player.cases.searching import may_bear
from player.cases.timing import Placed, Timing, alike, bears, load_timing, slack_ms
from player.cases.timing import from_ms as from_ms
from player.cases.timing import to_ms as to_ms
from policy.content import PICTURE, SOUND, Flaw, FlawKind
from policy.coverage import Take
from policy.explaining import Explanation, State, open_findings
from policy.findings import ActivityFacts, CaseFacts, CaseReport, Finding, Footage, Rules, examine
from policy.item_list import Item


@dataclass(frozen=True, slots=True)
class Counted:
    """A recording that bears on an activity, and where it lies in corrected time."""

    row: FootageRow
    footage: Footage
    match: MatchRow | None  # what a person said
    time_origin: str  # whose word the time is: player.cases.timing


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what the rules say about it."""

    file: CaseFile
    footage: dict[str, tuple[Counted, ...]]  # by activity
    report: CaseReport
    explanations: tuple[Explanation, ...]
    open: tuple[Finding, ...]  # findings that no approved explanation answers
    rules: Rules  # of now
    rules_by_activity: dict[str, Rules]  # of when it began
    emergencies: dict[str, EmergencyRow]  # by activity

    @property
    def on_the_case(self) -> frozenset[str]:
        """Everybody who was ever named on it, and whose camera recorded it."""
        wore = (each.row.officer for counted in self.footage.values() for each in counted)
        return self.file.case.people | frozenset(officer for officer in wore if officer)

    def activity(self, activity: str | None) -> ActivityRow | None:
        return None if activity is None else self.file.activity(activity)

    def rules_of(self, activity: str | None) -> Rules:
        """What judges an activity; None: the case itself, by the list in force when it was opened."""
        own = None if activity is None else self.rules_by_activity.get(activity)
        return own or rules_of_case(self.file, self.rules)

    def item(self, activity: str | None) -> Item | None:
        """The item of an activity, as the list says that judges it."""
        row = self.activity(activity)
        return None if row is None else self.rules_of(row.id).items.item(row.item)

    @property
    def versions(self) -> tuple[str, ...]:
        """Of the lists that judged it."""
        used = {report.version for report in self.report.activities} | {self.rules_of(None).items.version}
        return tuple(sorted(used))


def judge(connection: Connection, case: str, rules: Rules) -> Judged:
    """Raises NotFound."""
    file = load_case(connection, case)
    if file is None:
        raise NotFound("There is no such case.")
    by_activity = {each.id: rules.of_act(each.item, _start_ms(each)) for each in file.activities}
    footage = _all_counted(connection, file, by_activity)
    emergencies = emergencies_of(connection, by_activity)
    activities = tuple(_facts(each, footage[each.id], file, emergencies.get(each.id)) for each in file.activities)
    report = examine(CaseFacts(file.case.kind, activities, to_ms(file.case.opened_at)), rules)
    said = tuple(
        Explanation(row.id, row.kind, row.activity, row.about, row.start_ms, row.end_ms, row.by, _state(row.state))
        for row in file.explanations
    )
    open_ = open_findings(report.findings, said)
    return Judged(file, footage, report, said, open_, rules, by_activity, emergencies)


def rules_of_case(file: CaseFile, rules: Rules) -> Rules:
    """What a case needs is said by the list in force when it was opened."""
    return rules.at(to_ms(file.case.opened_at))


def key_of(finding: Finding) -> str:
    """What a finding is called by: it follows from its facts, so it changes when they do."""
    named = [finding.kind, finding.activity, finding.about, finding.start_ms, finding.end_ms]
    return sha256(canonical(named))[:16]


def _state(text: str) -> State:
    for known in ("waiting", "approved", "rejected"):
        if text == known:
            return known
    raise ValueError(text)


def required_of(activity: ActivityRow) -> Span | None:
    if activity.started_at is None or activity.ended_at is None:
        return None
    return to_ms(activity.started_at), to_ms(activity.ended_at)


def _start_ms(activity: ActivityRow) -> int | None:
    return None if activity.started_at is None else to_ms(activity.started_at)


def _all_counted(connection: Connection, file: CaseFile, rules: dict[str, Rules]) -> dict[str, tuple[Counted, ...]]:
    """By activity: footage that a person confirmed, and what matches by time and by officer or device and nobody
    rejected. The recordings of all activities are read together: a case has many, and each query costs."""
    slacks_ms = {each.id: slack_ms(rules[each.id].items.clock) for each in file.activities}
    wanted = may_bear(connection, file, slacks_ms)
    for activity in file.activities:
        wanted.setdefault(activity.id, set()).update(_confirmed(file, activity))
    everything = set().union(*wanted.values()) if wanted else set()
    rows = {row.id: row for row in footage_of(connection, sorted(everything))} if everything else {}
    # By the list of each activity: usually the same, and so read once.
    trusts = {rules[each.id].items.clock for each in file.activities}
    timings = {trust: load_timing(connection, tuple(rows.values()), trust) for trust in trusts}
    return {
        each.id: _counted(
            file,
            each,
            [rows[one] for one in wanted[each.id] if one in rows],
            rules[each.id],
            timings[rules[each.id].items.clock],
        )
        for each in file.activities
    }


def _confirmed(file: CaseFile, activity: ActivityRow) -> list[str]:
    return [each.recording for each in file.matches if each.activity == activity.id and each.verdict == "confirmed"]


def _counted(
    file: CaseFile, activity: ActivityRow, rows: list[FootageRow], rules: Rules, timing: Timing
) -> tuple[Counted, ...]:
    verdicts = {each.recording: each for each in file.matches if each.activity == activity.id}
    required = required_of(activity)
    chosen: dict[str, list[tuple[FootageRow, Placed]]] = {}
    for row in rows:
        match = verdicts.get(row.id)
        placed = timing.place(row)
        if bears(required, row.duration_ms, placed, None if match is None else match.verdict):
            chosen.setdefault(row.device or row.id, []).append((row, placed))
    counted = []
    for view in chosen.values():
        for (row, _), placed in zip(view, alike([placed for _, placed in view]), strict=True):
            match = verdicts.get(row.id)
            slate = timing.slates.get(row.id)
            one = _footage(row, placed, rules, match is not None and match.verdict == "confirmed")
            if slate is not None and slate.verdict != "accepted":
                one = replace(one, slate=(slate.verdict, slate.start_ms, slate.end_ms))
            counted.append(Counted(row, one, match, placed.origin))
    return tuple(sorted(counted, key=lambda each: (each.footage.take.start_ms, each.row.id)))


def _footage(row: FootageRow, placed: Placed, rules: Rules, confirmed: bool) -> Footage:
    flaws = _flaws(row, rules)
    take = Take(
        recording=row.id,
        view=row.device or row.id,
        start_ms=placed.start_ms,
        picture=_usable(row.picture, flaws, PICTURE),
        sound=_usable(row.sound, flaws, SOUND),
        content=tuple((flaw.kind, flaw.start_ms, flaw.end_ms) for flaw in flaws),
        uncertainty_ms=placed.uncertainty_ms,
        resolution_ms=placed.resolution_ms,
        sequence=row.sequence,
        clock=placed.clock,
    )
    return Footage(
        take,
        to_ms(row.received_at),
        confirmed,
        row.device,
        row.officer,
        row.cut_off,
        _made(row.observed),
        duration_ms=row.duration_ms,
        searched=_made(row.searched),
    )


def _made(state: str | None) -> Literal["made", "failed"] | None:
    return None if state is None else "made" if state == "made" else "failed"


def _flaws(row: FootageRow, rules: Rules) -> tuple[Flaw, ...]:
    """Where it shows or says nothing, as far as the item list takes that out of what counts."""
    if row.observations is None:
        return ()
    found = rules.flaws_of(row.observations, row.duration_ms)
    return tuple(flaw for flaw in found if flaw.kind in rules.items.unusable)


def _usable(spans: Spans, flaws: tuple[Flaw, ...], kinds: tuple[FlawKind, ...]) -> Spans:
    """What shows or says something: a covered lens records nothing, however long it runs."""
    return difference(spans, merged((flaw.start_ms, flaw.end_ms) for flaw in flaws if flaw.kind in kinds))


def _facts(
    activity: ActivityRow, counted: tuple[Counted, ...], file: CaseFile, emergency: EmergencyRow | None
) -> ActivityFacts:
    required = required_of(activity)
    approval = None if emergency is None else emergency.approval
    marks = [clip for clip in file.clips if clip.activity == activity.id and clip.moment is not None]
    return ActivityFacts(
        id=activity.id,
        item=activity.item,
        start_ms=_start_ms(activity),
        end_ms=None if activity.ended_at is None else to_ms(activity.ended_at),
        officers=activity.officers,
        moments=frozenset(mark.moment for mark in marks if mark.moment and _within(mark, counted, required)),
        footage=tuple(each.footage for each in counted),
        emergency=emergency is not None,
        approved_ms=None if approval is None else to_ms(approval.approved_at),
    )


def _within(mark: ClipRow, counted: tuple[Counted, ...], required: Span | None) -> bool:
    """A key moment counts where it is marked in footage of this very activity, within its interval."""
    for each in counted:
        if each.row.id == mark.recording:
            start = each.footage.take.start_ms
            return required is None or (start + mark.start_ms < required[1] and required[0] < start + mark.end_ms)
    return False
