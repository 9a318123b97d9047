"""Kept tallies are those that judging everything anew would give, whatever happens in the ledger meanwhile."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import delete, select, update

from evidence.case_entries import ItemsAdopted
from evidence.catalog.case_file import load_case
from evidence.catalog.case_schema import activities
from evidence.catalog.engine import connected
from evidence.catalog.rebuild import rebuild
from evidence.catalog.schema import renditions
from evidence.catalog.tally_rows import all_cases
from evidence.catalog.tally_schema import case_tallies, tally_head
from evidence.clock import ManualClock
from evidence.clock_entries import ClockMeasured
from evidence.entries import LogRead
from player.cases.flaws import FlawReader
from player.cases.judging import judge
from player.cases.kept_tallies import KeptTallies, Standing
from player.cases.tallying import tally_of
from policy.findings import Rules
from policy.item_list import load as load_items
from policy.tallies import CaseTally
from tests.integration.player.made_cases import Maker, T
from tests.integration.player.site import Store, opened

ALL_S = 60.0


class Place:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.make = Maker(store)
        items = load_items().items
        self.rules = Rules(items, ZoneInfo("Asia/Shanghai"), flaws_of=FlawReader(store.blobs, items.content))

    def keeper(self, program: str = "1") -> KeptTallies:
        return KeptTallies(self.store.engine, self.store.writer, lambda: self.rules, self.store.clock, program)

    def anew(self) -> dict[str, CaseTally]:
        with connected(self.store.engine) as connection:
            cases = all_cases(connection)
            return {case: tally_of(judge(connection, case, self.rules)) for case in cases}


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[Place]:
    with opened(tmp_path, ManualClock(T + timedelta(days=3)), database_url) as store:
        yield Place(store)


def _right(place: Place, standing: Standing) -> None:
    assert (standing.pending, dict(standing.failed)) == (0, {})
    assert dict(standing.tallies) == place.anew()


def _something(place: Place, chance: random.Random, cases: list[str], recordings: list[str]) -> None:
    """One change of some kind."""
    make, officers, devices = place.make, ("P-1", "P-2", "P-3"), ("D1", "D2")
    what = chance.choice(
        [
            "case",
            "activity",
            "activity",
            "recording",
            "recording",
            "match",
            "time",
            "look",
            "explain",
            "change",
            "list",
        ]
    )
    if what == "case" or not cases:
        cases.append(make.case(officers=(chance.choice(officers),)))
        return
    case = chance.choice(cases)
    file = make.known(case)
    activity = chance.choice(file.activities) if file.activities else None
    start = chance.choice((0, 40, 400_000))
    if what in ("activity", "change"):
        changed = activity.id if what == "change" and activity is not None else None
        times = {"officers": (chance.choice(officers),), "devices": chance.sample(devices, chance.randrange(2))}
        end = chance.choice((start + 20, None))
        make.activity(case, start, end, activity=changed, **{k: tuple(v) for k, v in times.items()})
    elif what == "recording" or not recordings:
        seconds = chance.choice((30, 60))
        recordings.append(
            make.recording(
                start - 8, seconds, chance.choice(officers), chance.choice(devices), examined=chance.random() < 0.5
            )
        )
    elif what == "look":
        make.unexaminable(chance.choice(recordings))
    elif what == "time":
        make.timed(chance.choice(recordings), chance.choice((-8, 35, 399_990)))
    elif what == "list" and chance.random() < 0.2:
        at = make.now()
        blob = place.store.blobs.put(b"list")
        place.store.ledger.append(ItemsAdopted(at=at, version="w/1", items=blob, by="configuration"))
    elif activity is not None and what == "match":
        make.matched(case, activity.id, chance.choice(recordings), chance.choice(("confirmed", "rejected")))
    elif activity is not None and what == "explain":
        with connected(place.store.engine) as connection:
            found = judge(connection, case, place.rules).report.findings
        if found:
            make.explained(case, chance.choice(found), approved=chance.choice((True, False, None)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_follow_whatever_happens(place: Place, seed: int) -> None:
    chance, cases, recordings = random.Random(seed), list[str](), list[str]()
    keeper = place.keeper()
    for _ in range(12):
        for _ in range(chance.randrange(1, 6)):
            _something(place, chance, cases, recordings)
        if chance.random() < 0.2:
            keeper = place.keeper()  # a restart: what was kept must still be right
        _right(place, keeper.advance(ALL_S))
    assert any(each.findings for tally in keeper.standing.tallies.values() for each in tally.activities)


def test_a_restart_judges_nothing_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        place.make.activity(place.make.case(), 100 * n, 100 * n + 20, officers=("P-1",))
    _right(place, place.keeper().advance(ALL_S))
    asked: list[str] = []
    monkeypatch.setattr("player.cases.kept_tallies.judge", lambda c, case, r: asked.append(case) or judge(c, case, r))
    _right(place, place.keeper().advance(ALL_S))
    assert asked == []
    # Another program may judge otherwise.
    _right(place, place.keeper("2").advance(ALL_S))
    assert len(asked) == 3


def test_warming_judges_the_newest_case_and_keeps_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = place.keeper()
    keeper.warm()  # there is no case yet
    place.make.activity(place.make.case(), 0, 20, officers=("P-1",))
    place.store.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    newest = place.make.case()
    asked: list[str] = []
    monkeypatch.setattr("player.cases.kept_tallies.judge", lambda c, case, r: asked.append(case) or judge(c, case, r))
    keeper.warm()
    assert asked == [newest]
    assert not keeper.standing.tallies
    _right(place, keeper.advance(ALL_S))


def test_only_what_an_entry_concerns_is_judged_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    make, keeper = place.make, place.keeper()
    near, far = make.case(), make.case()
    make.activity(near, 0, 20, officers=("P-1",))
    make.activity(far, 900_000, 900_020, officers=("P-1",))
    keeper.advance(ALL_S)
    asked: list[str] = []
    monkeypatch.setattr("player.cases.kept_tallies.judge", lambda c, case, r: asked.append(case) or judge(c, case, r))
    make.recording(-8, 60, "P-1")
    _right(place, keeper.advance(ALL_S))
    assert asked == [near]


def test_another_item_list_judges_everything_anew(place: Place) -> None:
    """As soon as it is in force, whatever the ledger said about it before."""
    make, keeper = place.make, place.keeper()
    case = make.case()
    make.activity(case, 0, 20, officers=("P-1",), item="inspection")
    assert not keeper.advance(ALL_S).tallies[case].activities[0].asked
    old = place.rules.items
    stricter = msgspec.structs.replace(
        old,
        version="w/2",
        items=tuple(
            msgspec.structs.replace(each, mode="full") if each.code == "inspection" else each for each in old.items
        ),
    )
    place.rules = dataclasses.replace(place.rules, items=stricter)
    standing = keeper.advance(ALL_S)
    assert standing.tallies[case].activities[0].in_full
    _right(place, standing)


def test_what_is_not_judged_in_time_is_in_no_figure_and_is_told(place: Place) -> None:
    for _ in range(3):
        place.make.case()
    keeper = place.keeper()
    standing = keeper.advance(0)
    assert (standing.pending, dict(standing.tallies)) == (3, {})
    _right(place, keeper.advance(ALL_S))


def test_a_case_that_cannot_be_judged_says_why_and_stops_no_other(place: Place) -> None:
    make, keeper = place.make, place.keeper()
    good, bad = make.case(), make.case()
    make.activity(bad, 0, 20, officers=("P-1",))
    recording = make.recording(-8, 60, "P-1")

    def broken(connection: object) -> None:
        connection.execute(  # type: ignore[attr-defined]
            update(renditions).where(renditions.c.recording == recording).values(state="made", blob="0" * 64)
        )

    place.store.writer.write(broken)
    standing = keeper.advance(ALL_S)
    assert set(standing.tallies) == {good} and set(standing.failed) == {bad}
    assert "0" * 64 in standing.failed[bad]


def test_a_rebuild_throws_away_what_was_judged_by_wrong_rows(place: Place, tmp_path: Path) -> None:
    make, keeper = place.make, place.keeper()
    case = make.case()
    make.activity(case, 0, 20, officers=("P-1",))
    keeper.advance(ALL_S)
    place.store.writer.write(lambda c: c.execute(update(activities).values(item="text")))
    assert rebuild(place.store.engine, place.store.blobs, tmp_path / "second.sqlite", replace=True)
    with connected(place.store.engine) as connection:
        assert connection.execute(select(case_tallies)).all() == connection.execute(select(tally_head)).all() == []
    _right(place, keeper.advance(ALL_S))
    with connected(place.store.engine) as connection:
        assert load_case(connection, case) is not None and len(connection.execute(select(case_tallies)).all()) == 1


def test_an_emptied_table_costs_time_and_nothing_else(place: Place) -> None:
    place.make.case()
    keeper = place.keeper()
    keeper.advance(ALL_S)
    for table in (case_tallies, tally_head):
        place.store.writer.write(lambda c, table=table: c.execute(delete(table)))
    _right(place, keeper.advance(ALL_S))
    _right(place, place.keeper().advance(ALL_S))


def test_what_was_reckoned_is_kept_until_a_tally_changes(place: Place) -> None:
    make, keeper = place.make, place.keeper()
    case = make.case()
    first = keeper.advance(ALL_S)
    first.reckoned["x"] = 1
    place.store.ledger.append(
        LogRead(at=make.now(), account="a", session="s", address="::1", what="ledger", query="{}")
    )
    second = keeper.advance(ALL_S)
    assert second.reckoned == {"x": 1} and second.position == first.position + 1
    make.activity(case, 0, 20, officers=("P-1",))
    assert keeper.advance(ALL_S).reckoned == {}
    keeper.standing.reckoned["x"] = 1
    place.rules = dataclasses.replace(place.rules, zone=ZoneInfo("UTC"))
    assert keeper.advance(ALL_S).reckoned == {}


def test_footage_of_a_clock_that_is_days_off_is_looked_for_where_it_truly_belongs(place: Place) -> None:
    """The clock was measured before; what is sealed now states a time five days too late."""
    make, keeper, late_s = place.make, place.keeper(), 5 * 86_400
    case = make.case()
    activity = make.activity(case, 0, 20, officers=("P-1",))
    earlier = make.recording(late_s - 9_000, 30, "P-1", "D1", received_s=0)
    low_ms = late_s * 1000
    measured = ClockMeasured(
        at=make.now(),
        device="D1",
        how="dock",
        recording=earlier,
        stated_at=make.now(),
        true_at=make.now(),
        low_ms=low_ms,
        high_ms=low_ms + 1_000,
        spread_ms=None,
    )
    place.store.ledger.append(measured)
    _right(place, keeper.advance(ALL_S))
    make.recording(late_s - 8, 60, "P-1", "D1", received_s=600)
    standing = keeper.advance(ALL_S)
    _right(place, standing)
    (found,) = [each for each in standing.tallies[case].activities if each.id == activity]
    assert len(found.recordings) == 1
