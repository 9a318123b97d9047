"""Bodies, queries and answers about missing footage, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from player.api.case_shapes import Cause, DocumentAnswer, FindingKey
from player.api.shapes import Answer, Asked, Name, Said
from policy.explaining import Standing

AbsenceKind = Literal["number-hole", "file-missed", "cut-off", "late-hand-in", "duty-unrecorded"]


class AbsenceExplanationAnswer(Answer, frozen=True, kw_only=True):
    id: str
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


class AbsenceAnswer(Answer, frozen=True, kw_only=True):
    """`trouble`: why a file that was seen had not been taken in, in the server's words; "" if there was no time."""

    key: str
    kind: AbsenceKind
    device: str | None
    officer: str | None
    unit: str | None
    about: str
    start_at: str | None
    end_at: str | None
    known_at: str
    zh: str
    en: str
    trouble: str
    state: Standing
    may_explain: bool
    recordings: tuple[str, ...]
    explanations: tuple[AbsenceExplanationAnswer, ...]  # oldest first
    due_at: str | None
    urgency: Literal["in-time", "soon", "overdue"] | None
    step: Literal["reminder", "supervisor", "legal", "oversight"] | None


class AbsencesQuery(Asked, frozen=True, kw_only=True):
    state: Standing | None = None
    device: Name | None = None
    kind: AbsenceKind | None = None
    unit: Name | None = None
    officer: Name | None = None
    absence: FindingKey | None = None  # this one only
    skip: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class AbsencesAnswer(Answer, frozen=True, kw_only=True):
    """`total`: of those that were asked for, shown or not; `units`: of all that the account may know of."""

    absences: tuple[AbsenceAnswer, ...]
    total: int
    units: tuple[str, ...]


class ExplainAbsenceBody(Asked, frozen=True, kw_only=True):
    absence: FindingKey
    cause: Cause
    statement: Said
