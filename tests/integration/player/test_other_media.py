"""Footage that is not a plain MP4: packaged in workers, sound alone, a viewing copy, thumbnails, and what is broken."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from evidence.catalog import schema
from evidence.clock import SystemClock, to_text
from evidence.entries import RenditionMade, ViewingDelivered
from evidence.media import damage, specimens, thumbnail_sheet
from evidence.media.index import index
from evidence.media.workers import Workers
from evidence.records import RecordingId
from mediad.feeds import WorkerPackager
from tests.integration.player.site import OFFICER, Browser, Server, Store, add_people

SMALL = {"width": 160, "height": 96}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    workers = Workers(1, 2 << 30, SystemClock())
    yield workers
    workers.close()


@pytest.fixture
def place(store: Store, workers: Workers) -> Iterator[Server]:
    add_people(store)
    with Server(store, packager=WorkerPackager(workers, 30)) as server:
        yield server


def _fetch(browser: Browser, recording: str) -> tuple[str, bytes]:
    """The viewing, and everything it plays as one file."""
    opened = browser.open(recording).json
    stated = browser.get(opened["media"]["url"]).body.decode()
    pieces = [browser.get(f"/api/v1/viewings/{opened['id']}/init.mp4").body]
    moment_ms = 0.0
    for line in stated.splitlines():
        if line.startswith("#EXTINF:"):
            length_ms = float(line.removeprefix("#EXTINF:").rstrip(",")) * 1000
        if line.endswith(".m4s"):
            answer = browser.segment(opened["id"], int(line.removesuffix(".m4s")), int(moment_ms))
            assert answer.status == 200, answer.body
            pieces.append(answer.body)
            moment_ms += length_ms
    return opened["id"], b"".join(pieces)


def _count(data: bytes, kind: str) -> int:
    with av.open(io.BytesIO(data)) as container:
        stream = next(each for each in container.streams if each.type == kind)
        return sum(1 for _ in container.decode(stream))


def test_an_avi_is_packaged_in_a_worker(place: Server, store: Store, tmp_path: Path) -> None:
    source = specimens.make("avi-h264", tmp_path / "a.avi", seconds=9, **SMALL)
    recording = store.seal(source)
    _, played = _fetch(place.browser(OFFICER), recording)
    assert _count(played, "video") == _count(source.read_bytes(), "video")
    delivered = store.entries(ViewingDelivered)
    assert {entry.source for entry in delivered} == {"original"} and all(entry.statement for entry in delivered)


def test_sound_alone_plays(place: Server, store: Store, tmp_path: Path) -> None:
    recording = store.seal(specimens.make("m4a", tmp_path / "a.m4a", seconds=9))
    browser = place.browser(OFFICER)
    assert browser.open(recording).json["media"]["kind"] == "audio"
    assert _count(_fetch(browser, recording)[1], "audio") > 100


def test_a_recording_that_needs_a_copy_plays_once_it_is_made(
    place: Server, store: Store, workers: Workers, tmp_path: Path
) -> None:
    recording = store.seal(specimens.make("avi-mjpeg", tmp_path / "a.avi", seconds=5, **SMALL))
    browser = place.browser(OFFICER)
    waiting = browser.open(recording).json
    assert waiting["media"] is None
    assert browser.post(f"/api/v1/viewings/{waiting['id']}/renew", {}).json["media"] is None
    [row] = browser.get("/api/v1/recordings").json["recordings"]
    assert (row["ready"], row["viewing_copy"]) == (False, "pending")
    _make_copy(store, recording, workers, tmp_path)
    # Who waited under a stated purpose goes on under it.
    assert browser.post(f"/api/v1/viewings/{waiting['id']}/renew", {}).json["media"]["kind"] == "hls"
    assert browser.segment(waiting["id"], 0).status == 200
    _, played = _fetch(browser, recording)
    assert _count(played, "video") == 125
    delivered = store.entries(ViewingDelivered)
    assert {(entry.source, entry.statement) for entry in delivered} == {("viewing-copy", None)}
    assert delivered[0].timescale and delivered[0].end_pts > delivered[0].start_pts


def _make_copy(store: Store, recording: RecordingId, workers: Workers, folder: Path) -> None:

    [row] = store.rows(schema.recordings)
    copy = folder / "copy.mp4"
    args = {"path": str(store.path(row["original"])), "out": str(copy)}
    workers.run("viewing_copy", args, timeout_s=60)
    scratch = folder / "scratch"
    scratch.mkdir()
    found = index(copy, scratch, "copy.mp4")
    assert found.samples_file and found.init_file
    store.ledger.append(
        RenditionMade(
            at=to_text(store.clock.now()),
            recording=recording,
            kind="viewing-copy",
            size_bytes=copy.stat().st_size,
            tool="test",
            params={},
            index=store.blobs.put_file(scratch / found.samples_file),
            init=store.blobs.put_file(scratch / found.init_file),
            blob=store.blobs.put_file(copy),
        )
    )


def test_thumbnails_are_footage(place: Server, store: Store, tmp_path: Path) -> None:
    own = store.seal(specimens.make("mp4", tmp_path / "a.mp4", seconds=4, **SMALL))
    other = store.seal(specimens.make("mp4", tmp_path / "b.mp4", seconds=3, **SMALL), officer="P-2", unit="二大队")
    for recording in (own, other):
        sheet = thumbnail_sheet.pack({0: b"\xff\xd8first", 2_000: b"\xff\xd8second", 3_000: b"\xff\xd8third"})
        made = RenditionMade(
            at=to_text(store.clock.now()),
            recording=recording,
            kind="thumbnails",
            blob=store.blobs.put(sheet),
            size_bytes=len(sheet),
            tool="test",
            params={},
        )
        store.ledger.append(made)
    browser = place.browser(OFFICER)
    library = browser.open(None).json
    assert library["media"] is None and library["scope"] == "library"
    url = f"/api/v1/viewings/{library['id']}/thumbnails"
    assert browser.get(f"{url}/{own}.jpg").body == b"\xff\xd8second"
    assert browser.get(f"{url}/{own}.jpg?at_ms=3500").body == b"\xff\xd8third"
    assert browser.get(f"{url}/{other}.jpg").status == 403
    assert browser.get(f"{url}/r{'a' * 20}.jpg").status == 404
    single = browser.open(own).json["id"]
    assert browser.get(f"/api/v1/viewings/{single}/thumbnails/{own}.jpg?at_ms=0").status == 200
    delivered = store.entries(ViewingDelivered)
    assert [(e.item, e.recording, e.start_ms, e.end_ms) for e in delivered] == [
        ("thumbnail", own, at_ms, at_ms) for at_ms in (2_000, 3_000, 0)
    ]
    oversight = place.browser("oversight")
    assert {each["scope"] for each in oversight.get(f"/api/v1/recordings/{own}/viewings").json["viewings"]} == {
        "library",
        "recording",
    }


def test_what_cannot_be_played_says_why_and_is_still_sealed(place: Server, store: Store, tmp_path: Path) -> None:
    whole = specimens.make("mp4", tmp_path / "a.mp4", seconds=4, **SMALL)
    recording = store.seal(damage.truncate(whole, tmp_path / "cut.mp4"))
    browser = place.browser(OFFICER)
    detail = browser.get(f"/api/v1/recordings/{recording}").json
    assert detail["ready"] is False and detail["playback"] == "none" and detail["playback_reason"]
    opened = browser.open(recording)
    assert opened.status == 201 and opened.json["media"] is None
    assert browser.get(f"/api/v1/viewings/{opened.json['id']}/index.m3u8").status == 404
    assert browser.get(f"/api/v1/recordings/{recording}/seal").json["signature"] == "ok"


def test_an_original_that_is_gone_is_an_error_not_a_picture(place: Server, store: Store, tmp_path: Path) -> None:
    recording = store.seal(specimens.make("mp4", tmp_path / "a.mp4", seconds=9, **SMALL))
    browser = place.browser(OFFICER)
    viewing = browser.open(recording).json["id"]

    original = store.path(store.rows(schema.recordings)[0]["original"])
    original.chmod(0o600)
    original.unlink()
    answer = browser.segment(viewing, 0)
    assert answer.status == 503 and "cannot be read" in answer.json["error"]["message"]
    # The log may say more than was handed out, never less.
    assert len(store.entries(ViewingDelivered)) == 1
