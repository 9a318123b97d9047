"""A new site's configuration is valid TOML whatever people call things."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mediad.config import parse
from mediad.site_files import NewBay, NewSite, render


@given(name=st.text(min_size=1, max_size=50), unit=st.text(max_size=50), label=st.text(max_size=50))
def test_any_text_survives(name: str, unit: str, label: str) -> None:
    text = render(NewSite(name=name, unit=unit, bays=(NewBay("b", "x/y", label),)), "mediad.local/1")
    found = tomllib.loads(text)
    assert found["site"]["name"] == name
    assert found["site"].get("unit", "") == unit
    assert found["bays"][0].get("label", "") == label


def test_the_template_holds_the_defaults() -> None:
    """What the file says uncommented equals what a file without it would mean."""
    path = Path("/srv/mediad/mediad.toml")
    full = parse(render(NewSite(), "mediad.local/1"), path, {})
    bare = parse('[site]\nname = "执法音像管理站"\norigin = "mediad.local/1"\n', path, {})
    for name in (
        "site",
        "http",
        "catalog",
        "keys",
        "intake",
        "recording",
        "workers",
        "viewing",
        "sessions",
        "purposes",
    ):
        assert getattr(full, name) == getattr(bare, name), name


def test_commented_keys_exist_too() -> None:
    """Uncommenting everything that looks like a setting gives a file that is accepted."""
    text = render(NewSite(catalog_url="postgresql://mediad@/mediad"), "mediad.local/1")
    lines = [re.sub(r"^# (?=(\[\[)?[a-z_.]+( = |\]\]))", "", line) for line in text.splitlines()]
    config = parse("\n".join(lines), Path("/srv/mediad/mediad.toml"), {})
    assert config.http.behind_tls and config.profiles[0].name == "our-cameras" and config.purposes[0].code == "case"
    assert [channel.name for channel in config.rooms[0].channels] == ["front", "backup"]
