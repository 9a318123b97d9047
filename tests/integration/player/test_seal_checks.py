"""A full check of an original outlives the process that it was asked of."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from evidence.catalog import seal_checks
from evidence.records import RecordingId
from tests.integration.player.conftest import Footage, Sealed
from tests.integration.player.site import OFFICER, Browser, Server, Store, add_people, opened


def answered(browser: Browser, recording: str) -> dict[str, Any]:
    """The seal, once no check of it is under way."""
    deadline = time.monotonic() + 60
    while True:
        answer: dict[str, Any] = browser.get(f"/api/v1/recordings/{recording}/seal").json
        if answer["check"] is not None and answer["check"]["state"] not in ("queued", "running"):
            return answer
        assert time.monotonic() < deadline, "the check did not end"
        time.sleep(0.05)


def ask(browser: Browser, recording: str) -> dict[str, Any]:
    started = browser.post(f"/api/v1/recordings/{recording}/seal/check", {})
    assert started.status == 202
    return answered(browser, recording)


def flip(path: Path, position: int) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def test_the_answer_and_its_places_are_there_after_a_restart(store: Store, sealed: Sealed, footage: Footage) -> None:
    with Server(store) as server:
        browser = server.browser(OFFICER)
        original = browser.get(f"/api/v1/recordings/{sealed.own}/seal").json["original"]
        flip(store.path(original), footage.long.stat().st_size // 2)
        before = ask(browser, sealed.own)
    assert [each["code"] for each in before["findings"]] == ["original-broken", "segment-differs"]
    with Server(store) as server:
        browser = server.browser(OFFICER)
        after = browser.get(f"/api/v1/recordings/{sealed.own}/seal").json
        same = ("verified_at", "check", "findings")
        assert {key: after[key] for key in same} == {key: before[key] for key in same}
        assert browser.get(f"/api/v1/jobs?recording={sealed.own}").json["jobs"][0] == before["check"]
        # The bytes are mended: the next answer replaces the first.
        flip(store.path(original), footage.long.stat().st_size // 2)
        mended = ask(browser, sealed.own)
        assert mended["findings"] == [] and mended["verified_at"] > before["verified_at"]


@pytest.mark.parametrize("state", ["queued", "running"])
def test_what_was_asked_for_before_a_kill_is_answered_after_it(tmp_path: Path, footage: Footage, state: Any) -> None:
    """On disk a killed process leaves the row as it stood."""
    with opened(tmp_path) as store:
        add_people(store)
        recording = store.seal(footage.short)
        gone = RecordingId("r" + "a" * 20)
        for each in (recording, gone):
            store.writer.write(lambda c, r=each: seal_checks.put_state(c, r, state, "2026-11-24T00:00:00.000000Z"))
        with Server(store) as server:
            seal = answered(server.browser(OFFICER), recording)
        assert (seal["check"]["state"], seal["check"]["progress"], seal["findings"]) == ("done", 1.0, [])
        assert seal["verified_at"] == seal["check"]["updated_at"]


def test_a_check_that_cannot_be_written_down_is_not_begun(store: Store, sealed: Sealed) -> None:
    """Nobody may wait for an answer that a restart forgets."""
    with Server(store) as server:
        browser = server.browser(OFFICER)
        store.writer.close()
        refused = browser.post(f"/api/v1/recordings/{sealed.own}/seal/check", {})
        assert (refused.status, refused.code) == (503, "store-unavailable")
        seal = browser.get(f"/api/v1/recordings/{sealed.own}/seal").json
        assert seal["check"] is None and seal["verified_at"] is None
