"""How the configured list stands to those in force."""

from __future__ import annotations

import pytest

from policy.item_drift import drift_of

ADOPTED = [("bureau/1", "d1"), ("bureau/2", "d2")]


@pytest.mark.parametrize(
    ("version", "digest", "state"),
    [("bureau/2", "d2", "same"), ("bureau/1", "d1", "older"), ("bureau/3", "d3", "new"), ("bureau/2", "d9", "renamed")],
)
def test_drift(version: str, digest: str, state: str) -> None:
    found = drift_of(version, digest, ADOPTED)
    assert found.state == state and found.zh.endswith("。") and found.en.endswith(".")
    assert state == "same" or version in found.en
