"""`mediad serve` destroys what is due and is killed with SIGKILL at every step of it: started again it finishes, and
`check`, `verify` and `rebuild` find nothing. Device files of must-record cases stay while these are open.
"""

from __future__ import annotations

import json
import signal
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence import handover_entries as he
from evidence import retention_entries as rt
from evidence.blobs.removal import BlobRemoval
from evidence.canonical import Digest, sha256
from evidence.catalog import copies_in_hand
from evidence.catalog.engine import connected
from evidence.catalog.retention_queries import Doomed, doomed
from evidence.check import Keys
from evidence.check import check as check_site
from evidence.clock import ManualClock, SystemClock, to_text
from evidence.entries import AnyEntry, SourceCleared, decode
from evidence.errors import RecordingDestroyed, StoreUnavailable
from evidence.media import specimens
from evidence.records import RecordingId
from evidence.stages import Advance
from ingest.device_files import DeviceFolder
from ingest.kill_point import VARIABLE
from ingest.sealing import BayTerms
from ingest.sidecars import bundle
from mediad.checked_destruction import check_destructions
from mediad.config import load
from mediad.destroyer import Destroyer, Tools
from mediad.intake_parts import make_intake, make_workers
from mediad.renditions import Renditions
from mediad.store import Store, open_reading, open_store
from player.retention.asking import Asking
from player.retention.gathering import RetentionRules
from player.retention.holds import HoldWords, set_hold
from policy.item_list import SHIPPED
from policy.item_list import load as load_items
from tests.acceptance.commands import mediad
from tests.integration.mediad.daemon_process import daemon, new_site, site_on, wait_for
from tests.sites import add_account

STEPS = ("destruction.begun", "destruction.withdrawn", "destruction.removed", "destruction.done")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return specimens.make("mp4", path, seconds=2, width=160, height=90).read_bytes()


def variant(film: bytes, number: int) -> bytes:
    """The same film with another content: a box that players pass over (ISO/IEC 14496-12 §8.1.2)."""
    return film + struct.pack(">I4sQ", 16, b"free", number)


def _long_ago(site: Path, card: Path, code: str = "routine") -> list[RecordingId]:
    """Files taken in over a year ago, their destruction requested and approved, and the delay over."""
    config, clock = load(site), ManualClock(SystemClock().now() - timedelta(days=400))
    destruction, change = rt.DestructionId(rt.new_id("d")), rt.ChangeId(rt.new_id("g"))
    with open_store(config) as store:
        workers = make_workers(config.workers, clock)
        try:
            intake = make_intake(store, workers, clock, config.scratch_dir / "test")
            folder = DeviceFolder(str(card).encode())
            found = [
                intake.take(item, folder, BayTerms("b1"), lambda *_: None).recording
                for item in bundle(folder.scan().files)
            ]
        finally:
            workers.close()
        at = to_text(clock.now())
        clock.advance(timedelta(days=390))
        later = to_text(clock.now())
        store.ledger.append(
            rt.RetentionProposed(
                at=at, change=change, of="recordings", items=None, recordings=tuple(found), case=None, code=code,
                n_expired=0, n_sooner=0, n_later=0, reason="日常", by="a",
            ),
            rt.RetentionChanged(at=at, change=change),
            rt.DestructionRequested(at=later, destruction=destruction, recordings=tuple(found), reason="期满", by="a"),
            rt.DestructionApproved(at=later, destruction=destruction, due_at=later, note="", by="law"),
        )  # fmt: skip
    return found


def _states(site: Path) -> list[str]:
    with open_reading(load(site)) as store:
        entries = [decode(data) for _, data in store.ledger.entries(0, store.ledger.size())]
    return [str(type(each).__struct_config__.tag) for each in entries if isinstance(each, rt.RetentionEntry)]


