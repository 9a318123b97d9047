"""Sign-in sessions: opaque tokens, their expiry, and the throttling of guesses. Blocking; call from a thread.

The database holds only the SHA-256 of a token: who reads it cannot sign in with it. What was looked up is
believed for a few seconds, so that a playing browser costs no query per segment.
"""

from __future__ import annotations

import ipaddress
import secrets
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine

from evidence.canonical import sha256
from evidence.catalog import accounts as account_rows
from evidence.catalog import sessions as rows
from evidence.catalog.engine import connected
from evidence.catalog.writer import Writer
from evidence.clock import Clock, from_text, to_text
from evidence.entries import SessionOpened
from evidence.errors import Conflict, Forbidden, MediadError, TooManyAttempts, Unauthenticated
from evidence.ledger import Ledger
from player.accounts import Accounts, refused
from policy.access import Principal


@dataclass(frozen=True, slots=True)
class SessionLimits:
    absolute: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(minutes=30)
    screens: frozenset[str] = frozenset()  # accounts of screens on a wall that nobody touches
    screen: timedelta = timedelta(days=30)  # how long such a screen stays signed in
    believed_s: float = 5.0  # how long a looked-up session is used without asking the database again
    failures_window: timedelta = timedelta(minutes=15)
    failures_per_account: int = 5
    failures_per_address: int = 20  # a whole station may sit behind one address

    def is_screen(self, account: str, roles: Sequence[str]) -> bool:
        """One that may see more than an officer who recorded nothing is signed out like everybody."""
        return account in self.screens and tuple(roles) == ("officer",)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person, as of the last look at the database."""

    id: str  # first 16 hex digits of the token's SHA-256: what the ledger calls the session
    token_hash: str
    account: str
    display_name: str
    roles: tuple[str, ...]
    unit: str | None
    csrf: str
    expires_at: datetime

    @property
    def principal(self) -> Principal:
        return Principal(self.account, self.roles, self.unit)


@dataclass(frozen=True, slots=True)
class _Believed:
    session: Session
    until_s: float  # monotonic


# Sessions believed at one time; past it the memory is dropped and the database asked again.
_MAX_BELIEVED = 10_000
# `last_seen_at` is written once a minute: idle expiry needs no more.
_TOUCH = timedelta(minutes=1)
# What one subscriber is given of IPv6 (RFC 6177): whoever has such a block has all of its addresses to guess from.
_IPV6_PREFIX = 64
_log = structlog.get_logger("player.sessions")


class Sessions:
    """Thread-safe."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        ledger: Ledger,
        accounts: Accounts,
        clock: Clock,
        limits: SessionLimits | None = None,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._ledger = ledger
        self._accounts = accounts
        self._clock = clock
        self._limits = limits or SessionLimits()
        self._believed: dict[str, _Believed] = {}
        self._n_closed = 0
        self._lock = threading.Lock()

    def open(self, name: str, password: str, address: str) -> tuple[str, Session]:
        """Sign in: (token for the cookie, session). Raises Unauthenticated or TooManyAttempts."""
        # As the account is looked up: another spelling of a name is no other account to guess at.
        name, origin = unicodedata.normalize("NFC", name), origin_of(address)
        try:
            counted = self._writer.write(lambda connection: self._count_attempt(connection, name, origin))
            account = self._accounts.authenticate(name, password)
        except (TooManyAttempts, Unauthenticated) as error:
            self._note_refusal(name, address, error)
            raise
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        session = Session(
            id=sha256(token.encode())[:16],
            token_hash=sha256(token.encode()),
            account=account.name,
            display_name=account.display_name,
            roles=account.roles,
            unit=account.unit,
            csrf=secrets.token_urlsafe(32),
            expires_at=now + self._lasts(account.name, account.roles),
        )

        def add(connection: Connection) -> None:
            # Disabled, or given another password, while this one was being looked at.
            found = account_rows.find_account(connection, account.name)
            if found is None or not found.enabled or found.updated_at != account.updated_at:
                raise refused()
            account_rows.forgive(connection, counted, name, origin)
            idle_since = to_text(now - self._limits.idle)
            rows.drop_sessions_before(connection, to_text(now), idle_since, self._limits.screens)
            rows.add_session(
                connection,
                token_hash=session.token_hash,
                account=session.account,
                csrf=session.csrf,
                address=address,
                at=to_text(now),
                expires_at=to_text(session.expires_at),
            )

        entry = SessionOpened(at=to_text(now), account=session.account, session=session.id, address=address)
        self._ledger.submit(entry, also=add).result()
        return token, session

    def change_password(self, session: Session, old: str, new: str, address: str) -> None:
        """One's own: then nobody else knows it. Ends every session of the account, this one too. Raises Forbidden for a
        wrong old one, Conflict where nothing is changed, Invalid, TooManyAttempts."""
        name, origin = session.account, origin_of(address)
        counted = self._writer.write(lambda connection: self._count_attempt(connection, name, origin))
        try:
            self._accounts.authenticate(name, old)
        except Unauthenticated as error:
            self._note_refusal(name, address, error)
            raise Forbidden("The present password is wrong.") from error
        self._writer.write(lambda connection: account_rows.forgive(connection, counted, name, origin))
        if new == old:
            raise Conflict("This is your password already.", remedy="Choose another one.")
        self._accounts.set_password(name, new, by=name)
        with self._lock:
            self._n_closed += 1
            self._believed = {token: each for token, each in self._believed.items() if each.session.account != name}

    def _note_refusal(self, name: str, address: str, error: MediadError) -> None:
        """For who looks for guessing. What is no account may be a password in the wrong field: it is not written."""
        with connected(self._engine) as connection:
            known = account_rows.find_account(connection, name) is not None
        account = name if known else "unknown"
        _log.warning(
            "a sign-in was refused", action="session.refused", account=account, address=address, code=error.code
        )

    def _count_attempt(self, connection: Connection, name: str, address: str) -> int:
        """Count the attempt as failed before the password is looked at: parallel guesses cannot slip past."""
        now = self._clock.now()
        limits = self._limits
        since = now - limits.failures_window
        account_rows.drop_failures_before(connection, since)
        for failures, limit in (
            (
                account_rows.failures_of_account(connection, name, since, limits.failures_per_account),
                limits.failures_per_account,
            ),
            (
                account_rows.failures_from_address(connection, address, since, limits.failures_per_address),
                limits.failures_per_address,
            ),
        ):
            if failures.count >= limit and failures.frees_at is not None:
                wait = failures.frees_at + limits.failures_window - now
                raise TooManyAttempts("Too many failed sign-ins.", retry_after_s=max(1, int(wait.total_seconds()) + 1))
        return account_rows.add_failure(connection, name, address, now)

    def believed(self, token: str) -> Session | None:
        """The session if it was looked up a moment ago; never asks the database, so the event loop may call it."""
        found = self._believed.get(sha256(token.encode()))
        if found is None or self._clock.monotonic_s() >= found.until_s:
            return None
        return found.session if self._clock.now() < found.session.expires_at else None

    def resolve(self, token: str, *, used: bool = True) -> Session:
        """The session of a cookie's token. Raises Unauthenticated if there is none, or it ended.

        `used=False` only looks: it does not put off the end of an idle session.
        """
        now, n_closed = self._clock.now(), self._n_closed
        token_hash = sha256(token.encode())
        with connected(self._engine) as connection:
            row = rows.find_session(connection, token_hash)
        if row is None or not row.enabled:
            self._forget(token_hash)
            raise Unauthenticated("You are not signed in.")
        idle = now - from_text(row.last_seen_at)
        is_idle = idle >= self._limits.idle and not self._limits.is_screen(row.account, row.roles)
        if now >= from_text(row.expires_at) or is_idle:
            self._forget(token_hash)
            raise Unauthenticated("Your session has ended.", remedy="Sign in again.")
        session = _session(row)
        if not used:
            return session
        if idle >= _TOUCH:
            # Not waited for: if it cannot be written, the session merely ends earlier.
            self._writer.submit(lambda connection: rows.touch_session(connection, token_hash, to_text(now)))
        with self._lock:
            if len(self._believed) >= _MAX_BELIEVED:
                self._believed.clear()
            # Signed out since it was looked up? It is looked up again the next time.
            if n_closed == self._n_closed:
                self._believed[token_hash] = _Believed(session, self._clock.monotonic_s() + self._limits.believed_s)
        return session

    def close(self, session: Session) -> None:
        """Sign out."""
        self._forget(session.token_hash)
        self._writer.write(lambda connection: rows.drop_session(connection, session.token_hash))
        with self._lock:
            self._n_closed += 1
            self._believed.pop(session.token_hash, None)

    def _lasts(self, account: str, roles: Sequence[str]) -> timedelta:
        return self._limits.screen if self._limits.is_screen(account, roles) else self._limits.absolute

    def _forget(self, token_hash: str) -> None:
        with self._lock:
            self._believed.pop(token_hash, None)


def origin_of(address: str) -> str:
    """What guesses are counted by: the address, or of IPv6 the network that it lies in."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, _IPV6_PREFIX), strict=False))


def _session(row: rows.SessionRow) -> Session:
    return Session(
        id=row.token_hash[:16],
        token_hash=row.token_hash,
        account=row.account,
        display_name=row.display_name,
        roles=row.roles,
        unit=row.unit,
        csrf=row.csrf,
        expires_at=from_text(row.expires_at),
    )
