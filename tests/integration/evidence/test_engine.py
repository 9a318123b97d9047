"""Database files that go away, and what a connection does then."""

from __future__ import annotations

import socket
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


def test_where_the_database_server_is_and_as_whom_we_ask_it_stays_out_of_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        engine = open_engine(f"postgresql+psycopg://keeper@127.0.0.1:{port}/evidence")
        with pytest.raises(StoreUnavailable) as failed, connected(engine):
            pass
        engine.dispose()
    answered = f"{failed.value.message} {failed.value.remedy}"
    assert "The database cannot be used." in answered
    assert str(port) not in answered and "127.0.0.1" not in answered
    assert str(port) in str(failed.value), "the log and the command line say it"
