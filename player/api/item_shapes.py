"""Bodies and answers about the item list, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from player.api.case_shapes import Instant
from player.api.item_list_shapes import ItemsAnswer
from player.api.shapes import NO_NULL, Answer, Asked, Name, Words

Text = Annotated[str, Meta(min_length=1, max_length=100_000, pattern=NO_NULL)]
Choice = Annotated[str, Meta(max_length=200, pattern=NO_NULL)]
Choices = Annotated[list[Choice], Meta(max_length=50)]
Number = Annotated[int, Meta(ge=0, le=1_000_000)]
# The pattern is only described here, and looked at by `items`: where one type may be a text with a pattern or a list,
# msgspec 0.22 takes the one for the other when garbage is collected, and the process crashes.
_Single = Annotated[str, Meta(max_length=200, extra_json_schema={"pattern": NO_NULL})]
Value = _Single | Number | bool | Choices | None


class EditBody(Asked, frozen=True, kw_only=True):
    """One key of an item (its code) or of the list (null). Value null: the default."""

    item: Name | None
    key: Name
    value: Value


class AddBody(Asked, frozen=True, kw_only=True):
    """Another item. What `values` do not say is as in `copy_of`, or the default."""

    code: Name
    copy_of: Name | None = None
    values: Annotated[dict[Name, Value], Meta(max_length=50)] = msgspec.field(default_factory=dict)


class DraftBody(Asked, frozen=True, kw_only=True):
    """In this order: an item goes, another comes, values are changed."""

    text: Text
    remove: Name | None = None
    add: AddBody | None = None
    edits: Annotated[tuple[EditBody, ...], Meta(max_length=200)] = ()


class ProposalBody(Asked, frozen=True, kw_only=True):
    text: Text
    note: Annotated[str, Meta(min_length=1, max_length=2000, pattern=NO_NULL)]
    from_at: Instant | None = None


class ItemsDecisionBody(Asked, frozen=True, kw_only=True):
    approved: bool
    note: Words = ""


class ProblemAnswer(Answer, frozen=True, kw_only=True):
    zh: str
    en: str
    line: int | None
    item: str | None
    key: str | None


class ItemsChangeAnswer(Answer, frozen=True, kw_only=True):
    """`zh`, `en`: what is other; `name_zh`, `name_en`: of what. `weaker`: it asks for less."""

    part: Literal["list", "clock", "content", "missing", "deadlines", "retention", "window", "moment", "item", "kind"]
    code: str
    key: str
    name_zh: str
    name_en: str
    zh: str
    en: str
    weaker: bool


class DraftAnswer(Answer, frozen=True, kw_only=True):
    text: str
    problems: tuple[ProblemAnswer, ...]
    items: ItemsAnswer | None  # None while there are problems
    changes: tuple[ItemsChangeAnswer, ...]  # against the latest list


class EditionAnswer(Answer, frozen=True, kw_only=True):
    version: str
    digest: str
    from_at: str
    at: str
    by: str
    proposal: str | None
    state: Literal["past", "in-force", "coming"]


class ProposalAnswer(Answer, frozen=True, kw_only=True):
    id: str
    version: str
    digest: str
    base: str
    from_at: str | None
    note: str
    by: str
    at: str
    state: Literal["waiting", "approved", "rejected"]
    decided_by: str | None
    decided_at: str | None
    decision: str | None
    lapsed: bool  # it waits, and another list was adopted since: it can only be rejected
    may_approve: bool


class DriftAnswer(Answer, frozen=True, kw_only=True):
    state: Literal["same", "older", "new", "renamed"]
    zh: str
    en: str
    text: str


class HistoryAnswer(Answer, frozen=True, kw_only=True):
    editions: tuple[EditionAnswer, ...]  # the latest first
    proposals: tuple[ProposalAnswer, ...]
    file: DriftAnswer | None


class ListAnswer(Answer, frozen=True, kw_only=True):
    """One list with its text, and what is other in it than in the list that it followed, or was compared with."""

    digest: str
    text: str
    items: ItemsAnswer
    changes: tuple[ItemsChangeAnswer, ...]
    base: str | None
