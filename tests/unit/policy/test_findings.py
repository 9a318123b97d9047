"""What is found about a case, and that it is said in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from policy.coverage import Take
from policy.finding_words import in_words
from policy.findings import (
    ActivityFacts,
    CaseFacts,
    Finding,
    Footage,
    Kind,
    Rules,
    examine,
    examine_activity,
)
from policy.item_list import load

ZONE = ZoneInfo("Asia/Shanghai")
RULES = Rules(load().items, ZONE)
START = int(datetime(2026, 11, 24, 9, tzinfo=ZONE).timestamp() * 1000)
END = START + 600_000
HOUR = 3_600_000


def footage(name: str, start: int, end: int, device: str = "DSJ1", **more: object) -> Footage:
    spans = ((0, end - start),)
    values: dict[str, object] = {"picture": spans, "sound": spans, "uncertainty_ms": 1000} | more
    received, confirmed = values.pop("received_ms", end + HOUR), values.pop("confirmed", True)
    return Footage(Take(name, device, start, **values), received, confirmed, device)  # type: ignore[arg-type]


# Two cameras; the batteries of the first overlap by five seconds.
WHOLE = (
    footage("r1", START - 10_000, START + 300_000, sequence=1),
    footage("r2", START + 295_000, END + 10_000, sequence=2),
    footage("r3", START - 20_000, END + 20_000, "DSJ2", sequence=9),
)
GOOD = ActivityFacts(
    "a1",
    "forced-demolition",
    START,
    END,
    ("P-1", "P-2"),
    frozenset({"identity", "rights", "statement", "inventory"}),
    WHOLE,
)


def found(activity: ActivityFacts) -> list[tuple[str, str, int, int]]:
    return [(f.kind, f.about, f.start_ms - START, f.end_ms - START) for f in examine_activity(activity, RULES).findings]


def test_a_demolition_recorded_whole_has_no_finding() -> None:
    report = examine(CaseFacts("demolition", (GOOD,)), RULES)
    assert report.findings == () and report.version == RULES.items.version
    (activity,) = report.activities
    assert activity.picture is not None and activity.views is not None and activity.sound is not None
    assert {activity.picture.answer, activity.views.answer, activity.sound.answer} == {"covered"}


def test_four_seconds_lost_at_a_joint_are_named_to_the_millisecond() -> None:
    torn = replace(WHOLE[1], take=replace(WHOLE[1].take, start_ms=START + 304_000, picture=((0, 306_000),), sound=()))
    activity = replace(GOOD, footage=(WHOLE[0], torn))
    report = examine_activity(activity, RULES)
    gaps = [f for f in report.findings if f.kind == "gap"]
    # The clock's second of doubt on either side belongs to the same finding.
    assert [(g.start_ms - START, g.end_ms - START, g.certain_ms) for g in gaps] == [(299_000, 305_000, 4_000)]
    assert gaps[0].recordings == ("r1", "r2")


def test_one_camera_instead_of_two_and_sound_that_fails() -> None:
    assert found(replace(GOOD, footage=WHOLE[:2])) == [("few-views", "2", 0, 600_000)]
    mute = replace(WHOLE[2], take=replace(WHOLE[2].take, sound=((0, 120_000), (150_000, 640_000))))
    other = [replace(each, take=replace(each.take, sound=())) for each in WHOLE[:2]]
    # Lost within one file: certain to the millisecond, doubtful by the clock on either side.
    assert found(replace(GOOD, footage=(*other, mute))) == [("no-sound", "", 99_000, 131_000)]


def test_no_footage_is_one_finding_and_its_views_and_sound_are_not_three() -> None:
    assert found(replace(GOOD, footage=())) == [("no-footage", "", 0, 600_000)]
    broken = footage("r9", START, END, picture=(), sound=())
    assert found(replace(GOOD, footage=(broken,)))[0] == ("no-footage", "", 0, 600_000)


def test_late_by_more_than_a_day_is_late() -> None:
    late = replace(WHOLE[2], received_ms=END + 20_000 + 24 * HOUR + 1)
    assert found(replace(GOOD, footage=(*WHOLE[:2], late))) == [("late-docking", "r3", 620_000, 620_001 + 24 * HOUR)]
    assert found(replace(GOOD, footage=(*WHOLE[:2], replace(late, received_ms=END + 20_000 + 24 * HOUR)))) == []


def test_a_missing_number_between_two_files_is_a_hole() -> None:
    skipped = replace(
        WHOLE[1], take=replace(WHOLE[1].take, start_ms=START + 400_000, picture=((0, 210_000),), sequence=4)
    )
    kinds = found(replace(GOOD, footage=(WHOLE[0], skipped, WHOLE[2])))
    assert ("sequence-hole", "DSJ1/2-3", 300_000, 400_000) in kinds
    renumbered = replace(WHOLE[1], take=replace(WHOLE[1].take, sequence=7))
    assert found(replace(GOOD, footage=(WHOLE[0], renumbered, WHOLE[2]))) == [], "they overlap: nothing can lie between"


def test_people_moments_times_and_confirmation() -> None:
    assert found(replace(GOOD, officers=("P-1", "P-1"))) == [("few-officers", "1/2", -START, -START)]
    assert found(replace(GOOD, moments=GOOD.moments - {"rights"})) == [("moment-missing", "rights", -START, -START)]
    assert found(replace(GOOD, end_ms=None))[0][0] == found(replace(GOOD, end_ms=START))[0][0] == "times-missing"
    proposed = replace(WHOLE[2], confirmed=False)
    assert [f[:2] for f in found(replace(GOOD, footage=(*WHOLE[:2], proposed)))] == [("unconfirmed", "r3")]
    assert [f[0] for f in found(replace(GOOD, item="x"))] == ["unknown-item"]


def test_night_and_holiday() -> None:
    night = replace(GOOD, start_ms=START + 12 * HOUR + 3_500_000, end_ms=START + 13 * HOUR + 1_000_000, footage=())
    assert ("at-night", "", 13 * HOUR, 13 * HOUR + 1_000_000) in found(night)
    shift = int(datetime(2026, 10, 1, 9, tzinfo=ZONE).timestamp() * 1000) - START
    assert "on-holiday" in [f[0] for f in found(replace(GOOD, start_ms=START + shift, end_ms=END + shift))]
    shift = int(datetime(2051, 10, 1, 9, tzinfo=ZONE).timestamp() * 1000) - START
    assert "holiday-unknown" in [f[0] for f in found(replace(GOOD, start_ms=START + shift, end_ms=END + shift))]


def test_key_points_ask_for_footage_and_moments_text_for_nothing() -> None:
    key = ActivityFacts("a1", "service-left", START, END, ("P-1", "P-2"))
    assert [f[0] for f in found(key)] == ["no-footage", "moment-missing"]
    assert found(replace(key, footage=WHOLE[2:], moments=frozenset({"service"}))) == []
    assert found(replace(key, item="text")) == found(replace(key, item="inspection", start_ms=None)) == []


def test_a_case_without_its_activity_cannot_slip_through() -> None:
    (finding,) = examine(CaseFacts("demolition", (replace(GOOD, item="text"),)), RULES).findings
    assert (finding.kind, finding.about, finding.explainable) == ("activity-missing", "forced-demolition", False)
    (unknown,) = examine(CaseFacts("nothing", (GOOD,)), RULES).findings
    assert (unknown.kind, unknown.explainable) == ("unknown-item", False)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_finding_is_said_in_both_languages(kind: Kind) -> None:
    words = in_words(Finding(kind, "a1", "identity", START, START + 4000, 3000), RULES.items, ZONE)
    assert words.zh.endswith("。") and words.en.endswith(".")
    if kind == "gap":
        assert words.en == (
            "No camera recorded from 11-24 09:00:00 to 11-24 09:00:04 (4 s, at least 3 s lost). "
            "Dock the footage or explain."
        )
        assert "（4 秒，其中至少缺 3 秒）没有可用的录像" in words.zh
    if kind == "moment-missing":
        assert "出示证件表明身份" in words.zh and "Identity shown" in words.en


def test_why_footage_is_not_usable_is_said() -> None:
    """Covered for twelve seconds, muted for thirty: taken out of picture and sound, and named in the finding."""
    start = WHOLE[2].take.start_ms
    blind = ((0, 220_000), (232_000, 640_000))
    covered = replace(WHOLE[2].take, picture=blind, content=(("black", 220_000, 232_000),))
    (gap,) = examine_activity(replace(GOOD, footage=(replace(WHOLE[2], take=covered),)), RULES).findings[:1]
    assert (gap.kind, gap.because, gap.certain_ms) == ("gap", ("black",), 12_000)
    assert gap.start_ms == start + 220_000 - 1_000
    deaf = replace(WHOLE[2].take, sound=((0, 300_000), (330_000, 640_000)), content=(("muted", 300_000, 330_000),))
    findings = examine_activity(replace(GOOD, footage=(replace(WHOLE[2], take=deaf),)), RULES).findings
    (muted,) = [each for each in findings if each.kind == "no-sound"]
    assert (muted.because, muted.certain_ms) == (("muted",), 30_000)
    assert "声音被静音" in in_words(muted, RULES.items, ZONE).zh


def test_unexamined_footage_waits_and_unexaminable_is_explained() -> None:
    for examined, kind in ((None, "unexamined"), ("failed", "unexaminable")):
        footage = (*WHOLE[:2], replace(WHOLE[2], examined=examined))
        (finding,) = examine_activity(replace(GOOD, footage=footage), RULES).findings
        assert (finding.kind, finding.about, finding.explainable) == (kind, "r3", kind == "unexaminable")


def test_what_holds_no_footage_need_not_be_looked_at() -> None:
    broken = footage("r9", START, END, picture=(), sound=())
    found_kinds = [f[0] for f in found(replace(GOOD, footage=(*WHOLE, replace(broken, examined=None))))]
    assert found_kinds == []


def test_an_emergency_measure_must_be_approved_within_a_day_of_its_beginning() -> None:
    day = 24 * HOUR
    assert found(replace(GOOD, emergency=True)) == [("approval-missing", "", 0, day)]
    assert found(replace(GOOD, emergency=True, approved_ms=START + day)) == []
    assert found(replace(GOOD, emergency=True, approved_ms=START + day + 1)) == [("approval-late", "", day, day + 1)]
    assert found(replace(GOOD, approved_ms=START + 9 * day)) == [], "no emergency measure"


def test_a_camera_that_stops_while_others_go_on_is_found_and_one_that_is_followed_is_not() -> None:
    third = footage("r4", START - 5_000, START + 200_000, "DSJ3")
    (stopped,) = [f for f in found(replace(GOOD, footage=(*WHOLE, third))) if f[0] == "stopped-early"]
    assert stopped == ("stopped-early", "DSJ3/r4", 200_000, 600_000)
    for follower in (
        footage("r5", START + 230_000, END + 5_000, "DSJ3"),
        replace(footage("r5", START + 230_000, END + 5_000, "DSJ4"), officer="P-1"),
    ):
        worn = replace(third, officer="P-1")
        assert found(replace(GOOD, footage=(*WHOLE, worn, follower))) == []
    late = footage("r5", START + 300_000, END + 5_000, "DSJ3")
    assert [f[0] for f in found(replace(GOOD, footage=(*WHOLE, third, late)))] == ["stopped-early"]


def test_sound_alone_that_ends_is_no_camera_that_stopped() -> None:
    heard = footage("r4", START + 50_000, START + 200_000, "DSJ3", picture=())
    assert found(replace(GOOD, footage=(*WHOLE, heard))) == []


def test_a_file_that_was_cut_off_says_so_where_it_leaves_a_gap_and_where_others_hide_it() -> None:
    cut = replace(footage("r4", START - 5_000, START + 200_000, "DSJ3"), cut_off=True)
    follower = footage("r5", START + 205_000, END + 5_000, "DSJ3")
    report = examine_activity(replace(GOOD, footage=(*WHOLE, cut, follower)), RULES)
    (finding,) = report.findings
    assert finding.kind == "stopped-early" and finding.because == ("cut-off",)
    lone = replace(footage("r1", START - 10_000, START + 300_000), cut_off=True)
    report = examine_activity(replace(GOOD, footage=(lone,)), RULES)
    gap = next(f for f in report.findings if f.kind == "gap")
    assert "cut-off" in gap.because and "文件没有正常结束" in in_words(gap, RULES.items, ZONE).zh
    assert not any(f.kind == "stopped-early" for f in report.findings)
