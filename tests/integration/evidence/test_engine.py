"""Database files that go away, and what a connection does then."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from evidence.catalog.engine import connected, migrate, open_engine
from evidence.errors import StoreUnavailable


def test_an_sqlite_file_that_went_away_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a b.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    path.rename(tmp_path / "away")
    with pytest.raises(StoreUnavailable, match="unable to open"), connected(engine):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["away"]
    (tmp_path / "away").rename(path)
    with connected(engine) as connection:
        assert connection.execute(text("SELECT size FROM ledger_head")).scalar_one() == 0
    engine.dispose()


def test_a_forgotten_lock_is_not_waited_for_for_ever(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with connected(engine) as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "15s"
    engine.dispose()
