"""Random samples over HTTP: committed to, drawn, watched, reviewed, abandoned; recomputed by
`check`, and by the recipe in the documents with nothing of ours."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evidence import draws
from evidence import sample_entries as se
from evidence.blobs.local import LocalBlobs
from evidence.canonical import Digest
from evidence.check import Checked, Keys, check
from evidence.clock import ManualClock
from evidence.media import specimens
from evidence.signing import NoteVerifier, SealVerifier, load_note_signer, load_seal_signer
from tests.conftest import ROOT
from tests.integration.player.made_cases import Maker, T
from tests.integration.player.site import OFFICER, ORIGIN, UNIT, Browser, Response, Server, Store, add_people, opened

WORD = "六面骰子 4261135266142611"
PERIOD = {"from_at": "2026-11-22T16:00:00Z", "to_at": "2026-11-29T16:00:00Z"}


def digest(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


@dataclass
class Place:
    store: Store
    make: Maker
    server: Server
    boss: Browser
    watch: Browser

    def commit(self, who: Browser | None = None, **more: Any) -> Response:
        body = PERIOD | {"title": "十一月抽查", "of": "recordings", "unit": UNIT, "word_digest": digest(WORD)}
        body |= {} if "permille" in more else {"size": 2}
        return (who or self.boss).post("/api/v1/samples", body | more)

    def made(self, who: Browser | None = None, **more: Any) -> Any:
        answer = self.commit(who, **more)
        assert answer.status == 201, answer.body
        return answer.json

    def post(self, who: Browser, sample: str, what: str, **body: Any) -> Response:
        return who.post(f"/api/v1/samples/{sample}/{what}", body)

    def drawn(self, **more: Any) -> Any:
        sample = self.made(**more)["id"]
        answer = self.post(self.boss, sample, "draw", word=WORD)
        assert answer.status == 200, answer.body
        return answer.json

    def check(self, scratch: Path) -> Checked:
        keys = self.store.root / "keys"
        found = Keys(
            SealVerifier.from_pem(load_seal_signer(keys / "seal.p256.pem").public_pem),
            NoteVerifier.from_vkey(load_note_signer(keys / "ledger.ed25519.pem", ORIGIN).vkey),
            ORIGIN,
        )
        scratch.unlink(missing_ok=True)
        return check(self.store.engine, self.store.blobs, found, scratch)


@contextmanager
def _opened(root: Path, url: str | None = None) -> Iterator[Place]:
    with opened(root, ManualClock(T + timedelta(days=4)), url) as store:
        add_people(store)
        with Server(store) as server:
            yield Place(store, Maker(store), server, server.browser("supervisor"), server.browser("oversight"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with _opened(tmp_path) as place:
        yield place


@pytest.fixture
def on_both(tmp_path: Path, database_url: str) -> Iterator[Place]:
    with _opened(tmp_path, database_url) as place:
        yield place


def _footage(place: Place, n: int = 8) -> list[str]:
    return [place.make.recording(100 * k, 40, OFFICER, "D1") for k in range(n)]


def test_a_sample_is_committed_to_drawn_and_recomputed(on_both: Place, tmp_path: Path) -> None:
    place = on_both
    ids = _footage(place)
    place.make.recording(0, 40, "P-2", "D2", unit="二大队")  # of another unit
    place.make.recording(30 * 86_400, 40, OFFICER, "D1")  # of another month
    made = place.made(size=3)
    assert (made["state"], made["n_population"], made["size"], made["drawn"]) == ("committed", 8, 3, [])
    # Nothing of what will be drawn can be known yet: neither nonce nor word is anywhere.
    assert made["nonce"] is made["word"] is made["seed"] is None
    listed = place.boss.get(f"/api/v1/samples/{made['id']}/population").body
    assert listed.decode().split() == sorted(ids) and hashlib.sha256(listed).hexdigest() == made["population"]
    found = place.post(place.boss, made["id"], "draw", word=WORD).json
    assert found["state"] == "drawn" and digest(found["word"]) == made["word_digest"]
    assert hashlib.sha256(bytes.fromhex(found["nonce"])).hexdigest() == made["nonce_digest"]
    seed = draws.seed_of(bytes.fromhex(found["leaf_hash"]), bytes.fromhex(found["nonce"]), WORD)
    assert found["seed"] == seed.hex()
    assert tuple(each["item"] for each in found["drawn"]) == draws.draw(tuple(sorted(ids)), 3, seed)
    again = place.post(place.boss, made["id"], "draw", word=WORD)
    assert (again.status, again.code) == (409, "conflict")
    assert place.check(tmp_path / "second.sqlite").findings == ()


def test_anybody_can_draw_again_with_the_recipe_in_the_documents(place: Place, tmp_path: Path) -> None:
    """The code block of the reference page, run as it stands there."""
    _footage(place, 20)
    found = place.drawn(size=5)
    page = (ROOT / "docs/reference/integrity-formats.md").read_text("utf-8")
    (recipe,) = re.findall(r"```python\n(# draw\.py.*?)```", page, re.S)
    (tmp_path / "draw.py").write_text(recipe, "utf-8")
    for name, entry in (("committed", found["entry"]), ("drawn", found["drawn_entry"])):
        raw = place.watch.get(f"/api/v1/ledger/entries/{entry}").body
        (tmp_path / f"{name}.json").write_bytes(bytes(msgspec.json.decode(raw, type=dict[str, msgspec.Raw])["entry"]))
    listed = place.watch.get(f"/api/v1/samples/{found['id']}/population").body
    (tmp_path / "population.txt").write_bytes(listed)
    command = [sys.executable, "-I", "draw.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [each["item"] for each in found["drawn"]]
    # A draw that was tampered with does not pass.
    entry = json.loads((tmp_path / "drawn.json").read_text("utf-8"))
    entry["chosen"].reverse()
    (tmp_path / "drawn.json").write_text(json.dumps(entry), "utf-8")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_a_word_that_was_not_committed_to_draws_nothing(place: Place) -> None:
    _footage(place)
    sample = place.made()["id"]
    refused = place.post(place.boss, sample, "draw", word="another word of the same length")
    assert (refused.status, refused.code) == (400, "invalid")
    assert place.boss.get(f"/api/v1/samples/{sample}").json["state"] == "committed"
    assert place.post(place.boss, sample, "draw", word="short").status == 400


def test_the_same_commitment_twice_draws_otherwise_and_both_are_seen(place: Place) -> None:
    _footage(place, 30)
    first, second = place.drawn(size=5), place.drawn(size=5)
    assert [each["item"] for each in first["drawn"]] != [each["item"] for each in second["drawn"]]
    rows = place.boss.get("/api/v1/samples").json["samples"]
    assert [(row["id"], row["earlier"]) for row in rows] == [(second["id"], 1), (first["id"], 0)]


def test_an_abandoned_sample_needs_a_reason_and_stays(place: Place) -> None:
    _footage(place)
    sample = place.made()["id"]
    assert place.post(place.boss, sample, "abandon", reason="  ").status == 400
    assert place.post(place.boss, sample, "abandon", reason="期间选错").json["state"] == "abandoned"
    assert place.post(place.boss, sample, "draw", word=WORD).status == 409
    assert place.post(place.boss, sample, "abandon", reason="再次").status == 409
    (row,) = place.boss.get("/api/v1/samples").json["samples"]
    assert (row["reason"], row["abandoned_by"]) == ("期间选错", "supervisor")


def test_shares_are_rounded_up_and_nonsense_is_refused(place: Place) -> None:
    _footage(place)
    assert place.made(permille=101)["size"] == 1
    assert place.made(permille=126)["size"] == 2
    for more in ({"size": 9}, {"size": 2, "permille": 5}, {"to_at": PERIOD["from_at"]}, {"unit": UNIT, "items": ["x"]}):
        assert place.commit(**more).status == 400, more
    empty = place.commit(from_at="2020-01-01T00:00:00Z", to_at="2020-02-01T00:00:00Z")
    assert (empty.status, empty.code) == (400, "invalid")


def test_who_may(place: Place) -> None:
    _footage(place)
    sample = place.drawn()["id"]
    everywhere = place.made(place.watch, unit=None)["id"]
    other = place.server.browser("boss-2")
    assert other.get(f"/api/v1/samples/{sample}").status == 403
    assert place.boss.get(f"/api/v1/samples/{everywhere}").status == 403
    assert place.commit(unit="二大队").status == place.commit(unit=None).status == 403
    law = place.server.browser("legal")
    assert law.get(f"/api/v1/samples/{sample}").status == 200
    assert place.post(law, sample, "abandon", reason="x").status == 403
    assert [row["id"] for row in place.boss.get("/api/v1/samples").json["samples"]] == [sample]
    assert other.get("/api/v1/samples").json["samples"] == []
    assert {row["id"] for row in place.watch.get("/api/v1/samples").json["samples"]} == {sample, everywhere}
    unknown = f"/api/v1/samples/{'d' + 'b' * 26}"
    assert (place.boss.get(unknown).status, place.server.browser("admin").get(unknown).status) == (404, 403)


def test_how_many_there_would_be_is_told_before(place: Place) -> None:
    _footage(place, 5)
    query = "of=recordings&from=2026-11-22T16:00:00Z&to=2026-11-29T16:00:00Z"
    assert place.watch.get(f"/api/v1/sample-population?{query}").json == {"n": 5}
    assert place.watch.get(f"/api/v1/sample-population?{query}&items=seizure").json == {"n": 0}
    assert place.boss.get(f"/api/v1/sample-population?{query}").status == 403


def test_what_was_drawn_is_watched_and_reviewed(place: Place, tmp_path: Path) -> None:
    """Delivered and shown seconds follow from the log, under the purpose `sampling`, since the draw."""
    path = specimens.make("mp4", tmp_path / "a.mp4", seconds=12, width=160, height=96)
    recording = place.store.seal(path, started=T)
    boss = place.boss
    early = boss.open(recording, "sampling").json["id"]
    assert boss.segment(early, 0).status == 200  # before the draw: does not count
    found = place.drawn(size=1)
    (item,) = found["drawn"]
    assert (item["item"], item["watched"], item["may_review"]) == (recording, [], True)
    other = boss.open(recording, "case").json["id"]
    assert boss.segment(other, 0).status == 200  # for another purpose: does not count
    viewing = boss.open(recording, "sampling").json["id"]
    assert boss.segment(viewing, 0).status == 200
    assert (
        boss.post(f"/api/v1/viewings/{viewing}/rendered", {"spans": [_span(0, 3_000)], "playhead_ms": 3_000}).status
        == 202
    )
    segments = boss.get(f"/api/v1/recordings/{recording}/segments").json["segments"]
    first_ms = segments[0]["end_ms"] - segments[0]["start_ms"]
    (item,) = boss.get(f"/api/v1/samples/{found['id']}").json["drawn"]
    assert item["watched"] == [{"account": "supervisor", "delivered_ms": first_ms, "rendered_ms": 3_000}]
    assert place.post(boss, found["id"], "reviews", item=recording, result="flaw").status == 400
    answer = place.post(boss, found["id"], "reviews", item=recording, result="flaw", words="未告知权利")
    (review,) = answer.json["drawn"][0]["reviews"]
    assert (review["delivered_ms"], review["rendered_ms"], review["words"]) == (first_ms, 3_000, "未告知权利")
    assert review["duration_ms"] == item["duration_ms"] > first_ms
    second = place.post(place.watch, found["id"], "reviews", item=recording, result="in-order").json
    assert (second["n_reviewed"], second["n_flaws"], second["delivered_ms"]) == (1, 0, first_ms)
    (entry,) = [each for each in place.store.entries(se.SampleReviewed) if each.by == "oversight"]
    assert (entry.delivered_ms, entry.recordings) == (0, (recording,))
    assert place.check(tmp_path / "second.sqlite").findings == ()


def _span(start_ms: int, end_ms: int) -> dict[str, object]:
    return {"start_ms": start_ms, "end_ms": end_ms, "rate": 1.0, "visible": True}


def test_activities_are_drawn_and_who_has_a_part_reviews_none(on_both: Place, tmp_path: Path) -> None:
    place = on_both
    place.store.accounts.create("both", "两职", ("supervisor", "officer"), UNIT, "a long enough one", by="test")
    mine = place.make.case(officers=("both",))
    activity = place.make.activity(mine, 0, 20, officers=("both",))
    withdrawn = place.make.activity(mine, 50, 60)
    place.make.activity(place.make.case(unit="二大队"), 0, 20)
    place.make.activity(place.make.case(), 0, 20, item="hearing")
    recording = place.make.recording(-8, 60, "both", "D1")
    place.make.matched(mine, activity, recording)
    _withdraw(place, mine, withdrawn)
    found = place.drawn(of="activities", items=["interview-room"], size=1)
    (item,) = found["drawn"]
    assert (item["item"], item["case"], item["duration_ms"]) == (activity, mine, 60_000)
    assert [each["id"] for each in item["recordings"]] == [recording]
    both = place.server.browser("both")
    assert not both.get(f"/api/v1/samples/{found['id']}").json["drawn"][0]["may_review"]
    refused = place.post(both, found["id"], "reviews", item=activity, result="in-order")
    assert (refused.status, refused.code) == (403, "forbidden")
    assert place.post(place.boss, found["id"], "reviews", item=recording, result="in-order").status == 404
    assert place.post(place.boss, found["id"], "reviews", item=activity, result="in-order").status == 200
    # By item, recordings are those that somebody confirmed for such an activity.
    assert place.made(size=1, items=["interview-room"])["n_population"] == 1
    assert place.check(tmp_path / "second.sqlite").findings == ()


def _withdraw(place: Place, case: str, activity: str) -> None:
    answer = place.server.browser("legal").post(
        f"/api/v1/cases/{case}/activities/{activity}/withdraw", {"reason": "误登"}
    )
    assert answer.status == 204, answer.body


def test_a_lost_population_is_missed(place: Place, tmp_path: Path) -> None:
    _footage(place)
    made = place.made()
    assert isinstance(place.store.blobs, LocalBlobs)
    place.store.blobs.path(Digest(made["population"])).unlink()
    found = place.check(tmp_path / "second.sqlite").findings
    assert {each.code for each in found} == {"blob-missing", "sample"}