def test_killed_at_every_step_of_a_destruction(tmp_path: Path, film: bytes, database_url: str) -> None:
    site = site_on(tmp_path / "site", database_url)
    card = tmp_path / "card"
    card.mkdir()
    for number in range(4):
        (card / f"{number}.mp4").write_bytes(variant(film, number))
    (card / "0.gpx").write_text("<gpx/>")
    recordings = _long_ago(site, card)
    add_account(site)
    listed = json.loads(mediad("retention", "list", "-c", site, "--json").stdout)
    assert {each["recording"] for each in listed["recordings"]} == set(recordings)
    simulated = mediad("retention", "simulate", "-c", site, "--items", SHIPPED)
    assert simulated.returncode == 0 and "0 would expire" in simulated.stdout, simulated.stdout + simulated.stderr
    blobs = site.parent / "data" / "blobs" / "sha256"
    originals = [blobs / (d := sha256(variant(film, number)))[:2] / d for number in range(4)]
    assert all(each.is_file() for each in originals)
    for step in STEPS:
        with daemon(site, tmp_path, **{VARIABLE: step}) as running:
            running.process.wait(timeout=60)
            assert running.process.returncode == -signal.SIGKILL, step
    with daemon(site, tmp_path) as running:
        running.sign_in()
        wait_for(lambda: running.get("/destructions")["destructions"][0]["certificate"], 60)
        (done,) = running.get("/destructions")["destructions"]
        assert done["state"] == "done" and {each["state"] for each in done["items"]} == {"done"}
        status, pdf = running.call("GET", f"/destructions/{done['id']}/certificate.pdf")
        assert (status, pdf[:5]) == (200, b"%PDF-")
        listed = running.get("/recordings")["recordings"]
        assert {each["id"] for each in listed if each["destroyed_at"]} == set(recordings)
        running.stop()
    assert not any(each.exists() for each in originals)
    assert not any((blobs.parent / "withdrawn").iterdir())
    states = _states(site)
    assert (states.count("destruction.begun"), states.count("destruction.done")) == (4, 4)
    for command in (("check",), ("rebuild", "--dry-run")):
        done_by = mediad(command[0], "-c", site, *command[1:])
        assert done_by.returncode == 0, done_by.stdout + done_by.stderr
    verified = mediad("verify", "-c", site, "--all", "--json")
    assert {each["state"] for each in json.loads(verified.stdout)["results"]} == {"destroyed"}


def _destroyer(store: Store, step: Callable[[str], None] = lambda _name: None) -> Destroyer:
    """As the daemon has it, with nobody watching."""
    rules, removal = RetentionRules(load_items().items, store.blobs), BlobRemoval(store.blobs)
    return Destroyer(Tools(store.engine, store.ledger, removal, SystemClock(), rules, lambda _recording: None, step))


class _Cut(Exception):
    """Leaves a destruction that was begun."""


@pytest.mark.parametrize("gone_at", ["kept", "described"])
def test_the_same_content_docked_while_it_is_destroyed_is_copied_again(
    tmp_path: Path, film: bytes, gone_at: str
) -> None:
    """The copy finds the bytes in the store; then they are destroyed; then it would be sealed on nothing."""
    site, card = new_site(tmp_path / "site"), tmp_path / "card"
    card.mkdir()
    (card / "1.mp4").write_bytes(film)
    (recording,) = _long_ago(site, card)
    config, clock = load(site), SystemClock()
    with open_store(config) as store:
        workers, steps = make_workers(config.workers, clock), []

        def cut(name: str) -> None:
            if name == "destruction.begun":
                raise _Cut

        def step(name: str) -> None:
            steps.append(name)
            if name == "kept" and steps.count("kept") == 1:
                with pytest.raises(_Cut):
                    _destroyer(store, cut).run_due()
            if name == gone_at and steps.count(gone_at) == 1:
                assert _destroyer(store).finish() == 1

        try:
            intake = make_intake(store, workers, clock, config.scratch_dir / "test", step)
            folder = DeviceFolder(str(card).encode())
            (item,) = bundle(folder.scan().files)
            with pytest.raises(StoreUnavailable, match="removed meanwhile"):
                intake.take(item, folder, BayTerms("b2"), lambda *_: None)
            outcome = intake.take(item, folder, BayTerms("b2"), lambda *_: None)
        finally:
            workers.close()
        assert (outcome.state, outcome.recording) == ("sealed", recording) and store.blobs.has(outcome.original)
    checked = mediad("check", "-c", site)
    assert checked.returncode == 0, checked.stdout


def test_a_copy_finished_after_its_recording_was_destroyed_goes_too(tmp_path: Path, film: bytes) -> None:
    site, card = new_site(tmp_path / "site"), tmp_path / "card"
    card.mkdir()
    (card / "1.mp4").write_bytes(film)
    (recording,) = _long_ago(site, card)
    config, clock = load(site), SystemClock()
    with open_store(config) as store:
        workers = make_workers(config.workers, clock)
        try:
            renditions = Renditions(
                store.engine, store.blobs, store.ledger, workers, clock, config.scratch_dir / "r", timeout_s=60
            )
            made = renditions.make(recording, "thumbnails", lambda _share: None, -1)
            assert store.blobs.has(made["blob"])
            assert _destroyer(store).run_due() == 1
            renditions.record(recording, "thumbnails", made, -1)
            assert not store.blobs.has(made["blob"])
            assert renditions.wanted(10)[0] == ()
            with pytest.raises(RecordingDestroyed):
                _hold(store, recording)
        finally:
            workers.close()
    checked = mediad("check", "-c", site)
    assert checked.returncode == 0, checked.stdout


