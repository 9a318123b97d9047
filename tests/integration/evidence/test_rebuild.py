"""The catalog follows from ledger and blobs, on both databases; `check` is clean then and only then."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Engine, Table, Text, delete, insert, select, text, update

from evidence import case_entries as ce
from evidence import draws
from evidence import entries as e
from evidence import handover_entries as he
from evidence import item_entries as ie
from evidence import retention_entries as rt
from evidence import sample_entries as se
from evidence.blobs.local import LocalBlobs
from evidence.canonical import Digest
from evidence.catalog import schema
from evidence.catalog.attempts import Attempts
from evidence.catalog.engine import connected
from evidence.catalog.rebuild import rebuild
from evidence.catalog.sample_queries import Population, population_of
from evidence.check import Checked, Keys, check
from evidence.clock import ManualClock, SystemClock, to_text
from evidence.live import ChannelId, SittingId
from evidence.media import specimens
from evidence.media.workers import Workers
from evidence.merkle import leaf_hash
from evidence.records import RecordingId, ViewingId
from evidence.sittings import AlarmId, Person, SittingRecording, sitting_digest
from ingest.device_files import DeviceFolder
from ingest.identify import BayAssignment
from ingest.sealing import BayTerms
from ingest.sidecars import bundle
from mediad.config import Config, load
from mediad.intake_parts import make_intake, make_workers
from mediad.site_files import NewSite
from mediad.store import Store, open_store
from tests.databases import new_database
from tests.integration.evidence.absence_scene import absence_entries, emergency
from tests.integration.evidence.clock_life import life as clock_life
from tests.integration.recorders.footage import START, take
from tests.integration.recorders.site import Site, lost, noticed
from tests.sites import make_site

CLOCK = SystemClock()


@dataclass(frozen=True)
class Scene:
    store: Store
    scratch: Path

    @property
    def engine(self) -> Engine:
        return self.store.engine

    @property
    def blobs(self) -> LocalBlobs:
        return self.store.blobs

    def check(self) -> Checked:
        keys = Keys(self.store.seal_verifier, self.store.note_verifier, self.store.config.site.origin)
        self.scratch.unlink(missing_ok=True)
        return check(self.engine, self.blobs, keys, self.scratch)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("card")
    specimens.make("mp4", folder / "20261124103000_DSJ0001_0001.mp4", seconds=9, width=160, height=90)
    (folder / "20261124103000_DSJ0001_0001.gpx").write_text("<gpx/>")
    specimens.make("photo", folder / "IMG_20261124_110000.jpg", width=160, height=90)
    (folder / "Ärger 王伟.mp4").write_text("no film")
    return folder


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, card: Path) -> Path:
    """The configuration of a site that holds a row of everything. Nobody has it open: each test takes a copy."""
    url = "" if request.param == "sqlite" else new_database(str(request.getfixturevalue("postgres_url")))
    config = make_site(tmp_path_factory.mktemp("made") / "site", NewSite(catalog_url=url), CLOCK)
    with open_store(load(config.path, {})) as store:
        workers = make_workers(config.workers, CLOCK)
        try:
            _take_in(config, store, workers, card)
            _record(config, store, workers)
        finally:
            workers.close()
        _live(store)
    return config.path


@pytest.fixture
def scene(made: Path, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A copy of the site and of its database."""
    path = shutil.copytree(made.parent, tmp_path / "site") / made.name
    url = load(made, {}).catalog.url
    if url is not None:
        copy = new_database(str(request.getfixturevalue("postgres_url")), like=url)
        path.write_text(path.read_text(encoding="utf-8").replace(url, copy), encoding="utf-8")
    with open_store(load(path, {})) as store:
        yield Scene(store, tmp_path / "second.sqlite3")


def _take_in(config: Config, store: Store, workers: Workers, card: Path) -> None:
    intake = make_intake(store, workers, CLOCK, config.scratch_dir / "test")
    folder = DeviceFolder(str(card).encode())
    for bay in ("b1", "b2"):  # the second time is a sighting
        terms = BayTerms(bay, BayAssignment(officer="张伟", unit="一中队"))
        for item in bundle(folder.scan().files):
            intake.take(item, folder, terms, lambda *_: None)


