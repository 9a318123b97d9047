"""The demonstration's file names say what the profiles read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.profiles import load_profiles
from mediad.demo.shift import BAYS, PEOPLE, ZONE, file_name, shift
from policy.access import ROLES

END = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("fast", [False, True])
def test_names_conform_to_a_profile(fast: bool) -> None:
    profiles = load_profiles((), ZONE)
    for number, clip in enumerate(shift(fast), start=1):
        match = profiles.match(file_name(clip, number, END, ".mp4"))
        assert match is not None
        assert (match.device, match.sequence, match.key_mark) == (clip.device, number, clip.key_mark)
        assert match.started_at == (END - clip.began).replace(microsecond=0)


def test_there_is_an_account_per_role_and_footage_for_the_officer() -> None:
    assert {person.role for person in PEOPLE} == set(ROLES)
    officers = {person.account for person in PEOPLE if person.role == "officer"}
    assert officers <= {bay.officer for bay in BAYS}
    assert {clip.bay for clip in shift(False)} == {bay.name for bay in BAYS}
