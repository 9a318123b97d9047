"""Bodies, queries and answers about cases, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from evidence.case_entries import Stage, SubjectKind, Verdict
from player.api.handover_shapes import BelongingsAnswer, HandoverAnswer, MoveAnswer, WaitAnswer
from player.api.item_list_shapes import ItemAnswer
from player.api.shapes import NO_NULL, Answer, Asked, Cursor, Limit, Line, Name, RecordingId, Said, Words
from player.claims import Milliseconds

_INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$"
Instant = Annotated[str, Meta(max_length=40, pattern=_INSTANT)]  # RFC 3339 with its offset
Code = Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NULL)]
Names = Annotated[tuple[Name, ...], Meta(max_length=50)]
ActivityId = Annotated[str, Meta(pattern="^a[a-z2-7]{26}$")]
FindingKey = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Cause = Literal["device", "battery", "operation", "weather", "emergency", "other"]
CaseState = Literal["open", "closed", "handed-over", "archived"]


# ---- cases --------------------------------------------------------------------------------------------------
class SubjectWords(Asked, frozen=True, kw_only=True):
    kind: SubjectKind
    name: Name
    number: Line = ""


class CaseBody(Asked, frozen=True, kw_only=True):
    number: Name
    kind: Code
    title: Name
    stage: Stage = "start"
    subject: SubjectWords
    unit: Name | None = None
    officers: Names = ()
    reason: Words = ""


class SubjectAnswer(Answer, frozen=True, kw_only=True):
    kind: SubjectKind
    name: str
    number: str


class CaseAnswer(Answer, frozen=True, kw_only=True):
    id: str
    number: str
    kind: str
    title: str
    stage: Stage
    subject: SubjectAnswer
    unit: str | None
    officers: tuple[str, ...]
    state: CaseState
    opened_at: str
    opened_by: str
    changed_at: str
    closed_at: str | None
    closed_by: str | None
    items: str | None


class CasesQuery(Asked, frozen=True, kw_only=True):
    q: Line | None = None
    state: CaseState | None = None
    kind: Code | None = None
    subject: Name | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class CasesAnswer(Answer, frozen=True, kw_only=True):
    cases: tuple[CaseAnswer, ...]
    next: str | None


class ActivityBody(Asked, frozen=True, kw_only=True):
    item: Code
    stage: Stage
    place: Line = ""
    planned_start: Instant | None = None
    planned_end: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    officers: Names = ()
    devices: Names = ()
    note: Words = ""
    reason: Words = ""


class ReasonBody(Asked, frozen=True, kw_only=True):
    reason: Said


class NoteBody(Asked, frozen=True, kw_only=True):
    note: Words = ""


class MatchBody(Asked, frozen=True, kw_only=True):
    activity: ActivityId
    recording: RecordingId
    verdict: Verdict
    reason: Words = ""


class ClipBody(Asked, frozen=True, kw_only=True):
    recording: RecordingId
    start_ms: Milliseconds
    end_ms: Milliseconds
    activity: ActivityId | None = None
    moment: Code | None = None
    note: Words = ""


class EmergencyBody(Asked, frozen=True, kw_only=True):
    emergency: bool
    reason: Said


class ApprovalBody(Asked, frozen=True, kw_only=True):
    approved_at: Instant
    approver: Name
    number: Line = ""


class ExplainBody(Asked, frozen=True, kw_only=True):
    finding: FindingKey
    cause: Cause
    statement: Said


class DecisionBody(Asked, frozen=True, kw_only=True):
    approved: bool
    note: Words = ""


class TimeBody(Asked, frozen=True, kw_only=True):
    started_at: Instant
    uncertainty_ms: Annotated[int, Meta(ge=0, le=3_600_000)]
    reason: Said


class MadeAnswer(Answer, frozen=True, kw_only=True):
    """The id of what was made."""

    id: str


# ---- one case, judged ---------------------------------------------------------------------------------------
Pair = tuple[str, str]  # RFC 3339 UTC, half-open


class CoverageAnswer(Answer, frozen=True, kw_only=True):
    answer: Literal["covered", "not-covered", "cannot-be-shown"]
    share: float  # of the required interval, shown to be covered
    shown: tuple[Pair, ...]
    missing: tuple[Pair, ...]
    doubtful: tuple[Pair, ...]


class JointAnswer(Answer, frozen=True, kw_only=True):
    view: str
    start_at: str
    end_at: str
    assumed: bool


class CountedAnswer(Answer, frozen=True, kw_only=True):
    """A recording that counts for an activity."""

    recording: str
    name: str
    view: str
    device: str | None
    officer: str | None
    start_at: str  # corrected
    duration_ms: int
    uncertainty_ms: int | None
    time_origin: str
    picture: tuple[Pair, ...]
    sound: tuple[Pair, ...]
    received_at: str
    verdict: Literal["confirmed", "proposed"]
    by: str | None


class DocumentAnswer(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    media_type: str
    size_bytes: int


class MadeUpApprovalAnswer(Answer, frozen=True, kw_only=True):
    """`state`: "waiting" while documents may be attached by who entered it, as to an explanation."""

    id: str
    approved_at: str
    approver: str
    number: str
    by: str
    at: str
    state: Literal["waiting"]
    documents: tuple[DocumentAnswer, ...]


class EmergencyAnswer(Answer, frozen=True, kw_only=True):
    """A measure taken at once; its approval must be made up by `due_at`."""

    reason: str
    by: str
    at: str
    due_at: str | None
    approval: MadeUpApprovalAnswer | None


class ActivityAnswer(Answer, frozen=True, kw_only=True):
    id: str
    item: str
    stage: Stage
    place: str
    planned_start: str | None
    planned_end: str | None
    started_at: str | None
    ended_at: str | None
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    note: str
    by: str
    at: str
    judged_by: str  # version of the item list in force when it began
    asked: ItemAnswer | None  # its item as that list has it
    picture: CoverageAnswer | None
    views: CoverageAnswer | None
    sound: CoverageAnswer | None
    joints: tuple[JointAnswer, ...]
    footage: tuple[CountedAnswer, ...]
    # While it goes on and must be recorded in full: by the room; "field": nothing is known before docking
    live: Literal["recorded", "unrecorded", "field"] | None
    emergency: EmergencyAnswer | None


class DocumentQuery(Asked, frozen=True, kw_only=True):
    name: Name  # of the file


class ExplanationAnswer(Answer, frozen=True, kw_only=True):
    id: str
    activity: str | None
    kind: str
    cause: str
    statement: str
    by: str
    at: str
    state: Literal["waiting", "approved", "rejected"]
    decided_by: str | None
    decided_at: str | None
    decision: str | None
    may_decide: bool
    documents: tuple[DocumentAnswer, ...]


class FindingAnswer(Answer, frozen=True, kw_only=True):
    key: str
    kind: str
    activity: str | None
    about: str
    start_at: str | None
    end_at: str | None
    certain_ms: int
    zh: str
    en: str
    state: Literal["open", "waiting", "rejected", "answered"]
    explainable: bool
    may_explain: bool
    recordings: tuple[str, ...]
    explanations: tuple[str, ...]  # ids, oldest first
    due_at: str | None  # when it must be explained or decided; None: it has no deadline, or nobody looked yet
    urgency: Literal["in-time", "soon", "overdue"] | None
    step: Literal["reminder", "supervisor", "legal", "oversight"] | None  # whom it was brought before last


class ClipAnswer(Answer, frozen=True, kw_only=True):
    id: str
    activity: str | None
    recording: str
    start_ms: int
    end_ms: int
    start_at: str | None  # corrected time, where the recording counts for an activity
    moment: str | None
    note: str
    by: str
    at: str


class CaseDetail(CaseAnswer, frozen=True, kw_only=True):
    judged_by: str  # version of the item list in force; each activity names its own
    closable: bool
    activities: tuple[ActivityAnswer, ...]
    findings: tuple[FindingAnswer, ...]
    explanations: tuple[ExplanationAnswer, ...]
    clips: tuple[ClipAnswer, ...]
    waiting: tuple[WaitAnswer, ...]  # footage that is still being looked through: the case waits for it
    belongings: BelongingsAnswer  # what would be handed over now
    handovers: tuple[HandoverAnswer, ...]  # oldest first
    course: tuple[MoveAnswer, ...]


class InboxFinding(FindingAnswer, frozen=True, kw_only=True):
    case: str
    case_number: str
    case_title: str
    unit: str | None


class InboxQuery(Asked, frozen=True, kw_only=True):
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20  # cases judged for one page


class InboxAnswer(Answer, frozen=True, kw_only=True):
    findings: tuple[InboxFinding, ...]
    next: str | None
