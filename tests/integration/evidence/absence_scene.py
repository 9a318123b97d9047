"""One of every entry about missing footage that has a projection, for the scene of the rebuild."""

from __future__ import annotations

from evidence import absence_entries as ae
from evidence import case_entries as ce
from evidence import concern_entries as oe
from evidence import emergency_entries as me
from evidence import roster_entries as re
from evidence import unrecorded_entries as ue
from evidence.canonical import Digest
from evidence.document_entries import DocumentId, ExplanationDocumented
from evidence.entries import AnyEntry
from evidence.sittings import AlarmId


def absence_entries(at: str, paper: Digest) -> tuple[AnyEntry, ...]:
    """A file missed, and two explanations: one approved, one sent back. `paper`: a blob of five bytes."""

    def explained(name: str) -> ae.AbsenceExplained:
        return ae.AbsenceExplained(
            at=at,
            explanation=ce.ExplanationId(name),
            kind="number-hole",
            device="DSJ1",
            officer=None,
            unit="一中队",
            about="3-4",
            start_ms=1,
            end_ms=2,
            items="w/1",
            cause="device",
            statement="存储卡损坏",
            by="keeper",
        )

    def decided(name: str, approved: bool) -> ae.AbsenceDecided:
        return ae.AbsenceDecided(at=at, explanation=ce.ExplanationId(name), approved=approved, note="", by="boss")

    return (
        ae.FileMissed(
            at=at,
            bay="b1",
            path="DCIM/3.mp4",
            size_bytes=7,
            mtime=at,
            growing=True,
            device="DSJ1",
            officer=None,
            unit=None,
            sequence=3,
            started_at=None,
            first_seen_at=at,
            lost="vanished",
            trouble="",
        ),
        explained("x7"),
        explained("x8"),
        decided("x7", True),
        decided("x8", False),
        *unrecorded(at),
        *concerns(at),
        *roster(at),
        ExplanationDocumented(
            at=at,
            document=DocumentId("d1"),
            explanation=ce.ExplanationId("x7"),
            name="维修单.pdf",
            media_type="application/pdf",
            blob=paper,
            size_bytes=5,
            by="keeper",
        ),
    )


def unrecorded(at: str) -> tuple[AnyEntry, ...]:
    """Two alarms of an activity that nobody recorded; one is over."""
    case, activity = ce.CaseId("c1"), ce.ActivityId("a1")
    alarms = tuple(
        ue.ActivityUnrecorded(at=at, alarm=AlarmId(n), case=case, activity=activity, room="r", since_at=at, detail="")
        for n in ("u1", "u2")
    )
    return (*alarms, ue.ActivityUnrecordedOver(at=at, alarm=AlarmId("u1"), reason="ended"))


def concerns(at: str) -> tuple[AnyEntry, ...]:
    """A concern of a case that was brought before somebody and settled, and one of a device that is open."""
    one, other = oe.ConcernId("w1"), oe.ConcernId("w2")
    said = {"at": at, "device": None, "officer": None, "unit": None, "kind": "gap", "about": ""}
    return (
        oe.ConcernOpened(concern=one, case=ce.CaseId("c1"), activity=ce.ActivityId("a1"), **said),  # type: ignore[arg-type]
        oe.ConcernOpened(concern=other, case=None, activity=None, **said | {"device": "D1"}),  # type: ignore[arg-type]
        oe.ConcernRaised(at=at, concern=one, step="supervisor", due_at=at, waits_for="explanation"),
        oe.ConcernSettled(at=at, concern=one),
    )


def emergency(at: str) -> tuple[AnyEntry, ...]:
    """A measure taken at once, twice stated, and its approval."""
    said = {"at": at, "case": ce.CaseId("c1"), "activity": ce.ActivityId("a1"), "by": "P-1"}
    return (
        me.EmergencyStated(emergency=False, reason="误标", **said),  # type: ignore[arg-type]
        me.EmergencyStated(emergency=True, reason="洪水", **said),  # type: ignore[arg-type]
        me.ApprovalMadeUp(approval=ce.ExplanationId("x9"), approved_at=at, approver="局长", number="1", **said),  # type: ignore[arg-type]
    )


def roster(at: str) -> tuple[AnyEntry, ...]:
    """A shift that was taken back and entered again, one that was taken back, and one that was corrected twice: its
    time, then its unit alone."""
    said = {"at": at, "officer": "P-1", "device": None, "unit": "一中队", "start_at": at, "end_at": at, "by": "boss"}
    one, other, third, fourth = (re.ShiftId(f"j{n}") for n in range(1, 5))
    return (
        re.ShiftRostered(shift=one, **said),  # type: ignore[arg-type]
        re.ShiftWithdrawn(at=at, shift=one, reason="调班", by="boss"),
        re.ShiftRostered(shift=one, **said),  # type: ignore[arg-type]
        re.ShiftRostered(shift=other, **said),  # type: ignore[arg-type]
        re.ShiftWithdrawn(at=at, shift=other, reason="调班", by="boss"),
        re.ShiftRostered(shift=third, **said),  # type: ignore[arg-type]
        re.ShiftCorrected(shift=third, instead=fourth, reason="登记有误", **said),  # type: ignore[arg-type]
        re.ShiftCorrected(shift=fourth, instead=fourth, reason="单位有误", **said | {"unit": None}),  # type: ignore[arg-type]
    )
