"""Which lost files may have been footage. What is entered, and when, is shown at the docks (integration)."""

from __future__ import annotations

from typing import cast
from zoneinfo import ZoneInfo

import pytest

from evidence.clock import SystemClock
from evidence.ledger import Ledger
from ingest.device_files import DeviceFile
from ingest.missed_files import MissedFiles
from ingest.profiles import load_profiles
from ingest.sealing import BayTerms


class _Nobody:
    """A ledger that must not be asked."""


@pytest.mark.parametrize("name", [b"~tmp0001", b"DCIM/index.db", b"journal.log", b"a.txt", b"noextension"])
def test_what_a_device_makes_for_itself_is_not_missed(name: bytes) -> None:
    missed = MissedFiles(cast(Ledger, _Nobody()), load_profiles((), ZoneInfo("Asia/Shanghai")), SystemClock())
    assert missed.note([DeviceFile(name, 1, 1, 1, 1)], frozenset(), "vanished", BayTerms("b1")) == 0
