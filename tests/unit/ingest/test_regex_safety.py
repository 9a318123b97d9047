from __future__ import annotations

import re

import pytest

from ingest.profiles import built_in
from ingest.regex_safety import complaint


@pytest.mark.parametrize(
    "pattern",
    [
        "^([0-9]+)+$",
        "^(a|ab)*$",
        "^(a?b?){9}$",
        "^((a{1,3}))+$",
        "^(?:(?:x+)y)*$",
        "^(.*)\\1$",
        "^(?P<device>a)(?P=device)$",
        "^.*.*.*.*.*$",
        "^([^_]+_)*$",
        "^(\\(+){2,}$",
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    re.compile(pattern)
    assert complaint(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z]+_[0-9]+$",
        "^(?:[0-9]{2}){3}$",
        "^(?P<device>[0-9]{7})(?:_(?P<key>IMP|KEY))?\\.mp4$",
        "^(a|b)c$",
        "^[(+*?|)]{3}[]x]+$",
        "^a\\+\\*\\(b$",
        "^x{literal}$",
    ],
)
def test_an_ordinary_pattern_passes(pattern: str) -> None:
    re.compile(pattern)
    assert complaint(pattern) is None


def test_built_in_patterns_pass() -> None:
    assert [complaint(spec.pattern) for spec in built_in()] == [None] * len(built_in())
