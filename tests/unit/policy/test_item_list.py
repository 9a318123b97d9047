"""The shipped list is sound, and a list that is not stops the start by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import ConfigInvalid
from policy.item_list import SHIPPED, load, parse

TEXT = SHIPPED.read_text("utf-8")


def test_the_shipped_list_names_what_a_water_bureau_must_record() -> None:
    items = load().items
    full = {item.code for item in items.items if item.mode == "full"}
    assert full == {"detention", "forced-demolition", "seizure", "interview-room"}
    assert {item.code for item in items.items if item.mode == "key"} == {"hearing", "evidence-taking", "service-left"}
    assert {item.mode for item in items.items} == {"full", "key", "optional", "text"}
    demolition = items.item("forced-demolition")
    assert demolition is not None and (demolition.views, demolition.joint_ms, demolition.officers) == (2, 40, 2)
    assert items.window_of(demolition) is not None
    kind = items.kind("demolition")
    assert kind is not None and kind.needs == ("forced-demolition",)
    assert items.item("nothing") is None and items.kind("nothing") is None


def test_the_digest_is_that_of_the_file() -> None:
    assert load().digest == parse(SHIPPED.read_bytes()).digest != parse(SHIPPED.read_bytes() + b"#\n").digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('mode = "full"', 'mode = "ful"', "ful"),
        ("views = 2", "view = 2", "view"),
        ("views = 2", "views = 0", "views"),
        ('moments = ["service"]', 'moments = ["servise"]', "no known moment: 'servise'"),
        ('window = "day"', 'window = "dusk"', "no known window: 'dusk'"),
        ('needs = ["seizure"]', 'needs = ["seisure"]', "needs no known item: 'seisure'"),
        ('code = "seizure"\nzh = "查封、扣押"', 'code = "detention"\nzh = "查封、扣押"', "'detention' is there twice"),
        ('until_en = "departure"', 'until_en = ""', "does not say from where to where"),
        ("end = 22:00:00", "end = 05:00:00", "ends before it begins"),
        ("version =", "verzion =", "verzion"),
        ("views = 2", "views = ", "TOML|Invalid"),
        ('mode = "text"', 'mode = "text"\napproved_by = []', "approved_by"),
        ("[clock]", 'unusable = ["gone"]\n[clock]', "gone"),
        ("[clock]", "[content]\nblack_meen = 3\n[clock]", "black_meen"),
        ('mode = "text"', 'mode = "text"\napproved_by = ["oversight"]', "oversight"),
    ],
)
def test_a_wrong_list_stops_the_start(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigInvalid, match=said):
        parse(TEXT.replace(old, new, 1).encode())


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigInvalid):
        parse(b"\xff\xfe")
