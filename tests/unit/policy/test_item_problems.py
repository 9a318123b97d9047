"""Mistakes in a list are named in both languages, at their place, and all at once."""

from __future__ import annotations

import re

import pytest

from policy.item_list import SHIPPED
from policy.item_problems import problems_of

TEXT = SHIPPED.read_text("utf-8")


def line(of: str) -> int:
    return TEXT[: TEXT.index(of)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "zh", "en", "item", "key"),
    [
        ("views = 2", "views = 0", "“items.views”：不能小于 1", "it must be at least 1", "forced-demolition", "views"),
        ("views = 2", 'views = "2"', "应为 int，现为 str", "it must be int and is str", "forced-demolition", "views"),
        ("views = 2", "view = 2", "没有“view”这个键", "there is no key 'view'", "forced-demolition", "view"),
        ('mode = "key"', 'mode = "keys"', "不能是“keys”", "it cannot be 'keys'", "hearing", "mode"),
        (
            'moments = ["service"]',
            'moments = ["servise"]',
            "引用了不存在的关键环节“servise”",
            "servise",
            "service-left",
            "moments",
        ),
        ('window = "day"', 'window = "dusk"', "引用了不存在的时段“dusk”", "dusk", "forced-demolition", "window"),
        ("end = 22:00:00", "end = 05:00:00", "时段“day”的结束早于开始", "ends before it begins", None, "end"),
        ("version = ", "verzion = ", "没有“verzion”这个键", "no key 'verzion'", None, "verzion"),
        (
            "mtime_uncertainty_ms = 5000",
            "mtime_uncertainty_ms = -1",
            "不能小于 0",
            "at least 0",
            None,
            "mtime_uncertainty_ms",
        ),
        ('needs = ["seizure"]', 'needs = ["x"]', "引用了不存在的事项“x”", "'x'", None, "needs"),
        ('service = { zh = "送达签收"', 'service = { zh = ""', "不能为空", "must not be empty", None, "zh"),
    ],
)
def test_a_mistake(old: str, new: str, zh: str, en: str, item: str | None, key: str) -> None:
    assert old in TEXT
    (problem,) = problems_of(TEXT.replace(old, new, 1))
    assert zh in problem.zh and en in problem.en
    assert not re.search("[一-鿿]", problem.en)
    assert (problem.item, problem.key) == (item, key)
    assert problem.line == line(old)


def test_one_mistake_does_not_hide_the_next() -> None:
    wrong = TEXT.replace("views = 2", "views = 0").replace('mode = "key"', 'mode = "keys"').replace("needs", "need")
    found = [(each.item, each.key) for each in problems_of(wrong)]
    assert ("forced-demolition", "views") in found and ("hearing", "mode") in found and (None, "need") in found
    assert len(found) == 1 + 3 + 3


def test_no_toml_and_no_mistake() -> None:
    (problem,) = problems_of(TEXT.replace("views = 2", "views = "))
    assert problem.line == line("views = 2") and "TOML" in problem.zh and "TOML" in problem.en
    assert problems_of(TEXT) == ()
    (empty,) = problems_of("")
    assert empty.zh == "缺少“version”" and empty.line is None
    twice = TEXT.replace('code = "seizure"\nzh = "查封、扣押"', 'code = "detention"\nzh = "查封、扣押"')
    assert [each.zh for each in problems_of(twice)][:1] == ["事项“detention”出现了两次"]
