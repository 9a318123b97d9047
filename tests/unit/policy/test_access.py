"""The rules as they ship: who may do what, and what a broken rule set does."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ConfigInvalid, Forbidden
from policy.access import (
    ACTIONS,
    ROLES,
    RULES,
    Access,
    Action,
    AskedPurpose,
    CaseAccessFacts,
    Principal,
    RecordingFacts,
    RoomFacts,
    SampleFacts,
)

ACCESS = Access.load()
OWN = RecordingFacts("r-own", "p1", "u1")
UNITS = RecordingFacts("r-units", "p2", "u1")
STRANGE = RecordingFacts("r-strange", "p9", "u9")
UNKNOWN = RecordingFacts("r-unknown")
CASE, OVERSIGHT = AskedPurpose("case"), AskedPurpose("inspection", ("supervisor", "oversight"))

# What each role may do to: the site, an own recording, one of the unit, a stranger's, one of nobody.
# "v": viewing.open for an ordinary purpose, "o": for one opened to oversight; "l": list, read, seal, jobs;
# "w": who watched. Of missing footage: "m": see, "x": explain, "a": approve. Of shifts: "r": see, "c": change.
_TABLE = {
    "officer": {"own": "vlmxr"},
    "supervisor": {"own": "volwmxr", "units": "volwmxarc"},
    "legal": {"own": "vlwmr", "units": "vlwmar", "strange": "vlwmar", "unknown": "vlwmar"},
    "oversight": {"own": "olwmr", "units": "olwmr", "strange": "olwmr", "unknown": "olwmr"},
    "custodian": {"own": "lmxr", "units": "lmxrc", "strange": "lmxrc", "unknown": "lmxrc"},
    "admin": {},
}
_THINGS = {"own": OWN, "units": UNITS, "strange": STRANGE, "unknown": UNKNOWN}
_SITE: dict[str, set[Action]] = {
    "officer": {"dock.read", "viewing.open", "case.open"},
    "supervisor": {"dock.read", "viewing.open", "case.open"},
    "legal": {"viewing.open", "case.open", "items.propose", "items.approve"},
    "oversight": {"dock.read", "viewing.read", "ledger.read", "job.read"},
    "custodian": {"dock.read", "job.read", "items.propose", "items.approve"},
    "admin": {"dock.read", "job.read", "metrics.read"},
}
_ON_SITE: tuple[Action, ...] = (
    "dock.read", "viewing.open", "viewing.read", "ledger.read", "job.read", "metrics.read", "case.open",
    "items.propose", "items.approve",
)  # fmt: skip


def _who(*roles: str, unit: str | None = "u1") -> Principal:
    return Principal("p1", roles, unit)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("thing", _THINGS)
def test_every_role_and_recording(role: str, thing: str) -> None:
    may = _TABLE[role].get(thing, "")
    who, what = _who(role), _THINGS[thing]
    for action in ("recording.list", "recording.read", "seal.read", "job.read"):
        assert ACCESS.decide(who, action, what).allowed == ("l" in may), action
    assert ACCESS.decide(who, "viewing.read", what).allowed == ("w" in may)
    assert ACCESS.decide(who, "absence.read", what).allowed == ("m" in may)
    assert ACCESS.decide(who, "absence.explain", what).allowed == ("x" in may)
    assert ACCESS.decide(who, "absence.approve", what).allowed == ("a" in may)
    assert ACCESS.decide(who, "roster.read", what).allowed == ("r" in may)
    assert ACCESS.decide(who, "roster.change", what).allowed == ("c" in may)
    assert ACCESS.decide(who, "viewing.open", what, CASE).allowed == ("v" in may)
    assert ACCESS.decide(who, "viewing.open", what, OVERSIGHT).allowed == ("o" in may)
    assert not ACCESS.decide(who, "viewing.open", what).allowed, "a viewing without a purpose"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", _ON_SITE)
def test_every_role_and_the_site(role: str, action: Action) -> None:
    purpose = CASE if action == "viewing.open" else AskedPurpose("")
    assert ACCESS.decide(_who(role), action, None, purpose).allowed == (action in _SITE[role])


# What each role may do in a room of: its unit, another's, none. "r": room.read, "s": sitting.read, "x": run,
# "n": note, "a": acknowledge.
_ROOMS = {
    "officer": ("rsxna", "", "rxna"),
    "supervisor": ("rsxna", "", "rxna"),
    "legal": ("rsn", "rsn", "rsn"),
    "oversight": ("rs", "rs", "rs"),
    "custodian": ("ra", "ra", "ra"),
    "admin": ("r", "r", "r"),
}
_OF_A_ROOM: tuple[Action, ...] = ("room.read", "sitting.run", "sitting.note", "alarm.ack")
_LETTERS: dict[str, Action] = {
    "r": "room.read", "s": "sitting.read", "x": "sitting.run", "n": "sitting.note", "a": "alarm.ack",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", range(3))
def test_every_role_and_room(role: str, place: int) -> None:
    room = RoomFacts("room-1", ("u1", "u9", None)[place])
    may = {letter for letter, action in _LETTERS.items() if ACCESS.decide(_who(role), action, room).allowed}
    assert may == set(_ROOMS[role][place])
    unitless = Principal("p1", (role,), None)
    if role in ("officer", "supervisor"):
        assert not ACCESS.decide(unitless, "sitting.read", room).allowed
        assert ACCESS.decide(unitless, "room.read", room).allowed == (room.unit is None)


@pytest.mark.parametrize("unit", ["u1", "u2", None])
@given(st.sampled_from([c for n in range(4) for c in combinations(ROLES, n)]), st.sampled_from(["u1", "u2", "u9"]))
def test_sittings_are_listed_as_the_rules_permit_them_one_by_one(
    unit: str | None, roles: tuple[str, ...], of_unit: str
) -> None:
    who = Principal("p1", roles, unit)
    units = ACCESS.sitting_units(who)
    listed = units is None or of_unit in units
    assert listed == ACCESS.decide(who, "sitting.read", RoomFacts("a", of_unit)).allowed


@pytest.mark.parametrize("role", ROLES)
def test_every_role_and_the_live_pictures_of_a_room(role: str) -> None:
    own, strange, unknown = RoomFacts("room-1", "u1"), RoomFacts("room-2", "u9"), RoomFacts("room-3")
    for room, may in ((own, {"supervisor", "legal"}), (strange, {"legal"}), (unknown, {"supervisor", "legal"})):
        assert ACCESS.decide(_who(role), "viewing.open", room, CASE).allowed == (role in may)
        assert not ACCESS.decide(_who(role), "viewing.open", room).allowed, "a viewing without a purpose"
    assert ACCESS.decide(_who(role), "viewing.open", strange, OVERSIGHT).allowed == (role == "oversight")


@pytest.mark.parametrize("unit", ["u1", "u2", None])
@pytest.mark.parametrize("room", ["u1", None])
def test_a_supervisor_watches_the_rooms_that_a_supervisor_may_run(unit: str | None, room: str | None) -> None:
    """One rule for a room, whatever is done in it; an account of no unit has the rooms of none."""
    who, what = Principal("p1", ("supervisor",), unit), RoomFacts("room-1", room)
    allowed = {ACCESS.decide(who, action, what, CASE).allowed for action in (*_OF_A_ROOM, "viewing.open")}
    assert allowed == {room is None or room == unit}


OWN_CASE = CaseAccessFacts("c-own", ("p1",), ("p1",), "u1")
UNIT_CASE = CaseAccessFacts("c-unit", ("p2",), ("p2",), "u1")
LEFT_CASE = CaseAccessFacts("c-left", ("p2",), ("p1", "p2"), "u1")
STRANGE_CASE = CaseAccessFacts("c-strange", ("p9",), ("p9",), "u9")
# "r": read, "c": change, close, explain, "o": reopen, hand over, "a": approve.
_CASES = {
    "officer": {"own": "rc"},
    "supervisor": {"own": "rco", "unit": "rcoa", "left": "rco"},
    "legal": {"own": "rco", "unit": "rcoa", "left": "rco", "strange": "rcoa"},
    "oversight": {"own": "r", "unit": "r", "left": "r", "strange": "r"},
    "custodian": {},
    "admin": {},
}
_OF = {"own": OWN_CASE, "unit": UNIT_CASE, "left": LEFT_CASE, "strange": STRANGE_CASE}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("which", _OF)
def test_every_role_and_case(role: str, which: str) -> None:
    may, who, case = _CASES[role].get(which, ""), _who(role), _OF[which]
    assert ACCESS.decide(who, "case.read", case).allowed == ("r" in may)
    for action in ("case.change", "case.close", "finding.explain"):
        assert ACCESS.decide(who, action, case).allowed == ("c" in may), action
    for action in ("case.reopen", "case.hand-over"):
        assert ACCESS.decide(who, action, case).allowed == ("o" in may), action
    assert ACCESS.decide(who, "finding.approve", case).allowed == ("a" in may)


# Whose figures and samples: "s": of the own unit, "o": of another, "a": of all units at once.
_FIGURES = {"supervisor": "s", "legal": "soa", "oversight": "soa"}
_SAMPLES = {"supervisor": "s", "oversight": "soa"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("which", "unit"), [("s", "u1"), ("o", "u9"), ("a", None)])
def test_every_role_and_the_figures_and_samples_of_a_unit(role: str, which: str, unit: str | None) -> None:
    who, sample = _who(role), SampleFacts("d1", unit)
    read = ACCESS.decide(who, "compliance.read", CaseAccessFacts("c1", ("p1",), ("p1",), unit)).allowed
    assert read == ACCESS.decide(who, "sample.read", sample).allowed == (which in _FIGURES.get(role, ""))
    for action in ("sample.commit", "sample.review"):
        assert ACCESS.decide(who, action, sample).allowed == (which in _SAMPLES.get(role, ""))


@settings(max_examples=60)
@given(st.sampled_from([c for n in range(4) for c in combinations(ROLES, n)]), st.sampled_from(["u1", "u2", None]))
def test_figures_and_samples_are_listed_as_the_rules_permit_them(roles: tuple[str, ...], unit: str | None) -> None:
    who = Principal("p1", roles, unit)
    scope, units = ACCESS.compliance_scope(who), ACCESS.sample_units(who)
    for of_unit in ("u1", "u2"):
        may = ACCESS.decide(who, "compliance.read", CaseAccessFacts("c", ("p1",), ("p1",), of_unit)).allowed
        assert may == (scope.everything or scope.unit == of_unit)
        assert ACCESS.decide(who, "sample.read", SampleFacts("d", of_unit)).allowed == (
            units is None or of_unit in units
        )
    assert scope.officer is None


def test_a_custodian_corrects_times_but_not_of_their_own_footage() -> None:
    for role in ROLES:
        assert ACCESS.decide(_who(role), "time.correct", STRANGE).allowed == (role == "custodian")
    assert not ACCESS.decide(_who("custodian", "officer"), "time.correct", OWN).allowed


@settings(max_examples=60)
@given(
    st.sampled_from([c for n in range(4) for c in combinations(ROLES, n)]),
    st.sampled_from(["u1", "u2", None]),
    st.sets(st.sampled_from(["p1", "p2"])),
    st.sampled_from(["u1", "u2", None]),
)
def test_the_cases_listed_are_those_that_may_be_read(
    roles: tuple[str, ...], unit: str | None, officers: set[str], of_unit: str | None
) -> None:
    who, case = Principal("p1", roles, unit), CaseAccessFacts("c", tuple(officers), tuple(officers), of_unit)
    scope = ACCESS.case_scope(who)
    listed = scope.everything or scope.officer in officers or (of_unit is not None and scope.unit == of_unit)
    assert listed == ACCESS.decide(who, "case.read", case).allowed


def test_the_unknown_is_nobodys_and_no_units() -> None:
    nameless = Principal("p1", ("supervisor",), None)
    assert not ACCESS.decide(nameless, "recording.list", UNKNOWN).allowed
    assert not ACCESS.decide(nameless, "viewing.open", STRANGE, CASE).allowed


def test_no_role_no_right() -> None:
    for action in _ON_SITE:
        assert not ACCESS.decide(_who(), action, None, CASE).allowed
    assert ACCESS.may(_who()) == ()
    assert ACCESS.list_scope(_who()).nothing


def test_every_action_is_told_to_some_role() -> None:
    """A button whose action `may` never names is seen by nobody."""
    told = {action for role in ROLES for action in ACCESS.may(_who(role))}
    assert told == set(ACTIONS)


def test_a_custodian_with_another_role_views_by_that_role_only() -> None:
    both = _who("custodian", "officer")
    assert ACCESS.decide(both, "recording.list", STRANGE).allowed
    assert not ACCESS.decide(both, "viewing.open", STRANGE, CASE).allowed
    assert ACCESS.decide(both, "viewing.open", OWN, CASE).allowed


def test_a_decision_names_its_rule() -> None:
    assert ACCESS.decide(_who("officer"), "viewing.open", OWN, CASE).policies == ("viewing.officer-own",)
    limited = ACCESS.decide(_who("officer"), "viewing.open", OWN, AskedPurpose("review", ("legal",)))
    assert limited.policies == ("viewing.purpose-not-for-role",)
    with pytest.raises(Forbidden, match="No rule permits"):
        ACCESS.require(_who("admin"), "viewing.open", OWN, CASE)


_names = st.sampled_from(["p1", "p2", "p9", None])
_units = st.sampled_from(["u1", "u2", None])


@settings(max_examples=60)
@given(st.sampled_from([c for n in range(4) for c in combinations(ROLES, n)]), _units, _names, _units)
def test_what_is_listed_is_what_the_rules_permit_one_by_one(
    roles: tuple[str, ...], unit: str | None, officer: str | None, of_unit: str | None
) -> None:
    who, thing = Principal("p1", roles, unit), RecordingFacts("r", officer, of_unit)
    for scope, action in (
        (ACCESS.list_scope(who), "recording.list"),
        (ACCESS.absence_scope(who), "absence.read"),
        (ACCESS.roster_scope(who), "roster.read"),
    ):
        listed = (
            scope.everything
            or (officer is not None and scope.officer == officer)
            or (of_unit is not None and scope.unit == of_unit)
        )
        assert listed == ACCESS.decide(who, action, thing).allowed


def test_ids_that_look_like_code_are_only_names() -> None:
    odd = Principal('x" || true //\n', ("officer",), "u1")
    assert ACCESS.decide(odd, "viewing.open", RecordingFacts("r", 'x" || true //\n'), CASE).allowed
    assert not ACCESS.decide(odd, "viewing.open", OWN, CASE).allowed


SCHEMA = (RULES / "mediad.cedarschema").read_text("utf-8")


def test_an_empty_rule_set_refuses_everything() -> None:
    empty = Access("", SCHEMA)
    assert not any(empty.decide(_who(*ROLES), action, None, CASE).allowed for action in _ON_SITE)


@pytest.mark.parametrize(
    "rules",
    [
        '@id("a") permit (principal in Roll::"legal", action, resource);',
        '@id("a") permit (principal, action == Action::"viewing.opne", resource);',
        '@id("a") permit (principal, action == Action::"seal.read", resource) when { resource.owner == "x" };',
        '@id("a") permit (principal, action, resource',
        "permit (principal, action, resource);",
        '@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);',
        '@id("a") permit (principal == ?principal, action, resource);',
    ],
    ids=["entity", "action", "attribute", "syntax", "no id", "same id", "template"],
)
def test_a_wrong_rule_stops_the_start(rules: str) -> None:
    with pytest.raises(ConfigInvalid):
        Access(rules, SCHEMA)


def test_a_folder_without_schema_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cedarschema"):
        Access.load(tmp_path)


def test_the_schema_and_the_actions_are_the_same_list() -> None:
    assert all(f'action "{action}"' in SCHEMA for action in ACTIONS)
    assert SCHEMA.count("\naction ") == len(ACTIONS)
