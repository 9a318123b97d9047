"""An item list as the API tells it. Data only."""

from __future__ import annotations

from typing import Literal

from evidence.case_entries import Stage
from player.api.shapes import Answer


class NamedAnswer(Answer, frozen=True, kw_only=True):
    code: str
    zh: str
    en: str


class KindAnswer(NamedAnswer, frozen=True, kw_only=True):
    needs: tuple[str, ...]


class WindowAnswer(Answer, frozen=True, kw_only=True):
    """Local hours, "HH:MM:SS"."""

    code: str
    start: str
    end: str
    holidays: bool


class ItemAnswer(NamedAnswer, frozen=True, kw_only=True):
    basis: str
    mode: Literal["full", "key", "optional", "text"]
    stage: Stage
    from_zh: str
    from_en: str
    until_zh: str
    until_en: str
    views: int
    sound: bool
    officers: int
    moments: tuple[str, ...]
    hand_in_h: int
    window: str | None
    explained_by: tuple[str, ...]
    approved_by: tuple[str, ...]
    joint_ms: int
    pre_event_s: int
    make_up_h: int  # within which an emergency measure's approval is made up
    long_gap_s: int | None
    long_gap_approved_by: tuple[str, ...]
    explain_within_h: int
    approve_within_h: int
    retention: str | None  # class of its footage


class ListedClassAnswer(NamedAnswer, frozen=True, kw_only=True):
    """A retention class as the list has it; which classes are in force, `/retention` says."""

    days: int | None  # None: for good


class ItemsAnswer(Answer, frozen=True, kw_only=True):
    version: str
    zh: str
    en: str
    items: tuple[ItemAnswer, ...]
    kinds: tuple[KindAnswer, ...]
    moments: tuple[NamedAnswer, ...]
    windows: tuple[WindowAnswer, ...]
    retention: tuple[ListedClassAnswer, ...]
