"""Ledger entries: all kinds read back to the same bytes, and everything unknown stops the reader."""

from __future__ import annotations

import json
import typing

import msgspec
import pytest
import rfc8785

from evidence import (
    absence_entries,
    case_entries,
    clock_entries,
    concern_entries,
    document_entries,
    emergency_entries,
    entries,
    handover_entries,
    item_entries,
    kept_entries,
    roster_entries,
    sample_entries,
    unrecorded_entries,
)
from evidence.canonical import Digest
from evidence.entries import (
    AnyEntry,
    Entry,
    RecordingSealed,
    RenderedSpan,
    ViewingOpened,
    ViewingRendered,
    decode,
    encode,
    type_of,
)
from evidence.errors import IntegrityBroken
from evidence.live import ChannelId, SittingId
from evidence.records import RecordingId, Source, Track, ViewingId
from evidence.sittings import AlarmId, Person, SittingRecording
from tests.unit.evidence import retention_samples
from tests.unit.evidence.sealed import seal

AT = "2026-11-24T08:00:00.000000Z"
DIGEST = Digest("ab" * 32)
R, V = RecordingId("r" + "a" * 20), ViewingId("v" + "b" * 26)
S, A = SittingId("s" + "c" * 26), AlarmId("a" + "d" * 26)
WHO = {"by": "wang", "display_name": "王小明"}
CASE, D = "c" + "a" * 26, "d" + "a" * 26
SOURCE = Source("bay-1", "DCIM/一.mp4", 12, AT)
ACCESS = {"account": "wang", "session": "0123456789abcdef", "address": "10.0.0.7"}
FIELDS: dict[type[Entry], dict[str, object]] = {
    entries.SiteCreated: {"site": "example.org/mediad", "ledger_key": "k", "seal_key": "pem"},
    entries.RecordingSealed: {
        "recording": R,
        "original": DIGEST,
        "size_bytes": 12,
        "manifest": DIGEST,
        "segments_root": DIGEST,
        "n_segments": 3,
    },
    entries.LiveStarted: {
        "recording": R,
        "room": "room-1",
        "channel": "room-1/front",
        "sitting": None,
        "init": DIGEST,
        "tracks": (Track(0, "video", "h264", "avc1.64001f", 90_000, 0, 0),),
        "source_codecs": ("h264",),
        "zero_at": AT,
        "camera_at": None,
        "continues": None,
    },
    entries.LiveSegment: {
        "recording": R,
        "signed": seal(1).manifest.segments[0],
        "offset_bytes": 800,
        "size_bytes": 1_000_000,
        "digest": DIGEST,
        "received_at": AT,
        "camera_at": AT,
        "n_dropped": 0,
    },
    entries.LiveEvent: {
        "room": "room-1",
        "channel": "room-1/front",
        "recording": None,
        "sitting": None,
        "kind": "gap",
        "from_at": AT,
        "until_at": AT,
        "start_ms": None,
        "end_ms": None,
        "reason": "network",
        "detail": "The camera did not answer.",
    },
    entries.LiveEnded: {
        "recording": R,
        "reason": "rotated",
        "size_bytes": 1_000_800,
        "cut_bytes": 0,
        "n_segments": 1,
    },
    entries.RecordingSighted: {"recording": R, "source": SOURCE},
    entries.SourceCleared: {"recording": R, "source": SOURCE},
    entries.RenditionMade: {
        "recording": R,
        "kind": "viewing-copy",
        "blob": DIGEST,
        "size_bytes": 9,
        "tool": "x264",
        "params": {"crf": 23, "preset": "fast", "scale": 0.5},
    },
    entries.RenditionFailed: {"recording": R, "kind": "phashes", "reason": "No pictures."},
    entries.AccountChanged: {
        "account": "wang",
        "display_name": "王小明",
        "roles": ("officer",),
        "unit": None,
        "enabled": True,
        "by": "cli:root",
    },
    entries.SessionOpened: ACCESS,
    entries.ViewingOpened: ACCESS
    | {
        "viewing": V,
        "display_name": "王小明",
        "roles": ("officer", "legal"),
        "user_agent": "Firefox",
        "scope": "recording",
        "recording": R,
        "purpose": "case",
        "note": "核对现场",
        "case": None,
        "policies": ("own-unit",),
        "expires_at": AT,
    },
    entries.ViewingRefused: ACCESS
    | {"scope": "library", "recording": None, "purpose": "case", "reason": "No rule allows it.", "policies": ()},
    entries.ViewingDelivered: {
        "viewing": V,
        "recording": R,
        "item": "segment",
        "seq": 3,
        "start_ms": 12_000,
        "end_ms": 16_000,
        "source": "original",
        "start_pts": 1_080_000,
        "end_pts": 1_440_000,
        "timescale": 90_000,
        "statement": DIGEST,
        "playhead_ms": 11_500,
    },
    entries.ViewingRendered: {
        "viewing": V,
        "recording": R,
        "spans": (RenderedSpan(0, 4000), RenderedSpan(4000, 8000, 1.5, False)),
        "undelivered_ms": 0,
    },
    entries.ViewingClosed: {"viewing": V, "reason": "left"},
    case_entries.ItemsAdopted: {"version": "water/1", "items": DIGEST, "by": "mediad"},
    item_entries.ItemsProposed: {
        "proposal": "p1",
        "version": "water/2",
        "items": DIGEST,
        "base": DIGEST,
        "from_at": None,
        "note": "两台改为三台",
        "by": "law",
    },
    item_entries.ItemsApproved: {"proposal": "p1", "note": "同意", "by": "keeper"},
    item_entries.ItemsRejected: {"proposal": "p1", "note": "", "by": "keeper"},
    case_entries.CaseRecorded: {
        "case": CASE,
        "number": "水罚〔2026〕1号",
        "kind": "demolition",
        "title": "违建拆除",
        "stage": "execution",
        "subject": case_entries.Subject("organisation", "某公司", "91"),
        "unit": None,
        "officers": ("P-1",),
        "by": "law",
    },
    case_entries.CaseClosed: {"case": CASE, "items": "water/1", "explanations": ("x1",), "note": "", "by": "law"},
    case_entries.CaseArchived: {"case": CASE, "items": "water/1", "explanations": (), "note": "", "by": "law"},
    case_entries.CaseReopened: {"case": CASE, "reason": "补证", "by": "law"},
    case_entries.ActivityRecorded: {
        "activity": "a1",
        "case": CASE,
        "item": "seizure",
        "stage": "execution",
        "place": "河边",
        "planned_start": None,
        "planned_end": None,
        "started_at": AT,
        "ended_at": AT,
        "officers": ("P-1", "P-2"),
        "devices": ("DSJ1",),
        "note": "",
        "by": "P-1",
    },
    case_entries.ActivityWithdrawn: {"activity": "a1", "case": CASE, "reason": "误登", "by": "boss"},
    case_entries.FootageMatched: {
        "case": CASE,
        "activity": "a1",
        "recording": R,
        "verdict": "confirmed",
        "reason": "",
        "by": "P-1",
    },
    case_entries.RecordingTimed: {
        "recording": R,
        "started_at": AT,
        "uncertainty_ms": 500,
        "reason": "对时",
        "by": "keeper",
    },
    case_entries.ClipMarked: {
        "clip": "k1",
        "case": CASE,
        "activity": None,
        "recording": R,
        "start_ms": 0,
        "end_ms": 4000,
        "moment": "identity",
        "note": "",
        "by": "law",
    },
    case_entries.ClipWithdrawn: {"clip": "k1", "case": CASE, "reason": "重复", "by": "law"},
    case_entries.FindingExplained: {
        "explanation": "x1",
        "case": CASE,
        "activity": None,
        "kind": "gap",
        "about": "",
        "start_ms": 1,
        "end_ms": 2,
        "items": "water/1",
        "cause": "battery",
        "statement": "换电池",
        "by": "P-1",
    },
    clock_entries.SlateKeyAnnounced: {"kid": "0a1b2c", "key": "AAAA"},
    clock_entries.SlateRead: {
        "recording": R,
        "device": "DSJ0001",
        "codes": DIGEST,
        "verdict": "accepted",
        "case_number": "罚〔2026〕1号",
        "start_ms": 1,
        "end_ms": 2,
        "told_at": AT,
        "earliest_at": AT,
        "latest_at": AT,
    },
    clock_entries.ClockMeasured: {
        "device": "DSJ0001",
        "how": "dock",
        "recording": R,
        "stated_at": AT,
        "true_at": AT,
        "low_ms": -5,
        "high_ms": None,
        "spread_ms": 0,
    },
    clock_entries.ClockJumped: {
        "device": "DSJ0001",
        "kind": "backward",
        "before": R,
        "after": R,
        "before_at": AT,
        "after_at": AT,
        "unsure": (R,),
    },
    case_entries.ExplanationDecided: {
        "explanation": "x1",
        "case": CASE,
        "approved": True,
        "note": "",
        "by": "boss",
    },
    absence_entries.FileMissed: {
        "bay": "b1",
        "path": "DCIM/一.mp4",
        "size_bytes": 12,
        "mtime": AT,
        "growing": False,
        "device": "DSJ1",
        "officer": "P-1",
        "unit": None,
        "sequence": 7,
        "started_at": None,
        "first_seen_at": AT,
        "lost": "removed",
        "trouble": "",
    },
    absence_entries.AbsenceExplained: {
        "explanation": "x1",
        "kind": "number-hole",
        "device": "DSJ1",
        "officer": None,
        "unit": "一中队",
        "about": "3-4",
        "start_ms": 1,
        "end_ms": 2,
        "items": "water/1",
        "cause": "device",
        "statement": "存储卡损坏",
        "by": "keeper",
    },
    absence_entries.AbsenceDecided: {"explanation": "x1", "approved": False, "note": "", "by": "boss"},
    unrecorded_entries.ActivityUnrecorded: {
        "alarm": A,
        "case": CASE,
        "activity": "a1",
        "room": "room-1",
        "since_at": AT,
        "detail": "No sitting was started in this room.",
    },
    unrecorded_entries.ActivityUnrecordedOver: {"alarm": A, "reason": "recorded"},
    concern_entries.ConcernOpened: {
        "concern": "w1",
        "case": CASE,
        "activity": "a1",
        "device": None,
        "officer": None,
        "unit": "一中队",
        "kind": "gap",
        "about": "",
    },
    concern_entries.ConcernRaised: {"concern": "w1", "step": "legal", "due_at": AT, "waits_for": "decision"},
    concern_entries.ConcernSettled: {"concern": "w1"},
    document_entries.ExplanationDocumented: {
        "document": "d1",
        "explanation": "x1",
        "name": "维修单.pdf",
        "media_type": "application/pdf",
        "blob": DIGEST,
        "size_bytes": 12,
        "by": "P-1",
    },
    document_entries.DocumentDelivered: ACCESS | {"document": "d1"},
    sample_entries.SampleCommitted: WHO
    | {
        "sample": D,
        "spec": "mediad/draw/1",
        "title": "十一月抽查",
        "of": "recordings",
        "unit": None,
        "from_at": AT,
        "to_at": AT,
        "items": ("seizure",),
        "population": DIGEST,
        "root": DIGEST,
        "n_population": 132,
        "size": 14,
        "permille": 100,
        "nonce_digest": DIGEST,
        "word_digest": DIGEST,
    },
    sample_entries.SampleDrawn: WHO
    | {"sample": D, "nonce": "00" * 32, "word": "四二六一一三五二六六一四四二六一", "seed": DIGEST, "chosen": (R,)},
    sample_entries.SampleAbandoned: WHO | {"sample": D, "reason": "条件选错"},
    sample_entries.SampleReviewed: WHO
    | {
        "sample": D,
        "item": R,
        "result": "flaw",
        "words": "未告知权利",
        "recordings": (R,),
        "duration_ms": 60_000,
        "delivered_ms": 60_000,
        "rendered_ms": 58_000,
    },
    handover_entries.CaseHandedOver: {
        "handover": "m1",
        "case": CASE,
        "to": handover_entries.Authority("police", "市公安局"),
        "number": "移〔2026〕1号",
        "approver": "局长",
        "note": "",
        "recordings": (R,),
        "destroyed": (),
        "clips": ("k1",),
        "items": "w/1",
        "judged_by": ("w/1",),
        "explanations": ("x1",),
        "by": "law",
    },
    handover_entries.HandoverEnded: {
        "handover": "m1",
        "case": CASE,
        "outcome": "returned",
        "number": "",
        "reason": "不予立案",
        "items": None,
        "by": "law",
    },
    kept_entries.CheckpointKept: {},
    kept_entries.LedgerRestored: {
        "size": 7,
        "lost": (kept_entries.LostCheckpoint(place="/d/ledger.checkpoint", note="n", size=9),),
        "first_lost": 7,
        "end_lost": 9,
        "reason": "磁盘损坏",
        "by": "cli:root",
    },
    emergency_entries.EmergencyStated: {
        "activity": "a1",
        "case": CASE,
        "emergency": True,
        "reason": "洪水",
        "by": "P-1",
    },
    emergency_entries.ApprovalMadeUp: {
        "approval": "x1",
        "activity": "a1",
        "case": CASE,
        "approved_at": AT,
        "approver": "局长",
        "number": "水强批〔2026〕1号",
        "by": "P-1",
    },
    roster_entries.ShiftRostered: {
        "shift": "j1",
        "officer": "P-1",
        "device": None,
        "unit": "一中队",
        "start_at": AT,
        "end_at": AT,
        "by": "boss",
    },
    roster_entries.ShiftWithdrawn: {"shift": "j1", "reason": "调班", "by": "boss"},
    roster_entries.ShiftCorrected: {
        "shift": "j1",
        "instead": "j2",
        "officer": "P-1",
        "device": "DSJ1",
        "unit": None,
        "start_at": AT,
        "end_at": AT,
        "reason": "登记有误",
        "by": "boss",
    },
    entries.LogRead: ACCESS | {"what": "viewing-log", "query": "{}"},
    entries.SittingStarted: WHO
    | {
        "sitting": S,
        "room": "room-1",
        "unit": "一中队",
        "kind": "inquiry",
        "case": None,
        "activity": "询问当事人",
        "people": (Person("王建国", "party"), Person("张伟", "officer")),
        "must_record": True,
        "channels": ("room-1/front", "room-1/backup"),
        "required": ("room-1/front",),
    },
    entries.SittingMarked: WHO | {"sitting": S, "on_at": AT, "label": "出示证件"},
    entries.SittingNoted: WHO | {"sitting": S, "on_at": AT, "text": "与笔录核对"},
    entries.SittingEnded: WHO
    | {
        "sitting": S,
        "reason": "stopped",
        "ended_at": AT,
        "recordings": (SittingRecording(ChannelId("room-1/front"), R, 0, 3, DIGEST),),
        "digest": DIGEST,
    },
    entries.SittingReceipt: {"sitting": S, "pdf": DIGEST, "size_bytes": 98_562, "tool": "typst 0.15.2"},
    entries.AlarmRaised: {
        "alarm": A,
        "room": "room-1",
        "channel": "room-1/front",
        "sitting": S,
        "kind": "black",
        "since_at": AT,
        "detail": "The picture is black (luma 16).",
    },
    entries.AlarmCleared: {"alarm": A, "reason": "over"},
    entries.AlarmAcknowledged: WHO | {"alarm": A, "note": "已通知技术员"},
    **retention_samples.FIELDS,
}
EVERY = [kind(at=AT, **fields) for kind, fields in FIELDS.items()]
ids = [type_of(entry) for entry in EVERY]


