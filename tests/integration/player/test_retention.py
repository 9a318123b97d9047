"""Retention over HTTP, on both databases: holds, changes and destruction, the wrong people, races, and the bytes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from evidence import case_entries as ce
from evidence import retention_entries as rt
from evidence.blobs.removal import BlobRemoval
from evidence.canonical import Digest, canonical
from evidence.catalog.engine import connected
from evidence.catalog.rebuild import rebuild
from evidence.catalog.retention_queries import uncertified
from evidence.catalog.schema import recordings
from evidence.check import Finding, Keys, check
from evidence.clock import ManualClock, to_text
from evidence.entries import RenditionFailed, RenditionMade
from evidence.media import specimens
from evidence.records import RecordingId
from evidence.signing import NoteVerifier, SealVerifier, load_note_signer, load_seal_signer
from mediad.certificates import Certificates
from mediad.destroyer import Destroyer, Tools
from mediad.retention_watch import RetentionWatch
from mediad.site_clock import SiteClock
from policy.item_list import SHIPPED
from tests.databases import migrated_file
from tests.integration.player.site import OFFICER, ORIGIN, PASSWORD, UNIT, Browser, Server, Store, add_people, opened

T = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
YEAR = timedelta(days=366)


class Stepping(ManualClock):
    def step(self, delta: timedelta) -> None:
        """Somebody sets the wall clock; the other goes on."""
        self._now += delta


@dataclass(frozen=True)
class Cards:
    first: Path
    second: Path
    photo: Path


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Cards:
    folder, small = tmp_path_factory.mktemp("cards"), {"width": 160, "height": 96}
    return Cards(
        specimens.make("mp4", folder / "1.mp4", seconds=3, **small),
        specimens.make("mp4", folder / "2.mp4", seconds=4, **small),
        specimens.make("photo", folder / "3.jpg", **small),
    )


@dataclass
class Site:
    store: Store
    server: Server
    clock: Stepping
    watch: RetentionWatch
    destroyer: Destroyer
    steps: list[str]
    people: dict[str, Browser] = field(default_factory=dict)

    def who(self, name: str) -> Browser:
        """Signed in anew when days have passed."""
        found = self.people.get(name)
        if found is None:
            found = self.people[name] = self.server.browser(name)
        return found

    def given(self, *recordings: str, code: str = "routine") -> None:
        """As if people had given them a class long ago."""
        change = rt.ChangeId(rt.new_id("g"))
        at = to_text(self.clock.now())
        self.store.ledger.append(
            rt.RetentionProposed(
                at=at, change=change, of="recordings", items=None, recordings=tuple(map(RecordingId, recordings)),
                case=None, code=code, n_expired=0, n_sooner=0, n_later=0, reason="日常", by="x",
            ),
            rt.RetentionChanged(at=at, change=change),
        )  # fmt: skip

    def later(self, days: float) -> None:
        """Time goes by; the daemon looks at its clock meanwhile."""
        self.clock.advance(timedelta(days=days))
        self.people.clear()

    def run(self) -> None:
        self.watch.run()

    def requested(self, *recordings: str, who: str = "custodian") -> str:
        asked = {"recordings": list(recordings), "reason": "保管期满"}
        made = self.who(who).post("/api/v1/destructions", asked)
        assert made.status == 201, made.body
        return str(made.json["id"])

    def approved(self, *recordings: str) -> str:
        made = self.requested(*recordings)
        answer = self.who("legal").post(f"/api/v1/destructions/{made}/approve", {"note": "同意"})
        assert answer.status == 200, answer.body
        return made

    def destruction(self, destruction: str) -> Any:
        found = self.who("oversight").get("/api/v1/destructions").json["destructions"]
        return next(each for each in found if each["id"] == destruction)

    def kept(self, recording: str) -> Any:
        answer = self.who("oversight").get(f"/api/v1/recordings/{recording}/retention")
        assert answer.status == 200, answer.body
        return answer.json

    def original(self, recording: str) -> Digest:
        return Digest(next(each["original"] for each in self.store.rows(recordings) if each["id"] == recording))

    def check(self) -> tuple[Finding, ...]:
        keys = self.store.root / "keys"
        found = check(
            self.store.engine,
            self.store.blobs,
            Keys(
                SealVerifier.from_pem(load_seal_signer(keys / "seal.p256.pem").public_pem),
                NoteVerifier.from_vkey(load_note_signer(keys / "ledger.ed25519.pem", ORIGIN).vkey),
                ORIGIN,
            ),
            self.store.root / f"second-{len(self.steps)}-{self.clock.monotonic_s()}.sqlite",
        )
        return found.findings


def _make(store: Store, server: Server, clock: Stepping, steps: list[str]) -> tuple[RetentionWatch, Destroyer]:
    assert server.services is not None
    services = server.services
    rules = services.retention

    def stop(recording: RecordingId) -> None:
        server.run(services.viewings.end_recording(recording))

    destroyer = Destroyer(Tools(store.engine, store.ledger, BlobRemoval(store.blobs), clock, rules, stop, steps.append))
    certificates = Certificates(
        store.engine, store.ledger, store.blobs, load_seal_signer(store.root / "keys" / "seal.p256.pem"), clock, rules,
        "测试站", ORIGIN, ZoneInfo("Asia/Shanghai"),
    )  # fmt: skip
    site_clock = SiteClock(store.engine, store.ledger, clock, timedelta(days=4000))
    return RetentionWatch(store.engine, store.ledger, clock, rules, site_clock, destroyer, certificates), destroyer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with _site(tmp_path, migrated_file(tmp_path / "catalog.sqlite")) as site:
        yield site


@pytest.fixture
def on_both(tmp_path: Path, database_url: str) -> Iterator[Site]:
    with _site(tmp_path, database_url) as site:
        yield site


@contextmanager
def _site(root: Path, url: str) -> Iterator[Site]:
    clock, steps = Stepping(T), []
    with opened(root, clock, url) as store:
        add_people(store)
        store.accounts.create("keeper-2", "Second keeper", ("custodian",), None, PASSWORD, by="test")
        store.accounts.create("law-2", "Second lawyer", ("legal",), None, PASSWORD, by="test")
        with Server(store) as server:
            watch, destroyer = _make(store, server, clock, steps)
            yield Site(store, server, clock, watch, destroyer, steps)


def test_from_expiry_to_the_certificate(on_both: Site, cards: Cards) -> None:
    site = on_both
    own, kept = site.store.seal(cards.first), site.store.seal(cards.second)
    site.given(own)
    original = site.original(own)
    assert site.kept(own)["code"] == "routine" and not site.kept(own)["expired"]
    assert site.kept(kept)["until"] is None and site.kept(kept)["reasons"][0]["because"] == "unclassified"
    viewing = site.who("legal").open(own)
    site.later(200)
    expiring = site.who("custodian").get("/api/v1/retention/expiring").json
    assert [each["id"] for each in expiring["recordings"]] == [own]
    destruction = site.approved(own)
    assert site.kept(own)["pending"]["state"] == "approved"
    site.later(13)
    site.run()
    assert site.destruction(destruction)["state"] == "approved" and site.store.blobs.has(original)
    site.later(2)
    site.run()
    assert site.steps == [f"destruction.{each}" for each in ("begun", "withdrawn", "removed", "done")]
    assert not site.store.blobs.has(original) and not any((site.store.root / "blobs" / "withdrawn").iterdir())
    done = site.destruction(destruction)
    assert (done["state"], done["certificate"], done["items"][0]["state"]) == ("done", True, "done")
    pdf = site.who("oversight").get(f"/api/v1/destructions/{destruction}/certificate.pdf")
    assert (pdf.status, pdf.body[:5]) == (200, b"%PDF-")
    # What is left: the tombstone, the manifest, a refusal in words.
    assert viewing.status == 201
    refused = site.who("legal").open(own)
    assert (refused.status, refused.code) == (410, "recording-destroyed")
    listed = {each["id"]: each for each in site.who("legal").get("/api/v1/recordings").json["recordings"]}
    assert listed[own]["destroyed_at"] and not listed[own]["ready"] and listed[kept]["destroyed_at"] is None
    (tomb,) = site.kept(own)["destroyed"]
    assert (tomb["original"], tomb["requested_by"], tomb["approved_by"]) == (original, "custodian", "legal")
    assert site.who("legal").get(f"/api/v1/recordings/{own}/seal").json["inclusion"] == "ok"
    assert site.who("legal").post(f"/api/v1/recordings/{own}/seal/check", {}).status == 410
    assert site.check() == ()
    assert rebuild(site.store.engine, site.store.blobs, site.store.root / "r.sqlite", replace=False) == ()


def test_the_certificate_is_signed(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    site.given(own)
    site.later(200)
    site.approved(own)
    site.later(15)
    site.run()
    (entry,) = site.store.entries(rt.DestructionCertified)
    signed = msgspec.json.decode(site.store.blobs.read(entry.facts), type=rt.SignedCertificate)
    key = SealVerifier.from_pem(load_seal_signer(site.store.root / "keys" / "seal.p256.pem").public_pem)
    key.verify(canonical(signed.facts), base64.b64decode(signed.signature))
    (line,) = signed.facts.destroyed
    assert (line.recording, signed.facts.requested_by, signed.facts.approved_by) == (own, "custodian", "legal")
    assert line.done_entry < signed.facts.checkpoint_size


def test_the_wrong_people(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first, officer="keeper-2")
    site.given(own)
    site.later(200)
    asked = {"recordings": [own], "reason": "期满"}
    for name in (OFFICER, "supervisor", "oversight", "admin"):
        assert site.who(name).post("/api/v1/destructions", asked).status == 403
    # Who filmed it decides nothing about it.
    assert site.who("keeper-2").post("/api/v1/destructions", asked).status == 403
    made = site.requested(own)
    for name in (OFFICER, "supervisor", "oversight", "admin", "custodian", "keeper-2"):
        assert site.who(name).post(f"/api/v1/destructions/{made}/approve", {}).status == 403, name
    assert site.who("law-2").post(f"/api/v1/destructions/{made}/approve", {}).status == 200
    assert site.who("legal").post(f"/api/v1/destructions/{made}/approve", {}).status == 409
    assert site.who("custodian").post("/api/v1/destructions", asked).status == 409
    for name in (OFFICER, "supervisor", "admin"):
        assert site.who(name).post(f"/api/v1/destructions/{made}/cancel", {"reason": "x"}).status == 403
    assert site.who("custodian").post(f"/api/v1/destructions/{made}/cancel", {"reason": "有异议"}).status == 200
    site.later(30)
    site.run()
    assert site.store.blobs.has(site.original(own)) and site.steps == []


def test_what_has_not_expired_cannot_be_requested(site: Site, cards: Cards) -> None:
    own, other = site.store.seal(cards.first), site.store.seal(cards.second)
    site.given(own)
    for recording in (own, other):
        refused = site.who("custodian").post("/api/v1/destructions", {"recordings": [recording], "reason": "x"})
        assert (refused.status, refused.code) == (409, "conflict")
    assert "Unclassified" in refused.json["error"]["message"]
    gone = site.who("custodian").post("/api/v1/destructions", {"recordings": ["r" + "a" * 20], "reason": "x"})
    assert gone.status == 404


@pytest.mark.parametrize("on", ["recording", "device", "case", "subject"])
def test_a_hold_set_while_destruction_is_approved(site: Site, cards: Cards, on: str) -> None:
    own = site.store.seal(cards.first, device="DSJ1", started=T)
    case = _closed_case(site, own)
    site.later(4000)
    destruction = site.approved(own)
    target = {"recording": own, "device": "DSJ1", "case": case, "subject": "9133"}[on]
    words = {"on": on, "target": target, "reason": "行政复议"}
    if on == "device":
        words |= {"from_at": "2026-01-05T00:00:00Z", "until_at": "2026-01-06T00:00:00Z"}
    hold = site.who("legal").post("/api/v1/holds", words)
    assert hold.status == 201, hold.body
    site.later(15)
    site.run()
    done = site.destruction(destruction)
    assert done["items"][0]["state"] == "spared" and "行政复议" in done["items"][0]["reason"]
    assert done["state"] == "done" and not done["certificate"] and site.store.blobs.has(site.original(own))
    assert site.kept(own)["holds"][0]["id"] == hold.json["id"]
    # Who may not read retention sees that it is held, and neither why nor by whom.
    for page in (f"/api/v1/recordings/{own}/retention", f"/api/v1/cases/{case}/retention"):
        for who in (OFFICER, "supervisor"):
            answer = site.who(who).get(page)
            (told,) = answer.json["holds"]
            assert (told["id"], told["reason"], told["by"]) == (hold.json["id"], "", "")
            assert "行政复议" not in answer.body.decode()
        assert "行政复议" in site.who("legal").get(page).body.decode()
    # Lifted only by a second person; then it may be requested again.
    path = f"/api/v1/holds/{hold.json['id']}/lift"
    assert site.who("legal").post(path, {"reason": "结束"}).status == 403
    assert site.who("oversight").post(path, {"reason": "结束"}).status == 403
    assert site.who("law-2").post(path, {"reason": "复议结束"}).status == 200
    assert site.who("custodian").post(path, {"reason": "结束"}).status == 409
    site.approved(own)
    site.later(15)
    site.run()
    assert not site.store.blobs.has(site.original(own)) and site.check() == ()


def _closed_case(site: Site, recording: str, kind: str = "penalty", item: str = "evidence-taking") -> str:
    """A case that a recording was confirmed to belong to, closed on the day it was made."""
    at, case, activity = to_text(site.clock.now()), ce.CaseId(ce.new_id("c")), ce.ActivityId(ce.new_id("a"))
    site.store.ledger.append(
        ce.CaseRecorded(
            at=at, case=case, number="水罚〔2026〕1号", kind=kind, title="测试", stage="execution",
            subject=ce.Subject("organisation", "某公司", "9133"), unit=UNIT, officers=(OFFICER,), by=OFFICER,
        ),
        ce.ActivityRecorded(
            at=at, activity=activity, case=case, item=item, stage="investigation", place="河边",
            planned_start=None, planned_end=None, started_at=to_text(T), ended_at=to_text(T + timedelta(minutes=1)),
            officers=(OFFICER,), devices=(), note="", by=OFFICER,
        ),
        ce.FootageMatched(
            at=at, case=case, activity=activity, recording=RecordingId(recording), verdict="confirmed", reason="",
            by="x",
        ),
        ce.CaseClosed(at=at, case=case, items="x", explanations=(), note="", by=OFFICER),
    )  # fmt: skip
    return case


def test_a_case_reopened_while_destruction_is_approved(on_both: Site, cards: Cards) -> None:
    site = on_both
    own = site.store.seal(cards.first)
    case = _closed_case(site, own)
    assert site.kept(own)["code"] == "enforcement"
    site.later(2000)
    # People of the case decide nothing about it; its page warns.
    destruction = site.approved(own)
    warned = site.who("supervisor").get(f"/api/v1/cases/{case}/retention").json
    assert warned["pending"][0]["recordings"] == [own] and warned["pending"][0]["due_at"]
    assert site.who("supervisor").post(f"/api/v1/cases/{case}/reopen", {"reason": "补证"}).status == 200
    site.later(15)
    site.run()
    assert site.destruction(destruction)["items"][0]["state"] == "spared"
    assert site.kept(own)["reasons"][0]["because"] == "case-open" and site.store.blobs.has(site.original(own))


def test_a_closed_case_stands_without_the_footage_that_was_destroyed(site: Site, cards: Cards) -> None:
    """What it showed was judged when the case was closed; nobody can look again."""
    own = site.store.seal(cards.first)
    case = _closed_case(site, own, "seizure", "seizure")

    def kinds() -> set[str]:
        return {each["kind"] for each in site.who("legal").get(f"/api/v1/cases/{case}").json["findings"]}

    assert "unexamined" in kinds()
    site.store.ledger.append(RenditionFailed(at=to_text(T), recording=own, kind="observations", reason="x"))
    assert "unexamined" not in kinds()
    site.later(4000)
    site.approved(own)
    site.later(15)
    site.run()
    assert not site.store.blobs.has(site.original(own)) and "unexamined" not in kinds()
    assert site.who("legal").get(f"/api/v1/cases/{case}/retention").json["destroyed"] == [own]


def test_footage_that_nobody_confirmed_never_expires(site: Site, cards: Cards) -> None:
    mine = site.store.seal(cards.first, started=T)
    _closed_case(site, site.store.seal(cards.photo))
    site.given(mine)
    site.later(4000)
    assert site.kept(mine)["until"] is None and site.kept(mine)["reasons"][0]["because"] == "unconfirmed"


def test_two_approvals_at_once(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    site.given(own)
    site.later(200)
    made = site.requested(own)
    browsers = [site.who(name) for name in ("legal", "law-2", "keeper-2")]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda who: who.post(f"/api/v1/destructions/{made}/approve", {}).status, browsers))
    assert sorted(answers) == [200, 409, 409]
    assert len(site.store.entries(rt.DestructionApproved)) == 1


def test_a_blob_that_another_recording_needs_stays(on_both: Site, cards: Cards) -> None:
    site = on_both
    own, other = site.store.seal(cards.first), site.store.seal(cards.second)
    shared, alone = (site.store.blobs.put(data) for data in (b"both", b"one"))
    for recording, kind, blob in ((own, "phashes", shared), (other, "phashes", shared), (own, "thumbnails", alone)):
        made = RenditionMade(
            at=to_text(T),
            recording=recording,
            kind=kind,
            blob=blob,
            size_bytes=4,
            tool="t",
            params={},  # type: ignore[arg-type]
        )
        site.store.ledger.append(made)
    site.given(own)
    site.later(200)
    site.approved(own)
    site.later(15)
    site.run()
    assert site.store.blobs.has(shared) and not site.store.blobs.has(alone)
    (done,) = site.store.entries(rt.DestructionDone)
    assert done.shared == (shared,) and site.check() == ()


def test_the_same_file_docked_again_is_taken_in_anew(on_both: Site, cards: Cards) -> None:
    site = on_both
    own = site.store.seal(cards.first)
    site.given(own)
    site.later(200)
    site.approved(own)
    site.later(15)
    site.run()
    assert site.store.seal(cards.first) == own
    assert site.who("legal").open(own).status == 201
    kept = site.kept(own)
    (tomb,) = kept["destroyed"]
    assert tomb["state"] == "returned" and tomb["returned_at"] and not kept["expired"]
    # It was found in the library before and is once, by its text too.
    assert [each["id"] for each in site.who("legal").get("/api/v1/recordings?q=1.mp4").json["recordings"]] == [own]
    assert site.check() == ()
    assert rebuild(site.store.engine, site.store.blobs, site.store.root / "r.sqlite", replace=False) == ()


def test_a_change_of_retention(on_both: Site, cards: Cards) -> None:
    site = on_both
    own = site.store.seal(cards.first)
    site.later(200)
    body = {"of": "recordings", "recordings": [own], "code": "routine"}
    simulated = site.who("custodian").post("/api/v1/retention/simulate", body).json
    assert (simulated["n_expired"], simulated["expired"][0]["id"], simulated["by_class"]) == (1, own, {"routine": 1})
    made = site.who("custodian").post("/api/v1/retention/changes", body | {"reason": "日常巡查"})
    assert (made.status, made.json["n_expired"], made.json["state"]) == (201, 1, "proposed")
    path = f"/api/v1/retention/changes/{made.json['id']}"
    for name in ("custodian", OFFICER, "supervisor", "oversight", "admin"):
        assert site.who(name).post(f"{path}/approve", {}).status == 403
    assert site.who("legal").post(f"{path}/approve", {}).json["state"] == "proposed"
    assert site.who("legal").post(f"{path}/approve", {}).status == 409
    assert site.who("keeper-2").post(f"{path}/approve", {}).json["state"] == "approved"
    site.later(13)
    site.run()
    assert site.kept(own)["until"] is None
    site.later(2)
    site.run()
    assert site.kept(own)["expired"] and site.kept(own)["code"] == "routine"
    assert site.who("custodian").post(f"{path}/cancel", {"reason": "x"}).status == 409


def test_a_change_is_cancelled_by_anybody_who_may(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    body = {"of": "recordings", "recordings": [own], "code": "routine", "reason": "日常"}
    path = f"/api/v1/retention/changes/{site.who('custodian').post('/api/v1/retention/changes', body).json['id']}"
    for name in ("legal", "law-2"):
        assert site.who(name).post(f"{path}/approve", {}).status == 200
    assert site.who("keeper-2").post(f"{path}/cancel", {"reason": "有异议"}).json["state"] == "cancelled"
    site.later(400)
    site.run()
    assert site.kept(own)["until"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"of": "recordings", "code": "routine"}, 400),
        ({"of": "case", "case": "c" + "a" * 26, "code": "routine"}, 404),
        ({"of": "items", "items": "no/such"}, 404),
        ({"of": "items", "items": "x", "code": "routine"}, 400),
        ({"of": "recordings", "recordings": ["r" + "a" * 20], "code": "routine"}, 404),
        ({"of": "recordings", "recordings": ["r" + "a" * 20], "code": "no-such"}, 400),
    ],
)
def test_changes_that_make_no_sense(site: Site, body: dict[str, Any], status: int) -> None:
    assert site.who("custodian").post("/api/v1/retention/simulate", body).status == status
    assert site.who("custodian").post("/api/v1/retention/changes", body | {"reason": "x"}).status == status


def test_a_new_item_list_changes_nothing_until_people_agree(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    text = SHIPPED.read_text("utf-8")
    shorter = text.replace('version = "water-bureau/2026-11"', 'version = "test/2"').replace(
        "days = 1096", "days = 183"
    )
    # The first is adopted again behind the second: that is no way around either.
    for version, data in (("water-bureau/2026-11", text), ("test/2", shorter), ("water-bureau/2026-11", text)):
        adopted = ce.ItemsAdopted(
            at=to_text(T), version=version, items=site.store.blobs.put(data.encode()), by="configuration"
        )
        site.store.ledger.append(adopted)
    _closed_case(site, own)
    site.later(300)
    assert not site.kept(own)["expired"]
    simulated = site.who("legal").post("/api/v1/retention/simulate", {"of": "items", "items": "test/2"}).json
    assert (simulated["n_recordings"], simulated["n_expired"]) == (1, 1)
    body = {"of": "items", "items": "test/2", "reason": "新清单"}
    path = f"/api/v1/retention/changes/{site.who('custodian').post('/api/v1/retention/changes', body).json['id']}"
    for name in ("legal", "law-2"):
        site.who(name).post(f"{path}/approve", {})
    site.later(15)
    site.run()
    assert site.who("oversight").get("/api/v1/retention").json["version"] == "test/2"
    assert site.kept(own)["expired"]


def test_a_clock_moved_ahead_destroys_nothing(site: Site, cards: Cards) -> None:
    """Approved and not yet due; somebody sets the wall clock a year ahead. Nothing goes, nothing can be asked for, and
    the page says so until a person has confirmed the clock."""
    own, other = site.store.seal(cards.first), site.store.seal(cards.second)
    site.given(own, other)
    site.later(200)
    destruction = site.approved(own)
    site.run()
    site.clock.step(YEAR)
    site.people.clear()
    site.run()
    assert site.store.blobs.has(site.original(own)) and site.steps == []
    assert site.who("oversight").get("/api/v1/retention").json["clock"]["doubted_at"]
    asked = {"recordings": [other], "reason": "期满"}
    assert site.who("custodian").post("/api/v1/destructions", asked).status == 409
    for name in (OFFICER, "supervisor", "legal", "oversight"):
        assert site.who(name).post("/api/v1/retention/clock", {}).status == 403
    # Set right again and confirmed: the delay goes on as if nothing had been.
    site.clock.step(-YEAR)
    site.people.clear()
    site.run()
    assert site.store.blobs.has(site.original(own))
    confirmed = site.who("admin").post("/api/v1/retention/clock", {"note": "与授时中心核对"})
    assert (confirmed.status, confirmed.json["doubted_at"]) == (200, None)
    site.run()
    assert site.destruction(destruction)["state"] == "approved"
    site.later(15)
    site.run()
    assert not site.store.blobs.has(site.original(own))


def test_a_blob_deleted_behind_the_back_is_named(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    site.store.path(site.original(own)).unlink()
    assert [(each.invariant, each.code, each.subject) for each in site.check()] == [
        ("I1", "blob-missing", site.original(own))
    ]


def test_a_blob_that_came_back_after_its_destruction_is_named(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    site.given(own)
    site.later(200)
    site.approved(own)
    site.later(15)
    site.run()
    site.store.blobs.put(cards.first.read_bytes())
    assert [(each.code, each.subject) for each in site.check()] == [("not-destroyed", own)]


def test_a_destruction_forged_into_the_ledger_is_named(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    original, at = site.original(own), to_text(site.clock.now())
    row = next(each for each in site.store.rows(recordings) if each["id"] == own)
    d = rt.DestructionId(rt.new_id("d"))
    site.store.ledger.append(
        rt.DestructionRequested(at=at, destruction=d, recordings=(own,), reason="x", by="root"),
        rt.DestructionApproved(at=at, destruction=d, due_at=at, note="", by="root"),
        rt.DestructionBegun(
            at=at, destruction=d, recording=own, original=original, manifest=Digest(row["manifest"]), size_bytes=1,
            blobs=(original,), expired_at=at, code="routine", requested_by="root", approved_by="root",
        ),
    )  # fmt: skip
    assert any("approved by who requested it" in each.message for each in site.check())


def test_a_viewing_ends_when_its_footage_goes(site: Site, cards: Cards) -> None:
    own = site.store.seal(cards.first)
    site.given(own)
    site.later(200)
    site.approved(own)
    site.later(15)
    watching = site.who("legal")
    viewing = watching.open(own).json["id"]
    assert watching.get(f"/api/v1/viewings/{viewing}/0.m4s").status == 200
    site.run()
    assert watching.get(f"/api/v1/viewings/{viewing}/0.m4s").status == 410
    assert site.check() == ()


def test_a_destruction_cut_short_is_finished(site: Site, cards: Cards) -> None:
    for number, step in enumerate(("destruction.begun", "destruction.withdrawn", "destruction.removed")):
        own = site.store.seal((cards.first, cards.second, cards.photo)[number])
        site.given(own)
        site.later(200)
        site.approved(own)
        site.later(15)
        broken = _breaking(site, step)
        with pytest.raises(RuntimeError):
            broken.run_due()
        assert site.destroyer.finish() == 1 and site.destroyer.finish() == 0
        assert not site.store.blobs.has(site.original(own))
        with connected(site.store.engine) as connection:
            assert len(uncertified(connection)) == number + 1
    assert site.check() == ()


def _breaking(site: Site, at: str) -> Destroyer:
    assert site.server.services is not None

    def step(name: str) -> None:
        if name == at:
            raise RuntimeError(name)

    tools = Tools(
        site.store.engine, site.store.ledger, BlobRemoval(site.store.blobs), site.clock,
        site.server.services.retention, lambda _recording: None, step,
    )  # fmt: skip
    return Destroyer(tools)
