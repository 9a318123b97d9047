"""Looking back, and low-latency HLS: the recording's own bytes by range, parts as they come, all logged first."""

from __future__ import annotations

import io
import re
import sqlite3
import time
from threading import Thread

import av

from evidence.entries import LiveStarted, ViewingDelivered
from tests.integration.player.site import Browser, Response, Server, Store
from tests.integration.player.test_live import faults
from tests.live.feed import FRONT, Room
from tests.live.fixtures import room as room
from tests.live.fixtures import server as server
from tests.live.fixtures import store as store
from tests.live.fixtures import twin as twin


class Watcher:
    """A player that fetches what playlists name."""

    def __init__(self, server: Server, account: str = "supervisor") -> None:
        self.browser: Browser = server.browser(account)
        self.viewing = self.browser.open_live(FRONT).json["id"]

    def get(self, name: str) -> Response:
        return self.browser.get(f"/api/v1/viewings/{self.viewing}/{name}")

    def text(self, name: str) -> str:
        answer = self.get(name)
        assert answer.status == 200, answer.body
        return answer.body.decode()


def decoded(*pieces: bytes) -> int:
    with av.open(io.BytesIO(b"".join(pieces))) as container:
        return len(list(container.decode(video=0)))


def test_what_was_recorded_is_looked_back_at_over_a_rotation(server: Server, store: Store, room: Room) -> None:
    room.record()
    room.wait_sealed(2)
    room.rotate()
    room.wait_sealed(5)
    watcher = Watcher(server)
    playlist = watcher.text("rewind.m3u8")
    first, second = (entry.recording for entry in store.entries(LiveStarted))
    assert playlist.count("#EXT-X-MAP") == 2 and playlist.count("#EXT-X-DISCONTINUITY") == 1
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in playlist and "ENDLIST" not in playlist
    assert "#EXT-X-START:TIME-OFFSET=-3.500,PRECISE=YES" in watcher.text("rewind.m3u8?back_ms=3500")
    names = [line for line in playlist.splitlines() if line.endswith(".m4s")]
    assert names[0] == f"live/{first}/0.m4s" and names[-1].startswith(f"live/{second}/")
    assert re.findall(r"#EXTINF:([\d.]+),", playlist) == ["1.000"] * len(names)
    for recording in (first, second):
        mine = [name for name in names if recording in name]
        init = watcher.get(f"live/{recording}/init.mp4").body
        # The init and the ranges are the file's own bytes.
        assert room.files[recording].read_bytes().startswith(init + watcher.get(mine[0]).body)
        assert decoded(init, *(watcher.get(name).body for name in mine)) == 25 * len(mine)
    delivered = store.entries(ViewingDelivered)
    assert {each.item for each in delivered} == {"segment"} and all(each.statement for each in delivered)
    assert faults(store) == []


def test_looking_back_fetches_no_further_than_the_read_ahead(server: Server, store: Store, room: Room) -> None:
    """Counted from the picture, over a rotation too; segments are a second long here, and three may be ahead."""
    room.record()
    room.wait_sealed(3)
    room.rotate()
    room.wait_sealed(6)
    watcher = Watcher(server)
    first, second = (entry.recording for entry in store.entries(LiveStarted))
    names = [line for line in watcher.text("rewind.m3u8").splitlines() if line.endswith(".m4s")]
    shown = {"CMCD_Request": f'com.mediad-pt=500,com.mediad-rid="{first}"'}
    path = f"/api/v1/viewings/{watcher.viewing}/"
    statuses = [watcher.browser.get(path + name, **shown).status for name in names[:6]]
    assert statuses == [200, 200, 200, 200, 429, 429]
    later = {"CMCD_Request": f'com.mediad-pt=1000,com.mediad-rid="{second}"'}
    assert watcher.browser.get(path + names[5], **later).status == 200
    assert len(store.entries(ViewingDelivered)) == 5, "what was held back is not logged"