def test_every_kind_of_entry_is_tried_here() -> None:
    assert set(FIELDS) == set(typing.get_args(AnyEntry))


def test_no_two_kinds_have_the_same_type() -> None:
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("entry", EVERY, ids=ids)
def test_an_entry_reads_back_to_the_same_bytes(entry: AnyEntry) -> None:
    data = encode(entry)
    assert decode(data) == entry
    assert encode(decode(data)) == data
    assert rfc8785.dumps(json.loads(data)) == data
    assert json.loads(data)["type"] == type_of(entry)


@pytest.mark.parametrize("entry", EVERY, ids=ids)
def test_defaults_and_nulls_are_written_out(entry: AnyEntry) -> None:
    said = {name for name in entry.__struct_fields__ if getattr(entry, name) is not msgspec.UNSET}
    assert set(json.loads(encode(entry))) == {"type", *said}


def test_an_entry_from_before_a_field_reads_and_writes_as_it_was() -> None:
    opened = next(entry for entry in EVERY if isinstance(entry, ViewingOpened))
    assert b'"channel"' not in encode(opened) and decode(encode(opened)) == opened
    live = msgspec.structs.replace(opened, scope="live", recording=None, channel=ChannelId("room-1/front"), v=2)
    assert b'"channel":"room-1/front"' in encode(live) and decode(encode(live)) == live


