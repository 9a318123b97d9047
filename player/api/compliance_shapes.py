"""Queries and answers about compliance, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from msgspec import field

from player.api.case_shapes import Code
from player.api.shapes import Answer, Asked, Cursor, Limit, Line, Moment
from policy.compliance import Figure, Grouping
from policy.explaining import Standing


class ComplianceQuery(Asked, frozen=True, kw_only=True):
    from_: Moment = field(name="from")
    to: Moment
    by: Grouping = "unit"
    unit: Line | None = None  # "": cases of no unit
    item: Code | None = None


class ChosenQuery(Asked, frozen=True, kw_only=True):
    """The same, and which figure of which group."""

    from_: Moment = field(name="from")
    to: Moment
    figure: Figure
    by: Grouping | None = None
    key: Line | None = None
    unit: Line | None = None
    item: Code | None = None
    kind: Code | None = None
    cause: Line | None = None


class ChosenPageQuery(ChosenQuery, frozen=True, kw_only=True):
    cursor: Cursor | None = None
    limit: Limit = 50


class FiguresAnswer(Answer, frozen=True, kw_only=True):
    activities: int
    running: int
    in_full: int
    whole: int
    bare: int
    required_ms: int
    shown_ms: int
    missing_ms: int
    doubtful_ms: int
    explained_ms: int
    coverage: float | None  # None: nothing was required, so there is no rate
    losses: int
    recordings: int
    late: int
    late_share: float | None
    findings: int
    unexplained: int
    waiting: int


class GroupAnswer(FiguresAnswer, frozen=True, kw_only=True):
    key: str


class PartAnswer(Answer, frozen=True, kw_only=True):
    name: str
    n: int
    unexplained: int
    length_ms: int


class NotJudgedAnswer(Answer, frozen=True, kw_only=True):
    """A case that is in no figure, and why."""

    case: str
    reason: str


class ComplianceAnswer(Answer, frozen=True, kw_only=True):
    from_at: str
    to_at: str
    by: Grouping
    entries: int  # length of the ledger that the figures follow from
    items: str  # version of the item list
    pending: int  # cases still to be judged, in no figure; of all units
    failed: tuple[NotJudgedAnswer, ...]  # of those that this account may read
    unplaced: int
    total: FiguresAnswer
    groups: tuple[GroupAnswer, ...]
    kinds: tuple[PartAnswer, ...]
    causes: tuple[PartAnswer, ...]
    contents: tuple[PartAnswer, ...]
    units: tuple[str, ...]  # that the filter can take


class ChosenAnswer(Answer, frozen=True, kw_only=True):
    """One thing that a figure counts."""

    case: str
    case_number: str
    case_title: str
    unit: str | None
    activity: str | None
    item: str | None
    officers: tuple[str, ...]
    started_at: str | None
    ended_at: str | None
    required_ms: int
    shown_ms: int
    missing_ms: int
    doubtful_ms: int
    kind: str | None  # of a finding
    zh: str | None
    en: str | None
    standing: Standing | None
    cause: str | None
    recording: str | None
    device: str | None
    late: bool | None


class ChosenPageAnswer(Answer, frozen=True, kw_only=True):
    rows: tuple[ChosenAnswer, ...]
    total: int
    next: str | None
