from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ConfigInvalid
from ingest.profiles import Example, ProfileSpec, built_in, compile_profile, load_profiles

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
OWN = r"^(?P<device>[0-9]{4})-(?P<start>[0-9]{14})\.mp4$"


def spec(pattern: str = OWN, **more: Any) -> ProfileSpec:
    return ProfileSpec(name="own", pattern=pattern, **more)


def test_every_built_in_profile_has_examples_and_they_hold() -> None:
    for each in built_in():
        assert each.examples and each.description
        compile_profile(each)


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("DSJ0001_012345_20261124103000_0007.mp4", "device-officer-start-seq"),
        ("P012345_D1234567_20261124_103000_0007.avi", "officer-device-date-time-seq"),
        ("DSJ-1234567-012345-20261124-103000-0007.mp4", "dashed-device-officer"),
        ("20261124103000_1234567_0007.mp4", "start-device-seq"),
        ("VID_20261124_103000.mp4", "prefix-date-time"),
        ("2026-11-24_10-30-00.mp4", "dashed-date-time"),
        ("MOVI0007.avi", "numbered"),
    ],
)
def test_a_name_is_of_the_profile_it_was_made_for(name: str, profile: str) -> None:
    match = load_profiles((), SHANGHAI).match(name)
    assert match is not None and match.profile == profile
    if profile != "numbered":
        assert match.started_at == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "holiday.mp4", "VID_20269999_999999.mp4", "x" * 300 + ".mp4", "a\nb.mp4"])
def test_an_unknown_name_is_no_error(name: str) -> None:
    assert load_profiles((), UTC).match(name) is None


@given(st.text(max_size=80))
def test_no_name_breaks_the_profiles(name: str) -> None:
    load_profiles((), UTC).match(name)


@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("America/New_York")])
@pytest.mark.parametrize("start", ["00010101000000", "99991231235959"])
def test_a_time_at_the_calendars_edge_is_no_time(start: str, zone: ZoneInfo) -> None:
    """It may not exist in UTC; and a name must never keep a bay from its work."""
    match = load_profiles((), zone).match(f"{start}_1234567_0007.mp4")
    assert match is None or match.started_at is not None


def test_a_number_that_no_device_counts_to_is_none() -> None:
    profile = compile_profile(spec(r"^(?P<seq>[0-9]+)\.mp4$"))
    for name, number in ((f"{2**53 - 1}.mp4", 2**53 - 1), (f"{2**53}.mp4", None), ("9" * 200 + ".mp4", None)):
        match = profile.match(name, UTC)
        assert match is not None and match.sequence == number


def test_the_sites_own_profile_comes_first() -> None:
    own = spec(r"^VID_(?P<start>[0-9]{8}_[0-9]{6})\.mp4$", start_formats=("%Y%m%d_%H%M%S",), timezone="UTC")
    match = load_profiles((own,), SHANGHAI).match("VID_20261124_103000.mp4")
    assert match is not None and match.profile == "own"
    assert match.started_at == datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


def test_formats_are_tried_in_order() -> None:
    own = spec(r"^(?P<start>[0-9]{12,14})\.mp4$", start_formats=("%Y%m%d%H%M%S", "%y%m%d%H%M%S"))
    match = load_profiles((own,), UTC).match("261124103000.mp4")
    assert match is not None


def test_an_hour_that_happened_twice_is_marked() -> None:
    profile = compile_profile(spec())
    match = profile.match("0001-20261025023000.mp4", BERLIN)
    assert match is not None and "ambiguous" in match.started_note


@pytest.mark.parametrize(("text", "marked"), [("IMP", True), ("imp", True), ("NO", False)])
def test_only_listed_texts_mark_a_file(text: str, marked: bool) -> None:
    profile = compile_profile(spec(r"^a_(?P<key>[A-Z]+)\.mp4$", key_values=("IMP",)))
    match = profile.match(f"a_{text}.mp4", UTC)
    assert match is not None and match.key_mark is marked


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (spec("^([0-9]$"), "not a regular expression"),
        (spec(r"(?P<device>[0-9]+)"), "begin with"),
        (spec(r"^(?P<camera>[0-9]+)$"), "'camera' is unknown"),
        (spec(r"^[0-9]+$"), "names none"),
        (spec(r"^(?P<device>([0-9]+)+)$"), "forever"),
        (spec(start_formats=()), "start_formats"),
        (spec(timezone="Mars/Olympus"), "time zone"),
        (spec(examples=(Example("holiday.mp4"),)), "does not match"),
        (spec(examples=(Example("0001-20261124103000.mp4", device="0002"),)), "gives device '0001'"),
        (spec(r"^(?P<seq>[a-z]+)$", examples=(Example("abc"),)), "example 'abc'"),
    ],
)
def test_a_wrong_profile_stops_the_start(wrong: ProfileSpec, reason: str) -> None:
    with pytest.raises(ConfigInvalid, match=reason):
        load_profiles((wrong,), UTC)


def test_two_profiles_of_one_name_stop_the_start() -> None:
    with pytest.raises(ConfigInvalid, match="exists twice"):
        load_profiles((spec(), spec()), UTC)
