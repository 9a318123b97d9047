"""Which list an act is judged by: the one in force when it began, and never one that came later."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from policy.editions import Edition, in_force, of_act
from policy.findings import CaseFacts, Rules, examine
from policy.item_list import SHIPPED, ItemList, parse
from tests.unit.policy.test_findings import END, GOOD, START, WHOLE

TEXT = SHIPPED.read_text("utf-8")
WEAK = TEXT.replace("views = 2", "views = 1").replace("water-bureau/2026-11", "water-bureau/weak")
TEXT_ONLY = TEXT.replace('mode = "full"', 'mode = "text"').replace("water-bureau/2026-11", "water-bureau/text")
DAY = 86_400_000


def edition(text: str, from_ms: int) -> Edition:
    return Edition(from_ms, parse(text.encode()).items, lambda _blob, _ms: ())


def rules(*editions: Edition) -> Rules:
    return Rules(editions[-1].items, ZoneInfo("Asia/Shanghai"), editions=editions)


OLD, LATER = edition(TEXT, START - DAY), edition(WEAK, END + 1)


def test_the_founding_list_holds_for_what_was_before_it() -> None:
    assert in_force((OLD, LATER), 0) is OLD
    assert in_force((OLD, LATER), OLD.from_ms) is OLD
    assert in_force((OLD, LATER), LATER.from_ms - 1) is OLD
    assert in_force((OLD, LATER), LATER.from_ms) is LATER


def test_a_weaker_list_frees_nothing_that_began_before_it() -> None:
    one_camera = replace(GOOD, footage=WHOLE[:2])
    for known in (rules(OLD), rules(OLD, LATER)):
        report = examine(CaseFacts("demolition", (one_camera,), START), known)
        assert [f.kind for f in report.findings] == ["few-views"]
        assert report.activities[0].version == "water-bureau/2026-11"
    # An act that begins under the new list is judged by it.
    begun = rules(OLD, edition(WEAK, START))
    report = examine(CaseFacts("demolition", (one_camera,), START), begun)
    assert (report.findings, report.activities[0].version) == ((), "water-bureau/weak")


def test_a_stricter_list_burdens_nothing_that_began_before_it() -> None:
    strict = TEXT.replace("views = 2", "views = 3").replace("water-bureau/2026-11", "water-bureau/3")
    report = examine(CaseFacts("demolition", (GOOD,), START), rules(OLD, edition(strict, END)))
    assert report.findings == ()


@pytest.mark.parametrize("order", [(TEXT, TEXT_ONLY), (TEXT_ONLY, TEXT)])
def test_an_act_without_a_beginning_is_judged_by_the_strictest(order: tuple[str, str]) -> None:
    """Or the list that asks for nothing could be chosen by leaving the times out."""
    first, second = edition(order[0], 0), edition(order[1], START)
    timeless = replace(GOOD, start_ms=None, end_ms=None)
    assert of_act((first, second), timeless.item, None).items.version == "water-bureau/2026-11"
    report = examine(CaseFacts("demolition", (timeless,), START), rules(first, second))
    assert [f.kind for f in report.findings] == ["times-missing"]


def test_what_a_case_needs_is_said_by_the_list_of_its_opening() -> None:
    needless = TEXT.replace('needs = ["forced-demolition"]', "needs = []").replace("2026-11", "needless")
    known = rules(OLD, edition(needless, END))
    assert [f.kind for f in examine(CaseFacts("demolition", (), START), known).findings] == ["activity-missing"]
    assert examine(CaseFacts("demolition", (), END), known).findings == ()
    assert examine(CaseFacts("demolition", ()), known).findings == (), "without an opening: now"


def test_an_item_that_the_list_of_its_time_did_not_have_is_unknown() -> None:
    """A new code with a weak mode is no way out for what happened before it."""
    lite = '[[items]]\ncode = "lite"\nzh = "简易"\nen = "Lite"\nbasis = "x"\nmode = "text"\nstage = "start"\n'
    more = edition(TEXT.replace("2026-11", "more") + lite, END)
    assert isinstance(more.items, ItemList)
    act = replace(GOOD, item="lite")
    report = examine(CaseFacts("penalty", (act,), START), rules(OLD, more))
    assert [f.kind for f in report.findings] == ["unknown-item"]
