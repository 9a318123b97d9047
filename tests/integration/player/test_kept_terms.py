"""Kept terms are those that judging everything anew would give, whatever happens in the ledger meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import case_entries as ce
from evidence import retention_entries as rt
from evidence.catalog.engine import connected
from evidence.clock import ManualClock, from_text
from evidence.entries import LogRead
from evidence.records import RecordingId
from player.retention import kept_terms
from player.retention.gathering import RetentionRules, judged_all
from player.retention.kept_terms import ClassTerms, KeptTerms
from policy.item_list import load as load_items
from tests.integration.player.made_cases import Maker, T
from tests.integration.player.site import Store, opened

LATER = T + timedelta(days=400)


class Place:
    def __init__(self, store: Store) -> None:
        self.store, self.make = store, Maker(store)
        self.rules = RetentionRules(load_items().items, store.blobs)
        self.cases: list[str] = []
        self.recordings: list[str] = []
        self.holds: list[str] = []

    def kept(self, terms: KeptTerms) -> tuple[ClassTerms, ...]:
        with connected(self.store.engine) as connection:
            return terms.follow(connection)

    def add(self, *entries: ce.CaseEntry | rt.RetentionEntry) -> None:
        self.store.ledger.append(*entries)

    def close(self, case: str) -> None:
        self.add(ce.CaseClosed(at=self.make.now(), case=ce.CaseId(case), items="x", explanations=(), note="", by="law"))

    def given(self, code: str, **to: object) -> None:
        """A class for recordings or for a case, in force at once."""
        change, at = rt.ChangeId(rt.new_id("g")), self.make.now()
        named = {"items": None, "recordings": (), "case": None} | to
        self.add(
            rt.RetentionProposed(
                at=at, change=change, code=code, n_expired=0, n_sooner=0, n_later=0, reason="定", by="law",
                of="case" if "case" in to else "recordings", **named,  # type: ignore[arg-type]
            ),
            rt.RetentionChanged(at=at, change=change),
        )  # fmt: skip

    def hold(self, on: rt.HoldOn, target: str) -> None:
        self.holds.append(rt.new_id("h"))
        name, at = rt.HoldId(self.holds[-1]), self.make.now()
        self.add(
            rt.HoldSet(at=at, hold=name, on=on, target=target, from_at=None, until_at=None, reason="保全", by="law")
        )


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[Place]:
    with opened(tmp_path, ManualClock(LATER), database_url) as store:
        yield Place(store)


def _anew(place: Place) -> dict[str, tuple[int, int, list[str]]]:
    """Class → recordings, bytes, those that expire in order."""
    found: dict[str, tuple[int, int, list[str]]] = {}
    with connected(place.store.engine) as connection:
        judged = list(judged_all(connection, place.rules))
    for each in sorted(judged, key=lambda each: (each.kept.until or LATER, each.row.id)):
        n, size_bytes, ending = found.get(each.kept.code or "", (0, 0, []))
        ending = [*ending, each.row.id] if each.kept.until else ending
        found[each.kept.code or ""] = n + 1, size_bytes + each.row.size_bytes, ending
    return found


def _plain(found: tuple[ClassTerms, ...]) -> dict[str, tuple[int, int, list[str]]]:
    return {each.code: (each.n_recordings, each.size_bytes, [name for _, name in each.ending]) for each in found}


def _something(place: Place, chance: random.Random) -> None:
    """One change of some kind."""
    make, officers, devices = place.make, ("P-1", "P-2"), ("D1", "D2")
    case = chance.choice(place.cases) if place.cases else None
    recording = chance.choice(place.recordings) if place.recordings else None
    activities = make.known(case).activities if case else ()
    activity = chance.choice(activities) if activities else None
    start = chance.choice((0, 400_000))
    kinds = "case recording activity move withdraw match clip unclip close reopen rename time class hold lift silent"
    match chance.choice(kinds.split()):
        case "case":
            place.cases.append(make.case(officers=("P-1",)))
        case "recording":
            seconds, officer = chance.choice((30, 600)), chance.choice(officers)
            place.recordings.append(make.recording(start - 8, seconds, officer, chance.choice(devices)))
        case "activity" if case:
            make.activity(case, start, start + 20, officers=(chance.choice(officers),))
        case "move" if case and activity:
            make.activity(case, start, start + 20, devices=(chance.choice(devices),), activity=activity.id)
        case "withdraw" if case and activity:
            gone = ce.ActivityId(activity.id)
            place.add(ce.ActivityWithdrawn(at=make.now(), activity=gone, case=ce.CaseId(case), reason="误", by="law"))
        case "match" if case and activity and recording:
            make.matched(case, activity.id, recording, chance.choice(("confirmed", "rejected")))
        case "clip" if case and recording:
            place.add(
                ce.ClipMarked(
                    at=make.now(), clip=ce.ClipId(ce.new_id("k")), case=ce.CaseId(case), activity=None,
                    recording=RecordingId(recording), start_ms=0, end_ms=1_000, moment=None, note="", by="law",
                )
            )  # fmt: skip
        case "unclip" if case and make.known(case).clips:
            clip = ce.ClipId(make.known(case).clips[0].id)
            place.add(ce.ClipWithdrawn(at=make.now(), clip=clip, case=ce.CaseId(case), reason="误", by="law"))
        case "close" if case:
            place.close(case)
        case "reopen" if case:
            place.add(ce.CaseReopened(at=make.now(), case=ce.CaseId(case), reason="补", by="law"))
        case "rename" if case:
            make.case(case=case, kind=chance.choice(("penalty", "demolition")))
        case "time" if recording:
            make.timed(recording, chance.choice((-8, 399_990)))
        case "class" if recording:
            place.given("routine", recordings=(RecordingId(recording),))
        case "hold" if case and recording:
            place.hold(*chance.choice((("recording", recording), ("case", case), ("device", "D1"))))
        case "lift" if place.holds:
            hold = rt.HoldId(place.holds.pop())
            place.add(rt.HoldLifted(at=make.now(), hold=hold, reason="完", by="boss"))
        case _:
            read = LogRead(at=make.now(), account="a", session="s", address="::1", what="ledger", query="{}")
            place.store.ledger.append(read)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_follow_whatever_happens(place: Place, seed: int) -> None:
    chance, terms, seen = random.Random(seed), KeptTerms(place.rules), set[str]()
    for _ in range(25):
        for _ in range(chance.randrange(1, 6)):
            _something(place, chance)
        found = _plain(place.kept(terms))
        assert found == _anew(place)
        seen |= set(found)
    assert len(seen) > 1


def test_only_what_an_entry_concerns_is_judged_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    make, terms = place.make, KeptTerms(place.rules)
    near = make.recording(0, 60, "P-1", "D1")
    make.recording(900_000, 60, "P-1", "D1")
    case = make.case()
    place.kept(terms)
    asked: list[tuple[str, ...] | None] = []

    def judged(connection, rules, ids=None):  # type: ignore[no-untyped-def]
        asked.append(ids)
        return judged_all(connection, rules, ids)

    monkeypatch.setattr(kept_terms, "judged_all", judged)
    make.activity(case, 10, 20, officers=("P-1",))
    place.kept(terms)
    make.unexaminable(near)
    place.kept(terms)
    assert asked == [(near,)]


def test_what_has_expired_is_counted_with_its_bytes(place: Place) -> None:
    names = [place.make.recording(n * 86_400, 60, "P-1", "D1") for n in range(3)]
    place.given("routine", recordings=tuple(names))
    (found,) = place.kept(KeptTerms(place.rules))
    (size_bytes,) = {row.row.size_bytes for row in _judged(place)}
    assert [name for _, name in found.ending] == names
    until = [until for until, _ in found.ending]
    assert found.expired(until[0] - timedelta(seconds=1)) == (0, 0)
    assert found.expired(until[1]) == (2, 2 * size_bytes)
    assert from_text(place.make.now()) > until[0]


def _judged(place: Place):  # type: ignore[no-untyped-def]
    with connected(place.store.engine) as connection:
        return list(judged_all(connection, place.rules))
