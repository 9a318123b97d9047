"""Cases handed over, over HTTP, on both databases: judged as for closing, kept as while open, come back or dealt with;
and no case ends while its footage is still being looked through."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from evidence.case_entries import ItemsAdopted
from evidence.catalog.engine import connected
from evidence.catalog.rebuild import rebuild
from evidence.clock import ManualClock
from evidence.entries import RenditionFailed
from evidence.handover_entries import CaseHandedOver
from evidence.records import RecordingId
from mediad.closed_cases import check_closed_cases
from player.retention.device_files import stays_on_device
from player.retention.gathering import judged_one
from policy.item_list import load
from tests.integration.player.site import OFFICER, Browser, Response, Server, add_people, opened
from tests.integration.player.test_cases import AT, Cards, Site, T, cards

__all__ = ("cards",)
POLICE = {"kind": "police", "name": "市公安局"}
HANDING = {"to": POLICE, "number": "移〔2026〕1号", "approver": "局长", "note": "涉嫌犯罪"}
DAY = timedelta(days=1)


@contextmanager
def opened_site(root: Path, url: str | None = None, measured_to: Callable[[], int] | None = None) -> Iterator[Site]:
    clock, items = ManualClock(T + timedelta(hours=3)), load()
    with opened(root, clock, url) as store:
        add_people(store)
        blob = store.blobs.put(items.data)
        store.ledger.append(ItemsAdopted(at=AT, version=items.items.version, items=blob, by="configuration"))
        with Server(store, measured_to=measured_to) as server:
            yield Site(store, server, clock, *(server.browser(each) for each in (OFFICER, "supervisor", "legal")))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened_site(tmp_path) as site:
        yield site


@pytest.fixture
def on_both(tmp_path: Path, database_url: str) -> Iterator[Site]:
    with opened_site(tmp_path, database_url) as site:
        yield site


def again(path: Path, number: int) -> Path:
    """The same film with another content: a box that players pass over (ISO/IEC 14496-12 §8.1.2)."""
    made = path.with_name(f"{path.stem}-{number}.mp4")
    made.write_bytes(path.read_bytes() + struct.pack(">I4sQ", 16, b"free", number))
    return made


def whole(site: Site, cards: Cards) -> tuple[str, list[RecordingId]]:
    """A demolition with nothing open, and its recordings."""
    recordings = [site.seal(cards.other, -6, "DSJ1", 1)]
    recordings.append(site.seal(again(cards.other, 2), -5, "DSJ2", 1, officer="P-2"))
    case = site.demolition()
    activity = site.activity(case).json["id"]
    site.confirm(case, activity)
    site.mark(case, activity, recordings[0])
    assert site.kinds(case) == []
    return case, recordings


def hand_over(site: Site, case: str, who: Browser | None = None, **more: Any) -> Response:
    return site.post(who or site.law, case, "handovers", HANDING | more)


def end(site: Site, case: str, outcome: str) -> Response:
    (running,) = [each for each in site.detail(case)["handovers"] if each["ending"] is None]
    return site.post(site.law, case, f"handovers/{running['id']}/end", {"outcome": outcome, "reason": "不予立案"})


def kept(site: Site, recording: RecordingId) -> tuple[str, Any]:
    """(what decides, until when)"""
    services = site.server.services
    assert services is not None
    with connected(site.store.engine) as connection:
        judged = judged_one(connection, services.retention, recording)
    assert judged is not None
    return judged.kept.reasons[0].because, judged.kept.until


def test_a_case_is_handed_over_while_it_is_open_and_comes_back(on_both: Site, cards: Cards) -> None:
    site = on_both
    case, recordings = whole(site, cards)
    before = site.detail(case)
    assert before["belongings"]["recordings"] == sorted(recordings) and len(before["belongings"]["clips"]) == 4
    assert hand_over(site, case, site.officer).status == 403
    handed = hand_over(site, case)
    assert handed.status == 201, handed.body
    assert (handed.json["state"], handed.json["closed_at"]) == ("handed-over", None)
    (told,) = handed.json["handovers"]
    assert (told["to"], told["number"], told["approver"], told["ending"]) == (POLICE, "移〔2026〕1号", "局长", None)
    assert told["recordings"] == sorted(recordings) and len(told["clips"]) == 4
    (entry,) = site.store.entries(CaseHandedOver)
    assert (entry.case, entry.recordings, entry.judged_by) == (case, tuple(sorted(recordings)), (entry.items,))
    # It takes no changes, is not handed over twice, and is archived only once something came back.
    refused = [hand_over(site, case), site.post(site.law, case, "archive"), site.post(site.law, case, "close")]
    refused += [
        site.activity(case),
        site.post(site.officer, case, f"clips/{told['clips'][0]}/withdraw", {"reason": "x"}),
    ]
    assert {(each.status, each.code) for each in refused} == {(409, "conflict")}
    unknown = f"handovers/m{'a' * 26}/end"
    assert site.post(site.law, case, unknown, {"outcome": "returned", "reason": "x"}).status == 404
    site.clock.advance(4_000 * DAY)
    assert {kept(site, each) for each in recordings} == {("handed-over", None)}
    site.law, site.officer = site.server.browser("legal"), site.server.browser(OFFICER)
    back = end(site, case, "returned")
    assert (back.status, back.json["state"]) == (200, "open"), back.body
    assert [each["move"] for each in back.json["course"]] == ["opened", "handed-over", "returned"]
    assert kept(site, recordings[0])[0] == "case-open"
    again = site.post(site.law, case, f"handovers/{told['id']}/end", {"outcome": "settled", "reason": "x"})
    assert (again.status, again.code) == (409, "conflict")
    assert rebuild(site.store.engine, site.store.blobs, site.store.root / "again.sqlite3", replace=False) == ()


def test_what_was_dealt_with_elsewhere_is_closed_and_its_days_count_from_then(site: Site, cards: Cards) -> None:
    case, recordings = whole(site, cards)
    assert hand_over(site, case).status == 201
    site.clock.advance(100 * DAY)
    site.law = site.server.browser("legal")
    settled = end(site, case, "settled")
    assert (settled.json["state"], settled.json["closed_by"]) == ("closed", "legal"), settled.body
    because, until = kept(site, recordings[0])
    assert because in ("class", "evidence")
    assert until is None or until > site.clock.now() + 182 * DAY
    assert site.post(site.law, case, "archive").json["state"] == "archived"


@pytest.mark.parametrize("moved", ["close", "archive"])
def test_a_case_that_has_ended_is_handed_over_and_comes_back_as_it_was(site: Site, cards: Cards, moved: str) -> None:
    case, recordings = whole(site, cards)
    for step in ("close", "archive")[: 1 if moved == "close" else 2]:
        assert site.post(site.law, case, step).status == 200
    closed_at = site.detail(case)["closed_at"]
    site.clock.advance(30 * DAY)
    site.law = site.server.browser("legal")
    assert hand_over(site, case, to={"kind": "court", "name": "县人民法院"}).status == 201
    assert kept(site, recordings[0]) == ("handed-over", None)
    reopened = site.post(site.law, case, "reopen", {"reason": "补充"})
    assert reopened.status == (200 if moved == "close" else 409)
    if moved == "close":
        # Open while it is with the court: handed over once more with what was added.
        assert kept(site, recordings[0])[0] == "case-open"
        assert site.post(site.law, case, "close").status == 200
        assert kept(site, recordings[0]) == ("handed-over", None), "closed here, and still with the court"
        assert end(site, case, "settled").json["state"] == "closed"
    else:
        back = end(site, case, "returned").json
        assert (back["state"], back["closed_at"]) == ("archived", closed_at)
    assert kept(site, recordings[0])[0] != "handed-over"
    assert rebuild(site.store.engine, site.store.blobs, site.store.root / "again.sqlite3", replace=False) == ()


def test_a_finding_blocks_handing_over_as_it_blocks_closing(site: Site, cards: Cards) -> None:
    recording = site.seal(cards.other, -6, "DSJ1", 1)
    case = site.demolition()
    activity = site.activity(case).json["id"]
    site.confirm(case, activity)
    answers = [hand_over(site, case), site.post(site.law, case, "close")]
    assert {(each.status, each.code) for each in answers} == {(409, "case-blocked")}
    said = [each.json["error"]["findings"] for each in answers]
    assert said[0] == said[1] and len(said[0]) == len(site.kinds(case)) >= 2
    assert site.store.entries(CaseHandedOver) == []
    services = site.server.services
    assert services is not None
    assert "is open" in (stays_on_device(site.store.engine, services.retention, recording) or "")


def test_footage_found_after_handing_over_is_named_and_nothing_of_it_expires(site: Site, cards: Cards) -> None:
    case, recordings = whole(site, cards)
    assert hand_over(site, case).status == 201
    services = site.server.services
    assert services is not None
    assert "is with 市公安局" in (stays_on_device(site.store.engine, services.retention, recordings[0]) or "")
    late = site.seal(cards.first, 2, "DSJ3", 1)
    detail = site.detail(case)
    assert [each["kind"] for each in detail["findings"]] == ["unconfirmed"]
    assert kept(site, late)[0] == "unconfirmed"
    with connected(site.store.engine) as connection:
        (found,) = check_closed_cases(connection, site.store.blobs, ZoneInfo("Asia/Shanghai"))
    assert found.code == "case-news" and "is handed over" in found.message
    # What came to light keeps it from being settled by its coming back, until somebody has looked.
    blocked = end(site, case, "settled")
    assert (blocked.status, blocked.code) == (409, "case-blocked")
    assert site.post(site.boss, case, "reopen", {"reason": "补充录像"}).status == 200
    site.confirm(case, detail["activities"][0]["id"])
    assert hand_over(site, case).status == 201
    assert late in site.detail(case)["handovers"][1]["recordings"]


def test_no_case_ends_while_its_footage_is_looked_through(site: Site, cards: Cards) -> None:
    case, _ = whole(site, cards)
    # Another camera of the same officer: nothing says yet that it belongs to the case, a time slate in it may.
    started = T + timedelta(hours=2)
    strange = site.store.seal(cards.first, started=started, device="DSJ9", sequence=1, officer=OFFICER)
    detail = site.detail(case)
    assert (detail["closable"], len(detail["waiting"])) == (False, 1) and "时间校准码" in detail["waiting"][0]["zh"]
    answers = [site.post(site.law, case, "close"), hand_over(site, case)]
    assert {(each.status, each.code) for each in answers} == {(409, "case-blocked")}
    for each in answers:
        assert "footage is still being looked through" in each.json["error"]["message"]
        assert [found["zh"] for found in each.json["error"]["findings"]] == [detail["waiting"][0]["zh"]]
    site.search(strange)
    assert site.post(site.law, case, "close").status == 200
    # Archiving waits as well.
    site.store.seal(cards.second, started=started, device="DSJ9", sequence=2, officer=OFFICER)
    assert site.post(site.law, case, "archive").code == "case-blocked"


def test_a_search_for_slates_that_failed_takes_a_decision(site: Site, cards: Cards) -> None:
    started = T - timedelta(seconds=6)
    recordings = [site.store.seal(cards.other, started=started, device="DSJ1", sequence=1)]
    recordings.append(site.seal(again(cards.other, 2), -5, "DSJ2", 1, officer="P-2"))
    site.examine(recordings[0], searched=False)
    case = site.demolition()
    activity = site.activity(case).json["id"]
    site.confirm(case, activity)
    site.mark(case, activity, recordings[0])
    assert (site.kinds(case), len(site.detail(case)["waiting"])) == ([], 1)
    failed = RenditionFailed(at=AT, recording=recordings[0], kind="slates", reason="broken")
    site.store.ledger.append(failed)
    assert (site.kinds(case), site.detail(case)["waiting"]) == (["unsearchable"], [])
    (finding,) = site.detail(case)["findings"]
    said = site.post(
        site.officer, case, "explanations", {"finding": finding["key"], "cause": "device", "statement": "x"}
    )
    assert hand_over(site, case).code == "case-blocked"
    decision = f"explanations/{said.json['id']}/decision"
    assert site.post(site.boss, case, decision, {"approved": True}).status == 204
    assert hand_over(site, case).status == 201


def test_a_case_waits_until_clocks_were_looked_at(tmp_path: Path, cards: Cards) -> None:
    looked_to = [-1]
    with opened_site(tmp_path, measured_to=lambda: looked_to[0]) as site:
        case, _ = whole(site, cards)
        detail = site.detail(case)
        assert len(detail["waiting"]) == 2 and "时钟" in detail["waiting"][0]["zh"]
        refused = site.post(site.law, case, "close")
        assert (refused.status, refused.code) == (409, "case-blocked")
        looked_to[0] = 1_000_000
        assert site.detail(case)["closable"] and site.post(site.law, case, "close").status == 200


def test_handing_over_needs_its_words(site: Site, cards: Cards) -> None:
    case, _ = whole(site, cards)
    for wrong in (
        {"to": {"kind": "friends", "name": "x"}},
        {"number": ""},
        {"approver": ""},
        {"to": POLICE | {"name": ""}},
    ):
        assert hand_over(site, case, **wrong).status == 400, wrong
    assert site.detail(case)["state"] == "open"
