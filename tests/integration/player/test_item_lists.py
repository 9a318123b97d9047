"""Another item list, on both databases: drafted, proposed by one, approved by another, in force from then on; and what
that does, and does not do, to cases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import case_entries as ce
from evidence.catalog.rebuild import rebuild
from evidence.clock import ManualClock, to_text
from evidence.item_entries import ItemsApproved, ItemsProposed
from policy.item_list import SHIPPED
from tests.integration.player.site import OFFICER, Browser, Response, Server, add_people, opened
from tests.integration.player.test_cases import AT, MOMENTS, Cards, Site, T, cards

__all__ = ["cards"]  # a fixture
TEXT = SHIPPED.read_text("utf-8")
VERSION = "water-bureau/2026-11"
WEAK = TEXT.replace("views = 2", "views = 1").replace(VERSION, "water-bureau/weak")


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    clock = ManualClock(T + timedelta(hours=3))
    with opened(tmp_path, clock, database_url) as store:
        add_people(store)
        store.accounts.create("law-2", "Second lawyer", ("legal",), None, "a long enough one", by="test")
        founding = ce.ItemsAdopted(at=AT, version=VERSION, items=store.blobs.put(TEXT.encode()), by="configuration")
        store.ledger.append(founding)
        with Server(store) as server:
            people = (server.browser(each) for each in (OFFICER, "supervisor", "legal"))
            yield Site(store, server, clock, *people)


def proposed(who: Browser, text: str = WEAK, **more: Any) -> str:
    made = who.post("/api/v1/items/proposals", {"text": text, "note": "一台够用"} | more)
    assert made.status == 201, made.body
    return str(made.json["id"])


def decided(who: Browser, proposal: str, approved: bool = True) -> Response:
    return who.post(f"/api/v1/items/proposals/{proposal}/decision", {"approved": approved, "note": "同意"})


def in_force(who: Browser) -> str:
    return str(who.get("/api/v1/items").json["version"])


def test_one_proposes_another_approves(site: Site) -> None:
    keeper, second = site.server.browser("custodian"), site.server.browser("law-2")
    proposal = proposed(site.law)
    (shown,) = site.law.get("/api/v1/items/history").json["proposals"]
    assert (shown["by"], shown["state"], shown["may_approve"], shown["lapsed"]) == ("legal", "waiting", False, False)
    assert keeper.get("/api/v1/items/history").json["proposals"][0]["may_approve"]
    read = keeper.get(f"/api/v1/items/lists/{shown['digest']}").json
    assert read["text"] == WEAK
    assert [(each["zh"], each["weaker"]) for each in read["changes"]] == [("同时录像的设备：2 台 → 1 台", True)]
    # Neither the proposer nor who has no part in it; nothing has changed so far.
    for who in (site.law, site.officer, site.boss, site.server.browser("admin"), site.server.browser("oversight")):
        assert decided(who, proposal).status == 403
    assert in_force(site.officer) == VERSION
    assert decided(keeper, proposal).status == 204
    assert in_force(site.officer) == "water-bureau/weak"
    assert decided(second, proposal).status == 409, "decided once"
    history = site.law.get("/api/v1/items/history").json
    assert [(each["version"], each["state"], each["by"]) for each in history["editions"]] == [
        ("water-bureau/weak", "in-force", "custodian"),
        (VERSION, "past", "configuration"),
    ]
    (asked,), (approved,) = site.store.entries(ItemsProposed), site.store.entries(ItemsApproved)
    adopted = site.store.entries(ce.ItemsAdopted)[-1]
    assert (asked.by, approved.by, adopted.proposal, adopted.from_at) == ("legal", "custodian", proposal, adopted.at)
    assert rebuild(site.store.engine, site.store.blobs, site.store.root / "again.sqlite3", replace=False) == ()


def test_a_weaker_list_frees_no_open_case_and_the_next_one_is_judged_by_it(site: Site, cards: Cards) -> None:
    """The hole of today's demolition stays a hole; tomorrow's is judged by tomorrow's list."""
    first = site.seal(cards.first, -6, "DSJ1", 1)
    site.seal(cards.second, 13, "DSJ1", 2)
    case = site.demolition()
    activity = site.ready(case, first)
    assert site.kinds(case) == ["few-views"]
    site.clock.advance(timedelta(seconds=1))
    assert decided(site.server.browser("custodian"), proposed(site.law)).status == 204
    detail = site.detail(case)
    assert site.kinds(case) == ["few-views"] and detail["judged_by"] == "water-bureau/weak"
    (one,) = detail["activities"]
    assert (one["judged_by"], one["asked"]["views"]) == (VERSION, 2)
    blocked = site.post(site.officer, case, "close")
    assert (blocked.status, blocked.code) == (409, "case-blocked")
    assert "少于 2 台" in blocked.json["error"]["findings"][0]["zh"]
    # Nor can the activity be moved to where the weaker list holds, or its item be entered anew under it.
    site.clock.advance(timedelta(minutes=20))
    now = site.clock.now()
    later = {"started_at": to_text(now - timedelta(minutes=10)), "ended_at": to_text(now)}
    assert site.activity(case, activity=activity, **later).status == 403
    assert site.activity(case, activity=activity, started_at=None, ended_at=None).status == 403
    assert site.decide(case, site.explain(case), site.law).status == 204
    closed = site.post(site.officer, case, "close").json
    assert (closed["state"], closed["items"]) == ("closed", "water-bureau/weak")
    (entry,) = site.store.entries(ce.CaseClosed)
    assert entry.judged_by == (VERSION,)
    # An hour later one camera is enough.
    after = T + timedelta(hours=4)
    film = site.store.seal(
        cards.other, started=after - timedelta(seconds=8), device="DSJ9", sequence=1, officer=OFFICER
    )
    site.examine(film)
    site.clock.advance(timedelta(hours=1))
    site.officer, site.law = site.server.browser(OFFICER), site.server.browser("legal")
    fresh = site.demolition("3号")
    times = {"started_at": to_text(after), "ended_at": to_text(after + timedelta(seconds=20)), "devices": ["DSJ9"]}
    made = str(site.activity(fresh, **times).json["id"])
    site.confirm(fresh, made)
    for moment in MOMENTS:
        mark = {"recording": film, "start_ms": 9_000, "end_ms": 9_500, "activity": made, "moment": moment}
        assert site.post(site.officer, fresh, "clips", mark).status == 201
    assert site.kinds(fresh) == [] and site.detail(fresh)["activities"][0]["judged_by"] == "water-bureau/weak"
    assert site.post(site.officer, fresh, "close").status == 200