@pytest.mark.parametrize("entry", EVERY, ids=ids)
def test_entries_are_frozen(entry: AnyEntry) -> None:
    with pytest.raises(AttributeError):
        entry.at = "later"  # type: ignore[misc]


SEALED = encode(RecordingSealed(at=AT, **FIELDS[RecordingSealed]))  # type: ignore[arg-type]
RENDERED = encode(ViewingRendered(at=AT, **FIELDS[ViewingRendered]))  # type: ignore[arg-type]


def _edited(data: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(data) | changes).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"{}",
        SEALED[:-1],
        _edited(SEALED, type="recording.burnt"),
        _edited(SEALED, extra=1),
        _edited(SEALED, n_segments="3"),
        _edited(RENDERED, spans=[{"start_ms": 0, "end_ms": 1, "colour": "red"}]),
        json.dumps({"type": "recording.sealed", "at": AT}).encode(),
        pytest.param(
            b'{"type":"viewing.closed","at":"\xff"}',
        ),
    ],
)
def test_what_is_unknown_or_broken_stops_the_reader(data: bytes) -> None:
    with pytest.raises(IntegrityBroken, match="Unreadable ledger entry"):
        decode(data)


def test_a_rate_is_written_as_rfc_8785_writes_numbers() -> None:
    assert b'"rate":1,' in RENDERED
    assert b'"rate":1.5,' in RENDERED
    assert msgspec.structs.asdict(decode(RENDERED))["spans"][0].rate == 1.0
