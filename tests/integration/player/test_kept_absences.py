"""What is kept of missing footage is what looking at everything finds, whatever has happened since; and what nothing
has happened to is not looked at again. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from evidence import case_entries as ce
from evidence.catalog.absence_queries import missed_since, taken_since
from evidence.catalog.engine import connected
from evidence.catalog.roster_rows import shifts_between
from evidence.clock import ManualClock, to_text
from evidence.media import specimens
from evidence.records import RecordingId
from evidence.roster_entries import ShiftCorrected, ShiftRostered, ShiftWithdrawn, shift_id
from player.absence_facts import looking, missed_of, shift_of, taken_of
from player.cases.judging import to_ms
from player.kept_absences import KeptAbsences
from policy.absences import Absence, absences
from policy.findings import Rules
from policy.item_list import load as load_items
from tests.integration.player.site import Store, opened
from tests.integration.player.test_absences import NOW, _missed

RULES = Rules(load_items().items, ZoneInfo("Asia/Shanghai"))


@dataclass
class Desk:
    store: Store
    kept: KeptAbsences
    files: Iterator[Path]
    rules: Rules = RULES
    now: datetime = NOW

    def seal(self, device: str | None, number: int | None, hours: float, officer: str = "P-1") -> RecordingId:
        started = self.now - timedelta(hours=hours)
        said: dict[str, Any] = {"device": device, "sequence": number, "officer": officer, "origin": "file-name"}
        return self.store.seal(next(self.files), started=started, **said)

    def look(self) -> tuple[Absence, ...]:
        """What is kept, which must be what everything adds up to."""
        found = self.kept.find(self.rules, self.now)
        wanted = looking(self.rules, self.now)
        with connected(self.store.engine) as connection:
            everything = absences(
                (taken_of(row) for row in taken_since(connection, wanted.since)),
                (missed_of(row) for row in missed_since(connection, wanted.since)),
                wanted.terms,
                (shift_of(row) for row in shifts_between(connection, wanted.since)),
                to_ms(to_text(self.now)),
            )
        assert found == everything
        return found

    def kinds(self) -> list[str]:
        return sorted(each.kind for each in self.look())


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    files = (specimens.make("photo", tmp_path / f"{n}.jpg", width=160 + 16 * n, height=96) for n in range(20))
    with opened(tmp_path / "site", ManualClock(NOW), database_url) as store:
        yield Desk(store, KeptAbsences(store.engine), files)


def _shift(hours: float, device: str | None = None, officer: str = "P-1") -> ShiftRostered:
    start_at, end_at = to_text(NOW - timedelta(hours=hours)), to_text(NOW - timedelta(hours=hours - 8))
    named = shift_id(officer, device, start_at, end_at)
    said = {"officer": officer, "device": device, "unit": None, "start_at": start_at, "end_at": end_at}
    return ShiftRostered(at=to_text(NOW), shift=named, by="boss", **said)  # type: ignore[arg-type]


def test_what_is_kept_is_what_there_is(desk: Desk) -> None:
    append, at = desk.store.ledger.append, to_text(NOW)
    assert desk.kinds() == []
    for device, number, hours in (("D1", 3, 3), ("D1", 4, 2), ("D1", 7, 1), ("D2", 1, 30), (None, None, 2)):
        desk.seal(device, number, hours)
        desk.look()
    assert desk.kinds() == ["late-hand-in", "number-hole"]
    append(_missed("DCIM/0005.mp4", 5))
    assert desk.kinds() == ["file-missed", "late-hand-in", "number-hole"], "what was seen is named by itself"
    first, second = _shift(40), _shift(40, "D2")
    append(first, second)
    assert desk.kinds().count("duty-unrecorded") == 2
    moved = ShiftCorrected(
        at=at,
        shift=first.shift,
        instead=shift_id("P-1", None, to_text(NOW), to_text(NOW + timedelta(hours=1))),
        officer="P-1",
        device=None,
        unit=None,
        start_at=to_text(NOW),
        end_at=to_text(NOW + timedelta(hours=1)),
        reason="误登",
        by="boss",
    )
    append(moved, ShiftWithdrawn(at=at, shift=second.shift, reason="调班", by="boss"))
    assert "duty-unrecorded" not in desk.kinds()
    desk.now += timedelta(hours=26)
    assert "duty-unrecorded" in desk.kinds(), "time alone makes it a finding"
    desk.seal("D1", 6, 1)
    assert [each.about for each in desk.look() if each.kind == "number-hole"] == []


def test_what_people_say_about_a_recording_counts(desk: Desk) -> None:
    append, at = desk.store.ledger.append, to_text(NOW)
    late = desk.seal("D2", 1, 30)
    assert desk.kinds() == ["late-hand-in"]
    case, activity = ce.CaseId(ce.new_id("c")), ce.ActivityId(ce.new_id("a"))
    subject = ce.Subject("person", "某人")
    said: dict[str, Any] = {"at": at, "case": case, "by": "P-1"}
    append(
        ce.CaseRecorded(
            number="1", kind="seizure", title="x", stage="start", subject=subject, unit=None, officers=(), **said
        ),
        ce.ActivityRecorded(
            activity=activity, item="seizure", stage="start", place="", planned_start=None, planned_end=None,
            started_at=None, ended_at=None, officers=(), devices=(), note="", **said,
        ),
        ce.FootageMatched(activity=activity, recording=late, verdict="confirmed", reason="", **said),
    )  # fmt: skip
    assert desk.kinds() == [], "there it is judged by the item"
    append(ce.ActivityWithdrawn(activity=activity, reason="误登", **said))
    assert desk.kinds() == ["late-hand-in"]
    timed = ce.RecordingTimed(
        at=at, recording=late, started_at=to_text(NOW - timedelta(hours=1)), uncertainty_ms=1, reason="对时", by="k"
    )
    append(timed)
    assert desk.kinds() == []


def test_only_what_something_has_happened_to_is_looked_at_again(desk: Desk) -> None:
    desk.seal("D1", 3, 30)
    desk.seal("D2", 3, 30)
    desk.look()
    before = desk.kept._state
    assert before is not None
    first, second = before.of_device["D1"], before.of_device["D2"]
    desk.seal("D2", 4, 30)
    desk.look()
    after = desk.kept._state
    assert after is before and after.of_device["D1"] is first and after.of_device["D2"] is not second
    missing = RULES.items.missing
    desk.rules = replace(RULES, items=_with(RULES.items, missing=_with(missing, hand_in_h=48)))
    assert desk.kinds() == [], "other rules, and everything is looked at again"
    assert desk.kept._state is not before


def _with(struct: Any, **values: Any) -> Any:
    return msgspec.structs.replace(struct, **values)
