"""Bodies and answers about how a case ends: handed over, what became of it, its course. Data only."""

from __future__ import annotations

from typing import Literal

from evidence.handover_entries import AuthorityKind, Outcome
from player.api.shapes import Answer, Asked, Line, Name, Said, Words


class AuthorityWords(Asked, frozen=True, kw_only=True):
    kind: AuthorityKind
    name: Name


class HandoverBody(Asked, frozen=True, kw_only=True):
    to: AuthorityWords
    number: Name  # of the document that hands it over
    approver: Name  # who decided it
    note: Words = ""


class EndingBody(Asked, frozen=True, kw_only=True):
    outcome: Outcome
    number: Line = ""
    reason: Said


class AuthorityAnswer(Answer, frozen=True, kw_only=True):
    kind: AuthorityKind
    name: str


class EndingAnswer(Answer, frozen=True, kw_only=True):
    outcome: Outcome
    number: str
    reason: str
    by: str
    at: str


class HandoverAnswer(Answer, frozen=True, kw_only=True):
    """`ending`: null while nobody has entered what became of it."""

    id: str
    to: AuthorityAnswer
    number: str
    approver: str
    note: str
    recordings: tuple[str, ...]
    destroyed: tuple[str, ...]  # before it was handed over
    clips: tuple[str, ...]
    by: str
    at: str
    ending: EndingAnswer | None


class BelongingsAnswer(Answer, frozen=True, kw_only=True):
    """What would be handed over now."""

    recordings: tuple[str, ...]
    destroyed: tuple[str, ...]
    clips: tuple[str, ...]


class MoveAnswer(Answer, frozen=True, kw_only=True):
    """A step of the case's course. `to`: the authority, where it was handed over or came back."""

    move: Literal["opened", "closed", "archived", "reopened", "handed-over", "returned", "settled"]
    by: str
    at: str
    note: str
    to: str | None
    entry: int


class WaitAnswer(Answer, frozen=True, kw_only=True):
    """Footage that is still being looked through, in words."""

    zh: str
    en: str
