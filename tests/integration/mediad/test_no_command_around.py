"""No command of the command line closes a case that has a finding. A new command must be tried here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from evidence import case_entries as ce
from evidence.catalog.engine import connected
from evidence.clock import SystemClock, to_text
from evidence.entries import decode
from evidence.handover_entries import CaseHandedOver
from evidence.media import specimens
from mediad.__main__ import run
from mediad.adopted_items import found_items
from mediad.cli.root import mediad
from mediad.config import load
from mediad.site_files import NewSite
from mediad.store import open_store
from player.cases.judging import judge
from policy.findings import Rules
from policy.item_list import load as load_items
from tests.sites import make_site

CLOCK = SystemClock()
T = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
CASE = ce.CaseId("c" + "a" * 26)
# Command → its arguments, exit code. `serve` runs the API, whose every endpoint is tried in test_no_way_around.
TRIED: dict[str, tuple[tuple[str, ...], int]] = {
    "init": (("{site}",), 2),
    "demo": (("{site}",), 2),
    "ingest": (("-c", "{config}", "{film}"), 0),
    "verify": (("-c", "{config}", "--all"), 0),
    "check": (("-c", "{config}"), 0),
    "restored": (("-c", "{config}", "--reason", "x"), 2),  # nothing was
    "rebuild": (("-c", "{config}"), 0),
    "user": (("list", "-c", "{config}"), 0),
    "retention": (("list", "-c", "{config}"), 0),
    "renditions": (("list", "-c", "{config}"), 2),  # no daemon ran here: there are no jobs to ask about
    "extract": (("-c", "{config}", "{out}"), 0),
}


@dataclass(frozen=True)
class Place:
    config: Path
    film: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("commands")
    config = make_site(root / "site", NewSite(), CLOCK)
    shared = {"at": to_text(CLOCK.now()), "case": CASE, "by": "P-1"}
    with open_store(config) as store:
        found_items(store, load_items(), CLOCK)
        store.ledger.append(
            ce.CaseRecorded(
                **shared,  # type: ignore[arg-type]
                number="1号",
                kind="seizure",
                title="查封",
                stage="execution",
                subject=ce.Subject("person", "某人"),
                unit=None,
                officers=("P-1",),
            ),
            ce.ActivityRecorded(
                **shared,  # type: ignore[arg-type]
                activity=ce.ActivityId("a" + "a" * 26),
                item="seizure",
                stage="execution",
                place="码头",
                planned_start=None,
                planned_end=None,
                started_at=to_text(T),
                ended_at=to_text(T + timedelta(minutes=5)),
                officers=("P-1", "P-2"),
                devices=(),
                note="",
            ),
        )
    film = specimens.make("mp4", root / "a.mp4", seconds=2, width=160, height=96)
    yield Place(config.path, film)


def test_every_command_is_tried() -> None:
    names = set(mediad.list_commands(None))  # type: ignore[arg-type]
    assert names == set(TRIED) | {"serve"}


@pytest.mark.parametrize("command", TRIED)
def test_no_command_closes_it(place: Place, command: str, tmp_path: Path) -> None:
    arguments, expected = TRIED[command]
    names = {"site": place.config.parent, "config": place.config, "film": place.film, "out": tmp_path / "out.sqlite3"}
    before = dict(os.environ)
    assert run([command, *(each.format(**names) for each in arguments)]) == expected
    assert dict(os.environ) == before
    with open_store(load(place.config, {})) as store:
        entries = [decode(data) for _, data in store.reader.entries(0, store.reader.size())]
        ends = ce.CaseClosed | ce.CaseArchived | ce.ExplanationDecided | CaseHandedOver
        assert not any(isinstance(each, ends) for each in entries)
        with connected(store.engine) as connection:
            judged = judge(connection, CASE, Rules(load_items().items, ZoneInfo("Asia/Shanghai")))
    assert judged.file.case.state == "open" and "no-footage" in {each.kind for each in judged.open}
