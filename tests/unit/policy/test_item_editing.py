"""Single values change, everything else of the text stays: comments, order, spaces."""

from __future__ import annotations

import pytest

from evidence.errors import Conflict, Invalid, NotFound
from policy.item_editing import Addition, Edit, edited, with_item, without_item
from policy.item_list import SHIPPED, parse

TEXT = SHIPPED.read_text("utf-8")


def test_values_change_and_nothing_else() -> None:
    made = edited(
        TEXT,
        [
            Edit(None, "version", "water-bureau/2026-12"),
            Edit("forced-demolition", "views", 1),
            Edit("forced-demolition", "window", None),
            Edit("seizure", "approved_by", ["legal"]),
            Edit("hearing", "mode", "full"),
            Edit("hearing", "sound", False),
        ],
    )
    lines = set(TEXT.splitlines()) - set(made.splitlines())
    assert lines == {'version = "water-bureau/2026-11"', "views = 2"}
    items = edited(made, [Edit("hearing", "mode", "key")])
    found = parse(items.encode()).items
    demolition, seizure, hearing = (found.item(code) for code in ("forced-demolition", "seizure", "hearing"))
    assert demolition is not None and (demolition.views, demolition.window) == (1, None)
    assert seizure is not None and seizure.approved_by == ("legal",) and seizure.window == "day"
    assert hearing is not None and hearing.sound is False
    assert "GA/T 947.2 as cited" in made and edited(TEXT, []) == TEXT


def test_what_is_not_there() -> None:
    with pytest.raises(NotFound):
        edited(TEXT, [Edit("nothing", "views", 1)])
    with pytest.raises(NotFound):
        edited("items = 3", [Edit("nothing", "views", 1)])
    with pytest.raises(Invalid, match="no valid TOML"):
        edited("= 3", [Edit(None, "version", "x/1")])
    assert "views" not in edited('[[items]]\ncode = "a"\n', [Edit("a", "views", None)])


def test_an_item_is_added_as_a_copy_or_anew_and_nothing_else_changes() -> None:
    copied = with_item(TEXT, Addition("hearing-2", "hearing", {"zh": "听证（二）", "en": "Hearing (2)"}))
    items = parse(copied.encode()).items
    old, new = items.item("hearing"), items.item("hearing-2")
    assert old is not None and new is not None
    assert (new.zh, new.basis, new.moments) == ("听证（二）", old.basis, old.moments)
    codes = [each.code for each in items.items]
    assert codes.index("hearing-2") == codes.index("hearing") + 1
    values = {"zh": "巡查", "en": "Patrol", "basis": "水法", "mode": "optional", "stage": "start"}
    anew = with_item(TEXT, Addition("patrol", None, values))
    assert parse(anew.encode()).items.items[-1].code == "patrol"
    for made in (copied, anew):
        left = iter(made.splitlines())
        assert all(line in left for line in TEXT.splitlines()), "every line is there, in its order"
    assert anew.index('code = "patrol"') < anew.index("# What a case is about"), (
        "comments stay before what they tell of"
    )
    with pytest.raises(Conflict):
        with_item(TEXT, Addition("hearing", None, {}))
    with pytest.raises(NotFound):
        with_item(TEXT, Addition("new", "nothing", {}))
    with pytest.raises(Invalid):
        with_item("items = 3", Addition("new", None, {}))


@pytest.mark.parametrize("code", [each.code for each in parse(TEXT.encode()).items.items])
def test_an_item_is_taken_out_and_no_kind_needs_it(code: str) -> None:
    made = without_item(TEXT, code)
    items = parse(made.encode()).items
    assert items.item(code) is None and not any(code in kind.needs for kind in items.kinds)
    assert [line for line in TEXT.splitlines() if line.startswith("#")] == [
        line for line in made.splitlines() if line.startswith("#")
    ]
    assert parse(with_item(made, Addition("x", "inspection" if code != "inspection" else "text", {})).encode())
    with pytest.raises(NotFound):
        without_item(made, code)
