"""Single values change, everything else of the text stays: comments, order, spaces."""

from __future__ import annotations

import pytest

from evidence.errors import Invalid, NotFound
from policy.item_editing import Edit, edited
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
