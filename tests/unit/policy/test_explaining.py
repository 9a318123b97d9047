"""Who may explain and who may approve, person by person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.errors import Conflict, Forbidden
from policy.explaining import (
    Explanation,
    Person,
    answers,
    open_findings,
    require_approver,
    require_explainer,
    require_lessener,
    standing,
)
from policy.findings import Finding
from policy.item_list import load

ITEMS = load().items
ITEM = ITEMS.item("forced-demolition")
GAP = Finding("gap", "a1", "", 1_000, 5_000, 4_000)
SAID = Explanation("x1", "gap", "a1", "", 1_000, 5_000, "P-1", "approved")
ON_CASE = frozenset({"P-1", "P-2", "boss-on-case"})


def test_only_an_approved_explanation_of_this_very_finding_answers_it() -> None:
    assert open_findings([GAP], [SAID]) == ()
    for state in ("waiting", "rejected"):
        assert open_findings([GAP], [replace(SAID, state=state)]) == (GAP,)
    for change in ({"kind": "few-views"}, {"activity": "a2"}, {"about": "2"}, {"start_ms": 1_001}, {"end_ms": 4_999}):
        assert not answers(replace(SAID, **change), GAP), change
    assert answers(SAID, replace(GAP, start_ms=2_000, end_ms=3_000)), "what shrank is still explained"
    assert open_findings([replace(GAP, end_ms=5_001)], [SAID]) != (), "what grew is not"


def test_what_must_be_mended_is_never_answered() -> None:
    finding = Finding("times-missing", "a1")
    assert open_findings([finding], [Explanation("x", "times-missing", "a1", "", 0, 0, "P-1", "approved")]) == (
        finding,
    )
    with pytest.raises(Conflict):
        require_explainer(Person("P-1", ("officer",)), finding, ITEM)


def test_how_a_finding_stands() -> None:
    """Approved goes before waiting, and that before rejected, in whatever order they were said."""
    said = {state: replace(SAID, state=state) for state in ("rejected", "waiting", "approved")}
    assert standing(GAP, []) == "open"
    for state, stands in (("rejected", "rejected"), ("waiting", "waiting"), ("approved", "answered")):
        assert standing(GAP, [said[state], said["rejected"]]) == stands
        assert standing(GAP, [said["rejected"], said[state]]) == stands
    assert standing(GAP, [said["waiting"], said["approved"]]) == "answered"
    assert standing(replace(GAP, end_ms=5_001), [said["approved"]]) == "open", "said of another"
    mended = Finding("times-missing", "a1")
    assert standing(mended, [Explanation("x", "times-missing", "a1", "", 0, 0, "P-1", "approved")]) == "open"


def test_who_explains() -> None:
    for role in ("officer", "supervisor"):
        require_explainer(Person("x", (role,)), GAP, ITEM)
    for roles in (("legal",), ("oversight",), ("admin",), ("custodian",), ()):
        with pytest.raises(Forbidden):
            require_explainer(Person("x", roles), GAP, ITEM)


def test_who_approves() -> None:
    require_approver(Person("boss", ("supervisor",)), SAID, ITEM, ON_CASE)
    require_approver(Person("law", ("legal",)), SAID, ITEM, ON_CASE)
    require_approver(Person("boss", ("supervisor",)), SAID, None, ON_CASE)
    for person, why in (
        (Person("P-1", ("supervisor",)), "second person"),
        (Person("boss-on-case", ("supervisor", "legal")), "on this case"),
        (Person("P-9", ("officer",)), "item list"),
        (Person("o", ("oversight", "admin", "custodian")), "item list"),
    ):
        with pytest.raises(Forbidden, match=why):
            require_approver(person, SAID, ITEM, ON_CASE)


def test_a_long_loss_goes_to_the_legal_office() -> None:
    long = replace(SAID, end_ms=1_000 + 60_001)
    require_approver(Person("boss", ("supervisor",)), replace(SAID, end_ms=61_000), ITEM, ON_CASE)
    with pytest.raises(Forbidden, match="More than 60 s"):
        require_approver(Person("boss", ("supervisor",)), long, ITEM, ON_CASE)
    require_approver(Person("law", ("legal",)), long, ITEM, ON_CASE)
    require_approver(Person("boss", ("supervisor",)), replace(long, kind="at-night"), ITEM, ON_CASE)


def test_asking_for_less_takes_the_same_people() -> None:
    require_lessener(Person("boss", ("supervisor",)), ITEMS, "forced-demolition", ON_CASE)
    require_lessener(Person("law", ("legal",)), ITEMS, "gone from the list", ON_CASE)
    for person in (Person("P-9", ("officer",)), Person("boss-on-case", ("supervisor",)), Person("x", ("admin",))):
        with pytest.raises(Forbidden, match="less than before"):
            require_lessener(person, ITEMS, "forced-demolition", ON_CASE)
