"""Sites and accounts for tests, as `mediad init` and `mediad user add` make them, but for what is dear in them: the
schema is copied, and passwords are hashed at next to no cost."""

from __future__ import annotations

from pathlib import Path

import argon2

from evidence.clock import Clock, SystemClock
from mediad import site_files
from mediad.config import Config, load
from mediad.site_files import NewSite
from mediad.store import open_store
from player.accounts import Accounts
from tests.databases import migrated_file

PASSWORD = "a long enough one"
# Weak on purpose: the tests sign in hundreds of times, and argon2's cost is not what they are about.
FAST_HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def make_site(directory: Path, wishes: NewSite, clock: Clock) -> Config:
    """A new site and its configuration. A database that `wishes` names has the schema already."""
    if not wishes.catalog_url:
        data = directory / "data"
        data.mkdir(mode=0o750, parents=True)
        migrated_file(data / "catalog.sqlite3")
    return site_files.make_site(directory, wishes, clock)


def add_account(
    site: Path,
    name: str = "a",
    roles: tuple[str, ...] = ("custodian",),
    unit: str | None = None,
    display_name: str = "",
) -> None:
    """Beside a running daemon too. `site`: the configuration file."""
    with open_store(load(site, {})) as store:
        accounts = Accounts(store.engine, store.ledger, SystemClock(), FAST_HASHER)
        accounts.create(name, display_name or name, roles, unit, PASSWORD, by="test")
