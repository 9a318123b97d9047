"""Steps of a case that do not follow from each other are named by the check."""

from __future__ import annotations

from typing import Any

import pytest

from evidence import case_entries as ce
from evidence.canonical import Digest
from evidence.check_handovers import CourseRules
from evidence.entries import AnyEntry, RecordingSealed
from evidence.handover_entries import Authority, CaseHandedOver, HandoverEnded, HandoverId, Outcome
from evidence.records import RecordingId

AT, R, D = "2026-11-24T01:00:00.000000Z", RecordingId("r1"), Digest("11" * 32)
OF: dict[str, Any] = {"at": AT, "case": ce.CaseId("c1"), "by": "law"}
ENDED: dict[str, Any] = OF | {"items": "w/1", "explanations": (), "note": ""}
SEALED = RecordingSealed(at=AT, recording=R, original=D, size_bytes=1, manifest=D, segments_root=D, n_segments=1)
ENTERED = ce.CaseRecorded(
    **OF,
    number="1号",
    kind="demolition",
    title="强拆",
    stage="execution",
    subject=ce.Subject("person", "某人"),
    unit=None,
    officers=(),
)
CLIP = ce.ClipMarked(**OF, clip=ce.ClipId("k1"), activity=None, recording=R, start_ms=0, end_ms=1, moment=None, note="")
CLOSED, ARCHIVED = ce.CaseClosed(**ENDED), ce.CaseArchived(**ENDED)
REOPENED = ce.CaseReopened(**OF, reason="补证")
BEGUN = (SEALED, ENTERED, CLIP)


def handed(name: str = "m1", *, recordings: tuple[str, ...] = ("r1",), clips: tuple[str, ...] = ("k1",)) -> AnyEntry:
    return CaseHandedOver(
        **ENDED,
        handover=HandoverId(name),
        to=Authority("police", "市公安局"),
        number="移1号",
        approver="局长",
        recordings=tuple(RecordingId(each) for each in recordings),
        destroyed=(),
        clips=tuple(ce.ClipId(each) for each in clips),
        judged_by=("w/1",),
    )


def back(name: str = "m1", outcome: Outcome = "returned", items: str | None = None) -> AnyEntry:
    return HandoverEnded(**OF, handover=HandoverId(name), outcome=outcome, number="", reason="x", items=items)


def said(*entries: AnyEntry) -> list[str]:
    rules = CourseRules()
    return [words for entry in entries for words in rules.hear(entry)]


@pytest.mark.parametrize(
    "course",
    [
        (CLOSED, REOPENED, CLIP, CLOSED, ARCHIVED),
        (handed(), back(), CLIP, CLOSED),
        (handed(), back(outcome="settled", items="w/1"), ARCHIVED),
        (CLOSED, handed(), back(outcome="settled"), ARCHIVED),
        (CLOSED, ARCHIVED, handed(), back(), handed("m2"), back("m2", "settled")),
        (handed(), REOPENED, CLIP, handed("m2"), back("m1"), back("m2"), CLIP),
        (handed(), REOPENED, CLOSED, back(outcome="settled"), ARCHIVED),
    ],
)
def test_every_lawful_course(course: tuple[AnyEntry, ...]) -> None:
    assert said(*BEGUN, *course) == []


@pytest.mark.parametrize(
    ("course", "words"),
    [
        ((CLOSED, CLIP), "changed while it was closed"),
        ((handed(), CLIP), "changed while it was handed over"),
        ((handed(), handed("m2")), "was handed over while it was handed over"),
        ((handed(), ARCHIVED), "was archived while it was handed over"),
        ((handed(), CLOSED), "was closed while it was handed over"),
        ((CLOSED, ARCHIVED, REOPENED), "was reopened while it was archived"),
        ((REOPENED,), "was reopened while it was open"),
        ((handed(recordings=("r1", "r2")),), "recording r2, which was never sealed"),
        ((handed(clips=("k9",)),), "clip k9, which was never marked"),
        ((back(),), "ended and was never begun"),
        ((handed(), back(), back()), "ended twice"),
        ((handed(), back(outcome="settled")), "was not judged"),
        ((CLOSED, ARCHIVED, handed(), back(), CLIP), "changed while it was archived"),
    ],
)
def test_what_does_not_follow_is_named(course: tuple[AnyEntry, ...], words: str) -> None:
    found = said(*BEGUN, *course)
    assert len(found) == 1 and words in found[0], found


def test_a_case_that_was_never_entered() -> None:
    assert len(said(CLOSED)) == len(said(CLIP)) == 1 and "never entered" in said(CLIP)[0]