def _record(config: Config, store: Store, workers: Workers) -> None:
    """Two live recordings with a gap between them."""
    config.live_dir.mkdir()
    site, footage = Site(store, config.live_dir, ManualClock(START), workers), take(seconds=8)
    tape = site.tape()
    tape.record(None)
    tape.opened(footage.stream)
    site.feed(tape, footage, 0, 2)
    tape.noticed(noticed("sound-lost", 1_000_000, None))
    lost(tape)
    again = footage.at(START + timedelta(seconds=30))
    tape.opened(again.stream)
    site.feed(tape, again)
    tape.stop()
    site.finish()


def _live(store: Store) -> None:
    """One of every other entry that has a projection."""
    at = to_text(CLOCK.now())
    with connected(store.engine) as connection:
        recording = RecordingId(str(connection.execute(select(schema.segments.c.recording)).scalar()))
    viewing = ViewingId("v1")
    account = {"account": "a", "session": "s", "address": "::1"}
    store.ledger.append(
        e.AccountChanged(at=at, account="a", display_name="甲", roles=("legal",), unit=None, enabled=True, by="cli:x"),
        e.SessionOpened(at=at, **account),
        e.ViewingRefused(
            at=at, scope="recording", recording=recording, purpose="case", reason="no", policies=(), **account
        ),
        e.ViewingOpened(
            at=at,
            viewing=viewing,
            display_name="甲",
            roles=("legal",),
            user_agent="x",
            scope="recording",
            recording=recording,
            purpose="case",
            note="核对",
            case="2026-1",
            policies=("p",),
            expires_at=at,
            **account,
        ),
        e.ViewingDelivered(
            at=at,
            viewing=viewing,
            recording=recording,
            item="segment",
            seq=0,
            start_ms=0,
            end_ms=4000,
            source="original",
        ),
        e.ViewingRendered(
            at=at, viewing=viewing, recording=recording, spans=(e.RenderedSpan(0, 4000, 1.5, False),), undelivered_ms=0
        ),
        e.ViewingClosed(at=at, viewing=viewing, reason="closed"),
        e.RenditionFailed(at=at, recording=recording, kind="viewing-copy", reason="不能"),
        e.LogRead(at=at, what="viewing-log", query="{}", **account),
        *_sitting(at, recording),
        *_case(at, recording, store.blobs.put(b"a list")),
        *absence_entries(at, store.blobs.put(b"paper")),
        *_retention(at, recording),
        *clock_life(at, recording, store.blobs.put(b"codes")),
    )
    _sample(store, at)


def _retention(at: str, recording: RecordingId) -> tuple[e.AnyEntry, ...]:
    """Held, given a class, and listed for destruction."""
    hold, change, destruction = rt.HoldId("h1"), rt.ChangeId("g1"), rt.DestructionId("d1")
    return (
        rt.HoldSet(
            at=at, hold=hold, on="recording", target=recording, from_at=None, until_at=None, reason="复议", by="law"
        ),
        rt.RetentionProposed(
            at=at,
            change=change,
            of="recordings",
            items=None,
            recordings=(recording,),
            case=None,
            code="routine",
            n_expired=0,
            n_sooner=1,
            n_later=0,
            reason="日常",
            by="keeper",
        ),
        rt.RetentionApproved(at=at, change=change, note="", by="law", due_at=at),
        rt.RetentionChanged(at=at, change=change),
        rt.DestructionRequested(at=at, destruction=destruction, recordings=(recording,), reason="期满", by="keeper"),
        rt.DestructionApproved(at=at, destruction=destruction, due_at=at, note="", by="law"),
    )