def _hold(store: Store, recording: RecordingId) -> None:
    rules = RetentionRules(load_items(SHIPPED).items, store.blobs)
    asking = Asking("law", SystemClock().now(), rules)
    words = HoldWords("recording", recording, "too late")
    store.ledger.decide(lambda connection: (set_hold(connection, "h1", words, asking),)).result()


def test_what_a_killed_job_left_goes_with_its_recording_or_with_the_next_try(tmp_path: Path, film: bytes) -> None:
    """Killed between keeping a copy and logging it: the copy is named all the same."""
    site, card = new_site(tmp_path / "site"), tmp_path / "card"
    card.mkdir()
    (card / "1.mp4").write_bytes(film)
    (recording,) = _long_ago(site, card)
    config, clock = load(site), SystemClock()
    with open_store(config) as store:
        workers = make_workers(config.workers, clock)

        def left(content: bytes) -> Digest:
            """As an earlier try would have left it, whose bytes came out otherwise."""

            def name(connection: Connection) -> tuple[()]:
                copies_in_hand.name(connection, recording, "thumbnails", sha256(content))
                return ()

            store.ledger.decide(name).result()
            return store.blobs.put(content)

        try:
            renditions = Renditions(
                store.engine, store.blobs, store.ledger, workers, clock, config.scratch_dir / "r", timeout_s=60
            )
            first = left(b"of a try that broke off")
            made = renditions.make(recording, "thumbnails", lambda _share: None, -1)
            renditions.record(recording, "thumbnails", made, -1)
            assert store.blobs.has(made["blob"]) and not store.blobs.has(first)
            # Kept and never logged, when the recording is destroyed.
            phashes = renditions.make(recording, "phashes", lambda _share: None, -1)
            assert store.blobs.has(phashes["blob"])
            checked = mediad("check", "-c", site, "--json")
            assert (json.loads(checked.stdout)["n_unused"], json.loads(checked.stdout)["notices"]) == (0, [])
            assert _destroyer(store).run_due() == 1
            assert not store.blobs.has(phashes["blob"])
            # Kept by a job that was killed while the recording went: put away when it goes on.
            last = left(b"of a job that outlived the recording")
            assert renditions.make(recording, "thumbnails", lambda _share: None, 10**9) == {"state": "made"}
            assert not store.blobs.has(last)
        finally:
            workers.close()
    checked = mediad("check", "-c", site)
    assert checked.returncode == 0, checked.stdout


