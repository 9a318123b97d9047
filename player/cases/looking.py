"""Footage that is still being looked through: what a case must wait for before it ends.

A time slate moves the recording that shows it, a measured clock moves all of its device: both may open a hole that
nobody saw, or propose footage that nobody confirmed. So as long as either is under way for what matches the case, or
for what its people and devices handed in since it began, the case stays as it is. What could not be looked through is
a finding of its own (`unexaminable`, `unsearchable`), and what was not looked at at all too (`unexamined`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from evidence.catalog.looking_queries import Handed, LookRow, unmeasured, unsearched
from player.cases.judging import Judged

_JUDGED = ("full", "key")


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for, in words."""

    zh: str
    en: str


def looked_at(connection: Connection, judged: Judged, measured_to: Callable[[], int] | None) -> tuple[Wait, ...]:
    """What is still under way; nothing where it is all done."""
    handed = _handed(judged)
    if handed is None:
        return ()
    waits = [_words(row, *_SLATES) for row in unsearched(connection, handed)]
    if measured_to is not None:
        waits += [_words(row, *_CLOCK) for row in unmeasured(connection, handed, measured_to())]
    return tuple(waits)


def _handed(judged: Judged) -> Handed | None:
    """Whose footage is meant: what counts for the activities that are judged, and what their people and devices handed
    in since the first of them began."""
    acts = [row for row in judged.file.activities if (item := judged.item(row.id)) is not None and item.mode in _JUDGED]
    if not acts:
        return None
    counted = {each.row.id for row in acts for each in judged.footage[row.id]}
    begun = [row.started_at for row in acts if row.started_at is not None]
    return Handed(
        tuple(sorted(counted)),
        officers=tuple(sorted({name for row in acts for name in row.officers})),
        devices=tuple(sorted({name for row in acts for name in row.devices})),
        since=min(begun) if begun else judged.file.case.opened_at,
    )


_SLATES = ("尚未查找完时间校准码", "for time slates")
_CLOCK = ("所属设备的时钟尚未核对", "for what it says about its device's clock")


def _words(row: LookRow, zh: str, en: str) -> Wait:
    name = row.name or row.id
    return Wait(
        f"录像 {name} 还在自动检查中：{zh}。请稍候。", f"Recording {name} is still being looked through, {en}. Wait."
    )
