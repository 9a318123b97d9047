"""Time slates from codes to catalog: judged in the transaction that states them, and judged again by `check`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import slate
from evidence.catalog.clock_schema import clock_measurements, slate_readings
from evidence.catalog.engine import connected
from evidence.clock import to_text
from evidence.clock_entries import SlateKeyAnnounced, SlateRead
from evidence.media import specimens
from evidence.records import RecordingId
from evidence.signing import SlateSigner
from evidence.slate_codes import Seen, SlateCodes
from mediad.checked_slates import check_slates
from mediad.slates import Slates
from tests.integration.player.site import STARTED, Store, opened

SIGNER = SlateSigner.generate()
START_MS = round(STARTED.timestamp() * 1000)


class Desk:
    """A site with a key announced, and recordings of one camera that is 7 minutes ahead."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        self._root = root
        self._slates = Slates(store.blobs)
        key = base64.b64encode(SIGNER.public).decode()
        at = to_text(STARTED - timedelta(hours=1))
        store.ledger.append(SlateKeyAnnounced(at=at, kid=slate.kid_of(SIGNER.public), key=key))

    def recording(self, number: int) -> RecordingId:
        path = specimens.make("mp4", self._root / f"{number}.mp4", seconds=4, width=160, height=96 + 16 * number)
        ahead = STARTED + timedelta(minutes=7)
        return self.store.seal(path, device="D1", sequence=number, started=ahead, origin="file-name")

    def read(self, recording: RecordingId, codes: SlateCodes) -> None:
        digest = self.store.blobs.put(codes.to_bytes())
        at = to_text(self.store.clock.now())
        self.store.ledger.decide(lambda c: self._slates.entries(c, recording, digest, at)).result()

    def verdicts(self) -> dict[str, str]:
        return {row["recording"]: row["verdict"] for row in self.store.rows(slate_readings)}

    def broken(self) -> list[str]:
        with connected(self.store.engine) as connection:
            return [found.subject for found in check_slates(connection, self.store.blobs)]


def codes(at_ms: int = 500, signer: SlateSigner = SIGNER) -> SlateCodes:
    """A slate filmed for a second, from this moment of a recording that truly began at STARTED."""
    moments = range(at_ms, at_ms + 1_000, 40)
    shown = [(at, START_MS + (at - 30) // slate.REFRESH_MS * slate.REFRESH_MS) for at in moments]
    return SlateCodes(40, tuple(Seen(at, slate.make(signer, time_ms, "罚1")) for at, time_ms in shown))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    root = tmp_path / "site"
    root.mkdir()
    with opened(root) as store:
        yield Desk(store, tmp_path)


def test_an_accepted_slate_measures_the_clock(desk: Desk) -> None:
    recording = desk.recording(1)
    desk.read(recording, codes())
    (row,) = desk.store.rows(slate_readings)
    assert (row["verdict"], row["case_number"]) == ("accepted", "罚1")
    assert row["earliest_at"] <= to_text(STARTED) <= row["latest_at"]
    (measured,) = desk.store.rows(clock_measurements)
    assert measured["low_ms"] <= 420_000 <= measured["high_ms"] <= measured["low_ms"] + 500
    assert desk.broken() == []


def test_the_same_codes_in_two_recordings_of_one_camera(desk: Desk) -> None:
    first, second = desk.recording(1), desk.recording(2)
    desk.read(first, codes(500))
    desk.read(second, codes(500))
    assert desk.verdicts() == {first: "replayed", second: "replayed"}
    assert desk.store.rows(clock_measurements) == [] and desk.broken() == []


def test_a_forged_one_moves_nothing(desk: Desk) -> None:
    recording = desk.recording(1)
    desk.read(recording, codes(signer=SlateSigner.generate()))
    assert desk.verdicts() == {recording: "unknown-key"}
    assert desk.store.rows(clock_measurements) == []


def test_footage_without_a_slate_leaves_no_entry(desk: Desk) -> None:
    desk.read(desk.recording(1), SlateCodes(40, ()))
    assert desk.store.entries(SlateRead) == []


def test_check_judges_what_was_accepted_again(desk: Desk) -> None:
    """Somebody with the machine writes an entry of their own: signed into the ledger, and no slate says it."""
    recording = desk.recording(1)
    desk.read(recording, codes())
    (genuine,) = desk.store.entries(SlateRead)
    for change in (
        {"earliest_at": to_text(STARTED - timedelta(minutes=9)), "latest_at": to_text(STARTED - timedelta(minutes=8))},
        {"case_number": "罚2"},
        {"codes": desk.store.blobs.put(codes(signer=SlateSigner.generate()).to_bytes())},
        {"codes": desk.store.blobs.put(b"nothing")},
    ):
        values = {name: getattr(genuine, name) for name in SlateRead.__struct_fields__} | change
        desk.store.ledger.append(SlateRead(**values))
        assert desk.broken() == [recording], change
    desk.store.ledger.append(genuine)
    assert desk.broken() == []
