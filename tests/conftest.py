"""Shared fixtures, and which tests film in real time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import migrated_database, migrated_file, new_database
from tests.postgres import running_postgres

ROOT = Path(__file__).resolve().parent.parent

# How long examples take to be made depends on what else the machine does; nothing else is let off.
settings.register_profile("mediad", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("mediad")


# Signs, in a file's text, of tests that film, record or watch in real time: they wait more than they compute, but
# cannot be late. `./dev test` runs them first.
_REAL_TIME = ("from tests.recorder", "from tests.live", "pytest.mark.real_time")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_real_time(item.path):
            item.add_marker(pytest.mark.real_time)


@cache
def _is_real_time(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return any(sign in text for sign in _REAL_TIME)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this process."""
    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind, with the newest schema and nothing in it."""
    if request.param == "sqlite":
        return migrated_file(tmp_path / "catalog.sqlite")
    return migrated_database(str(request.getfixturevalue("postgres_url")))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind, without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/catalog.sqlite"
    return new_database(str(request.getfixturevalue("postgres_url")))
