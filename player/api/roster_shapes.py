"""Bodies, queries and answers about the shift roster. Data only."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from player.api.case_shapes import Instant
from player.api.shapes import Answer, Asked, Name


class ShiftBody(Asked, frozen=True, kw_only=True):
    officer: Name
    device: Name | None = None
    unit: Name | None = None
    start_at: Instant
    end_at: Instant


class RosterBody(Asked, frozen=True, kw_only=True):
    shifts: Annotated[tuple[ShiftBody, ...], Meta(min_length=1, max_length=500)]


class RosterQuery(Asked, frozen=True, kw_only=True):
    from_: Instant = msgspec.field(name="from")
    to: Instant


class ShiftAnswer(Answer, frozen=True, kw_only=True):
    id: str
    officer: str
    device: str | None
    unit: str | None
    start_at: str
    end_at: str
    by: str
    at: str


class RosterAnswer(Answer, frozen=True, kw_only=True):
    shifts: tuple[ShiftAnswer, ...]
