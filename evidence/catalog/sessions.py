"""Rows of sign-in sessions. Runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from evidence.catalog.schema import accounts, sessions


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session together with what its account is now."""

    token_hash: str  # SHA-256 of the cookie's token, hex
    account: str
    display_name: str
    roles: tuple[str, ...]
    unit: str | None
    enabled: bool
    csrf: str
    address: str
    created_at: str
    last_seen_at: str
    expires_at: str


def add_session(
    connection: Connection,
    *,
    token_hash: str,
    account: str,
    csrf: str,
    address: str,
    at: str,
    expires_at: str,
) -> None:
    values = {
        "token_hash": token_hash,
        "account": account,
        "csrf": csrf,
        "address": address,
        "created_at": at,
        "last_seen_at": at,
        "expires_at": expires_at,
    }
    connection.execute(insert(sessions), values)


def find_session(connection: Connection, token_hash: str) -> SessionRow | None:
    query = (
        select(sessions, accounts.c.display_name, accounts.c.roles, accounts.c.unit, accounts.c.enabled)
        .join(accounts, accounts.c.name == sessions.c.account)
        .where(sessions.c.token_hash == token_hash)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    roles = tuple(role for role in values.pop("roles").split(",") if role)
    return SessionRow(**values, roles=roles)


def touch_session(connection: Connection, token_hash: str, at: str) -> None:
    connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(last_seen_at=at))


def drop_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def drop_sessions_before(connection: Connection, expired_at: str, idle_since: str, spared: Collection[str]) -> None:
    """Remove sessions past their end, and those not used since `idle_since` but for these accounts'."""
    s = sessions.c
    is_idle = (s.last_seen_at < idle_since) & s.account.not_in(tuple(spared))
    connection.execute(delete(sessions).where((s.expires_at <= expired_at) | is_idle))