def test_a_blob_that_nothing_names_is_told(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    with open_store(load(site)) as store:
        blob = store.blobs.put(b"left by something that broke off")
    checked = mediad("check", "-c", site)
    assert checked.returncode == 0 and f"Blob {blob} (32 bytes) is named by nothing" in checked.stdout
    assert str(store.blobs.path(blob)) in checked.stdout


def test_what_is_named_while_the_check_runs_is_nothing_to_look_at(tmp_path: Path) -> None:
    with open_store(load(new_site(tmp_path / "site"))) as store:
        keys = Keys(store.seal_verifier, store.note_verifier, store.config.site.origin)
        blob, left = store.blobs.put(b"its entry comes in a moment"), store.blobs.put(b"its entry never comes")

        @contextmanager
        def stage(_title: str, _total: int) -> Iterator[Advance]:
            with connected(store.engine, writes=True) as connection:
                copies_in_hand.name(connection, "r1", "thumbnails", blob)
            yield lambda _n: None

        found = check_site(store.engine, store.blobs, keys, tmp_path / "again.sqlite3", stage)
    assert [each.subject for each in found.notices] == [left]


@pytest.mark.parametrize("kind", ["recording", "case", "subject", "device", "handed-over", "term"])
def test_check_names_what_was_destroyed_though_something_held_it(tmp_path: Path, film: bytes, kind: str) -> None:
    """With the keys and the code in hand somebody could have anything destroyed: it is judged again."""
    site, card = new_site(tmp_path / "site"), tmp_path / "card"
    card.mkdir()
    (card / "DSJ0001_012345_20250101080000_0001.mp4").write_bytes(film)
    # "term": the class that it was given is longer.
    (recording,) = _long_ago(site, card, code="permanent" if kind == "term" else "routine")
    at = to_text(SystemClock().now() - timedelta(days=1))
    case = ce.CaseId(ce.new_id("c"))
    targets = {"recording": recording, "case": case, "subject": "某公司", "device": "DSJ0001"}
    with open_store(load(site)) as store:
        if kind in ("case", "subject", "handed-over"):
            store.ledger.append(*_in_a_case(at, case, recording))
        if kind == "handed-over":
            store.ledger.append(_handed(at, case))
        if kind in targets:
            on: Any = kind
            held = rt.HoldSet(
                at=at, hold=rt.HoldId("h1"), on=on, target=targets[kind], from_at=None, until_at=None, reason="复议",
                by="law",
            )  # fmt: skip
            store.ledger.append(held)
        asked = next(each for each in _entries(store) if isinstance(each, rt.DestructionRequested))
        doomed_blobs = doomed_of(store, recording)
        begun = rt.DestructionBegun(
            at=to_text(SystemClock().now()),
            destruction=asked.destruction,
            recording=recording,
            original=doomed_blobs.original,
            manifest=doomed_blobs.manifest,
            size_bytes=doomed_blobs.size_bytes,
            blobs=doomed_blobs.blobs,
            expired_at=at,
            code="routine",
            requested_by="a",
            approved_by="law",
        )
        store.ledger.append(begun)
        rules = RetentionRules(load_items().items, store.blobs)
        found = list(check_destructions(store.engine, store.blobs, rules, tmp_path / "then.sqlite3"))
    words = {"handed-over": "was handed over to 市公安局", "term": "ermanent"}.get(kind, "put it on hold")
    assert [each.subject for each in found] == [recording] and words in found[0].message


def _entries(store: Store) -> list[AnyEntry]:
    return [decode(data) for _, data in store.reader.entries(0, store.reader.size())]


def doomed_of(store: Store, recording: RecordingId) -> Doomed:
    with connected(store.engine) as connection:
        found = doomed(connection, recording)
    assert found is not None
    return found


def _in_a_case(at: str, case: ce.CaseId, recording: RecordingId) -> tuple[AnyEntry, ...]:
    """A closed case that the recording was confirmed for: of itself it has expired."""
    activity, shared = ce.ActivityId(ce.new_id("a")), {"at": at, "case": case, "by": "x"}
    return (
        ce.CaseRecorded(
            **shared, number="1号", kind="inspection", title="检查", stage="investigation",  # type: ignore[arg-type]
            subject=ce.Subject("organisation", "某公司"), unit=None, officers=(),
        ),
        ce.ActivityRecorded(
            **shared, activity=activity, item="inspection", stage="investigation", place="",  # type: ignore[arg-type]
            planned_start=None, planned_end=None, started_at=at, ended_at=at, officers=(), devices=(), note="",
        ),
        ce.FootageMatched(**shared, activity=activity, recording=recording, verdict="confirmed", reason=""),  # type: ignore[arg-type]
    )  # fmt: skip


def _handed(at: str, case: ce.CaseId) -> he.CaseHandedOver:
    return he.CaseHandedOver(
        at=at, case=case, by="law", handover=he.HandoverId("m1"), to=he.Authority("police", "市公安局"), number="移1号",
        approver="局长", note="", recordings=(), destroyed=(), clips=(), items="x", judged_by=(), explanations=(),
    )  # fmt: skip


def test_a_device_file_stays_while_its_must_record_case_is_open(tmp_path: Path, film: bytes) -> None:
    site = new_site(tmp_path / "site")
    site.write_text(site.read_text(encoding="utf-8").replace('name = "b1"', 'name = "b1"\nclear = "after-seal"'))
    add_account(site)
    now = SystemClock().now()
    case, at = ce.CaseId(ce.new_id("c")), to_text(now)
    with open_store(load(site)) as store:
        store.ledger.append(
            ce.CaseRecorded(
                at=at, case=case, number="水强1号", kind="demolition", title="拆除", stage="execution",
                subject=ce.Subject("organisation", "某公司", ""), unit=None, officers=("012345",), by="x",
            ),
            ce.ActivityRecorded(
                at=at, activity=ce.ActivityId(ce.new_id("a")), case=case, item="forced-demolition", stage="execution",
                place="", planned_start=None, planned_end=None,
                started_at=to_text(now - timedelta(days=1)), ended_at=at,
                officers=("012345",), devices=(), note="", by="x",
            ),
        )  # fmt: skip
    bay = site.parent / "bays" / "1"
    # The name tells the camera's time, in the site's zone.
    name = f"DSJ0001_012345_{now + timedelta(hours=6):%Y%m%d%H%M%S}_0001.mp4"
    (bay / name).write_bytes(film)
    with daemon(site, tmp_path) as running:
        running.sign_in()
        running.until("safe", done=1)
        (attempt,) = running.get("/bays/b1/attempts")["attempts"]
        assert attempt["state"] == "sealed" and "水强1号" in attempt["reason"]
        running.stop()
    assert (bay / name).exists()
    with open_store(load(site)) as store:
        closed = ce.CaseClosed(at=at, case=case, items="x", explanations=(), note="", by="x")
        store.ledger.append(closed)
    with daemon(site, tmp_path) as running:
        wait_for(lambda: not (bay / name).exists(), 60)
        running.stop()
    with open_reading(load(site)) as store:
        entries = [decode(data) for _, data in store.ledger.entries(0, store.ledger.size())]
    assert sum(isinstance(each, SourceCleared) for each in entries) == 1
