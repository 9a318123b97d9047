"""No path around the block: every endpoint as every person in every state of a case, many at once, the clock moved
forward, every command, and the catalog changed by hand.

The endpoints come from the OpenAPI document: one that is added is tried too, with a request made from its description.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from evidence import case_entries as ce
from evidence import handover_entries as he
from evidence.catalog import case_schema
from evidence.catalog.engine import connected
from evidence.catalog.rebuild import rebuild
from evidence.clock import ManualClock, to_text
from evidence.entries import AnyEntry
from evidence.media import specimens
from evidence.records import RecordingId
from mediad.closed_cases import check_closed_cases
from player.cases.judging import Judged, judge, key_of
from policy.item_list import load
from tests.integration.player import attacks
from tests.integration.player.attacks import ARCHIVE, CLOSE, DECIDE, END, END_HANDOVER, HAND_OVER, Target
from tests.integration.player.room_keys import RoomKeys
from tests.integration.player.site import OFFICER, PASSWORD, UNIT, Browser, Server, add_people, opened
from tests.integration.player.test_cases import AT, MOMENTS, Site, T

State = Literal["open", "waiting", "rejected", "closed", "handed-over", "closed-handed-over", "archived"]
STATES: tuple[State, ...] = (
    "open", "waiting", "rejected", "closed", "handed-over", "closed-handed-over", "archived",
)  # fmt: skip
# Everybody there is: on the case (one of them with every role), not on it, and of another unit.
PEOPLE = (
    OFFICER, "P-2", "all-on-case", "supervisor", "boss-2", "legal", "oversight", "custodian", "admin",
)  # fmt: skip
ROLES = ("officer", "supervisor", "legal", "oversight", "custodian", "admin")
# What answers a finding in one request: approving its explanation, by who may and is not on the case.
LAWFUL: dict[tuple[str, State], frozenset[str]] = {(DECIDE, "waiting"): frozenset({"supervisor", "legal"})}
LIST = load()
HANDING = {"to": {"kind": "police", "name": "市公安局"}, "number": "移〔2026〕1号", "approver": "局长"}


@dataclass
class Place:
    site: Site
    recording: RecordingId
    operations: dict[str, dict[str, Any]]  # "POST /api/v1/cases" → its description
    components: dict[str, Any]
    browsers: dict[str, Browser] = field(default_factory=dict)
    kept: dict[State, Target] = field(default_factory=dict)
    n_cases: int = 0

    def browser(self, person: str) -> Browser:
        """Signed in."""
        if person not in self.browsers:
            self.browsers[person] = self.site.server.browser(person)
        return self.browsers[person]

    def case(self, state: State) -> Target:
        """A demolition filmed by one camera instead of two: nothing else is wrong with it."""
        self.n_cases += 1
        case, activity = ce.CaseId(ce.new_id("c")), ce.ActivityId(ce.new_id("a"))
        explanation, clip = ce.ExplanationId(ce.new_id("x")), ce.ClipId(ce.new_id("k"))
        handover = he.HandoverId(ce.new_id("m"))
        number = f"{self.n_cases}号"
        ledger = self.site.store.ledger
        # Somebody may have put the recording's time elsewhere in what was tried before.
        started = to_text(T - timedelta(seconds=6))
        timed = ce.RecordingTimed(
            at=AT, recording=self.recording, started_at=started, uncertainty_ms=0, reason="", by="x"
        )
        ledger.append(timed, *_entered(case, activity, clip, number, self.recording))
        (finding,) = self.judged(case).open
        if state != "open":
            span = (finding.start_ms, finding.end_ms)
            ledger.append(*_went_on(case, activity, explanation, handover, span, state))
        return Target(case, number, activity, explanation, clip, self.recording, key_of(finding), handover)

    def shared(self, state: State) -> Target:
        """For requests that name no case: one is enough."""
        if state not in self.kept:
            self.kept[state] = self.case(state)
        return self.kept[state]

    def judged(self, case: str) -> Judged:
        services = self.site.server.services
        assert services is not None
        with connected(self.site.store.engine) as connection:
            return judge(connection, case, services.rules)

    def blocked(self, case: str, state: State) -> bool:
        """A finding is open, and the case has not moved on from where it was."""
        judged = self.judged(case)
        now = judged.file.case.state
        # What ended may be opened again, and what was handed over may come back as what it was.
        may_be = {"closed-handed-over": ("handed-over", "closed", "open")}.get(state, (state, "open"))
        stays = now == "open" if state in ("open", "waiting", "rejected") else now in may_be
        return stays and any(finding.kind != "unconfirmed" for finding in judged.open)

    def attack(self, operation: str, person: str, state: State) -> list[Target]:
        """Send what is to be sent, each to a case of its own where a case is meant; the cases."""
        described = self.operations[operation]
        parameters = described.get("parameters", ())
        parts = {each["name"]: each["schema"] for each in parameters if each["in"] == "path"}
        target = self.case(state) if "case" in parts else self.shared(state)
        tried = attacks.bodies(operation, target, described, self.components)
        targets = [target]
        for n, _ in enumerate(tried):
            if n and "case" in parts:
                targets.append(self.case(state))
            at = targets[-1]
            body = attacks.bodies(operation, at, described, self.components)[n]
            path = at.place(operation.partition(" ")[2], parts)
            query = attacks.required_query(described, self.components)
            answer = attacks.send(self.browser(person), operation, path, body, query, attacks.kind_of(described))
            if operation.endswith("/session"):
                del self.browsers[person]  # signed out, or somebody else
            else:
                assert answer is None or answer.status != 401, f"nobody was signed in for {operation}"
        return targets


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("around")
    clock = ManualClock(T + timedelta(hours=3))
    with opened(root, clock) as store:
        add_people(store)
        store.accounts.create("all-on-case", "All roles", ROLES, UNIT, PASSWORD, by="test")
        adopted = ce.ItemsAdopted(at=AT, version=LIST.items.version, items=store.blobs.put(LIST.data), by="test")
        store.ledger.append(adopted)
        keys = RoomKeys(store)
        with Server(store, rooms=keys.house, events=keys.events) as server:
            site = Site(store, server, clock, *(server.browser(each) for each in (OFFICER, "supervisor", "legal")))
            film = specimens.make("mp4", root / "a.mp4", seconds=24, width=160, height=96)
            recording = site.seal(film, -6, "DSJ1", 1)
            document = Browser(server.port).get("/api/openapi.json").json
            operations = {
                f"{method.upper()} {path}": described
                for path, item in document["paths"].items()
                for method, described in item.items()
            }
            yield Place(site, recording, operations, document["components"]["schemas"])


def _entered(
    case: ce.CaseId, activity: ce.ActivityId, clip: ce.ClipId, number: str, recording: RecordingId
) -> Iterator[AnyEntry]:
    shared: dict[str, Any] = {"at": AT, "case": case, "by": OFFICER}
    yield ce.CaseRecorded(
        **shared,
        number=number,
        kind="demolition",
        title="强拆",
        stage="execution",
        subject=ce.Subject("organisation", "某建材公司"),
        unit=UNIT,
        officers=(OFFICER, "all-on-case"),
    )
    yield ce.ActivityRecorded(
        **shared,
        activity=activity,
        item="forced-demolition",
        stage="execution",
        place="河边",
        planned_start=None,
        planned_end=None,
        started_at=to_text(T),
        ended_at=to_text(END),
        officers=(OFFICER, "P-2"),
        devices=(),
        note="",
    )
    yield ce.FootageMatched(**shared, activity=activity, recording=recording, verdict="confirmed", reason="")
    marked = {"activity": activity, "recording": recording, "start_ms": 8_000, "end_ms": 9_000, "note": ""}
    for n, moment in enumerate(MOMENTS):
        yield ce.ClipMarked(**shared, **marked, clip=clip if n == 0 else ce.ClipId(ce.new_id("k")), moment=moment)


def _went_on(
    case: ce.CaseId,
    activity: ce.ActivityId,
    explanation: ce.ExplanationId,
    handover: he.HandoverId,
    span: tuple[int, int],
    state: State,
) -> tuple[AnyEntry, ...]:
    """What was said about its finding; closed, handed over and archived, as if it had been whole and footage was taken
    out since."""
    shared: dict[str, Any] = {"at": AT, "case": case}
    version = LIST.items.version
    said = ce.FindingExplained(
        **shared,
        explanation=explanation,
        activity=activity,
        kind="few-views",
        about="2",
        start_ms=span[0],
        end_ms=span[1],
        items=version,
        cause="other",
        statement="只有一台",
        by=OFFICER,
    )
    refused = ce.ExplanationDecided(**shared, explanation=explanation, approved=False, note="", by="boss-2")
    ended: dict[str, Any] = shared | {"items": version, "explanations": (), "note": "", "by": "gone"}
    handed = he.CaseHandedOver(
        **ended,
        handover=handover,
        to=he.Authority("police", "市公安局"),
        number="移〔2026〕1号",
        approver="局长",
        recordings=(),
        destroyed=(),
        clips=(),
        judged_by=(version,),
    )
    entries: dict[State, tuple[AnyEntry, ...]] = {
        "waiting": (said,),
        "rejected": (said, refused),
        "closed": (ce.CaseClosed(**ended),),
        "handed-over": (handed,),
        "closed-handed-over": (ce.CaseClosed(**ended), handed),
        "archived": (ce.CaseClosed(**ended), ce.CaseArchived(**ended)),
    }
    return entries[state]


# ---- beside the API -----------------------------------------------------------------------------------------
def _check(place: Place) -> set[tuple[str, str]]:
    store = place.site.store
    with connected(store.engine) as connection:
        found = list(check_closed_cases(connection, store.blobs, ZoneInfo("Asia/Shanghai")))
    return {(each.subject, each.code) for each in found}


def test_a_state_changed_in_the_database_is_named_and_taken_back(place: Place, tmp_path: Path) -> None:
    """By hand closed: `check` names it, archiving is refused all the same, and a rebuild opens it again."""
    target, store = place.case("open"), place.site.store
    with connected(store.engine, writes=True) as connection:
        closed = {"state": "closed", "closed_at": AT, "closed_by": "x", "items": LIST.items.version}
        connection.execute(update(case_schema.cases).where(case_schema.cases.c.id == target.case).values(**closed))
    assert (target.case, "case-not-whole") in _check(place)
    refused = place.browser("legal").post(f"/api/v1/cases/{target.case}/archive", {})
    assert (refused.status, refused.code) == (409, "case-blocked")
    found = rebuild(store.engine, store.blobs, tmp_path / "again.sqlite3", replace=True)
    assert [(each.table, each.key) for each in found] == [("cases", (target.case,))]
    assert place.blocked(target.case, "open")


def test_an_explanation_written_into_the_database_is_named_and_proves_nothing(place: Place, tmp_path: Path) -> None:
    """Who can write into the database can make the server close a case. The ledger has no such explanation: the check
    says so, and once the catalog is made again the closed case is not whole."""
    target, store = place.case("waiting"), place.site.store
    c = case_schema.explanations.c
    with connected(store.engine, writes=True) as connection:
        row = dict(
            connection.execute(case_schema.explanations.select().where(c.id == target.explanation)).one()._mapping
        )
        forged = row | {"id": "x" + "q" * 26, "state": "approved", "decided_by": "legal", "decided_at": AT}
        connection.execute(insert(case_schema.explanations), forged)
    assert place.browser(OFFICER).post(f"/api/v1/cases/{target.case}/close", {}).status == 200
    assert (target.case, "case-not-whole") not in _check(place), "the catalog alone would believe it"
    differences = rebuild(store.engine, store.blobs, tmp_path / "again.sqlite3", replace=True)
    assert [(each.table, each.what) for each in differences] == [("explanations", "unexpected")]
    assert (target.case, "case-not-whole") in _check(place)


def test_a_closing_written_into_the_ledger_is_named(place: Place) -> None:
    """With the keys and the code in hand somebody could append anything; every closed case is judged again."""
    target = place.case("closed")
    assert (target.case, "case-not-whole") in _check(place)


# ---- the API ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("state", STATES)
def test_no_endpoint_closes_or_archives_it(place: Place, person: str, state: State) -> None:
    """After each request the case stands where it stood, with its finding, unless somebody who may has answered it."""
    n_ended, n_made = _n_ended(place), 0
    for operation in _tried(place, state):
        answered = []
        for target in place.attack(operation, person, state):
            n_made += {"closed": 1, "handed-over": 1, "closed-handed-over": 2, "archived": 2}.get(state, 0)
            answered.append(not place.blocked(target.case, state))
        lawful = person in LAWFUL.get((operation, state), frozenset())
        assert any(answered) == lawful, (operation, person, state, answered)
    assert _n_ended(place) == n_ended + n_made, "something was closed"


def _n_ended(place: Place) -> int:
    store = place.site.store
    judged = [each for each in store.entries(he.HandoverEnded) if each.items is not None]
    kinds = (ce.CaseClosed, ce.CaseArchived, he.CaseHandedOver)
    return len(judged) + sum(len(store.entries(kind)) for kind in kinds)


def _tried(place: Place, state: State) -> list[str]:
    """All of them on an open case; in the other states those that name a case or write something."""
    if state == "open":
        return sorted(place.operations)
    return sorted(each for each in place.operations if "{case}" in each)


def test_the_ways_that_end_a_case_are_known(place: Place) -> None:
    """An endpoint that by its name ends a case must be one of those whose answer is looked at here."""
    words = ("close", "archive", "hand", "transfer", "destroy", "finish", "end")
    found = {each for each in place.operations if "{case}" in each and any(word in each for word in words)}
    assert found == {CLOSE, ARCHIVE, HAND_OVER, END_HANDOVER}


def test_many_at_once_and_with_wrong_approvals_close_nothing(place: Place) -> None:
    target = place.case("waiting")
    path = f"/api/v1/cases/{target.case}"
    closers = [place.browser(each) for each in (OFFICER, "all-on-case", "supervisor", "legal")]
    wrong = [place.browser(each) for each in (OFFICER, "all-on-case", "boss-2", "custodian")]

    def act(n: int) -> int:
        if n % 2:
            who = closers[n // 2 % 4]
            return who.post(*((f"{path}/close", {}) if n % 4 == 1 else (f"{path}/handovers", HANDING))).status
        return wrong[n // 2 % 4].post(f"{path}/explanations/{target.explanation}/decision", {"approved": True}).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(act, range(32)))
    assert set(statuses[1::2]) == {409} and set(statuses[0::2]) == {403}
    assert place.blocked(target.case, "open")


def test_a_clock_moved_forward_frees_nothing(place: Place) -> None:
    """Last: sessions end with it. No deadline lets a finding lapse."""
    targets = {state: place.case(state) for state in ("open", "waiting", "rejected")}
    place.site.clock.advance(timedelta(days=4_000))
    place.browsers.clear()
    for state, target in targets.items():
        assert place.blocked(target.case, "open"), state
        for person in (OFFICER, "supervisor", "legal"):
            refused = place.browser(person).post(f"/api/v1/cases/{target.case}/close", {})
            assert (refused.status, refused.code) == (409, "case-blocked")
            refused = place.browser(person).post(f"/api/v1/cases/{target.case}/handovers", HANDING)
            assert refused.status == (403 if person == OFFICER else 409), refused.body
