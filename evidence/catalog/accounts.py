"""Rows of accounts and of failed sign-ins. Runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from evidence.catalog.schema import accounts, sessions, sign_in_failures
from evidence.clock import from_text, to_text

# Parameters of a statement.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class AccountRow:
    name: str
    display_name: str
    roles: tuple[str, ...]
    unit: str | None
    password: str  # argon2id hash
    enabled: bool
    created_at: str
    updated_at: str


def find_account(connection: Connection, name: str) -> AccountRow | None:
    row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
    return None if row is None else _account(row._mapping)


def all_accounts(connection: Connection) -> tuple[AccountRow, ...]:
    return tuple(_account(row._mapping) for row in connection.execute(select(accounts).order_by(accounts.c.name)))


def units_of(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """The units of these accounts, of those that exist and have one."""
    wanted, found = sorted(set(names)), dict[str, str]()
    for at in range(0, len(wanted), _CHUNK):
        query = select(accounts.c.name, accounts.c.unit).where(accounts.c.name.in_(wanted[at : at + _CHUNK]))
        found |= {row.name: row.unit for row in connection.execute(query) if row.unit}
    return found


def add_account(connection: Connection, row: AccountRow) -> None:
    connection.execute(insert(accounts), _values(row))


def replace_account(connection: Connection, row: AccountRow) -> None:
    connection.execute(update(accounts).where(accounts.c.name == row.name), _values(row))


def drop_sessions_of(connection: Connection, name: str) -> None:
    """End every session of an account: after a new password, other roles, or disabling."""
    connection.execute(delete(sessions).where(sessions.c.account == name))


def _account(row: object) -> AccountRow:
    values = dict(row)  # type: ignore[call-overload]
    roles = tuple(role for role in values.pop("roles").split(",") if role)
    return AccountRow(**values, roles=roles)


def _values(row: AccountRow) -> dict[str, object]:
    return {
        "name": row.name,
        "display_name": row.display_name,
        "roles": ",".join(row.roles),
        "unit": row.unit,
        "password": row.password,
        "enabled": row.enabled,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


# ---- failed sign-ins ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Failures:
    """How often sign-in failed since a moment, and the oldest failure that still counts against the limit."""

    count: int
    frees_at: datetime | None


def failures_of_account(connection: Connection, account: str, since: datetime, limit: int) -> Failures:
    return _failures(connection, sign_in_failures.c.account == account, since, limit)


def failures_from_address(connection: Connection, address: str, since: datetime, limit: int) -> Failures:
    return _failures(connection, sign_in_failures.c.address == address, since, limit)


def _failures(connection: Connection, claim: object, since: datetime, limit: int) -> Failures:
    recent = (claim, sign_in_failures.c.at > to_text(since))
    count = connection.execute(select(func.count()).select_from(sign_in_failures).where(*recent)).scalar_one()  # type: ignore[arg-type]
    # The limit-th newest failure: once it is too old, one more attempt is free.
    query = (
        select(sign_in_failures.c.at)
        .where(*recent)  # type: ignore[arg-type]
        .order_by(sign_in_failures.c.at.desc())
        .offset(limit - 1)
        .limit(1)
    )
    oldest = connection.execute(query).scalar()
    return Failures(int(count), from_text(oldest) if oldest else None)


def add_failure(connection: Connection, account: str, address: str, at: datetime) -> int:
    """Record a failure; returns its row, so that `forgive` can take it back."""
    values = {"account": account, "address": address, "at": to_text(at)}
    return int(connection.execute(insert(sign_in_failures).returning(sign_in_failures.c.id), values).scalar_one())


def forgive(connection: Connection, row: int, account: str, address: str) -> None:
    """After a success: drop the row that was counted beforehand, and this account's others from this address."""
    connection.execute(
        delete(sign_in_failures).where(
            (sign_in_failures.c.id == row)
            | ((sign_in_failures.c.account == account) & (sign_in_failures.c.address == address))
        )
    )


def drop_failures_before(connection: Connection, moment: datetime) -> None:
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.at <= to_text(moment)))
