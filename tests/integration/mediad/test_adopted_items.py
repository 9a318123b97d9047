"""The configured list founds a site; later a file changes nothing by itself, and its drift is said in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from evidence.case_entries import ItemsAdopted
from evidence.catalog.engine import connected
from evidence.catalog.item_queries import adoptions
from evidence.clock import SystemClock
from evidence.entries import decode
from mediad.adopted_items import found_items
from mediad.config import load
from mediad.site_files import NewSite
from mediad.store import Store, open_store
from policy.item_list import SHIPPED, parse
from tests.sites import make_site

CLOCK = SystemClock()
TEXT = SHIPPED.read_bytes()


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[Store]:
    config = make_site(tmp_path / "site", NewSite(catalog_url=database_url), CLOCK)
    with open_store(load(config.path, {})) as store:
        yield store


def _adopted(store: Store) -> list[str]:
    entries = (decode(data) for _, data in store.reader.entries(0, store.reader.size()))
    return [entry.version for entry in entries if isinstance(entry, ItemsAdopted)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (TEXT, None),
        (TEXT.replace(b"water-bureau/2026-11", b"water-bureau/2026-12"), "water-bureau/2026-12) is not in force"),
        (TEXT.replace(b"views = 2", b"views = 1"), "give it a new version"),
    ],
)
def test_a_changed_file_adopts_nothing_and_is_named(store: Store, changed: bytes, said: str | None) -> None:
    """One administrator with an editor is one person: the list in force stays."""
    founding = parse(TEXT)
    found_items(store, founding, CLOCK)
    with capture_logs() as logs:
        found_items(store, parse(changed), CLOCK)
    assert [said in line["reason"] for line in logs if line.get("action") == "items.drift"] == ([True] if said else [])
    assert _adopted(store) == ["water-bureau/2026-11"]
    with connected(store.engine) as connection:
        (only,) = adoptions(connection)
    assert (only.version, only.items, only.by, only.proposal) == (
        founding.items.version,
        founding.digest,
        "configuration",
        None,
    )
    assert store.blobs.read(founding.digest) == TEXT
