"""I4 over the ledger: every way in which a delivery can lack its right is named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from evidence import entries as e
from evidence.canonical import Digest
from evidence.check_delivery import CLAIM, DELIVERY, DeliveryRules
from evidence.records import RecordingId, ViewingId

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


def test_a_thumbnail_in_a_library_viewing_is_fine() -> None:
    library = changed(OPENED, scope="library", recording=None)
    assert faults_of(ACCOUNT, SESSION, SEALED, library, changed(DELIVERED, item="thumbnail")) == []
