"""Missing footage over HTTP, on both databases: found, told to whom it concerns, explained and decided by two."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.absence_entries import AbsenceDecided, AbsenceExplained, FileMissed
from evidence.catalog.rebuild import rebuild
from evidence.clock import ManualClock, to_text
from evidence.media import damage, specimens
from tests.integration.player.site import OFFICER, PASSWORD, UNIT, Browser, Server, Store, add_people, opened

T = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NOW = T + timedelta(hours=30)


@dataclass
class Site:
    store: Store
    server: Server
    people: dict[str, Browser]

    def listed(self, who: str, **query: str) -> list[dict[str, Any]]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.people[who].get(f"/api/v1/absences?{asked}")
        assert answer.status == 200, answer.body
        return list(answer.json["absences"])

    def about(self, who: str) -> set[tuple[str, str | None]]:
        return {(each["kind"], each["device"]) for each in self.listed(who)}

    def one(self, kind: str, who: str = "legal") -> dict[str, Any]:
        return next(each for each in self.listed(who) if each["kind"] == kind)

    def explain(self, who: str, key: str) -> Any:
        body = {"absence": key, "cause": "device", "statement": "存储卡损坏，已更换"}
        return self.people[who].post("/api/v1/absences/explanations", body)

    def decide(self, who: str, explanation: str, approved: bool = True) -> Any:
        path = f"/api/v1/absences/explanations/{explanation}/decision"
        return self.people[who].post(path, {"approved": approved, "note": "属实"})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    root = tmp_path_factory.mktemp("photos")
    photos = [specimens.make("photo", root / f"{n}.jpg", width=160 + 16 * n, height=96) for n in range(5)]
    whole = specimens.make("mp4", root / "whole.mp4", seconds=4, width=160, height=96)
    return (*photos, damage.cut_off(whole, root / "cut.mp4"))


@pytest.fixture
def site(tmp_path: Path, database_url: str, files: tuple[Path, ...]) -> Iterator[Site]:
    with opened(tmp_path, ManualClock(NOW), database_url) as store:
        add_people(store)
        store.accounts.create("boss-own", "Boss with a camera", ("officer", "supervisor"), UNIT, PASSWORD, by="test")
        recent = NOW - timedelta(hours=2)
        for n, number in enumerate((3, 4, 7)):
            started = recent + timedelta(minutes=n)
            store.seal(files[n], started=started, device="D1", sequence=number, origin="file-name")
        for n, hours in ((3, 30), (4, 1)):
            started = NOW - timedelta(hours=hours)
            store.seal(files[n], started=started, device="D2", officer="P-2", unit="二大队", sequence=n)
        store.seal(files[5], started=recent, device="D3", officer="boss-own")
        store.ledger.append(_missed("DCIM/0005.mp4", 5))
        with Server(store) as server:
            names = (OFFICER, "supervisor", "legal", "oversight", "custodian", "admin", "P-2", "boss-2", "boss-own")
            yield Site(store, server, {name: server.browser(name) for name in names})


def _missed(path: str, number: int) -> FileMissed:
    at = to_text(NOW - timedelta(hours=1))
    return FileMissed(
        at=at,
        bay="b1",
        path=path,
        size_bytes=9,
        mtime=at,
        growing=False,
        device="D1",
        officer=OFFICER,
        unit=UNIT,
        sequence=number,
        started_at=None,
        first_seen_at=at,
        lost="vanished",
        trouble="DCIM/0005.mp4 could not be read: Input/output error.",
    )


def test_what_is_missing_is_told_to_whom_it_concerns(site: Site) -> None:
    own = {("number-hole", "D1"), ("file-missed", "D1")}
    cut, late = {("cut-off", "D3")}, {("late-hand-in", "D2")}
    assert site.about("legal") == site.about("oversight") == site.about("custodian") == own | cut | late
    assert site.about(OFFICER) == own and site.about("supervisor") == own | cut
    assert site.about("P-2") == site.about("boss-2") == late
    assert site.about("boss-own") == own | cut
    assert site.people["admin"].get("/api/v1/absences").status == 403
    hole = site.one("number-hole", OFFICER)
    # Number 5 was seen and is named by itself.
    assert (hole["about"], hole["officer"], hole["state"]) == ("6", OFFICER, "open")
    assert "设备 D1 的文件序号 6 缺失" in hole["zh"] and "numbers 6 of device D1" in hole["en"]
    gone = site.one("file-missed")
    assert "设备在座时文件消失" in gone["zh"] and "Input/output error" in gone["trouble"]
    assert len(site.listed("legal", device="D1")) == 2 and site.listed("legal", state="answered") == []


def test_explained_by_one_and_approved_by_another(site: Site) -> None:
    key = site.one("number-hole")["key"]
    for who, status in (("oversight", 403), ("legal", 403), ("P-2", 404), ("admin", 403)):
        assert site.explain(who, key).status == status, who
    made = site.explain("custodian", key)
    assert made.status == 201, made.body
    assert site.explain(OFFICER, key).status == 409, "one waits already"
    explanation = made.json["id"]
    for who, status in ((OFFICER, 403), ("oversight", 403), ("custodian", 403), ("boss-2", 403)):
        assert site.decide(who, explanation).status == status, who
    waiting = site.one("number-hole")
    assert waiting["state"] == "waiting" and waiting["explanations"][0]["may_decide"]
    assert not site.one("number-hole", "custodian")["explanations"][0]["may_decide"]
    assert site.decide("supervisor", explanation).status == 204
    assert site.one("number-hole")["state"] == "answered"
    assert site.decide("legal", explanation, approved=False).status == 409
    assert site.explain(OFFICER, key).status == 409, "it is answered"
    (said,) = site.store.entries(AbsenceExplained)
    assert (said.about, said.by, said.officer) == ("6", "custodian", OFFICER)


def test_sent_back_it_is_open_again(site: Site) -> None:
    key = site.one("late-hand-in")["key"]
    first = site.explain("P-2", key).json["id"]
    assert site.decide("boss-2", first, approved=False).status == 204
    assert site.one("late-hand-in")["state"] == "rejected"
    second = site.explain("boss-2", key).json["id"]
    assert site.decide("boss-2", second).status == 403, "who explained does not approve"
    assert site.decide("legal", second).status == 204
    assert site.one("late-hand-in")["state"] == "answered"


def test_nobody_decides_about_the_own_camera(site: Site) -> None:
    made = site.explain("custodian", site.one("cut-off")["key"]).json["id"]
    refused = site.decide("boss-own", made)
    assert (refused.status, refused.code) == (403, "forbidden")
    assert site.decide("supervisor", made).status == 204


def test_of_two_decisions_at_once_one_counts(site: Site) -> None:
    made = site.explain("custodian", site.one("file-missed")["key"]).json["id"]
    deciders = [site.server.browser(who) for who in ("legal", "supervisor") for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        path = f"/api/v1/absences/explanations/{made}/decision"
        answers = list(pool.map(lambda who: who.post(path, {"approved": True, "note": ""}).status, deciders))
    assert sorted(answers) == [204, *[409] * 7]
    assert len(site.store.entries(AbsenceDecided)) == 1


def test_it_all_follows_from_the_ledger(site: Site) -> None:
    made = site.explain("custodian", site.one("number-hole")["key"]).json["id"]
    site.decide("legal", made, approved=False)
    assert rebuild(site.store.engine, site.store.blobs, site.store.root / "scratch.db", replace=False) == ()
    unknown = site.people["legal"].post(f"/api/v1/absences/explanations/x{'a' * 26}/decision", {"approved": True})
    assert unknown.status == 404