def test_only_what_is_being_recorded_and_only_this_channels(server: Server, store: Store, room: Room) -> None:
    watcher = Watcher(server)
    assert watcher.get("rewind.m3u8").status == 404
    assert watcher.get(f"live/r{'a' * 20}/0.m4s").status == 404
    room.record()
    room.wait_sealed(1)
    [started] = store.entries(LiveStarted)
    assert watcher.get(f"live/{started.recording}/0.m4s").status == 200
    assert watcher.get(f"live/{started.recording}/99.m4s").status == 404
    assert watcher.get(f"live/r{'a' * 20}/0.m4s").status == 404
    library = server.browser("legal")
    viewing = library.open(None).json["id"]
    for name in ("rewind.m3u8", "live.m3u8", f"live/{started.recording}/0.m4s", f"live/{started.recording}/0/0.m4s"):
        assert library.get(f"/api/v1/viewings/{viewing}/{name}").status == 404
    room.stop()
    room.wait_ended()
    # Who was handed it may look back at it to the end; who comes now finds nothing live.
    assert "#EXT-X-ENDLIST" in watcher.text("rewind.m3u8")
    assert Watcher(server, "legal").get("rewind.m3u8").status == 404


def test_parts_come_as_they_are_made(server: Server, store: Store, room: Room) -> None:
    room.record()
    watcher = Watcher(server)
    playlist = watcher.text("live.m3u8")
    assert "CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.600" in playlist and "PART-TARGET=0.250" in playlist
    [recording] = {entry.recording for entry in store.entries(LiveStarted)}
    init = watcher.get(f"live/{recording}/init.mp4").body
    # The part that is announced is waited for, and so is the playlist that lists it.
    hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', playlist)
    if hint is None:
        playlist = watcher.text(f"live.m3u8?_HLS_msn={_next_msn(playlist)}&_HLS_part=0")
        hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', playlist)
    assert hint is not None
    announced = watcher.get(hint.group(1))
    assert announced.status == 200 and announced.headers["Cache-Control"] == "no-store"
    msn = _next_msn(playlist) + 1
    began = time.monotonic()
    later = watcher.text(f"live.m3u8?_HLS_msn={msn}&_HLS_part=1")
    assert 0.1 < time.monotonic() - began < 5
    parts = re.findall(r'#EXT-X-PART:DURATION=([\d.]+),URI="([^"]+)"(,INDEPENDENT=YES)?', later)
    assert {duration for duration, _, _ in parts} == {"0.200"}
    segment = re.findall(r"^live/\S+/(\d+)\.m4s$", later, re.M)[-1]
    bodies = [watcher.get(uri).body for _, uri, _ in parts if uri.startswith(f"live/{recording}/{segment}/")]
    assert len(bodies) == 5 and decoded(init, *bodies) == 25
    assert decoded(init, watcher.get(f"live/{recording}/{segment}.m4s").body) == 25
    delivered = store.entries(ViewingDelivered)
    assert {each.item for each in delivered} == {"live", "segment"}
    assert faults(store) == []


def test_a_part_waits_for_the_log_and_is_not_sent_without(server: Server, store: Store, room: Room) -> None:
    room.record()
    watcher = Watcher(server)
    playlist = watcher.text("live.m3u8")
    uri = re.findall(r'#EXT-X-PART:DURATION=[\d.]+,URI="([^"]+)"', playlist)[-1]
    other = sqlite3.connect(store.root / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = watcher.get(uri)
        assert (answer.status, answer.code) == (503, "store-unavailable")
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert watcher.get(uri).status in (200, 404)  # 404: it is old by now


def test_many_wait_for_the_same_part(server: Server, room: Room) -> None:
    room.record()
    watchers = [Watcher(server, account) for account in ("supervisor", "legal") for _ in range(5)]
    playlist = watchers[0].text("live.m3u8")
    found: list[int] = []

    def wait(watcher: Watcher) -> None:
        found.append(watcher.get(f"live.m3u8?_HLS_msn={_next_msn(playlist)}&_HLS_part=2").status)

    threads = [Thread(target=wait, args=(watcher,)) for watcher in watchers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 10


def test_what_is_asked_must_make_sense(server: Server, room: Room) -> None:
    room.record()
    watcher = Watcher(server)
    watcher.text("live.m3u8")
    assert watcher.get("live.m3u8?_HLS_msn=99999").status == 400
    assert watcher.get("live.m3u8?_HLS_part=1").status == 400
    assert watcher.get("live.m3u8?_HLS_msn=-1").status == 400


def _next_msn(playlist: str) -> int:
    """Of the segment behind the last complete one."""
    first = int(re.search(r"MEDIA-SEQUENCE:(\d+)", playlist).group(1))  # type: ignore[union-attr]
    return first + playlist.count("#EXTINF")
