"""Compliance figures over HTTP: what is counted, who sees whose, every figure down to what it counts, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from evidence.catalog.engine import connected
from evidence.clock import ManualClock
from player.api import compliance
from player.api.route import Call
from player.cases.judging import judge
from policy.compliance import Chosen
from policy.findings import Finding
from tests.integration.player.made_cases import Maker, T
from tests.integration.player.site import UNIT, Browser, Server, Store, add_people, opened

# The week of T and the one before, Monday to Monday in Shanghai.
PERIOD = "from=2026-11-15T16:00:00Z&to=2026-11-29T16:00:00Z"
DAY = 86_400


@dataclass
class Place:
    store: Store
    make: Maker
    server: Server
    cases: dict[str, str]
    law: Browser

    def figures(self, who: str | None = None, more: str = "") -> Any:
        answer = (self.law if who is None else self.server.browser(who)).get(f"/api/v1/compliance?{PERIOD}{more}")
        assert answer.status == 200, answer.body
        return answer.json

    def listed(self, figure: str, more: str = "", who: str | None = None) -> Any:
        browser = self.law if who is None else self.server.browser(who)
        answer = browser.get(f"/api/v1/compliance/list?{PERIOD}&figure={figure}{more}")
        assert answer.status == 200, answer.body
        return answer.json


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root: Path = tmp_path_factory.mktemp("compliance")
    with opened(root, ManualClock(T + timedelta(days=4))) as store:
        add_people(store)
        make = Maker(store)
        cases = {
            "whole": make.case(officers=("P-1",)),
            "torn": make.case(officers=("P-1",)),
            "bare": make.case(unit="二大队", officers=("P-2",)),
            "key": make.case(officers=("P-1",), title="=HYPERLINK(1)"),
            "running": make.case(),
            "unplaced": make.case(),
        }
        with Server(store) as server:
            found = Place(store, make, server, cases, server.browser("legal"))
            _happen(found)
            yield found


def _happen(place: Place) -> None:
    make, cases = place.make, place.cases
    whole = make.activity(cases["whole"], 0, 20, officers=("P-1",))
    make.matched(cases["whole"], whole, make.recording(-8, 60, "P-1", "D1"))
    # A week earlier: two files with 10 s between them; handed in two days late.
    before = -7 * DAY
    make.activity(cases["torn"], before, before + 60, officers=("P-1", "P-3"))
    make.recording(before - 8, 30, "P-1", "D1", received_s=before + 2 * DAY)
    make.recording(before + 32, 60, "P-1", "D1")
    make.activity(cases["bare"], 100, 160, officers=("P-2",))
    make.activity(cases["key"], 200, 260, officers=("P-1",), item="hearing")
    make.activity(cases["running"], 300, None, officers=("P-1",))
    make.activity(cases["unplaced"], None, None)
    with connected(place.store.engine) as connection:
        services = place.server.services
        assert services is not None
        lost = [f for f in judge(connection, cases["torn"], services.rules).report.findings if f.kind == "gap"]
    assert len(lost) == 1 and isinstance(lost[0], Finding)
    make.explained(cases["torn"], lost[0])


def test_what_is_counted(place: Place) -> None:
    found = place.figures()
    total = found["total"]
    assert (found["pending"], found["failed"], found["unplaced"]) == (0, [], 1)
    assert total["activities"] == 5 and total["running"] == 1
    assert (total["in_full"], total["whole"], total["bare"]) == (3, 1, 1)
    assert total["required_ms"] == (20 + 60 + 60) * 1000
    assert total["shown_ms"] + total["missing_ms"] + total["doubtful_ms"] == total["required_ms"]
    # 10 s lost for certain between the files, the clock's uncertainty around them; and the bare one whole.
    assert total["missing_ms"] == 10_000 + 60_000 and total["doubtful_ms"] > 0
    assert total["explained_ms"] == total["missing_ms"] + total["doubtful_ms"] - 60_000
    assert total["coverage"] == pytest.approx(total["shown_ms"] / total["required_ms"])
    assert (total["recordings"], total["late"], total["late_share"]) == (3, 1, pytest.approx(1 / 3))
    causes = {each["name"]: (each["n"], each["unexplained"]) for each in found["causes"]}
    # "gap" by battery; the bare activity and the key one without footage by nobody's word.
    assert causes["battery"] == (1, 0) and causes[""] == (2, 2)


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("unit", {UNIT, "二大队"}),
        ("officer", {"P-1", "P-2", "P-3"}),
        ("device", {"D1", ""}),
        ("week", {"2026-11-16", "2026-11-23"}),
    ],
)
def test_by_unit_officer_device_and_week(place: Place, by: str, keys: set[str]) -> None:
    groups = {each["key"]: each for each in place.figures(more=f"&by={by}")["groups"]}
    assert set(groups) == keys
    if by == "week":
        assert [groups[key]["in_full"] for key in sorted(keys)] == [1, 2]
    if by == "device":
        assert groups["D1"]["late"] == 1 and groups["D1"]["recordings"] == 3


@pytest.mark.parametrize(
    "figure",
    [
        "activities",
        "running",
        "in-full",
        "whole",
        "bare",
        "losses",
        "recordings",
        "late",
        "findings",
        "unexplained",
        "waiting",
    ],
)
@pytest.mark.parametrize("by", ["unit", "officer", "week"])
def test_every_number_leads_to_what_it_counts(place: Place, figure: str, by: str) -> None:
    name = figure.replace("-", "_")
    found = place.figures(more=f"&by={by}")
    assert place.listed(figure)["total"] == found["total"][name]
    for group in found["groups"]:
        listed = place.listed(figure, f"&by={by}&key={quote(group['key'])}")
        assert listed["total"] == len(listed["rows"]) == group[name]


def test_what_a_figure_counts_leads_to_its_case(place: Place) -> None:
    (row,) = place.listed("late")["rows"]
    assert (row["case"], row["device"], row["late"]) == (place.cases["torn"], "D1", True)
    (row,) = place.listed("losses", "&cause=battery")["rows"]
    assert row["standing"] == "answered" and "没有可用的录像" in row["zh"] and row["cause"] == "battery"
    assert [each["case"] for each in place.listed("unplaced")["rows"]] == [place.cases["unplaced"]]
    assert [each["case"] for each in place.listed("running")["rows"]] == [place.cases["running"]]


def test_a_list_is_handed_out_in_pages(place: Place) -> None:
    whole = place.listed("findings")
    first = place.listed("findings", "&limit=2")
    second = place.listed("findings", f"&limit=2&cursor={first['next']}")
    assert first["rows"] + second["rows"] == whole["rows"][:4] and first["total"] == whole["total"]
    assert whole["next"] is None


def test_a_supervisor_sees_the_own_unit_only(place: Place) -> None:
    mine = place.figures("supervisor")
    assert [each["key"] for each in mine["groups"]] == [UNIT] == mine["units"]
    assert mine["total"] == place.figures(more=f"&unit={quote(UNIT)}")["total"]
    others = place.figures("supervisor", f"&unit={quote('二大队')}")
    assert others["total"]["activities"] == 0 and others["total"]["coverage"] is None
    cases = {each["case"] for each in place.listed("findings", who="supervisor")["rows"]}
    assert cases and place.cases["bare"] not in cases
    boss = place.server.browser("supervisor")
    assert {boss.get(f"/api/v1/cases/{case}").status for case in cases} == {200}
    assert place.figures("oversight")["total"] == place.figures()["total"]


def test_new_footage_is_in_the_figures_at_once(place: Place) -> None:
    before = place.figures()["total"]
    case = place.make.case(unit="三大队")
    activity = place.make.activity(case, 5_000, 5_020, officers=("P-9",))
    assert place.figures()["total"]["bare"] == before["bare"] + 1
    place.make.matched(case, activity, place.make.recording(4_992, 60, "P-9", "D9", unit="三大队"))
    after = place.figures()["total"]
    assert (after["bare"], after["whole"]) == (before["bare"], before["whole"] + 1)


def _rows(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_figures_as_csv(place: Place) -> None:
    answer = place.law.get(f"/api/v1/compliance/figures.csv?{PERIOD}&by=unit")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="compliance-by-unit.csv"' in answer.headers["Content-Disposition"]
    rows, found = _rows(answer.body), place.figures()
    assert [row["unit"] for row in rows] == [*(each["key"] for each in found["groups"]), "total"]
    for row, group in zip(rows, [*found["groups"], found["total"]], strict=True):
        for name, value in group.items():
            if name != "key":
                assert row[name] == ("" if value is None else str(round(value, 6)))


def test_a_list_as_csv_is_no_formula(place: Place) -> None:
    answer = place.law.get(f"/api/v1/compliance/list.csv?{PERIOD}&figure=activities")
    rows = _rows(answer.body)
    assert len(rows) == place.listed("activities")["total"]
    titles = {row["case"]: row["case_title"] for row in rows}
    assert titles[place.cases["key"]] == "'=HYPERLINK(1)"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_list_of_any_length_is_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, n = compliance._chosen, 100_001

    async def many(call: Call) -> list[Chosen]:
        first, *_ = await listed(call)
        return [first] * n

    monkeypatch.setattr(compliance, "_chosen", many)
    answer = place.law.get(f"/api/v1/compliance/list.csv?{PERIOD}&figure=activities")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="compliance-activities.csv"' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.body.count(b"\r\n") == n + 1


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-29&to=2026-11-15",
        "from=2026-11-15&to=2026-11-15",
        "from=2000-01-01&to=2026-11-15",
        "to=2026-11-15",
        "from=2026-11-15&to=2026-02-30",
        f"{PERIOD}&by=colour",
    ],
)
def test_a_period_that_makes_no_sense_is_refused(place: Place, query: str) -> None:
    assert place.law.get(f"/api/v1/compliance?{query}").status == 400
