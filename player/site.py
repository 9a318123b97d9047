"""What the HTTP side needs to know about its site. Data only; the daemon fills it from the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from player.retention.asking import Delays
from policy.access import AskedPurpose


@dataclass(frozen=True, slots=True)
class Purpose:
    """A reason for viewing that may be chosen."""

    code: str
    zh: str
    en: str
    roles: tuple[str, ...] = ()  # limited to these; empty: open to all who may view (but not to oversight)

    @property
    def asked(self) -> AskedPurpose:
        return AskedPurpose(self.code, self.roles)


@dataclass(frozen=True, slots=True)
class ViewingLimits:
    grant: timedelta = timedelta(minutes=10)  # a viewing ends this long after its last activity
    read_ahead_segments: int = 3  # segments beyond the one being shown
    ledger_wait_s: float = 10.0  # no durable entry within this: 503 and no bytes


@dataclass(frozen=True, slots=True)
class SiteSettings:
    name: str
    version: str
    timezone: str  # IANA
    purposes: tuple[Purpose, ...]
    languages: tuple[str, ...] = ("zh", "en")
    viewing: ViewingLimits = ViewingLimits()
    delays: Delays = field(default_factory=Delays)
    behind_tls: bool = False  # the cookie is marked Secure
    trusted_proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For is believed
    sign_in_threads: int = 2  # argon2 at one time: 64 MiB and one core each
    read_threads: int = 8  # queries and file work at one time
    send_threads: int = 8  # segments handed to the kernel at one time

    def purpose(self, code: str) -> Purpose | None:
        return next((each for each in self.purposes if each.code == code), None)
