"""The item list in force stands in the ledger, and cannot change behind its version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.case_entries import ItemsAdopted
from evidence.catalog.case_queries import adopted_items
from evidence.catalog.engine import connected
from evidence.clock import SystemClock
from evidence.entries import decode
from evidence.errors import ConfigInvalid
from mediad.adopted_items import adopt
from mediad.config import load
from mediad.site_files import NewSite, make_site
from mediad.store import Store, open_store
from policy.item_list import SHIPPED, parse

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


def test_a_list_is_logged_when_it_is_another_than_before(store: Store) -> None:
    first = parse(TEXT)
    second = parse(TEXT.replace(b"water-bureau/2026-11", b"water-bureau/2026-12"))
    for found in (first, first, second, first):
        adopt(store, found, CLOCK)
    assert _adopted(store) == ["water-bureau/2026-11", "water-bureau/2026-12", "water-bureau/2026-11"]
    with connected(store.engine) as connection:
        assert adopted_items(connection) == (first.items.version, first.digest)
    assert store.blobs.read(first.digest) == TEXT


def test_another_list_under_an_old_version_stops_the_start(store: Store) -> None:
    adopt(store, parse(TEXT), CLOCK)
    with pytest.raises(ConfigInvalid, match="without a new version"):
        adopt(store, parse(TEXT.replace(b"views = 2", b"views = 1")), CLOCK)
    assert _adopted(store) == ["water-bureau/2026-11"]
