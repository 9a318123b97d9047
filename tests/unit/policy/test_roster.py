"""What becomes of the lines of a roster."""

from __future__ import annotations

import pytest

from policy.roster import Planned, ShiftWords, Why, asks_less, plan, refused


def shift(
    start: int = 8, end: int = 18, officer: str = "P-1", device: str | None = None, unit: str | None = "一中队"
) -> ShiftWords:
    """Hours of one day."""
    at = "2026-11-{:02}T{:02}:00:00.000000Z".format
    return ShiftWords(officer, device, unit, at(24, start), at(24 + end // 24, end % 24))


def planned(*lines: ShiftWords, standing: tuple[ShiftWords, ...] = ()) -> tuple[Planned, ...]:
    return plan(enumerate(lines, 2), standing, lambda *_: None)


@pytest.mark.parametrize(
    ("line", "standing", "verdict"),
    [
        (shift(), (), "new"),
        (shift(), (shift(),), "same"),
        (shift(), (shift(unit="二中队"),), "changed"),
        (shift(end=20), (shift(),), "changed"),
        (shift(device="D1"), (shift(),), "changed"),
        (shift(device="D1"), (shift(device="D2"),), "new"),
        (shift(18, 22), (shift(),), "new"),
        (shift(), (shift(officer="P-2"),), "new"),
        (shift(), (shift(7, 9), shift(17, 19)), "refused"),
        (shift(officer=""), (), "refused"),
        (shift(18, 8), (), "refused"),
        (shift(8, 57), (), "refused"),
    ],
)
def test_one_line(line: ShiftWords, standing: tuple[ShiftWords, ...], verdict: str) -> None:
    (found,) = planned(line, standing=standing)
    assert (found.verdict, found.line) == (verdict, 2)
    assert (found.before in standing) == (verdict == "changed")
    assert (found.why is not None) == (verdict == "refused")


def test_lines_that_overlap_are_refused_and_name_the_other() -> None:
    first, second, third = planned(shift(), shift(12, 20), shift(12, 20, officer="P-2"))
    assert (first.verdict, second.verdict, third.verdict) == ("new", "refused", "new")
    assert second.why is not None and "2" in second.why.zh and "line 2" in second.why.en


def test_the_same_line_twice_is_entered_once() -> None:
    assert [each.verdict for each in planned(shift(), shift())] == ["new", "same"]


def test_a_shift_that_was_divided_corrects_one_and_adds_the_other() -> None:
    first, second = planned(shift(8, 12), shift(14, 18), standing=(shift(),))
    assert (first.verdict, first.before, second.verdict) == ("changed", shift(), "new")


def test_whoever_asks_may_be_refused_with_a_reason() -> None:
    no = Why("不行", "no")
    (found,) = plan([(1, shift(end=20))], [shift()], lambda new, old: no if old == shift() else None)
    assert (found.verdict, found.why, found.before) == ("refused", no, None), "and learns nothing of what stands"


@pytest.mark.parametrize(
    ("new", "old", "less"),
    [
        (shift(7, 19), shift(), False),
        (shift(9, 19), shift(), True),
        (shift(7, 17), shift(), True),
        (shift(device="D1"), shift(), False),
        (shift(), shift(device="D1"), True),
        (shift(unit="二中队"), shift(), True),
    ],
)
def test_what_asks_for_less(new: ShiftWords, old: ShiftWords, less: bool) -> None:
    assert asks_less(new, old) == less


def test_a_shift_by_itself() -> None:
    assert refused(shift()) is None and refused(shift(8, 56)) is None
    assert all(refused(each) is not None for each in (shift(8, 8), shift(officer="")))
