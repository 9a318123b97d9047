"""I4 over the ledger: every way in which a delivery can lack its right is named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from evidence import entries as e
from evidence.canonical import Digest
from evidence.check_delivery import CLAIM, DELIVERY, DeliveryRules
from evidence.live import ChannelId
from evidence.records import RecordingId, ViewingId
from evidence.statements import SegmentStatement, SignedStatement

AT = "2026-11-24T08:00:00.000000Z"
R1, R2, V1 = RecordingId("r1"), RecordingId("r2"), ViewingId("v1")
DIGEST = Digest("0" * 64)

ACCOUNT = e.AccountChanged(
    at=AT, account="a", display_name="a", roles=("legal",), unit=None, enabled=True, by="cli:root"
)
SESSION = e.SessionOpened(at=AT, account="a", session="s1", address="::1")
SEALED = e.RecordingSealed(
    at=AT, recording=R1, original=DIGEST, size_bytes=1, manifest=DIGEST, segments_root=DIGEST, n_segments=1
)
OPENED = e.ViewingOpened(
    at=AT,
    viewing=V1,
    account="a",
    display_name="a",
    roles=("legal",),
    session="s1",
    address="::1",
    user_agent="",
    scope="recording",
    recording=R1,
    purpose="case",
    note="",
    case=None,
    policies=("p",),
    expires_at=AT,
)
DELIVERED = e.ViewingDelivered(
    at=AT, viewing=V1, recording=R1, item="segment", seq=0, start_ms=0, end_ms=4000, source="original"
)
RENDERED = e.ViewingRendered(at=AT, viewing=V1, recording=R1, spans=(e.RenderedSpan(0, 4000),), undelivered_ms=0)
CLOSED = e.ViewingClosed(at=AT, viewing=V1, reason="closed")
GOOD = (ACCOUNT, SESSION, SEALED, OPENED, DELIVERED, RENDERED, CLOSED)


CHANNEL = ChannelId("room-1/front")
STARTED = e.LiveStarted(
    at=AT,
    recording=R1,
    room="room-1",
    channel=CHANNEL,
    sitting=None,
    init=DIGEST,
    tracks=(),
    source_codecs=(),
    zero_at=AT,
    camera_at=None,
    continues=None,
)
FRAGMENT = e.LiveSegment(
    at=AT,
    recording=R1,
    signed=SignedStatement(
        statement=SegmentStatement(
            spec="mediad/segment/1",
            recording=R1,
            seq=0,
            prev=None,
            start_ms=0,
            end_ms=2000,
            wall_start=AT,
            wall_end=AT,
            clock="receipt",
            clock_quality="server",
            device_signature="none",
            tracks=(),
        ),
        signature="",
    ),
    offset_bytes=0,
    size_bytes=1,
    digest=DIGEST,
    received_at=AT,
    camera_at=None,
    n_dropped=0,
)
WATCHING = e.ViewingOpened(
    **{name: getattr(OPENED, name) for name in OPENED.__struct_fields__}
    | {"scope": "live", "recording": None, "channel": CHANNEL, "v": 2}
)
LIVE = e.ViewingDelivered(
    at=AT, viewing=V1, recording=R1, item="live", seq=None, start_ms=0, end_ms=2000, source="original"
)
REWOUND = e.ViewingDelivered(
    at=AT, viewing=V1, recording=R1, item="segment", seq=0, start_ms=0, end_ms=2000, source="original"
)


def faults_of(*entries: Any) -> list[tuple[str, str]]:
    rules = DeliveryRules()
    return [fault for index, entry in enumerate(entries) for fault in rules.hear(index, entry)]


def changed(entry: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(entry, **changes)


def test_a_proper_viewing_has_no_fault() -> None:
    assert faults_of(*GOOD) == []


@pytest.mark.parametrize(
    ("entries", "code", "words"),
    [
        ((ACCOUNT, SESSION, SEALED, DELIVERED), DELIVERY, "which was never opened"),
        ((*GOOD, DELIVERED), DELIVERY, "after it was closed"),
        ((ACCOUNT, SESSION, OPENED, DELIVERED), DELIVERY, "before it was sealed"),
        (
            (ACCOUNT, SESSION, SEALED, changed(SEALED, recording=R2), OPENED, changed(DELIVERED, recording=R2)),
            DELIVERY,
            "Viewing v1 of r1 was handed footage of r2",
        ),
        (
            (ACCOUNT, SESSION, SEALED, changed(OPENED, scope="library", recording=None), DELIVERED),
            DELIVERY,
            "more than a thumbnail",
        ),
        ((ACCOUNT, SESSION, SEALED, OPENED, changed(DELIVERED, end_ms=-1)), DELIVERY, "ends before it begins"),
        ((ACCOUNT, SEALED, OPENED), DELIVERY, "without a session"),
        ((ACCOUNT, SESSION, SEALED, OPENED, OPENED), DELIVERY, "opened twice"),
        ((SESSION,), DELIVERY, "no enabled account"),
        ((changed(ACCOUNT, enabled=False), SESSION), DELIVERY, "no enabled account"),
        ((SEALED, SEALED), DELIVERY, "sealed a second time"),
        ((RENDERED,), DELIVERY, "which was never opened, claims"),
        ((CLOSED,), DELIVERY, "which was never opened, was closed"),
        ((ACCOUNT, SESSION, SEALED, OPENED, changed(RENDERED, undelivered_ms=1200)), CLAIM, "1200 ms"),
    ],
)
def test_each_fault_is_named(entries: tuple[Any, ...], code: str, words: str) -> None:
    (fault,) = faults_of(*entries)
    assert fault[0] == code and words in fault[1]


def test_a_room_is_watched_and_rewound() -> None:
    assert faults_of(ACCOUNT, SESSION, STARTED, WATCHING, LIVE, FRAGMENT, REWOUND, SEALED, REWOUND, CLOSED) == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ((ACCOUNT, SESSION, WATCHING, LIVE), "none of its recordings"),
        ((ACCOUNT, SESSION, STARTED, changed(WATCHING, channel=ChannelId("room-1/back")), LIVE), "none of its rec"),
        ((ACCOUNT, SESSION, STARTED, changed(WATCHING, channel=msgspec.UNSET), LIVE), "none of its recordings"),
        ((ACCOUNT, SESSION, SEALED, WATCHING, LIVE), "none of its recordings"),
        ((ACCOUNT, SESSION, STARTED, WATCHING, REWOUND), "before it was durable"),
        ((ACCOUNT, SESSION, STARTED, FRAGMENT, WATCHING, changed(REWOUND, seq=1)), "before it was durable"),
        ((ACCOUNT, SESSION, STARTED, FRAGMENT, WATCHING, changed(REWOUND, item="thumbnail")), "handed a thumbnail"),
        ((ACCOUNT, SESSION, SEALED, OPENED, LIVE), "not of a room"),
        ((ACCOUNT, SESSION, STARTED, WATCHING, CLOSED, LIVE), "after it was closed"),
    ],
)
def test_each_fault_of_watching_a_room_is_named(entries: tuple[Any, ...], words: str) -> None:
    (fault,) = faults_of(*entries)
    assert fault[0] == DELIVERY and words in fault[1]


def test_a_thumbnail_in_a_library_viewing_is_fine() -> None:
    library = changed(OPENED, scope="library", recording=None)
    assert faults_of(ACCOUNT, SESSION, SEALED, library, changed(DELIVERED, item="thumbnail")) == []
