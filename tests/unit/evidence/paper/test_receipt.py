"""The words of a receipt: none is missing for what the ledger may say."""

from __future__ import annotations

from typing import get_args

from evidence.live import EventKind
from evidence.paper.receipt import ALARMS, EVENTS, KINDS, ROLES
from evidence.sittings import AlarmKind, PersonRole, SittingKind


def test_everything_that_may_stand_in_the_ledger_has_words_in_both_languages() -> None:
    for words, kinds in ((EVENTS, EventKind), (ALARMS, AlarmKind), (KINDS, SittingKind), (ROLES, PersonRole)):
        assert set(words) == set(get_args(kinds))
        assert all(zh and en for zh, en in words.values())  # type: ignore[attr-defined]
