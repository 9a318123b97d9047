"""How a case's handing over and its course are told. Pure."""

from __future__ import annotations

from evidence.catalog.case_moves import MoveRow
from evidence.catalog.handover_rows import HandoverRow
from player.api import handover_shapes as s
from player.cases.handing_over import Belongings


def handover_answer(row: HandoverRow) -> s.HandoverAnswer:
    ending = None
    if row.outcome is not None:
        ending = s.EndingAnswer(
            outcome=row.outcome,
            number=row.ended_number or "",
            reason=row.ended_reason or "",
            by=row.ended_by or "",
            at=row.ended_at or "",
        )
    return s.HandoverAnswer(
        id=row.id,
        to=s.AuthorityAnswer(kind=row.to_kind, name=row.to_name),
        number=row.number,
        approver=row.approver,
        note=row.note,
        recordings=row.recordings,
        destroyed=row.destroyed,
        clips=row.clips,
        by=row.by,
        at=row.at,
        ending=ending,
    )


def belongings_answer(found: Belongings) -> s.BelongingsAnswer:
    return s.BelongingsAnswer(recordings=found.recordings, destroyed=found.destroyed, clips=found.clips)


def move_answer(row: MoveRow) -> s.MoveAnswer:
    return s.MoveAnswer(move=row.move, by=row.by, at=row.at, note=row.note, to=row.to, entry=row.entry)
