"""Sittings on a real ledger, on both databases: what is refused, what is kept, and what the receipt says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from evidence import merkle
from evidence.canonical import Digest
from evidence.catalog.engine import connected
from evidence.catalog.rebuild import rebuild
from evidence.catalog.sitting_queries import SittingFilter, alarms_of, notes_of, open_sittings, sittings_page
from evidence.clock import from_text, to_text
from evidence.entries import LiveSegment, LiveStarted, SittingEnded, SittingStarted, decode
from evidence.errors import Conflict, Invalid, NotFound
from evidence.live import SittingId
from evidence.paper.typesetter import PaperFailed
from evidence.sittings import sitting_digest
from evidence.statements import statement_bytes
from tests.integration.ingest.filmed_room import ASKED, CHEN, START, ZHANG, Scene, filmed_room, open_room


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with filmed_room(tmp_path, database_url) as scene:
        yield scene


def _entries(scene: Scene, kind: type) -> list:
    return [e for _, data in scene.store.reader.entries() if isinstance(e := decode(data), kind)]


def test_a_must_record_sitting_is_refused_in_words_while_a_required_channel_is_down(scene: Scene) -> None:
    scene.channels["正面近景"].turn("offline", "The camera does not answer.")
    with pytest.raises(Conflict, match="正面近景: The camera does not answer"):
        scene.sittings.start(ASKED, ZHANG)
    assert _entries(scene, SittingStarted) == []
    assert scene.sittings.start(replace(ASKED, must_record=False), ZHANG).ended_at is None


def test_what_is_signed_makes_the_digest_and_nothing_else_does(scene: Scene) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    scene.goes(10)
    ended = scene.sittings.end(sitting, ZHANG)
    begun = {each.recording: each.channel for each in _entries(scene, LiveStarted)}
    leaves: dict[str, list[bytes]] = {}
    for entry in _entries(scene, LiveSegment):
        leaves.setdefault(entry.recording, []).append(merkle.leaf_hash(statement_bytes(entry.signed.statement)))
    assert {each.recording: each.root for each in ended.recordings} == {
        recording: merkle.root_of(hashes).hex() for recording, hashes in leaves.items()
    }
    assert [each.channel for each in ended.recordings] == ["a/backup", "a/front"] == sorted(begun.values())
    assert ended.digest == sitting_digest(ended.recordings)
    changed = (msgspec.structs.replace(ended.recordings[0], root=Digest("00" * 32)), *ended.recordings[1:])
    assert sitting_digest(changed) != ended.digest != sitting_digest(ended.recordings[1:])


def test_marks_are_set_while_it_happens_and_notes_afterwards_too(scene: Scene) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    scene.goes(5)
    scene.sittings.mark(sitting, "出示证件", None, ZHANG)
    scene.sittings.note(sitting, "语气缓和", to_text(START + timedelta(seconds=2)), CHEN)
    scene.sittings.end(sitting, ZHANG)
    with pytest.raises(Conflict):
        scene.sittings.mark(sitting, "迟了", None, ZHANG)
    with pytest.raises(Invalid):
        scene.sittings.note(sitting, "何时？", None, CHEN)
    with pytest.raises(Invalid):
        scene.sittings.note(sitting, "之后", to_text(START + timedelta(hours=1)), CHEN)
    scene.sittings.note(sitting, "与笔录核对", to_text(START + timedelta(seconds=4)), CHEN)
    with connected(scene.store.engine) as connection:
        notes = notes_of(connection, sitting)
    assert [(each.kind, each.text, each.display_name) for each in notes] == [
        ("note", "语气缓和", "陈志远"),
        ("note", "与笔录核对", "陈志远"),
        ("mark", "出示证件", "张伟"),
    ]


def test_coverage_and_gaps_add_up_to_the_sitting_and_a_gap_has_its_reason(scene: Scene) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    front = scene.channels["正面近景"]
    scene.goes(10)
    front.lose("The camera closed the connection.")
    scene.goes(7)
    front.find(7, "The camera closed the connection.")
    scene.goes(10)
    row = scene.sittings.end(sitting, ZHANG)
    receipt = scene.receipts.gather(row)
    lines = {each.label: each for each in receipt.channels}
    total_ms = round((from_text(row.ended_at or "") - from_text(row.started_at)).total_seconds() * 1000)
    assert total_ms == 27_000
    gaps = [each for each in receipt.events if each.kind == "gap"]
    gap_ms = sum(round((each.until_at - each.from_at).total_seconds() * 1000) for each in gaps if each.until_at)
    assert lines["正面近景"].covered_ms + gap_ms == total_ms and gap_ms == 7000
    assert lines["备份"].covered_ms == total_ms
    assert (gaps[0].reason, gaps[0].detail) == ("network", "The camera closed the connection.")
    assert (lines["正面近景"].n_recordings, lines["备份"].n_recordings) == (2, 1)


def test_a_hole_that_nobody_explained_is_shown_all_the_same(scene: Scene) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    scene.goes(3)
    scene.channels["备份"].recording = None  # as after a fault of the recorder itself
    scene.goes(4)
    row = scene.sittings.end(sitting, ZHANG)
    gaps = [each for each in scene.receipts.gather(row).events if each.kind == "gap"]
    assert [(each.channel, each.reason) for each in gaps] == [("备份", "")]


def test_the_receipt_is_printed_again_as_it_was(scene: Scene, tmp_path: Path) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    scene.goes(3)
    with pytest.raises(Conflict):
        scene.sittings.receipt(sitting)
    scene.sittings.mark(sitting, "出示证件", None, ZHANG)
    row = scene.sittings.end(sitting, ZHANG)
    pdf = scene.sittings.receipt(sitting)
    scene.sittings.note(sitting, "后来的话", to_text(START + timedelta(seconds=1)), CHEN)
    assert scene.sittings.receipt(sitting) == pdf
    assert row.receipt is not None and scene.store.blobs.read(row.receipt) == pdf
    assert row.receipt_bytes == len(pdf) and row.receipt_entry == (row.ended_entry or 0) + 1
    (tmp_path / "receipt.pdf").write_bytes(pdf)
    words = subprocess.run(["pdftotext", "-layout", tmp_path / "receipt.pdf", "-"], capture_output=True, check=True)
    text = words.stdout.decode()
    said = ("录音录像回执", "一号询问室", "王建国", "江水罚〔2026〕17", "出示证件", "09:03:12", row.id, "正面近景")
    assert [each for each in said if each not in text] == []
    assert "后来的话" not in text
    assert str(row.digest) in text.replace(" ", "").replace("\n", "")


def test_a_receipt_that_could_not_be_set_is_set_when_it_is_asked_for(scene: Scene) -> None:
    class Broken:
        def pdf(self, row: object) -> bytes:
            raise PaperFailed("No paper.")

    sitting = scene.sittings.start(ASKED, ZHANG).id
    desk = scene.sittings._desk
    scene.sittings._desk = replace(desk, receipts=Broken())  # type: ignore[arg-type]
    row = scene.sittings.end(sitting, ZHANG)
    assert row.ended_at is not None and row.receipt is None
    scene.sittings._desk = desk
    assert scene.sittings.receipt(sitting).startswith(b"%PDF")
    assert scene.sittings.get(sitting).receipt is not None


def test_a_room_has_one_sitting_at_a_time_and_an_ended_one_stays_ended(scene: Scene) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    with pytest.raises(Conflict, match="in use"):
        scene.sittings.start(ASKED, CHEN)
    scene.sittings.end(sitting, CHEN)
    with pytest.raises(Conflict, match="ended already"):
        scene.sittings.end(sitting, ZHANG)
    assert len(_entries(scene, SittingEnded)) == 1
    assert scene.sittings.start(ASKED, CHEN).id != sitting
    with pytest.raises(NotFound):
        scene.sittings.end(SittingId("s" + "a" * 26), ZHANG)


def test_a_sitting_goes_on_after_a_restart_and_the_gap_is_on_the_receipt(scene: Scene) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    scene.goes(5)
    scene.clock.advance(timedelta(seconds=9))
    again = open_room(scene.store, scene.clock)
    again.sittings.recover()
    assert again.channels["正面近景"].heard == [f"record {sitting}"]
    again.goes(5)
    row = again.sittings.end(sitting, ZHANG)
    line = again.receipts.gather(row).channels[0]
    # The latest closed fragment of 2 s is part of the new recording.
    assert line.covered_ms == 12_000 and line.n_recordings == 2
    with connected(scene.store.engine) as connection:
        assert open_sittings(connection) == ()


def test_pages_go_back_in_time_and_keep_to_units(scene: Scene) -> None:
    ids = []
    for _ in range(5):
        scene.clock.advance(timedelta(seconds=60))
        ids.append(scene.sittings.start(ASKED, ZHANG).id)
        scene.sittings.end(ids[-1], ZHANG)
    with connected(scene.store.engine) as connection:
        first = sittings_page(connection, SittingFilter(units=("一中队",), limit=3))
        rest = sittings_page(connection, SittingFilter(units=("一中队",), limit=3, after=first.after))
        assert [each.id for each in (*first.rows, *rest.rows)] == ids[::-1] and rest.after is None
        assert sittings_page(connection, SittingFilter(units=("二中队",))).rows == ()


def test_the_catalog_follows_from_the_ledger(scene: Scene, tmp_path: Path) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    scene.goes(2)
    scene.channels["正面近景"].lose("gone")
    scene.goes(5)
    scene.sittings.end(sitting, ZHANG)
    scene.goes(1)
    scene.alarms._outbox.flush(wait=True)
    with connected(scene.store.engine) as connection:
        (alarm,) = alarms_of(connection, sitting)
    assert (alarm.kind, alarm.cleared_reason, alarm.channel) == ("lost", "sitting-ended", "a/front")
    assert rebuild(scene.store.engine, scene.store.blobs, tmp_path / "second.sqlite3", replace=False) == ()
