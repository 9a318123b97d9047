"""`mediad serve` destroys what is due and is killed with SIGKILL at every step of it: started again it finishes, and
`check`, `verify` and `rebuild` find nothing. Device files of must-record cases stay while these are open.
"""

from __future__ import annotations

import json
import signal
import struct
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import case_entries as ce
from evidence import retention_entries as rt
from evidence.blobs.removal import BlobRemoval
from evidence.canonical import sha256
from evidence.clock import ManualClock, SystemClock, to_text
from evidence.entries import SourceCleared, decode
from evidence.errors import RecordingDestroyed, StoreUnavailable
from evidence.media import specimens
from evidence.records import RecordingId
from ingest.device_files import DeviceFolder
from ingest.kill_point import VARIABLE
from ingest.sealing import BayTerms
from ingest.sidecars import bundle
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
from tests.integration.mediad.daemon_process import daemon, new_site, wait_for
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


def test_killed_at_every_step_of_a_destruction(tmp_path: Path, film: bytes) -> None:
    site = new_site(tmp_path / "site")
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