def _sample(store: Store, at: str) -> None:
    """One that is drawn and reviewed, one that is abandoned."""
    rule = Population("recordings", None, "2026-11-01T00:00:00.000000Z", "2026-12-01T00:00:00.000000Z")
    with connected(store.engine) as connection:
        ids = population_of(connection, rule)
    who = {"at": at, "by": "a", "display_name": "甲"}
    nonce, word = b"n" * 32, "一个没有人知道的足够长的字符串"

    def committed(name: str) -> se.SampleCommitted:
        return se.SampleCommitted(
            sample=se.SampleId(name),
            spec=draws.SPEC,
            title="抽查",
            of=rule.of,
            unit=rule.unit,
            from_at=rule.from_at,
            to_at=rule.to_at,
            items=(),
            population=store.blobs.put(draws.population_text(ids)),
            root=draws.population_root(ids),
            n_population=len(ids),
            size=1,
            permille=None,
            nonce_digest=draws.digest_of(nonce),
            word_digest=draws.digest_of(word),
            **who,
        )

    first = committed("d1")
    seed = draws.seed_of(leaf_hash(e.encode(first)), nonce, word)
    (chosen,) = draws.draw(ids, 1, seed)
    drawn = {"nonce": nonce.hex(), "word": word, "seed": Digest(seed.hex()), "chosen": (chosen,)}
    found = {"result": "flaw", "words": "未告知权利", "duration_ms": 9, "delivered_ms": 0, "rendered_ms": 0}
    store.ledger.append(
        first,
        se.SampleDrawn(sample=first.sample, **drawn, **who),
        se.SampleReviewed(sample=first.sample, item=chosen, recordings=(RecordingId(chosen),), **found, **who),
        committed("d2"),
        se.SampleAbandoned(sample=se.SampleId("d2"), reason="期间选错", **who),
    )


def _sitting(at: str, recording: RecordingId) -> tuple[e.AnyEntry, ...]:
    sitting, alarm, channel = SittingId("s1"), AlarmId("a1"), ChannelId("room-1/front")
    who = {"by": "a", "display_name": "甲"}
    part = SittingRecording(channel, recording, 0, 3, Digest("ab" * 32))
    return (
        e.SittingStarted(
            at=at,
            sitting=sitting,
            room="room-1",
            unit="一中队",
            kind="inquiry",
            case="2026-1",
            activity="询问",
            people=(Person("王建国", "party"),),
            must_record=True,
            channels=(channel,),
            required=(channel,),
            **who,
        ),
        e.AlarmRaised(
            at=at, alarm=alarm, room="room-1", channel=channel, sitting=sitting, kind="black", since_at=at, detail="黑"
        ),
        e.AlarmAcknowledged(at=at, alarm=alarm, note="知道了", **who),
        e.AlarmCleared(at=at, alarm=alarm, reason="over"),
        e.SittingMarked(at=at, sitting=sitting, on_at=at, label="出示证件", **who),
        e.SittingNoted(at=at, sitting=sitting, on_at=at, text="核对", **who),
        e.SittingEnded(
            at=at,
            sitting=sitting,
            reason="stopped",
            ended_at=at,
            recordings=(part,),
            digest=sitting_digest((part,)),
            **who,
        ),
    )


def _lists(at: str, items: Digest) -> list[e.AnyEntry]:
    """A founding list, one that two people put in force, and one that was refused."""
    adopted = ce.ItemsAdopted(at=at, version="w/1", items=items, by="configuration")
    first, second = (
        ie.ItemsProposed(
            at=at,
            proposal=ce.ProposalId(f"p{n}"),
            version=f"w/{n}",
            items=items,
            base=items,
            from_at=at,
            note="",
            by="a",
        )
        for n in (2, 3)
    )
    return [
        adopted,
        first,
        second,
        ie.ItemsApproved(at=at, proposal=first.proposal, note="", by="b"),
        msgspec.structs.replace(adopted, v=2, version="w/2", by="b", from_at=at, proposal=first.proposal),
        ie.ItemsRejected(at=at, proposal=second.proposal, note="", by="a"),
    ]


