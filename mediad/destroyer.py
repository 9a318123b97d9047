"""Carries out destructions whose time has come, each recording in an order that a kill anywhere does not harm:

1. `destruction.begun`: judged again in that very transaction, and the blobs named. From here on nothing is played.
2. Viewings of it are ended; what was read into memory for playing is forgotten.
3. The blobs that nothing else needs are taken from their addresses, in a transaction: nothing is sealed meanwhile that
   would rest on them (`ingest.sealing` looks for its blobs in its own transaction).
4. They are unlinked, durably.
5. `destruction.done`.

What was begun is finished at the next start, whatever the clock says. Runs on the caller's thread, one at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, Engine, update

from evidence import retention_entries as rt
from evidence.blobs.removal import BlobRemoval
from evidence.canonical import Digest
from evidence.catalog.copies_in_hand import forget_blobs
from evidence.catalog.engine import connected
from evidence.catalog.retention_queries import ItemRow, begun_items, due_destructions, find_destruction
from evidence.catalog.schema import attempts
from evidence.catalog.shared_blobs import needed_elsewhere
from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry
from evidence.ledger import Ledger
from evidence.records import RecordingId
from player.retention.asking import Asking
from player.retention.destruction import begin
from player.retention.gathering import RetentionRules

_log = structlog.get_logger("mediad.destroyer")
_BY = "mediad"


@dataclass(frozen=True, slots=True)
class Tools:
    """What destroying works with, from the composition root."""

    engine: Engine
    ledger: Ledger
    removal: BlobRemoval
    clock: Clock
    rules: RetentionRules
    stop_serving: Callable[[RecordingId], None]  # blocks until nothing of it is handed out any more
    step: Callable[[str], None] = lambda _name: None


class Destroyer:
    """One per site."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._lock = threading.Lock()

    def finish(self) -> int:
        """Finish what was begun; how many. At start, and before anything new is begun."""
        with self._lock:
            with connected(self._tools.engine) as connection:
                left = begun_items(connection)
            for item in left:
                self._remove(item)
            self._tools.removal.sweep()
            return len(left)

    def run_due(self) -> int:
        """Destroy what is due now; how many recordings. The caller knows that the clock is right."""
        t = self._tools
        with connected(t.engine) as connection:
            due = due_destructions(connection, to_text(t.clock.now()))
        wanted = [(each.id, item.recording) for each in due for item in each.items if item.state == "listed"]
        return sum(self._destroy(destruction, recording) for destruction, recording in wanted)

    def _destroy(self, destruction: str, recording: str) -> bool:
        t = self._tools
        with self._lock:
            asking = Asking(_BY, t.clock.now(), t.rules)

            def decide(connection: Connection) -> Sequence[AnyEntry]:
                found = begin(connection, destruction, recording, t.rules, asking)
                return () if found is None else (found,)

            t.ledger.decide(decide).result()
            with connected(t.engine) as connection:
                row = find_destruction(connection, destruction)
            item = next((each for each in row.items if each.recording == recording), None) if row else None
            if item is None or item.state != "begun":
                return False
            t.step("destruction.begun")
            self._remove(item)
            return True

    def _remove(self, item: ItemRow) -> None:
        t = self._tools
        recording, blobs = RecordingId(item.recording), tuple(Digest(each) for each in item.blobs)
        t.stop_serving(recording)
        shared: frozenset[Digest] = frozenset()

        def withdraw(connection: Connection) -> Sequence[AnyEntry]:
            nonlocal shared
            shared = needed_elsewhere(connection, blobs, recording)
            t.removal.withdraw(each for each in blobs if each not in shared)
            return ()

        t.ledger.decide(withdraw).result()
        t.step("destruction.withdrawn")
        t.removal.empty(each for each in blobs if each not in shared)
        t.step("destruction.removed")
        done = rt.DestructionDone(
            at=to_text(t.clock.now()),
            destruction=rt.DestructionId(item.destruction),
            recording=recording,
            shared=tuple(sorted(shared)),
        )

        def forget(connection: Connection) -> None:
            # The same file on a camera is a new file again: it is taken in anew if it is docked.
            c = attempts.c
            gone = {"state": "destroyed", "code": None, "reason": None, "updated_at": done.at}
            connection.execute(update(attempts).where(c.recording == recording, c.state != "destroyed"), gone)
            forget_blobs(connection, recording, blobs)

        t.ledger.append(done, also=forget)
        t.step("destruction.done")
        _log.info(
            "a recording was destroyed", action="destruction.done", recording=recording, destruction=item.destruction
        )
