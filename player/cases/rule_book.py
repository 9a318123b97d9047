"""The item lists of a site as the ledger has them, ready to judge by. Thread-safe: one reference is exchanged."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from evidence.blobs.store import Blobs
from evidence.catalog.item_queries import AdoptionRow, adoptions
from evidence.clock import Clock, to_text
from player.cases.flaws import FlawReader
from player.cases.judging import to_ms
from policy.editions import Edition
from policy.findings import Rules
from policy.item_list import ItemList, parse


class RuleBook:
    """Which list was in force from when. `founding`: for a ledger in which none was adopted yet."""

    def __init__(self, founding: ItemList, zone: ZoneInfo, blobs: Blobs, clock: Clock) -> None:
        self._zone, self._blobs, self._clock = zone, blobs, clock
        self._editions: tuple[Edition, ...] = (_edition(0, founding, blobs),)
        self._known: tuple[AdoptionRow, ...] = ()
        self._rules = rules_of_editions(self._editions, zone)

    def learn(self, connection: Connection) -> None:
        """Read what was adopted. Raises ConfigInvalid, NotFound or IntegrityBroken for a list that cannot be read."""
        rows = adoptions(connection)
        if rows and rows != self._known:
            self._known, self._editions = rows, editions_of(rows, self._blobs)

    def current(self) -> Rules:
        """The rules of now: what comes into force later is not among them."""
        now_ms = to_ms(to_text(self._clock.now()))
        editions = tuple(each for each in self._editions if each.from_ms <= now_ms) or self._editions[:1]
        if editions != self._rules.editions:
            self._rules = rules_of_editions(editions, self._zone)
        return self._rules


def editions_of(rows: Iterable[AdoptionRow], blobs: Blobs) -> tuple[Edition, ...]:
    """Read the lists, oldest first. Raises ConfigInvalid, NotFound, IntegrityBroken."""
    return tuple(_edition(to_ms(row.from_at), parse(blobs.read(row.items), row.version).items, blobs) for row in rows)


def rules_of_editions(editions: tuple[Edition, ...], zone: ZoneInfo) -> Rules:
    """Judge by these; the last is the one of now."""
    return Rules(editions[-1].items, zone, flaws_of=editions[-1].flaws_of, editions=editions)


def _edition(from_ms: int, items: ItemList, blobs: Blobs) -> Edition:
    return Edition(from_ms, items, FlawReader(blobs, items.content))