def _case(at: str, recording: RecordingId, items: Digest) -> list[e.AnyEntry]:
    """A case's life: entered, changed, explained, closed, reopened."""
    case, first, second = ce.CaseId("c1"), ce.ActivityId("a1"), ce.ActivityId("a2")
    said = {"at": at, "case": case, "by": "law"}
    subject = ce.Subject("person", "某人", "3301")

    def recorded(officers: tuple[str, ...], title: str) -> ce.CaseRecorded:
        words = {"kind": "demolition", "stage": "execution", "subject": subject, "unit": "一中队"}
        return ce.CaseRecorded(number="1", title=title, officers=officers, **words, **said)  # type: ignore[arg-type]

    def activity(name: ce.ActivityId, officers: tuple[str, ...]) -> ce.ActivityRecorded:
        times = {"planned_start": None, "planned_end": None, "started_at": at, "ended_at": None}
        words = {"item": "seizure", "stage": "execution", "place": "河边", "devices": ("D1",), "note": ""}
        return ce.ActivityRecorded(activity=name, officers=officers, **times, **words, **said)  # type: ignore[arg-type]

    def explained(name: str) -> ce.FindingExplained:
        words = {"about": "", "start_ms": 1, "end_ms": 2, "items": "w/1", "cause": "other", "statement": "说明"}
        return ce.FindingExplained(
            explanation=ce.ExplanationId(name),
            activity=first,
            kind="gap",
            **words,
            **said,  # type: ignore[arg-type]
        )

    def clip(name: str) -> ce.ClipMarked:
        words = {"recording": recording, "start_ms": 0, "end_ms": 1000, "moment": "identity", "note": ""}
        return ce.ClipMarked(clip=ce.ClipId(name), activity=first, **words, **said)  # type: ignore[arg-type]

    def matched(verdict: ce.Verdict) -> ce.FootageMatched:
        return ce.FootageMatched(activity=first, recording=recording, verdict=verdict, reason="", **said)

    def timed(uncertainty_ms: int) -> ce.RecordingTimed:
        return ce.RecordingTimed(
            at=at, recording=recording, started_at=at, uncertainty_ms=uncertainty_ms, reason="x", by="k"
        )

    def decided(name: str, approved: bool) -> ce.ExplanationDecided:
        return ce.ExplanationDecided(explanation=ce.ExplanationId(name), approved=approved, note="", **said)

    def handed(name: str) -> he.CaseHandedOver:
        words = {"to": he.Authority("police", "市公安局"), "number": "移1号", "approver": "局长", "note": ""}
        goes = {"recordings": (recording,), "destroyed": (), "clips": (ce.ClipId("k1"),)}
        judged = {"items": "w/1", "judged_by": ("w/1",), "explanations": ()}
        return he.CaseHandedOver(handover=he.HandoverId(name), **words, **goes, **judged, **said)  # type: ignore[arg-type]

    return [
        *_lists(at, items),
        recorded(("P-1", "P-2"), "旧"),
        recorded(("P-2",), "新"),
        activity(first, ("P-1", "P-3", "P-3")),
        activity(first, ("P-4",)),
        activity(second, ()),
        ce.ActivityWithdrawn(activity=second, reason="误登", **said),
        matched("confirmed"),
        matched("rejected"),
        timed(500),
        timed(20),
        clip("k1"),
        clip("k2"),
        ce.ClipWithdrawn(clip=ce.ClipId("k2"), reason="重复", **said),
        explained("x1"),
        explained("x2"),
        decided("x1", True),
        decided("x2", False),
        *emergency(at),
        ce.CaseClosed(items="w/1", explanations=(ce.ExplanationId("x1"),), note="", **said),
        ce.CaseReopened(reason="补证", **said),
        handed("m1"),
        he.HandoverEnded(handover=he.HandoverId("m1"), outcome="returned", number="", reason="x", items=None, **said),
        ce.CaseClosed(items="w/1", explanations=(), note="", **said),
        handed("m2"),
        he.HandoverEnded(handover=he.HandoverId("m2"), outcome="settled", number="", reason="x", items=None, **said),
        ce.CaseArchived(items="w/1", explanations=(), note="", **said),
    ]


