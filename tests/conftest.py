"""Shared fixtures. The root of the checkout is on the path, so that tests run without an installed package."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

# How long examples take to be made depends on what else the machine does; nothing else is let off.
settings.register_profile("mediad", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("mediad")

_numbers = itertools.count(1)
# Whose tests film, record or watch in real time: they run by themselves, before the others run side by side.
_REAL_TIME = ("from tests.recorder", "from tests.live")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    is_quiet: dict[Path, bool] = {}
    for item in items:
        if item.path not in is_quiet:
            source = item.path.read_text(encoding="utf-8")
            is_quiet[item.path] = any(words in source for words in _REAL_TIME)
        if is_quiet[item.path]:
            item.add_marker(pytest.mark.quiet)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this test run."""
    from tests.postgres import running_postgres

    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/catalog.sqlite"
    return new_database(str(request.getfixturevalue("postgres_url")))


def new_database(server: str, like: str = "template1") -> str:
    """A new database of the server: an empty one, or a copy of one that nobody uses now (its URL or name)."""
    import psycopg

    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like.rpartition('/')[2]}")
    return f"{server.rpartition('/')[0]}/{name}"
