"""Whatever somebody does to the ledger's tables: `check` names it and goes on, and never breaks off itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from evidence import entries as e
from evidence import retention_entries as rt
from evidence.catalog.engine import connected
from evidence.check import Keys, check
from evidence.clock import SystemClock, to_text
from evidence.errors import IntegrityBroken
from mediad.site_files import NewSite, make_site
from mediad.store import Store, open_store

CLOCK = SystemClock()
HELD = "UPDATE ledger_entries SET entry = (SELECT entry FROM ledger_entries WHERE type = 'hold.set') WHERE idx = 4"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Entries 0 to 4 and their checkpoints."""
    config = make_site(tmp_path / "site", NewSite(), CLOCK)
    at = to_text(CLOCK.now())
    hold = rt.HoldSet(
        at=at, hold=rt.HoldId("h1"), on="subject", target="某人", from_at=None, until_at=None, reason="复议", by="law"
    )
    with open_store(config) as opened:
        opened.ledger.append(
            e.AccountChanged(at=at, account="a", display_name="甲", roles=(), unit=None, enabled=True, by="cli:x")
        )
        opened.ledger.append(hold, e.SessionOpened(at=at, account="a", session="s", address="::1"))
        opened.ledger.append(e.LogRead(at=at, account="a", session="s", address="::1", what="ledger", query="{}"))
        assert opened.reader.size() == 5
        yield opened


def broken(store: Store, tmp_path: Path) -> str:
    keys = Keys(store.seal_verifier, store.note_verifier, store.config.site.origin)
    found = check(store.engine, store.blobs, keys, tmp_path / "second.sqlite3")
    return "\n".join(each.message for each in found.findings)


def alter(store: Store, statement: str, **values: object) -> None:
    with connected(store.engine, writes=True) as connection:
        assert connection.execute(text(statement), values).rowcount


def test_nothing_is_wrong_with_it(store: Store, tmp_path: Path) -> None:
    assert broken(store, tmp_path) == ""


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("INSERT INTO ledger_entries SELECT 5, type, at, entry, leaf_hash FROM ledger_entries WHERE idx = 4", "1 more"),
        ("INSERT INTO ledger_checkpoints SELECT 9, root, note FROM ledger_checkpoints WHERE size = 5", "shortened"),
        ("INSERT INTO ledger_tiles (level, idx, hash) VALUES (8, 3, x'00')", "none of this ledger"),
        ("DELETE FROM ledger_entries WHERE idx = 2", "Entry 2 is missing"),
        ("UPDATE ledger_head SET size = 4", "Behind the ledger's 4 entries lie 1 more and 1 checkpoints"),
        (HELD, "Entry 4 was altered"),
        (HELD, "Ledger entry 4 cannot be projected"),
    ],
)
def test_what_was_done_to_the_tables_is_named(store: Store, tmp_path: Path, statement: str, words: str) -> None:
    alter(store, statement)
    assert words in broken(store, tmp_path)


@pytest.mark.parametrize(
    "change", [{"at": "yesterday"}, {"v": 2**60}, {"at": "a\0b"}, {"reason": "\ud7ff" * 10}, {"from_at": "never"}]
)
def test_values_that_no_entry_of_ours_has(store: Store, tmp_path: Path, change: dict[str, object]) -> None:
    entry = msgspec.json.decode(store.reader.entry(2)) | change
    data = msgspec.json.encode(entry, order="sorted")
    alter(store, "UPDATE ledger_entries SET entry = :data WHERE idx = 2", data=data)
    assert "Entry 2 was altered" in broken(store, tmp_path)


@pytest.mark.parametrize("statement", ["DELETE FROM ledger_head", "INSERT INTO ledger_head (id, size) VALUES (7, 5)"])
def test_no_head_or_two_are_said_and_nothing_is_appended(store: Store, tmp_path: Path, statement: str) -> None:
    alter(store, statement)
    with pytest.raises(IntegrityBroken, match="heads instead of one"):
        broken(store, tmp_path)
    with pytest.raises(IntegrityBroken, match="heads instead of one"):
        store.ledger.append(e.SessionOpened(at=to_text(CLOCK.now()), account="a", session="t", address="::1"))