def test_a_live_site_equals_its_rebuild_and_keeps_its_promises(scene: Scene) -> None:
    assert rebuild(scene.engine, scene.blobs, scene.scratch, replace=False) == ()
    found = scene.check()
    assert (found.findings, found.notices, found.n_unused) == ((), (), 0)
    assert found.n_entries == scene.store.reader.size() and found.n_blobs >= 8
    assert Attempts(scene.engine, scene.store.writer, CLOCK).unfinished("b1") == ()


# Other rows point at theirs, so that a row is changed rather than deleted.
_PARENTS = (
    "recordings", "live_recordings", "viewings", "sittings", "cases", "activities", "retention_changes",
    "destructions", "samples",
)  # fmt: skip


def test_a_missing_row_of_any_table_is_named_and_put_back(scene: Scene) -> None:
    """One of every table at once: each is named, nothing else is, and every table is as it was."""
    with connected(scene.engine, writes=True) as connection:
        before = _all_rows(connection)
        assert [name for name, rows in before.items() if not rows] == [], "the scene lacks rows"
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        spoiled = {(table.name, _spoil(connection, table, before[table.name][0])) for table in schema.PROJECTED}
    found = rebuild(scene.engine, scene.blobs, scene.scratch, replace=True)
    assert (len(found), {(each.table, each.key) for each in found}) == (len(spoiled), spoiled)
    scene.scratch.unlink()
    assert rebuild(scene.engine, scene.blobs, scene.scratch, replace=True) == ()
    with connected(scene.engine) as connection:
        assert _all_rows(connection) == before


def _all_rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Table → its rows in the order of their keys."""
    return {
        table.name: [
            dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        ]
        for table in schema.PROJECTED
    }


def _spoil(connection: Connection, table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    """Delete a row, or change it; its key."""
    keys = list(table.primary_key.columns)
    is_it = [column == row[column.name] for column in keys]
    if table.name in _PARENTS:
        words = [column.name for column in table.columns if isinstance(column.type, Text)][-1]
        connection.execute(update(table).where(*is_it).values({words: "changed"}))
    else:
        connection.execute(delete(table).where(*is_it))
    return tuple(row[column.name] for column in keys)


def test_an_unexpected_row_is_named(scene: Scene) -> None:
    row = {"entry": 9999, "account": "a", "address": "", "scope": "library", "purpose": "x", "reason": "", "at": ""}
    with connected(scene.engine, writes=True) as connection:
        connection.execute(insert(schema.refusals), row)
    (found,) = rebuild(scene.engine, scene.blobs, scene.scratch, replace=False)
    assert (found.table, found.key, found.what) == ("refusals", (9999,), "unexpected")
    assert [each.code for each in scene.check().findings] == ["catalog"]


def test_a_delivery_without_a_viewing_breaks_i4(scene: Scene) -> None:
    """The catalog's foreign key would refuse the row: what is checked is the ledger."""
    at = to_text(CLOCK.now())
    with connected(scene.engine) as connection:
        recording = RecordingId(str(connection.execute(select(schema.recordings.c.id)).scalar()))
    late = e.ViewingDelivered(
        at=at,
        viewing=ViewingId("v1"),
        recording=recording,
        item="photo",
        seq=None,
        start_ms=0,
        end_ms=0,
        source="original",
    )
    scene.store.ledger.append(late)
    messages = [found.message for found in scene.check().findings if found.invariant == "I4"]
    assert any("after it was closed" in message for message in messages)


def test_a_lost_text_index_is_named_and_put_back(scene: Scene) -> None:
    with connected(scene.engine, writes=True) as connection:
        connection.execute(text("DELETE FROM recording_search"))
    (found,) = rebuild(scene.engine, scene.blobs, scene.scratch, replace=True)
    assert found.table == "recording_search"
    scene.scratch.unlink()
    assert rebuild(scene.engine, scene.blobs, scene.scratch, replace=False) == ()
