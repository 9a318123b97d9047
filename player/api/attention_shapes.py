"""Answers about what needs somebody now. Data only."""

from __future__ import annotations

from player.api.shapes import Answer


class UnrecordedAnswer(Answer, frozen=True, kw_only=True):
    """An activity that must be recorded in full goes on in a room in which no channel records."""

    id: str
    room: str
    room_title: str
    case: str
    case_number: str
    case_title: str
    activity: str
    since_at: str
    detail: str


class AttentionAnswer(Answer, frozen=True, kw_only=True):
    """`soon`, `overdue`: open findings that ask something of this account's roles, near and past their deadline."""

    unrecorded: tuple[UnrecordedAnswer, ...]
    soon: int
    overdue: int
