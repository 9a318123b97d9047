"""What is missing of a device, and that it is said in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from policy.absence_words import absence_in_words
from policy.absences import Absence, AbsenceKind, AbsenceTerms, Missed, Taken, absences
from policy.duty import Duty, Shift

HOUR = 3_600_000
MINUTE = 60_000
ZONE = ZoneInfo("Asia/Shanghai")
TERMS = AbsenceTerms(hand_in_ms=24 * HOUR)


def taken(name: str, start: int, number: int | None = None, **more: object) -> Taken:
    values: dict[str, object] = {"device": "D1", "officer": "P-1", "unit": "u1"} | more
    received = values.pop("received_ms", start + 10 * MINUTE)
    end = values.pop("end_ms", start + MINUTE)
    return Taken(name, "video", number=number, start_ms=start, end_ms=end, received_ms=received, **values)  # type: ignore[arg-type]


GONE = Missed("41", "DCIM/4.mp4", "b1", "D1", "P-1", "u1", 4, None, 90 * MINUTE, 95 * MINUTE, "removed", False, "")


def kinds(*recordings: Taken, missed: tuple[Missed, ...] = ()) -> list[tuple[str, str]]:
    return [(each.kind, each.about) for each in absences(recordings, missed, TERMS)]


def test_a_hole_is_its_owners_only_if_both_neighbours_are_the_same_persons() -> None:
    (hole,) = absences([taken("r1", 0, 1), taken("r3", HOUR, 3)], (), TERMS)
    assert (hole.kind, hole.about, hole.officer, hole.unit) == ("number-hole", "2", "P-1", "u1")
    assert (hole.start_ms, hole.end_ms, hole.recordings) == (MINUTE, HOUR, ("r1", "r3"))
    (hole,) = absences([taken("r1", 0, 1), taken("r3", HOUR, 3, officer="P-2")], (), TERMS)
    assert (hole.officer, hole.unit) == (None, "u1")
    assert kinds(taken("r1", 0, 1), taken("r3", HOUR, 3, device="D2")) == []


def test_a_file_that_was_seen_and_is_gone_is_named_and_is_no_hole_besides() -> None:
    files = (taken("r3", HOUR, 3), taken("r7", 2 * HOUR, 7, received_ms=3 * HOUR))
    found = absences(files, (GONE,), TERMS)
    assert [(each.kind, each.about) for each in found] == [("number-hole", "5-6"), ("file-missed", "41/DCIM/4.mp4")]
    assert found[1].docked_since and found[1].seen == GONE
    assert kinds(*files, missed=(replace(GONE, returned=True),)) == [("number-hole", "4-6")]
    assert kinds(files[0], missed=(GONE,)) == [("file-missed", "41/DCIM/4.mp4")]
    assert not absences(files[:1], (replace(GONE, missed_ms=9 * HOUR),), TERMS)[0].docked_since


def test_late_without_a_case_and_left_to_the_case_with_one() -> None:
    late = taken("r1", 0, received_ms=MINUTE + 24 * HOUR + 1)
    assert kinds(late) == [("late-hand-in", "r1")]
    assert kinds(replace(late, in_case=True)) == [] and kinds(replace(late, received_ms=MINUTE + 24 * HOUR)) == []


def test_a_recording_without_a_clean_end_says_what_came_after() -> None:
    cut = taken("r1", 0, cut_off=True)
    (alone,) = absences([cut], (), TERMS)
    assert (alone.kind, alone.follows_ms) == ("cut-off", None)
    (followed,) = absences([cut, taken("r2", 3 * MINUTE)], (), TERMS)
    assert followed.follows_ms == 2 * MINUTE
    assert kinds(replace(cut, in_case=True)) == []
    (unknown,) = absences([replace(cut, device=None)], (), TERMS)
    assert unknown.device is None and "没有再录像" in absence_in_words(unknown, ZONE).zh


@pytest.mark.parametrize("kind", get_args(AbsenceKind))
def test_every_absence_has_words_in_both_languages(kind: AbsenceKind) -> None:
    absence = Absence(
        kind, "D1", "P-1", "u1", "4-5", HOUR, 30 * HOUR, HOUR, numbers=(4, 5), seen=GONE, duty=Duty(60_000, HOUR, 5)
    )
    for each in (absence, replace(absence, docked_since=True, follows_ms=5 * HOUR, seen=replace(GONE, growing=True))):
        words = absence_in_words(each, ZONE)
        assert words.zh.endswith("。") and words.en.endswith(".") and "None" not in words.zh + words.en


def test_too_little_recorded_on_duty_is_told_once_the_footage_is_due() -> None:
    terms = AbsenceTerms(24 * HOUR, duty_percent=5)
    shift = Shift("j1", "P-1", None, "u1", 0, 8 * HOUR)  # 5 % are 24 minutes
    files = [taken(f"r{n}", n * HOUR, end_ms=n * HOUR + 8 * MINUTE) for n in range(3)]

    def told(recordings: list[Taken], now_ms: int = 40 * HOUR, on: Shift = shift) -> list[tuple[str, int]]:
        found = absences(recordings, (), terms, [on], now_ms)
        return [(each.about, each.duty.recorded_ms) for each in found if each.duty is not None]

    assert told(files) == [] and told(files[:2]) == [("j1", 16 * MINUTE)] and told([]) == [("j1", 0)]
    evening = replace(shift, start_ms=8 * HOUR, end_ms=16 * HOUR)
    later = [taken(f"r{n}", (8 + n) * HOUR, end_ms=(8 + n) * HOUR + 8 * MINUTE) for n in range(3)]
    assert told(later, on=evening) == [] and told(later[:2], on=evening) == [("j1", 16 * MINUTE)]
    # The same minutes twice count once, what lies outside the shift not at all.
    again = replace(files[0], recording="r9", device="D2")
    outside = taken("r8", 9 * HOUR, end_ms=10 * HOUR)
    assert told([*files[:2], again, outside]) == [("j1", 16 * MINUTE)]
    assert told([], 32 * HOUR - 1) == [] and told([], 32 * HOUR) == [("j1", 0)]
    # With a device, only that one counts.
    assert told(files, on=replace(shift, device="D7")) == [("j1", 0)]
    assert told(files, on=replace(shift, officer="P-2", device="D1")) == []
