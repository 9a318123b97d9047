"""Accounts and their passwords. Blocking: argon2 takes about 0.1 s and 64 MiB; call from a thread.

Every change is a ledger entry in the transaction that makes it. A password is never logged, stored or returned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import argon2
from sqlalchemy import Connection, Engine

from evidence.catalog import accounts as rows
from evidence.catalog.accounts import AccountRow
from evidence.catalog.engine import connected
from evidence.clock import Clock, to_text
from evidence.entries import AccountChanged
from evidence.errors import Conflict, Invalid, NotFound, Unauthenticated
from evidence.ledger import Ledger
from policy.access import ROLES

MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 256  # argon2 takes any length; this bounds the work of one request
MAX_NAME_CHARS = 64


@dataclass(frozen=True, slots=True)
class Account:
    """An account without its secret."""

    name: str
    display_name: str
    roles: tuple[str, ...]
    unit: str | None
    enabled: bool
    created_at: str
    updated_at: str


class Accounts:
    """Thread-safe."""

    def __init__(
        self, engine: Engine, ledger: Ledger, clock: Clock, hasher: argon2.PasswordHasher | None = None
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._clock = clock
        self._hasher = hasher or argon2.PasswordHasher()
        # Verified instead of a real hash for unknown names, so that both answers take the same time.
        self._nobody = self._hasher.hash("an account that nobody has")

    def create(
        self, name: str, display_name: str, roles: Sequence[str], unit: str | None, password: str, *, by: str
    ) -> Account:
        """Raises Invalid for an unusable name, role or password, Conflict if the name is taken."""
        name = check_name(name)
        now = to_text(self._clock.now())
        row = AccountRow(
            name=name,
            display_name=display_name.strip() or name,
            roles=check_roles(roles),
            unit=(unit or "").strip() or None,
            password=self._hasher.hash(check_password(name, password)),
            enabled=True,
            created_at=now,
            updated_at=now,
        )

        def add(connection: Connection) -> None:
            if rows.find_account(connection, name) is not None:
                raise Conflict(f"There is an account {name!r} already.")
            rows.add_account(connection, row)

        self._ledger.submit(self._changed(row, by), also=add).result()
        return _public(row)

    def set_password(self, name: str, password: str, *, by: str) -> Account:
        """Ends the account's sessions. Raises NotFound or Invalid."""
        hashed = self._hasher.hash(check_password(name, password))
        return self._replace(name, by, password=hashed)

    def set_enabled(self, name: str, enabled: bool, *, by: str) -> Account:
        """Ends the account's sessions. Raises NotFound."""
        return self._replace(name, by, enabled=enabled)

    def change(
        self,
        name: str,
        *,
        roles: Sequence[str] | None = None,
        unit: str | None = None,
        display_name: str | None = None,
        by: str,
    ) -> Account:
        """What is None stays; an empty unit is none. Ends the account's sessions. Raises NotFound or Invalid."""
        changes: dict[str, object] = {}
        if roles is not None:
            changes["roles"] = check_roles(roles)
        if unit is not None:
            changes["unit"] = unit.strip() or None
        if display_name is not None:
            changes["display_name"] = display_name.strip() or name
        if not changes:
            raise Invalid("Say what is to be changed: roles, unit or display name.")
        return self._replace(name, by, **changes)

    def list(self) -> tuple[Account, ...]:
        with connected(self._engine) as connection:
            return tuple(_public(row) for row in rows.all_accounts(connection))

    def authenticate(self, name: str, password: str) -> Account:
        """The account, or Unauthenticated: the same words and time for a wrong name, password or a disabled one."""
        with connected(self._engine) as connection:
            row = rows.find_account(connection, unicodedata.normalize("NFC", name))
        try:
            self._hasher.verify(row.password if row else self._nobody, password[:MAX_PASSWORD_CHARS])
        except argon2.exceptions.VerificationError as error:
            raise refused() from error
        if row is None or not row.enabled:
            raise refused()
        return _public(row)

    def _replace(self, name: str, by: str, **changes: object) -> Account:
        with connected(self._engine) as connection:
            found = rows.find_account(connection, name)
        if found is None:
            raise NotFound(f"There is no account {name!r}.")
        row = replace(found, updated_at=to_text(self._clock.now()), **changes)  # type: ignore[arg-type]

        def write(connection: Connection) -> None:
            if rows.find_account(connection, name) != found:
                raise Conflict(f"Account {name!r} was changed by somebody else.", remedy="Try again.")
            rows.replace_account(connection, row)
            rows.drop_sessions_of(connection, name)

        self._ledger.submit(self._changed(row, by), also=write).result()
        return _public(row)

    def _changed(self, row: AccountRow, by: str) -> AccountChanged:
        return AccountChanged(
            at=row.updated_at,
            account=row.name,
            display_name=row.display_name,
            roles=row.roles,
            unit=row.unit,
            enabled=row.enabled,
            by=by,
        )


def check_name(name: str) -> str:
    """The name in NFC. Letters of any script, digits and `._-@`: it stands in URLs, entries and rules."""
    name = unicodedata.normalize("NFC", name)
    if not 1 <= len(name) <= MAX_NAME_CHARS or not all(c.isalnum() or c in "._-@" for c in name):
        raise Invalid("An account name has 1 to 64 letters, digits or . _ - @.")
    return name


def check_roles(roles: Sequence[str]) -> tuple[str, ...]:
    unknown = sorted(set(roles) - set(ROLES))
    if unknown or not roles:
        raise Invalid(f"Unknown roles: {', '.join(unknown) or 'none given'}.", remedy=f"Roles are {', '.join(ROLES)}.")
    return tuple(role for role in ROLES if role in roles)


def check_password(name: str, password: str) -> str:
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise Invalid(f"A password has {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters.")
    if password.casefold() == name.casefold():
        raise Invalid("The password must not be the account's name.")
    return password


def refused() -> Unauthenticated:
    """The same words whatever it was."""
    return Unauthenticated("Name or password is wrong.")


def _public(row: AccountRow) -> Account:
    return Account(row.name, row.display_name, row.roles, row.unit, row.enabled, row.created_at, row.updated_at)
