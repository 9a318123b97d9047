"""Lock files pin names, versions and digests. Where packages come from is each machine's own affair."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lock", ["requirements/run.lock", "requirements/dev.lock", "player/ui/package-lock.json"])
def test_no_lock_file_names_an_address(lock: str) -> None:
    assert [line for line in (ROOT / lock).read_text().splitlines() if "://" in line] == []
