"""Kept terms are those that judging everything anew would give, whatever happens in the ledger meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from evidence import case_entries as ce
from evidence import retention_entries as rt
from evidence.canonical import sha256
from evidence.catalog.engine import connected
from evidence.clock import ManualClock, from_text, to_text
from evidence.clock_entries import ClockEntry, ClockJumped, ClockMeasured, SlateRead
from evidence.entries import LogRead
from evidence.records import RecordingId
from player.cases.judging import judge
from player.retention import kept_terms
from player.retention.gathering import Judged, RetentionRules, judged_all, judged_one
from player.retention.kept_terms import ClassTerms, KeptTerms
from policy.findings import Rules
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

    def add(self, *entries: ce.CaseEntry | rt.RetentionEntry | ClockEntry) -> None:
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

    def measured(self, device: str, recording: str, off_s: int, stated_s: float) -> None:
        """A device's clock is ahead by so much, to the second, at what it says is `stated_s`."""
        stated, true = (to_text(T + timedelta(seconds=each)) for each in (stated_s, stated_s - off_s))
        self.add(
            ClockMeasured(
                at=self.make.now(), device=device, how="gps", recording=RecordingId(recording), stated_at=stated,
                true_at=true, low_ms=off_s * 1_000, high_ms=off_s * 1_000 + 500, spread_ms=None,
            )
        )  # fmt: skip

    def slate(self, device: str, recording: str, number: str, began_s: float) -> None:
        earliest, latest = (to_text(T + timedelta(seconds=each)) for each in (began_s, began_s + 1))
        self.add(
            SlateRead(
                at=self.make.now(), recording=RecordingId(recording), device=device, codes=sha256(b"codes"),
                verdict="accepted", case_number=number, start_ms=0, end_ms=3_000, told_at=earliest,
                earliest_at=earliest, latest_at=latest,
            )
        )  # fmt: skip

    def jumped(self, device: str, recording: str) -> None:
        name, at = RecordingId(recording), self.make.now()
        self.add(
            ClockJumped(
                at=at, device=device, kind="reset", before=name, after=name, before_at=at, after_at=at, unsure=(name,)
            )
        )

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
    match chance.choice(f"{kinds} clock slate jump".split()):
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
        case "clock" if recording:
            place.measured(
                chance.choice(devices), recording, chance.choice((0, 30, 400_000)), chance.choice((0, 400_000))
            )
        case "slate" if recording and case:
            number = make.known(case).case.number
            place.slate(chance.choice(devices), recording, number, chance.choice((0, 400_000)))
        case "jump" if recording and chance.random() < 0.3:
            place.jumped(chance.choice(devices), recording)
        case "lift" if place.holds:
            hold = rt.HoldId(place.holds.pop())
            place.add(rt.HoldLifted(at=make.now(), hold=hold, reason="完", by="boss"))
        case _:
            read = LogRead(at=make.now(), account="a", session="s", address="::1", what="ledger", query="{}")
            place.store.ledger.append(read)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_follow_whatever_happens(place: Place, seed: int) -> None:
    chance, terms, seen = random.Random(seed), KeptTerms(place.rules), set[str]()
    for _ in range(35):
        for _ in range(chance.randrange(1, 6)):
            _something(place, chance)
        found = _plain(place.kept(terms))
        assert found == _anew(place)
        seen |= set(found)
    assert len(seen) > 1


def test_a_camera_whose_clock_is_off_is_kept_for_what_it_filmed(place: Place) -> None:
    """It says 9:00 and filmed at 8:40: the interview of then, not the one that went on at nine."""
    make, terms = place.make, KeptTerms(place.rules)
    then, nine = (make.case() for _ in range(2))
    make.activity(then, -1_200, -1_100, devices=("D1",))
    make.activity(nine, 0, 100, devices=("D1",))
    film = make.recording(0, 60, "P-1", "D1")
    assert _proposed(place, film) == {nine}
    place.kept(terms)
    place.measured("D1", film, 1_200, 0)
    assert _proposed(place, film) == {then}
    rules = Rules(load_items().items, ZoneInfo("Asia/Shanghai"))
    with connected(place.store.engine) as connection:
        counted = {case: judge(connection, case, rules).footage for case in (then, nine)}
    by_coverage = {case for case, of in counted.items() if any(each.row.id == film for c in of.values() for each in c)}
    assert by_coverage == {then}
    assert _plain(place.kept(terms)) == _anew(place)


def test_a_slate_that_names_a_case_keeps_footage_for_it(place: Place) -> None:
    make = place.make
    case = make.case()
    make.activity(case, 0, 100, officers=("P-9",))
    film = make.recording(50_000, 60, "P-1", "D1")
    assert _proposed(place, film) == set()
    place.slate("D1", film, make.known(case).case.number, 20)
    assert _proposed(place, film) == {case}


def test_a_hold_on_a_device_covers_what_its_clock_dates_elsewhere(place: Place) -> None:
    make = place.make
    film = make.recording(0, 60, "P-1", "D1")
    years_s = 10 * 365 * 86_400
    name, at = rt.HoldId(rt.new_id("h")), make.now()
    since, until = (to_text(T + timedelta(seconds=each - years_s)) for each in (-100, 100))
    place.add(
        rt.HoldSet(at=at, hold=name, on="device", target="D1", from_at=since, until_at=until, reason="保全", by="law")
    )
    assert not _one(place, film).facts.holds
    place.measured("D1", film, years_s, 0)
    assert [each.hold for each in _one(place, film).facts.holds] == [name]


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


def _one(place: Place, recording: str) -> Judged:
    with connected(place.store.engine) as connection:
        found = judged_one(connection, place.rules, recording)
    assert found is not None
    return found


def _proposed(place: Place, recording: str) -> set[str | None]:
    return {each.case for each in _one(place, recording).facts.memberships if each.how == "proposed"}


def _judged(place: Place):  # type: ignore[no-untyped-def]
    with connected(place.store.engine) as connection:
        return list(judged_all(connection, place.rules))
