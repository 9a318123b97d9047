"""The exception to invariant I1 as a rule over the ledger: nothing was destroyed but by two people, after the delay,
and not on hold. Pure; fed in order. That nothing leaves afterwards is `check_delivery`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evidence import entries as e
from evidence import retention_entries as rt
from evidence.entry import Entry
from evidence.records import RecordingId

DESTRUCTION = "destruction"
Fault = tuple[str, str]  # (what it is about, what is wrong in words)


@dataclass(slots=True)
class _Asked:
    requested: rt.DestructionRequested
    approved: rt.DestructionApproved | None = None
    cancelled: bool = False
    begun: set[RecordingId] = field(default_factory=set)


class DestructionRules:
    """Hears every entry in the ledger's order and tells what was destroyed against the rules."""

    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}
        self._holds: dict[str, rt.HoldSet] = {}
        self._going: dict[RecordingId, str] = {}  # begun, not done → destruction
        self._rules: dict[type[Entry], Callable[[Any], Iterator[Fault]]] = {
            rt.HoldSet: self._on_hold,
            rt.HoldLifted: self._on_lifted,
            rt.DestructionRequested: self._on_requested,
            rt.DestructionApproved: self._on_approved,
            rt.DestructionCancelled: self._on_cancelled,
            rt.DestructionBegun: self._on_begun,
            rt.DestructionDone: self._on_done,
        }

    def hear(self, entry: e.AnyEntry) -> Iterator[Fault]:
        rule = self._rules.get(type(entry))
        return iter(()) if rule is None else rule(entry)

    def rest(self) -> Iterator[tuple[str, str]]:
        """What was begun and is not done: the daemon finishes it at its next start."""
        for recording, destruction in self._going.items():
            yield recording, f"The destruction {destruction} of recording {recording} was begun and is not done."

    def _on_hold(self, entry: rt.HoldSet) -> Iterator[Fault]:
        self._holds[entry.hold] = entry
        return iter(())

    def _on_lifted(self, entry: rt.HoldLifted) -> Iterator[Fault]:
        found = self._holds.pop(entry.hold, None)
        if found is None:
            yield entry.hold, f"Hold {entry.hold}, which was never set, was lifted."
        elif found.by == entry.by:
            yield entry.hold, f"Hold {entry.hold} was lifted by {entry.by}, who set it."

    def _on_requested(self, entry: rt.DestructionRequested) -> Iterator[Fault]:
        self._asked[entry.destruction] = _Asked(entry)
        return iter(())

    def _on_approved(self, entry: rt.DestructionApproved) -> Iterator[Fault]:
        asked = self._asked.get(entry.destruction)
        if asked is None:
            yield entry.destruction, f"Destruction {entry.destruction} was approved and never requested."
            return
        if asked.requested.by == entry.by:
            yield entry.destruction, f"Destruction {entry.destruction} was approved by who requested it."
        asked.approved = entry

    def _on_cancelled(self, entry: rt.DestructionCancelled) -> Iterator[Fault]:
        if entry.destruction in self._asked:
            self._asked[entry.destruction].cancelled = True
        return iter(())

    def _on_begun(self, entry: rt.DestructionBegun) -> Iterator[Fault]:
        asked = self._asked.get(entry.destruction)
        if asked is None or asked.approved is None:
            yield entry.recording, f"Recording {entry.recording} was destroyed without a second person's say."
        elif asked.cancelled:
            yield entry.recording, f"Recording {entry.recording} was destroyed though that was cancelled."
        elif entry.at < asked.approved.due_at:
            yield entry.recording, f"Recording {entry.recording} was destroyed before the delay was over."
        elif entry.recording not in asked.requested.recordings or entry.recording in asked.begun:
            yield entry.recording, f"Recording {entry.recording} was destroyed and is not in the request."
        if any(hold.on == "recording" and hold.target == entry.recording for hold in self._holds.values()):
            yield entry.recording, f"Recording {entry.recording} was destroyed while it was on hold."
        if entry.expired_at > entry.at:
            yield entry.recording, f"Recording {entry.recording} was destroyed before it had expired."
        if entry.original not in entry.blobs:
            yield entry.recording, f"The destruction of recording {entry.recording} does not name its original."
        if asked is not None:
            asked.begun.add(entry.recording)
        self._going[entry.recording] = entry.destruction

    def _on_done(self, entry: rt.DestructionDone) -> Iterator[Fault]:
        if self._going.pop(entry.recording, None) != entry.destruction:
            yield entry.recording, f"The destruction of recording {entry.recording} ended and never began."
