"""Shared fixtures, and how tests run side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import migrated_database, migrated_file, new_database
from tests.postgres import running_postgres
from tests.side_by_side import RealTimeFirst, give_way, is_real_time

ROOT = Path(__file__).resolve().parent.parent

# How long examples take to be made depends on what else the machine does; nothing else is let off.
settings.register_profile("mediad", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("mediad")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_real_time(item.path):
            item.add_marker(pytest.mark.real_time)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    if not is_real_time(item.path):
        give_way()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> RealTimeFirst:
    return RealTimeFirst(config, log)


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
