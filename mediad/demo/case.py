"""The demonstration's case, as data: a seizure that one camera filmed, and that cannot be closed yet. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from evidence.case_entries import ActivityId, ActivityRecorded, CaseEntry, CaseId, CaseRecorded, Subject, new_id
from evidence.clock import to_text
from mediad.demo.shift import UNIT, Clip

_OFFICERS = ("张伟", "李娜")
# Begun after the camera was on, ended a little after its battery was empty: the last seconds are missing.
_ARRIVAL = timedelta(seconds=8)
_PAST_THE_END = timedelta(seconds=6)


def case_of(clips: tuple[Clip, ...], end_of_shift: datetime) -> tuple[CaseEntry, ...]:
    """Entries for a case around the clip that its officer marked as important."""
    clip = next(each for each in clips if each.key_mark)
    began = end_of_shift - clip.began
    at, case = to_text(end_of_shift), CaseId(new_id("c"))
    started = began + min(_ARRIVAL, timedelta(seconds=clip.seconds / 3))
    ended = began + timedelta(seconds=clip.seconds) + _PAST_THE_END
    return (
        CaseRecorded(
            at=at,
            case=case,
            number="江水查〔2026〕17号",
            kind="seizure",
            title="非法采砂船查封",
            stage="investigation",
            subject=Subject("organisation", "江城某砂石经营部", "91420100MA4K000000"),
            unit=UNIT,
            officers=_OFFICERS,
            by=_OFFICERS[0],
        ),
        ActivityRecorded(
            at=at,
            activity=ActivityId(new_id("a")),
            case=case,
            item="seizure",
            stage="investigation",
            place="江城县三号码头",
            planned_start=None,
            planned_end=None,
            started_at=to_text(started),
            ended_at=to_text(ended),
            officers=_OFFICERS,
            devices=(clip.device,),
            note="",
            by=_OFFICERS[0],
        ),
    )
