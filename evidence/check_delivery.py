"""Invariant I4 as a rule over the ledger: nothing was handed out but under an open viewing. Pure; fed in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evidence import entries as e
from evidence.entry import Entry
from evidence.live import ChannelId
from evidence.records import RecordingId, ViewingId
from evidence.retention_entries import DestructionDone

DELIVERY = "delivery"
# A browser's claim that contradicts the log: an alarm for people. A browser can lie, so it proves no broken promise.
CLAIM = "claim"

Fault = tuple[str, str]  # (DELIVERY or CLAIM, what is wrong in words)


@dataclass(slots=True)
class _Viewing:
    opened: e.ViewingOpened
    closed_at: int | None = None  # ledger index of viewing.closed
    delivered: set[RecordingId] = field(default_factory=set)


@dataclass(slots=True)
class _Live:
    channel: ChannelId
    n_segments: int = 0  # durable so far


class DeliveryRules:
    """Hears every entry in the ledger's order and tells what breaks I4."""

    def __init__(self) -> None:
        self._accounts: dict[str, bool] = {}  # account → enabled, as of the entry being heard
        self._sessions: set[tuple[str, str]] = set()  # (account, session)
        self._viewings: dict[ViewingId, _Viewing] = {}
        self._sealed: set[RecordingId] = set()
        self._live: dict[RecordingId, _Live] = {}
        self._rules: dict[type[Entry], Callable[[int, Any], Iterator[Fault]]] = {
            e.AccountChanged: self._account,
            e.SessionOpened: self._session,
            e.RecordingSealed: self._recording,
            DestructionDone: self._destroyed,
            e.LiveStarted: self._started,
            e.LiveSegment: self._segment,
            e.ViewingOpened: self._opened,
            e.ViewingDelivered: self._delivered,
            e.ViewingRendered: self._rendered,
            e.ViewingClosed: self._closed,
        }

    def hear(self, index: int, entry: e.AnyEntry) -> Iterator[Fault]:
        """What is wrong with this entry, in words."""
        rule = self._rules.get(type(entry))
        return iter(()) if rule is None else rule(index, entry)

    def _account(self, _index: int, entry: e.AccountChanged) -> Iterator[Fault]:
        self._accounts[entry.account] = entry.enabled
        return iter(())

    def _session(self, _index: int, entry: e.SessionOpened) -> Iterator[Fault]:
        if not self._accounts.get(entry.account, False):
            yield DELIVERY, f"Session {entry.session} was opened for {entry.account}, which was no enabled account."
        self._sessions.add((entry.account, entry.session))

    def _destroyed(self, _index: int, entry: DestructionDone) -> Iterator[Fault]:
        # The same content may be docked and sealed again; until then nothing of it may leave.
        self._sealed.discard(entry.recording)
        return iter(())

    def _recording(self, _index: int, entry: e.RecordingSealed) -> Iterator[Fault]:
        if entry.recording in self._sealed:
            yield DELIVERY, f"Recording {entry.recording} was sealed a second time."
        self._sealed.add(entry.recording)

    def _started(self, _index: int, entry: e.LiveStarted) -> Iterator[Fault]:
        self._live[entry.recording] = _Live(entry.channel)
        return iter(())

    def _segment(self, _index: int, entry: e.LiveSegment) -> Iterator[Fault]:
        if entry.recording in self._live:
            self._live[entry.recording].n_segments += 1
        return iter(())

    def _opened(self, _index: int, entry: e.ViewingOpened) -> Iterator[Fault]:
        if (entry.account, entry.session) not in self._sessions:
            yield DELIVERY, f"Viewing {entry.viewing} was opened by {entry.account} without a session."
        if entry.viewing in self._viewings:
            yield DELIVERY, f"Viewing {entry.viewing} was opened twice."
        self._viewings[entry.viewing] = _Viewing(entry)

    def _delivered(self, _index: int, entry: e.ViewingDelivered) -> Iterator[Fault]:
        viewing = self._viewings.get(entry.viewing)
        if viewing is None:
            yield (
                DELIVERY,
                f"Footage of {entry.recording} was delivered to viewing {entry.viewing}, which was never opened.",
            )
            return
        if viewing.closed_at is not None:
            yield (
                DELIVERY,
                f"Footage of {entry.recording} was delivered to viewing {entry.viewing} after it was closed.",
            )
        if viewing.opened.scope == "recording" and viewing.opened.recording != entry.recording:
            yield (
                DELIVERY,
                f"Viewing {entry.viewing} of {viewing.opened.recording} was handed footage of {entry.recording}.",
            )
        if viewing.opened.scope == "library" and entry.item != "thumbnail":
            yield (
                DELIVERY,
                f"Viewing {entry.viewing} of the library was handed more than a thumbnail of {entry.recording}.",
            )
        if viewing.opened.scope == "live":
            yield from self._delivered_live(viewing.opened, entry)
        elif entry.recording not in self._sealed:
            yield (
                DELIVERY,
                f"Footage of {entry.recording} was delivered before it was sealed, or after it was destroyed.",
            )
        elif entry.item == "live":
            yield DELIVERY, f"Viewing {entry.viewing}, which is not of a room, was handed live pictures."
        if not entry.start_ms <= entry.end_ms:
            yield DELIVERY, f"The delivery to viewing {entry.viewing} ends before it begins."
        viewing.delivered.add(entry.recording)

    def _delivered_live(self, opened: e.ViewingOpened, entry: e.ViewingDelivered) -> Iterator[Fault]:
        """What its channel records: pictures as they come, and segments once they are durable."""
        live = self._live.get(entry.recording)
        if live is None or live.channel != opened.channel:
            yield (
                DELIVERY,
                f"Viewing {entry.viewing} of channel {opened.channel} was handed footage of {entry.recording}, which "
                f"is none of its recordings.",
            )
        elif entry.item not in ("live", "segment"):
            yield DELIVERY, f"Viewing {entry.viewing} of a room was handed a {entry.item}."
        elif entry.item == "segment" and not (entry.seq is not None and entry.seq < live.n_segments):
            yield (
                DELIVERY,
                f"Segment {entry.seq} of {entry.recording} was delivered before it was durable.",
            )

    def _rendered(self, _index: int, entry: e.ViewingRendered) -> Iterator[Fault]:
        viewing = self._viewings.get(entry.viewing)
        if viewing is None:
            yield DELIVERY, f"Viewing {entry.viewing}, which was never opened, claims to have shown {entry.recording}."
        elif entry.undelivered_ms > 0:
            yield (
                CLAIM,
                f"The player of viewing {entry.viewing} claims to have shown {entry.undelivered_ms} ms of "
                f"{entry.recording} that were never delivered to it.",
            )

    def _closed(self, index: int, entry: e.ViewingClosed) -> Iterator[Fault]:
        viewing = self._viewings.get(entry.viewing)
        if viewing is None:
            yield DELIVERY, f"Viewing {entry.viewing}, which was never opened, was closed."
        elif viewing.closed_at is None:
            viewing.closed_at = index