def test_a_list_comes_into_force_when_it_is_to(site: Site) -> None:
    soon = to_text(site.clock.now() + timedelta(minutes=20))
    keeper = site.server.browser("custodian")
    past = site.law.post("/api/v1/items/proposals", {"text": WEAK, "note": "x", "from_at": AT})
    assert (past.status, past.code) == (400, "invalid")
    assert decided(keeper, proposed(site.law, from_at=soon)).status == 204
    assert in_force(site.law) == VERSION
    assert [each["state"] for each in site.law.get("/api/v1/items/history").json["editions"]] == ["coming", "in-force"]
    site.clock.advance(timedelta(minutes=21))
    assert in_force(site.law) == "water-bureau/weak"


def test_what_cannot_be_proposed_or_approved(site: Site) -> None:
    keeper = site.server.browser("custodian")

    def refused(text: str) -> str:
        answer = site.law.post("/api/v1/items/proposals", {"text": text, "note": "x"})
        return f"{answer.status} {answer.json['error']['message']}"

    assert refused(TEXT) == "409 This is the latest list as it is: nothing is changed."
    assert "was used already" in refused(TEXT.replace("views = 2", "views = 1"))
    assert refused(WEAK.replace("views = 1", "views = 0")).startswith("400 The list has mistakes: items.views")
    first, second = proposed(site.law), proposed(site.law, WEAK.replace("/weak", "/weaker"))
    assert "is proposed already" in refused(WEAK)
    assert decided(keeper, first).status == 204
    # The second was compared with a list that is not the latest any more: nobody saw what it changes now.
    assert decided(keeper, second).code == "conflict"
    lapsed = [each["lapsed"] for each in site.law.get("/api/v1/items/history").json["proposals"]]
    assert lapsed == [True, False]
    assert decided(site.law, second, approved=False).status == 204, "taken back"
    assert decided(keeper, "p" + "b" * 26).status == 404
    assert site.law.get(f"/api/v1/items/lists/{'0' * 64}").status == 404


def test_two_approve_two_proposals_at_once(site: Site) -> None:
    """One comes into force; the other lapses."""
    ids = [proposed(site.law, WEAK.replace("/weak", f"/weak-{n}")) for n in range(4)]
    keeper = site.server.browser("custodian")
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda each: decided(keeper, each).status, ids))
    assert sorted(statuses) == [204, 409, 409, 409]
    assert len(site.store.entries(ce.ItemsAdopted)) == 2


def test_a_draft_is_changed_checked_and_compared(site: Site) -> None:
    edits = [
        {"item": None, "key": "version", "value": "water-bureau/2026-12"},
        {"item": "forced-demolition", "key": "views", "value": 1},
        {"item": "seizure", "key": "sound", "value": False},
        {"item": "hearing", "key": "moments", "value": ["opening"]},
    ]
    made = site.law.post("/api/v1/items/draft", {"text": TEXT, "edits": edits}).json
    assert made["problems"] == [] and made["items"]["version"] == "water-bureau/2026-12"
    assert {(each["code"], each["key"], each["weaker"]) for each in made["changes"]} == {
        ("forced-demolition", "views", True),
        ("seizure", "sound", True),
        ("hearing", "moments", True),
    }
    zero = [{"item": "forced-demolition", "key": "views", "value": 0}]
    wrong = site.law.post("/api/v1/items/draft", {"text": TEXT, "edits": zero}).json
    (problem,) = wrong["problems"]
    assert (problem["item"], problem["key"], wrong["items"]) == ("forced-demolition", "views", None)
    assert (
        problem["line"]
        == made["text"][: made["text"].index("views = 1", made["text"].index("强制拆除"))].count("\n") + 1
    )
    none = site.law.post("/api/v1/items/draft", {"text": TEXT, "edits": [{"item": "x", "key": "views", "value": 1}]})
    assert none.status == 404
    nothing = {"text": TEXT, "edits": [{"item": None, "key": "version", "value": "a\0b"}]}
    assert site.law.post("/api/v1/items/draft", nothing).code == "invalid"
    added = {"code": "x", "values": {"zh": "\0"}}
    assert site.law.post("/api/v1/items/draft", {"text": TEXT, "add": added}).code == "invalid"
    assert site.officer.post("/api/v1/items/draft", {"text": TEXT}).status == 403
