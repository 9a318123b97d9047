"""A judged case as the API tells it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence.catalog.case_file import ActivityRow, ClipRow, ExplanationRow
from evidence.catalog.case_moves import MoveRow
from evidence.catalog.case_queries import CaseRow
from evidence.catalog.concern_rows import Key
from evidence.catalog.document_rows import DocumentRow
from evidence.catalog.handover_rows import HandoverRow
from evidence.errors import MediadError
from evidence.intervals import Spans
from player.api.case_shapes import (
    ActivityAnswer,
    CaseAnswer,
    CaseDetail,
    ClipAnswer,
    CountedAnswer,
    CoverageAnswer,
    DocumentAnswer,
    EmergencyAnswer,
    ExplanationAnswer,
    FindingAnswer,
    JointAnswer,
    MadeUpApprovalAnswer,
    Pair,
    SubjectAnswer,
)
from player.api.handover_answers import belongings_answer, handover_answer, move_answer
from player.api.handover_shapes import WaitAnswer
from player.api.item_list_shapes import (
    ItemAnswer,
    ItemsAnswer,
    KindAnswer,
    ListedClassAnswer,
    NamedAnswer,
    WindowAnswer,
)
from player.cases.handing_over import Belongings
from player.cases.judging import Counted, Judged, key_of
from player.cases.looking import Wait
from player.cases.timing import from_ms, to_ms
from player.concerns import Due, concern_key
from policy.coverage import Coverage, share
from policy.deadlines import HOUR_MS
from policy.explaining import Person, answers, require_approver, require_explainer, standing
from policy.finding_words import in_words
from policy.findings import ActivityReport, Finding
from policy.item_list import Item, ItemList
from policy.running import LiveAnswer, RoomNow, live_answer

_CASE_FIELDS = ("id", "number", "kind", "title", "stage", "unit", "officers", "state", "opened_at", "opened_by",
                "changed_at", "closed_at", "closed_by", "items")  # fmt: skip
_ACTIVITY_FIELDS = ("id", "item", "stage", "place", "planned_start", "planned_end", "started_at", "ended_at",
                    "officers", "devices", "note", "by", "at")  # fmt: skip
_EXPLANATION_FIELDS = ("id", "activity", "kind", "cause", "statement", "by", "at", "state", "decided_by", "decided_at",
                       "decision")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extra:
    """What is shown of a case beside what it is judged by: deadlines, and documents by explanation."""

    due: Mapping[Key, Due]
    documents: Mapping[str, tuple[DocumentRow, ...]]


@dataclass(frozen=True, slots=True)
class Course:
    """How a case went so far, and what keeps it from ending beside its findings."""

    waits: tuple[Wait, ...]  # footage that is still being looked through
    belongings: Belongings
    handovers: tuple[HandoverRow, ...]
    moves: tuple[MoveRow, ...]


def items_answer(items: ItemList) -> ItemsAnswer:
    return ItemsAnswer(
        version=items.version,
        zh=items.zh,
        en=items.en,
        items=tuple(_item(item) for item in items.items),
        kinds=tuple(KindAnswer(code=k.code, zh=k.zh, en=k.en, needs=k.needs) for k in items.kinds),
        moments=tuple(NamedAnswer(code=code, zh=m.zh, en=m.en) for code, m in items.moments.items()),
        windows=tuple(
            WindowAnswer(code=code, start=w.start.isoformat(), end=w.end.isoformat(), holidays=w.holidays)
            for code, w in items.windows.items()
        ),
        retention=tuple(
            ListedClassAnswer(code=code, zh=each.zh, en=each.en, days=each.days)
            for code, each in items.retention.items()
        ),
    )


def _item(item: Item) -> ItemAnswer:
    return ItemAnswer(**{name: getattr(item, name) for name in ItemAnswer.__struct_fields__})


def case_answer(row: CaseRow) -> CaseAnswer:
    return CaseAnswer(**_case_values(row))


def case_detail(judged: Judged, person: Person, rooms: tuple[RoomNow, ...], extra: Extra, course: Course) -> CaseDetail:
    """Everything about a case. `may_…` are hints for this person: the server decides again. `rooms`: as they are."""
    reports = {report.activity: report for report in judged.report.activities}
    return CaseDetail(
        **_case_values(judged.file.case),
        judged_by=judged.report.version,
        closable=not judged.open and not course.waits,
        activities=tuple(
            _activity(row, reports[row.id], judged, _live(row, judged, rooms), extra) for row in judged.file.activities
        ),
        findings=tuple(FindingAnswer(**finding_values(f, judged, person, extra.due)) for f in judged.report.findings),
        explanations=tuple(
            _explanation(row, judged, person, extra.documents.get(row.id, ())) for row in judged.file.explanations
        ),
        clips=tuple(_clip(clip, judged) for clip in judged.file.clips),
        waiting=tuple(WaitAnswer(zh=each.zh, en=each.en) for each in course.waits),
        belongings=belongings_answer(course.belongings),
        handovers=tuple(handover_answer(row) for row in course.handovers),
        course=tuple(move_answer(row) for row in course.moves),
    )


def finding_values(finding: Finding, judged: Judged, person: Person, due: Mapping[Key, Due]) -> dict[str, Any]:
    words = in_words(finding, judged.rules_of(finding.activity).items, judged.rules.zone)
    said = [each for each in judged.explanations if answers(each, finding)]
    spanned = finding.start_ms < finding.end_ms
    item = judged.item(finding.activity)
    return {
        "key": key_of(finding),
        "kind": finding.kind,
        "activity": finding.activity,
        "about": finding.about,
        "start_at": from_ms(finding.start_ms) if spanned else None,
        "end_at": from_ms(finding.end_ms) if spanned else None,
        "certain_ms": finding.certain_ms,
        "zh": words.zh,
        "en": words.en,
        "state": standing(finding, judged.explanations),
        "explainable": finding.explainable,
        "may_explain": _permits(lambda: require_explainer(person, finding, item)),
        "recordings": finding.recordings,
        "explanations": tuple(each.id for each in said),
        **due_values(due.get(concern_key(judged.file.case.id, finding)) if finding in judged.open else None),
    }


def document_answers(rows: tuple[DocumentRow, ...]) -> tuple[DocumentAnswer, ...]:
    return tuple(
        DocumentAnswer(id=row.id, name=row.name, media_type=row.media_type, size_bytes=row.size_bytes) for row in rows
    )


def due_values(due: Due | None) -> dict[str, Any]:
    return {
        "due_at": None if due is None else due.due_at,
        "urgency": None if due is None else due.urgency,
        "step": None if due is None else due.step,
    }


def _case_values(row: CaseRow) -> dict[str, Any]:
    subject = SubjectAnswer(kind=row.subject_kind, name=row.subject_name, number=row.subject_number)
    return {name: getattr(row, name) for name in _CASE_FIELDS} | {"subject": subject}


def _live(row: ActivityRow, judged: Judged, rooms: tuple[RoomNow, ...]) -> LiveAnswer | None:
    """Whether an activity that goes on is being recorded, as far as anybody can know."""
    item = judged.item(row.id)
    goes_on = row.started_at is not None and row.ended_at is None and judged.file.case.state == "open"
    if item is None or item.mode != "full" or not goes_on:
        return None
    return live_answer(row.place, row.devices, rooms)


def _activity(
    row: ActivityRow, report: ActivityReport, judged: Judged, live: LiveAnswer | None, extra: Extra
) -> ActivityAnswer:
    joints = () if report.picture is None else report.picture.joints
    item = judged.item(row.id)
    return ActivityAnswer(
        **{name: getattr(row, name) for name in _ACTIVITY_FIELDS},
        judged_by=report.version,
        asked=None if item is None else _item(item),
        picture=_coverage(report.picture),
        views=_coverage(report.views),
        sound=_coverage(report.sound),
        joints=tuple(
            JointAnswer(view=j.view, start_at=from_ms(j.start_ms), end_at=from_ms(j.end_ms), assumed=j.assumed)
            for j in joints
        ),
        footage=tuple(_counted(each) for each in judged.footage[row.id]),
        live=live,
        emergency=_emergency(row, judged, extra),
    )


def _emergency(row: ActivityRow, judged: Judged, extra: Extra) -> EmergencyAnswer | None:
    said, item = judged.emergencies.get(row.id), judged.item(row.id)
    if said is None:
        return None
    due_at = None
    if row.started_at is not None and item is not None:
        due_at = from_ms(to_ms(row.started_at) + item.make_up_h * HOUR_MS)
    approval = None
    if said.approval is not None:
        values = {
            name: getattr(said.approval, name) for name in ("id", "approved_at", "approver", "number", "by", "at")
        }
        attached = document_answers(extra.documents.get(said.approval.id, ()))
        approval = MadeUpApprovalAnswer(**values, state="waiting", documents=attached)
    return EmergencyAnswer(reason=said.reason, by=said.by, at=said.at, due_at=due_at, approval=approval)


def _coverage(coverage: Coverage | None) -> CoverageAnswer | None:
    if coverage is None:
        return None
    return CoverageAnswer(
        answer=coverage.answer,
        share=share(coverage),
        shown=_pairs(coverage.shown),
        missing=_pairs(coverage.missing),
        doubtful=_pairs(coverage.doubtful),
    )


def _counted(each: Counted) -> CountedAnswer:
    take, row = each.footage.take, each.row
    return CountedAnswer(
        recording=row.id,
        name=row.name,
        view=take.view,
        device=row.device,
        officer=row.officer,
        start_at=from_ms(take.start_ms),
        duration_ms=row.duration_ms,
        uncertainty_ms=take.uncertainty_ms,
        time_origin=each.time_origin,
        picture=_pairs(take.picture, take.start_ms),
        sound=_pairs(take.sound, take.start_ms),
        received_at=row.received_at,
        verdict="confirmed" if each.footage.confirmed else "proposed",
        by=None if each.match is None else each.match.by,
    )


def _pairs(spans: Spans, zero_ms: int = 0) -> tuple[Pair, ...]:
    return tuple((from_ms(zero_ms + start), from_ms(zero_ms + end)) for start, end in spans)


def _explanation(
    row: ExplanationRow, judged: Judged, person: Person, attached: tuple[DocumentRow, ...]
) -> ExplanationAnswer:
    item = judged.item(row.activity)
    said = next(each for each in judged.explanations if each.id == row.id)
    may = row.state == "waiting" and _permits(lambda: require_approver(person, said, item, judged.on_the_case))
    values: dict[str, Any] = {name: getattr(row, name) for name in _EXPLANATION_FIELDS}
    return ExplanationAnswer(**values, may_decide=may, documents=document_answers(attached))


def _clip(clip: ClipRow, judged: Judged) -> ClipAnswer:
    placed = (c for counted in judged.footage.values() for c in counted if c.row.id == clip.recording)
    one = next(placed, None)
    return ClipAnswer(
        id=clip.id,
        activity=clip.activity,
        recording=clip.recording,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        start_at=None if one is None else from_ms(one.footage.take.start_ms + clip.start_ms),
        moment=clip.moment,
        note=clip.note,
        by=clip.by,
        at=clip.at,
    )


def _permits(require: Any) -> bool:
    try:
        require()
    except MediadError:
        return False
    return True
