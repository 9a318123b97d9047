"""How long footage is kept: longest wins, nothing needed expires, nothing goes before half a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ConfigInvalid
from policy.item_list import MIN_DAYS, SHIPPED, RetentionClass, load, parse
from policy.retention import Because, Facts, Held, How, Manual, Membership, Table, judge, must_stay, table_of
from policy.retention_words import in_words

T = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = SHIPPED.read_text("utf-8")
TABLE = Table(
    "test/1",
    {
        "short": RetentionClass(zh="短", en="Short", days=183),
        "long": RetentionClass(zh="长", en="Long", days=1000),
        "ever": RetentionClass(zh="永久", en="For good", permanent=True),
    },
    {"walk": "short", "raid": "long", "bare": None},
    {"small": "short", "big": "long", "grave": "ever", "bare": None},
    {"small": "long", "big": "ever", "grave": "ever", "bare": None},
)

moments = st.integers(-400, 3000).map(lambda days: T + timedelta(days=days))
memberships = st.builds(
    Membership,
    how=st.sampled_from(get_args(How)),
    case=st.sampled_from(["c1", "c2", None]),
    number=st.sampled_from(["1", "2"]),
    kind=st.sampled_from(["small", "big", "grave", "bare", "gone"]),
    item=st.sampled_from(["walk", "raid", "bare", "gone", None]),
    open=st.booleans(),
    closed_at=st.none() | moments,
)
manuals = st.builds(Manual, st.sampled_from(["short", "long", "ever", "gone"]), st.none(), st.none() | moments)
facts = st.builds(
    Facts,
    received_at=moments,
    memberships=st.lists(memberships, max_size=4).map(tuple),
    holds=st.lists(st.just(Held("h", "law", "复议")), max_size=1).map(tuple),
    manual=st.lists(manuals, max_size=2).map(tuple),
)


@given(facts)
def test_nothing_expires_before_half_a_year(some: Facts) -> None:
    kept = judge(some, TABLE)
    assert kept.until is None or kept.until >= some.received_at + timedelta(days=MIN_DAYS)


@given(facts)
def test_what_is_needed_never_expires(some: Facts) -> None:
    needed = some.holds or any(each.open or each.case is None or each.how == "proposed" for each in some.memberships)
    if needed:
        assert judge(some, TABLE).until is None


@given(facts, memberships.filter(lambda each: each.how != "rejected"))
def test_what_belongs_to_more_is_kept_as_long_or_longer(some: Facts, more: Membership) -> None:
    before = judge(some, TABLE)
    after = judge(replace(some, memberships=(*some.memberships, more)), TABLE)
    # What was unclassified gets a class at last; whatever had one is kept at least as long.
    if before.until is not None:
        assert after.until is None or after.until >= before.until


@given(facts, manuals)
def test_a_class_given_by_people_shortens_nothing(some: Facts, more: Manual) -> None:
    before, after = judge(some, TABLE), judge(replace(some, manual=(*some.manual, more)), TABLE)
    if before.until is not None:
        assert after.until is None or after.until >= before.until


@given(facts)
def test_the_first_reason_decides_and_every_reason_has_words(some: Facts) -> None:
    kept = judge(some, TABLE)
    assert kept.reasons[0].until == kept.until
    for reason in kept.reasons:
        words = in_words(reason, TABLE)
        assert words.zh and words.en and reason.because in get_args(Because)


def _of(how: How, **more: object) -> Membership:
    usual = Membership(how, "c1", "水罚1号", "small", "walk", False, T + timedelta(days=100))
    return replace(usual, **more)  # type: ignore[arg-type]


def test_a_closed_case_counts_from_its_closing() -> None:
    assert judge(Facts(T, (_of("confirmed"),)), TABLE).until == T + timedelta(days=283)
    late = judge(Facts(T + timedelta(days=200), (_of("confirmed"),)), TABLE)
    assert late.until == T + timedelta(days=383)


def test_evidence_is_kept_as_its_kind_of_case_says() -> None:
    kept = judge(Facts(T, (_of("confirmed"), _of("clip"))), TABLE)
    assert (kept.code, kept.reasons[0].because) == ("long", "evidence")
    assert judge(Facts(T, (_of("clip", kind="big"),)), TABLE).until is None


@pytest.mark.parametrize(
    ("member", "because"),
    [
        (_of("confirmed", open=True), "case-open"),
        (_of("rejected", open=True), "rejected-open"),
        (_of("proposed"), "unconfirmed"),
        (_of("rejected"), "unclassified"),
        (_of("confirmed", kind="gone"), "unknown-kind"),
        (_of("confirmed", kind="bare", item="bare"), "unclassified"),
        (Membership("sitting", None, "7"), "unknown-case"),
    ],
)
def test_why_something_never_expires(member: Membership, because: Because) -> None:
    kept = judge(Facts(T, (member,)), TABLE)
    assert (kept.until, kept.reasons[0].because) == (None, because)


def test_rejected_for_one_activity_it_may_belong_to_another_of_the_case() -> None:
    for own in ("confirmed", "clip", "sitting"):
        kept = judge(Facts(T, (_of("rejected", open=True), _of(own, open=True))), TABLE)
        assert {each.because for each in kept.reasons} >= {"case-open"}
        assert "rejected-open" not in {each.because for each in kept.reasons}, own
    apart = judge(Facts(T, (_of("rejected", open=True), _of("confirmed", open=True, case="c2"))), TABLE)
    assert {"rejected-open", "case-open"} <= {each.because for each in apart.reasons}


def test_evidence_of_a_case_without_a_class_of_its_own_has_a_class() -> None:
    bare = TABLE.kinds | {"clips": None}
    table = replace(TABLE, kinds=bare, evidence=TABLE.evidence | {"clips": "long"})
    assert judge(Facts(T, (_of("clip", kind="clips", item=None),)), table).code == "long"
    assert judge(Facts(T, (_of("confirmed", kind="clips", item=None),)), table).reasons[0].because == "unclassified"


def test_a_hold_goes_before_everything() -> None:
    kept = judge(Facts(T, (_of("confirmed"),), (Held("h", "law", "行政复议"),)), TABLE)
    assert kept.reasons[0].because == "hold"
    assert in_words(kept.reasons[0], TABLE).zh == "law 已设保全：行政复议"


def test_a_device_file_stays_while_a_must_record_case_is_open() -> None:
    items = load().items
    mine = Membership("proposed", "c1", "水强1号", "demolition", "forced-demolition")
    stays = must_stay(Facts(T, (mine,)), items)
    assert stays is not None and stays.named == "水强1号"
    for other in (replace(mine, open=False), replace(mine, how="rejected"), replace(mine, kind="penalty", item="text")):
        assert must_stay(Facts(T, (other,)), items) is None
    assert must_stay(Facts(T, (), (Held("h", "law", "x"),)), items) is not None


def test_the_shipped_list_names_a_class_for_everything() -> None:
    table = table_of(load().items)
    assert set(table.classes) == {"routine", "enforcement", "major", "permanent"}
    assert None not in {*table.items.values(), *table.kinds.values(), *table.evidence.values()}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("days = 183", "days = 182", "183"),
        ("days = 183", "days = 183\npermanent = true", "either days or permanent"),
        ("permanent = true", "", "either days or permanent"),
        ('retention = "major"', 'retention = "mayor"', "no known retention class: 'mayor'"),
        ('evidence = "permanent"', 'evidence = "permament"', "no known retention class: 'permament'"),
    ],
)
def test_a_list_that_keeps_footage_too_short_is_refused(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigInvalid, match=said):
        parse(TEXT.replace(old, new, 1).encode())
