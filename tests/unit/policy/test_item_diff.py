"""What a new list changes, in words, and whether it asks for less."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from policy.content import ContentRules
from policy.findings import CaseFacts, Rules, examine
from policy.item_diff import Change, asks_less, differences
from policy.item_editing import without_item
from policy.item_list import (
    SHIPPED,
    CaseKind,
    ClockTrust,
    Deadlines,
    Item,
    ItemList,
    MissingRules,
    RetentionClass,
    Window,
    parse,
)
from tests.unit.policy.test_findings import GOOD, WHOLE

TEXT = SHIPPED.read_text("utf-8")
OLD = parse(TEXT.encode()).items
DEMOLITION = 'code = "forced-demolition"'


def other(old: str, new: str, after: str = "") -> ItemList:
    place = TEXT.index(after)
    assert old in TEXT[place:]
    return parse((TEXT[:place] + TEXT[place:].replace(old, new, 1)).encode()).items


def changed(old: str, new: str, after: str = "") -> Change:
    (change,) = differences(OLD, other(old, new, after))
    return change


@pytest.mark.parametrize(
    ("old", "new", "zh", "en", "weaker"),
    [
        ('mode = "full"', 'mode = "key"', "记录方式：全程 → 重点环节", "mode: in full → key points", True),
        ("views = 2", "views = 1", "同时录像的设备：2 台 → 1 台", "cameras at once: 2 → 1", True),
        ("views = 2", "views = 3", "同时录像的设备：2 台 → 3 台", "cameras at once: 2 → 3", False),
        ("views = 2", "views = 2\nsound = false", "要求声音：是 → 否", "sound required: yes → no", True),
        ("views = 2", "views = 2\njoint_ms = 500", "允许的接头：40 毫秒 → 500 毫秒", "40 ms → 500 ms", True),
        ("views = 2", "views = 2\njoint_ms = 20", "允许的接头：40 毫秒 → 20 毫秒", "40 ms → 20 ms", False),
        ("views = 2", "views = 2\nhand_in_h = 48", "交存时限：24 小时 → 48 小时", "24 h → 48 h", True),
        ("officers = 2", "officers = 3", "最少人数：2 人 → 3 人", "officers: 2 → 3", False),
        ('window = "day"', "", "法定时段：day → 无", "legal hours: day → none", True),
        ("long_gap_s = 60", "long_gap_s = 90", "60 秒 → 90 秒", "60 s → 90 s", True),
        ("long_gap_s = 60", "", "60 秒 → 无", "60 s → none", True),
        ('moments = ["identity", "rights", "statement", "inventory"]', "moments = []", "→ 无", "→ none", True),
        (
            "officers = 2",
            'officers = 2\napproved_by = ["legal"]',
            "→ 法制机构",
            "→ legal",
            False,
        ),
        ("officers = 2", 'officers = 2\napproved_by = ["legal", "officer"]', "执法人员", "legal, officer", True),
        ('until_zh = "离开现场"', 'until_zh = "开始拆除"', "终点：离开现场 → 开始拆除", "离开现场 → 开始拆除", True),
        ('zh = "强制拆除"', 'zh = "强拆"', "中文名称：强制拆除 → 强拆", "Chinese name", False),
    ],
)
def test_a_change_of_an_item(old: str, new: str, zh: str, en: str, weaker: bool) -> None:
    change = changed(old, new, DEMOLITION)
    assert (change.part, change.code, change.weaker) == ("item", "forced-demolition", weaker)
    assert zh in change.zh and en in change.en


@pytest.mark.parametrize(
    ("old", "new", "part", "weaker"),
    [
        ("device_uncertainty_ms = 3000", "device_uncertainty_ms = 1", "clock", True),
        ("device_uncertainty_ms = 3000", "device_uncertainty_ms = 9000", "clock", False),
        ("end = 22:00:00", "end = 23:00:00", "window", True),
        ("start = 06:00:00", "start = 07:00:00", "window", False),
        ("holidays = false", "holidays = true", "window", True),
        ("[windows.day]", "[content]\nblack_mean = 2.0\n[windows.day]", "content", True),
        ("[windows.day]", "[content]\nleast_s = 2.0\n[windows.day]", "content", False),
        ("[clock]", 'unusable = ["black"]\n[clock]', "list", True),
        ('needs = ["seizure"]', "needs = []", "kind", True),
        ('service = { zh = "送达签收"', 'service = { zh = "签收"', "moment", False),
    ],
)
def test_a_change_of_something_else(old: str, new: str, part: str, weaker: bool) -> None:
    change = changed(old, new)
    assert (change.part, change.weaker) == (part, weaker)


def test_things_that_come_and_go() -> None:
    without = TEXT[: TEXT.rindex("[[kinds]]")]
    (gone,) = differences(OLD, parse(without.encode()).items)
    assert (gone.part, gone.code, gone.key, gone.zh[:2], gone.weaker) == ("kind", "inspection", "", "删除", True)
    (come,) = differences(parse(without.encode()).items, OLD)
    assert (come.zh[:2], come.en[:5], come.weaker) == ("新增", "added", False)
    assert differences(OLD, OLD) == ()
    assert differences(OLD, parse(TEXT.replace("2026-11", "2026-12").encode()).items) == (), "the version alone"


def test_what_comes_or_goes_says_what_it_asks_for() -> None:
    """Whoever decides reads the list of changes, not the text."""
    without = parse(without_item(TEXT, "forced-demolition").encode())
    (gone, kind) = differences(OLD, without.items)
    assert all(words in gone.zh for words in ("记录方式 全程", "同时录像的设备 2 台", "清点登记", "环节 执行"))
    assert "mode in full" in gone.en and "Inventory taken" in gone.en and "允许的接头" not in gone.zh
    assert kind.zh == "必须有的事项：强制拆除 → 无" and kind.weaker
    (come, _) = differences(without.items, OLD)
    assert come.zh.removeprefix("新增") == gone.zh.removeprefix("删除") and not come.weaker


def test_every_key_has_words_of_its_own() -> None:
    """A key that is added to the list and not here would count as asking for less, and be shown by its bare name."""
    from policy import item_diff

    for struct, known in (
        (Item, item_diff._ITEM),
        (ClockTrust, item_diff._CLOCK),
        (ContentRules, item_diff._CONTENT),
        (MissingRules, item_diff._MISSING),
        (Deadlines, item_diff._DEADLINES),
        (RetentionClass, item_diff._RETENTION),
        (Window, item_diff._WINDOW),
        (CaseKind, item_diff._KIND),
        (ItemList, set(item_diff._LIST) - {"code"} | item_diff._THINGS),
    ):
        assert set(struct.__struct_fields__) == set(known), struct.__name__


# A change, and footage of which it must not make less of a case than the list before did.
_KEYS = [
    ("views = 2", "views = 3"),
    ("views = 2", "views = 2\njoint_ms = 0"),
    ("views = 2", "views = 2\npre_event_s = 0"),
    ("views = 2", "views = 2\nhand_in_h = 1"),
    ("officers = 2", "officers = 3"),
    ("end = 22:00:00", "end = 09:05:00"),
    ("device_uncertainty_ms = 3000", "device_uncertainty_ms = 60000"),
]


@pytest.mark.parametrize(("old", "new"), _KEYS)
def test_what_is_not_marked_frees_nothing(old: str, new: str) -> None:
    """The marks are held to what the rules do: nothing that was found is gone under a list that asks for no less."""
    stricter = other(old, new, "" if old in TEXT[: TEXT.index(DEMOLITION)] else DEMOLITION)
    assert not any(each.weaker for each in differences(OLD, stricter))
    zone = ZoneInfo("Asia/Shanghai")
    for activity in (
        GOOD,
        replace(GOOD, footage=WHOLE[:2]),
        replace(GOOD, officers=("P-1",)),
        replace(GOOD, footage=()),
    ):
        facts = CaseFacts("demolition", (activity,))
        before = {f.kind for f in examine(facts, Rules(OLD, zone)).findings}
        after = {f.kind for f in examine(facts, Rules(stricter, zone)).findings}
        assert before <= after


def test_asking_less_of_one_act() -> None:
    item = OLD.item("forced-demolition")
    seizure, text = OLD.item("seizure"), OLD.item("text")
    assert item is not None and seizure is not None and text is not None
    assert asks_less((OLD, item), (OLD, seizure)) and asks_less((OLD, item), (OLD, text))
    assert not asks_less((OLD, text), (OLD, item)) and not asks_less((OLD, item), (OLD, item))
    # The same item under another list.
    for old, new, less in (
        ("views = 2", "views = 1", True),
        ("views = 2", "views = 3", False),
        ("device_uncertainty_ms = 3000", "device_uncertainty_ms = 1", True),
        ("end = 22:00:00", "end = 23:00:00", True),
        ('zh = "强制拆除"', 'zh = "强拆"', False),
    ):
        later = other(old, new)
        named = later.item("forced-demolition")
        assert named is not None and asks_less((OLD, item), (later, named)) == less, new
