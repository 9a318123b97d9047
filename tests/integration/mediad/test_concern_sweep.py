"""Open findings that wait: entered once, brought before one role after the other, settled; shown and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from evidence.catalog.engine import connected
from evidence.clock import ManualClock, to_text
from evidence.concern_entries import ConcernOpened, ConcernRaised, ConcernSettled
from mediad.concern_sweep import ConcernSweep
from player.cases.changes import Asking
from player.concerns import see_absences, sweep_absences
from player.kept_absences import KeptAbsences
from player.sessions import SessionLimits
from policy.explaining import Person
from policy.findings import Rules
from policy.item_list import load as load_items
from tests.integration.player.site import OFFICER, UNIT, Browser, Server, Store, add_people, opened
from tests.integration.player.test_absences import _missed

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
FOREVER = SessionLimits(absolute=timedelta(days=90), idle=timedelta(days=90), failures_per_address=1000)
NAMES = (OFFICER, "supervisor", "legal", "oversight", "custodian", "admin", "boss-2")


@dataclass
class Site:
    store: Store
    clock: ManualClock
    sweep: ConcernSweep
    people: dict[str, Browser]
    case: str

    def after(self, hours: float) -> int:
        self.clock.advance(timedelta(hours=hours))
        return self.sweep.run()

    def badge(self, who: str) -> tuple[int, int]:
        found = self.people[who].get("/api/v1/attention").json
        return found["soon"], found["overdue"]

    def gap(self) -> dict[str, Any]:
        found = self.people["legal"].get(f"/api/v1/cases/{self.case}").json["findings"]
        return next(each for each in found if each["kind"] == "no-footage")

    def steps(self) -> list[str]:
        return [each.step for each in self.store.entries(ConcernRaised)]


def sweep_of(store: Store, clock: ManualClock, rules: Rules) -> ConcernSweep:
    return ConcernSweep(store.engine, store.ledger, clock, lambda: rules, KeptAbsences(store.engine))


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    clock = ManualClock(NOW)
    with opened(tmp_path, clock, database_url) as store:
        add_people(store)
        rules = Rules(load_items().items, ZoneInfo("Asia/Shanghai"))
        with Server(store, limits=FOREVER) as server:
            people = {name: server.browser(name) for name in NAMES}
            case = {"number": "1", "kind": "seizure", "title": "采砂", "unit": UNIT, "officers": [OFFICER]}
            made = people[OFFICER].post("/api/v1/cases", case | {"subject": {"kind": "person", "name": "某人"}})
            sweep = sweep_of(store, clock, rules)
            yield Site(store, clock, sweep, people, made.json["id"])


def enter(site: Site) -> None:
    """A seizure of ten minutes of which nothing was recorded: one finding that must be explained."""
    times = {"started_at": to_text(NOW - timedelta(minutes=20)), "ended_at": to_text(NOW - timedelta(minutes=10))}
    body = times | {"item": "seizure", "stage": "investigation", "officers": [OFFICER, "P-3"]}
    assert site.people[OFFICER].post(f"/api/v1/cases/{site.case}/activities", body).status == 201


def test_an_unexplained_finding_climbs_once_per_step(site: Site) -> None:
    enter(site)
    assert site.sweep.run() > 0 and site.sweep.run() == 0
    opened_at = to_text(NOW)
    kinds = Counter(each.kind for each in site.store.entries(ConcernOpened))
    assert kinds["no-footage"] == 1 and "activity-missing" not in kinds
    gap = site.gap()
    assert (gap["due_at"], gap["urgency"], gap["step"]) == (to_text(NOW + timedelta(hours=72)), "in-time", None)
    assert opened_at < gap["due_at"] and site.badge(OFFICER) == (0, 0)
    n = kinds.total()
    assert site.after(48) == n and site.gap()["urgency"] == "soon"
    assert site.badge(OFFICER) == site.badge("supervisor") == (n, 0)
    assert site.badge("legal") == site.badge("boss-2") == site.badge("admin") == (0, 0)
    site.after(24)
    assert (site.gap()["urgency"], site.gap()["step"]) == ("overdue", "supervisor")
    assert site.badge("supervisor") == (0, n) and site.badge("legal") == (0, 0)
    site.after(24)
    assert site.badge("legal") == (0, n) and site.badge("oversight") == (0, 0)
    site.after(24)
    assert site.badge("oversight") == (0, n)
    assert Counter(site.steps()) == {step: n for step in ("reminder", "supervisor", "legal", "oversight")}
    assert site.after(500) == 0, "nothing is entered twice"


def test_many_who_look_at_once_enter_each_step_once(site: Site) -> None:
    enter(site)
    site.sweep.run()
    site.clock.advance(timedelta(hours=72))
    rules = Rules(load_items().items, ZoneInfo("Asia/Shanghai"))
    sweeps = [sweep_of(site.store, site.clock, rules) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda sweep: sweep.run(), sweeps))
    entered = Counter((each.concern, each.step) for each in site.store.entries(ConcernRaised))
    assert set(entered.values()) == {1} and {step for _, step in entered} == {"reminder", "supervisor"}


def test_an_explanation_gives_those_who_decide_their_time_and_approval_settles_it(site: Site) -> None:
    enter(site)
    site.sweep.run()
    site.clock.advance(timedelta(hours=60))
    officer, boss = site.people[OFFICER], site.people["supervisor"]
    said = {"finding": site.gap()["key"], "cause": "battery", "statement": "电池耗尽"}
    made = officer.post(f"/api/v1/cases/{site.case}/explanations", said)
    assert made.status == 201
    site.sweep.run()
    assert site.gap()["due_at"] == to_text(NOW + timedelta(hours=132))
    path = f"/api/v1/cases/{site.case}/explanations/{made.json['id']}/decision"
    assert boss.post(path, {"approved": False, "note": "请补充"}).status in (204, 403)
    law = site.people["legal"]
    if site.gap()["state"] == "waiting":
        assert law.post(path, {"approved": False, "note": "请补充"}).status == 204
    # Sent back: the time to explain begins again.
    assert site.gap()["due_at"] == to_text(NOW + timedelta(hours=60 + 72))
    again = officer.post(f"/api/v1/cases/{site.case}/explanations", said).json["id"]
    decision = f"/api/v1/cases/{site.case}/explanations/{again}/decision"
    assert law.post(decision, {"approved": True}).status == 204
    site.sweep.run()
    gap = next(each for each in site.store.entries(ConcernOpened) if each.kind == "no-footage")
    assert gap.concern in {each.concern for each in site.store.entries(ConcernSettled)}
    assert (site.gap()["state"], site.gap()["due_at"]) == ("answered", None)


def test_missing_footage_waits_in_the_same_way(site: Site) -> None:
    site.store.ledger.append(_missed("DCIM/5.mp4", 5))
    site.sweep.run()
    assert site.after(72) > 0
    (gone,) = site.people["custodian"].get("/api/v1/absences").json["absences"]
    assert (gone["urgency"], gone["step"]) == ("overdue", "supervisor")
    assert site.badge("custodian") == site.badge("supervisor") == site.badge(OFFICER) == (0, 1)
    assert site.badge("boss-2") == (0, 0)
    inbox = site.people["legal"].get("/api/v1/findings").json["findings"]
    assert all(each["urgency"] is None for each in inbox)


def test_the_most_urgent_comes_first(site: Site) -> None:
    enter(site)
    site.sweep.run()
    site.clock.advance(timedelta(hours=80))
    site.sweep.run()
    found = site.people["supervisor"].get("/api/v1/findings").json["findings"]
    order = [each["urgency"] for each in found]
    assert order[0] == "overdue" and order == sorted(order, key=lambda u: {"overdue": 0, "soon": 1}.get(u, 2))


def test_what_is_said_between_reading_and_entering_is_not_overlooked(site: Site) -> None:
    site.store.ledger.append(_missed("DCIM/5.mp4", 5))
    site.sweep.run()
    site.clock.advance(timedelta(hours=72))
    rules = Rules(load_items().items, ZoneInfo("Asia/Shanghai"))
    asking = Asking(Person("system", ()), to_text(site.clock.now()), site.clock.now(), rules)
    missing = KeptAbsences(site.store.engine).find(rules, site.clock.now())
    with connected(site.store.engine) as connection:
        seen = see_absences(connection, missing, asking)
        assert [type(each) for each in sweep_absences(connection, seen, asking)] == [ConcernRaised, ConcernRaised]
    keeper = site.people["custodian"]
    key = keeper.get("/api/v1/absences").json["absences"][0]["key"]
    said = {"absence": key, "cause": "device", "statement": "存储卡损坏"}
    assert keeper.post("/api/v1/absences/explanations", said).status == 201
    with connected(site.store.engine) as connection:
        assert sweep_absences(connection, seen, asking) == ()
