"""Viewings: one person's purpose-bound access to a recording, or to the library's thumbnails.

Owns the grants: who opened what, until when, what was handed out, what the player claims to have shown. Event loop
only. Grants live in memory: a new process closes what the old one left open, and browsers ask again.
"""

from __future__ import annotations

import asyncio
import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import structlog

from evidence import intervals
from evidence.catalog.recording_queries import PlayableRow, playable
from evidence.catalog.viewing_queries import unclosed_viewings
from evidence.clock import Clock, to_text
from evidence.entries import RenderedSpan, ViewingClosed, ViewingOpened, ViewingRefused, ViewingRendered
from evidence.errors import (
    Forbidden,
    GrantExpired,
    Invalid,
    MediadError,
    MediaUnreadable,
    NotFound,
    RecordingDestroyed,
)
from evidence.live import ChannelId
from evidence.records import RecordingId, ViewingId
from player.durable_log import DurableLog, Written
from player.live_coverage import Coverage
from player.live_feed import LiveFeed
from player.metrics import Metrics
from player.off_loop import OffLoop
from player.reels import Reels
from player.sessions import Session
from player.site import Purpose, SiteSettings
from player.viewing_room import ViewingRoom
from policy.access import Access, AskedPurpose, Decision, Facts, Principal, RecordingFacts, RoomFacts

Scope = Literal["recording", "library", "live"]
MediaKind = Literal["hls", "photo", "audio", "live"]
CloseReason = Literal["closed", "left", "expired", "signed-out", "restart", "destroyed"]

# Scope → (names a recording, names a channel).
_SCOPES = {"recording": (True, False), "library": (False, False), "live": (False, True)}
# Claimed pictures end where their last frame ends; segment borders are rounded to milliseconds. A piece shorter
# than this between the two is rounding, not footage from elsewhere.
ROUNDING_MS = 100

_log = structlog.get_logger("player.viewing")


@dataclass(slots=True)
class Grant:
    """An open viewing. `delivered` and `playhead_ms` grow as it is watched."""

    id: ViewingId
    token_hash: str  # of the session it is bound to
    principal: Principal
    address: str
    scope: Scope
    recording: RecordingId | None
    channel: ChannelId | None
    purpose: AskedPurpose
    media: MediaKind | None
    expires_at: datetime
    latest_end: datetime  # the session's own end
    playhead_ms: int = 0
    delivered: dict[RecordingId, intervals.Spans] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)  # of live pictures
    watched: bool = False  # its live socket was opened
    closing: CloseReason | None = None  # ended; the entry that says so is still to be written
    ended: Written | None = None  # that entry, once handed in
    decided: dict[RecordingId, Decision] = field(default_factory=dict)  # thumbnails of a library viewing

    def require_open(self) -> None:
        """Raises GrantExpired once it has ended, with the same words as for a viewing that never was."""
        if self.closing is not None:
            raise _ended()

    def note_delivered(self, recording: RecordingId, start_ms: int, end_ms: int) -> None:
        self.delivered[recording] = intervals.merged((*self.delivered.get(recording, ()), (start_ms, end_ms)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to open a viewing."""

    scope: Scope
    recording: RecordingId | None
    channel: ChannelId | None
    purpose: str
    note: str
    case: str | None
    address: str
    user_agent: str


class Viewings:
    """The grants of one daemon."""

    def __init__(
        self,
        *,
        log: DurableLog,
        off_loop: OffLoop,
        access: Access,
        reels: Reels,
        live: LiveFeed,
        clock: Clock,
        site: SiteSettings,
        metrics: Metrics,
    ) -> None:
        self._live = live
        self._log = log
        self._off_loop = off_loop
        self._access = access
        self._reels = reels
        self._clock = clock
        self._site = site
        self._metrics = metrics
        self._grants: dict[ViewingId, Grant] = {}
        self._room = ViewingRoom(lambda token_hash: len(self._of(token_hash)))

    async def open(self, session: Session, asked: Asked) -> Grant:
        """Decide, log, grant. Raises Invalid, NotFound, Forbidden (logged as refused), StoreUnavailable."""
        purpose = self._site.purpose(asked.purpose)
        if purpose is None:
            raise Invalid("A viewing needs one of the site's purposes.")
        if _SCOPES[asked.scope] != (asked.recording is not None, asked.channel is not None):
            raise Invalid("Scope `recording` names a recording, scope `live` a channel, scope `library` neither.")
        with self._room.place(session.token_hash):
            return await self._open(session, asked, purpose)

    async def _open(self, session: Session, asked: Asked, purpose: Purpose) -> Grant:
        row = None if asked.recording is None else await self._found(asked.recording)
        facts = self._facts(session, asked, row)
        decision = self._access.decide(session.principal, "viewing.open", facts, purpose.asked)
        if not decision.allowed:
            await self._refuse(session, asked, decision)
        if row is not None and row.destroyed_at is not None:
            raise RecordingDestroyed(row.destroyed_at)
        if asked.channel is not None and self._live.channel(asked.channel) is None:
            raise NotFound("There is no such channel.")
        media: MediaKind | None = "live" if asked.channel is not None else await self._media(row)
        now = self._clock.now()
        grant = Grant(
            id=new_viewing_id(),
            token_hash=session.token_hash,
            principal=session.principal,
            address=asked.address,
            scope=asked.scope,
            recording=asked.recording,
            channel=asked.channel,
            purpose=purpose.asked,
            media=media,
            expires_at=min(now + self._site.viewing.grant, session.expires_at),
            latest_end=session.expires_at,
        )
        await self._log.append(_opened(grant, session, asked, decision, now))
        self._grants[grant.id] = grant
        self._metrics.viewings.set(len(self._grants))
        return grant

    def check(self, viewing: str, session: Session) -> Grant:
        """The grant, if it is open and this session's. Raises GrantExpired, with the same words for all others."""
        grant = self._grants.get(ViewingId(viewing))
        if (
            grant is None
            or not secrets.compare_digest(grant.token_hash, session.token_hash)
            or self._clock.now() >= grant.expires_at
        ):
            raise _ended()
        grant.require_open()
        return grant

    def renew(self, grant: Grant) -> None:
        """Activity: the grant lasts a while longer, never past the session."""
        grant.expires_at = min(self._clock.now() + self._site.viewing.grant, grant.latest_end)

    async def equip(self, grant: Grant) -> None:
        """Look again for how it can be played: a viewing copy may have been made since it was opened."""
        if grant.media is None and grant.recording is not None:
            grant.media = await self._media(await self._found(grant.recording))

    async def may_see(self, grant: Grant, recording: RecordingId) -> None:
        """May this viewing be handed a thumbnail of that recording? Raises Forbidden or NotFound."""
        if grant.scope == "live":
            raise Forbidden("This viewing is of a room.")
        if grant.scope == "recording":
            if recording != grant.recording:
                raise Forbidden("This viewing is of another recording.")
            return
        decision = grant.decided.get(recording)
        if decision is None:
            row = await self._found(recording)
            facts = RecordingFacts(row.id, row.officer, row.unit)
            decision = self._access.decide(grant.principal, "viewing.open", facts, grant.purpose)
            grant.decided[recording] = decision
        if not decision.allowed:
            raise Forbidden(decision.reason)

    async def rendered(
        self,
        grant: Grant,
        spans: Sequence[RenderedSpan],
        playhead_ms: int | None,
        named: RecordingId | None = None,
    ) -> int:
        """Log what the player claims to have shown; of it, the milliseconds that were never delivered.

        `named`: the recording, in a live viewing. Raises Invalid for one that is none of this viewing's.
        """
        recording = self._claimed(grant, named)
        if playhead_ms is not None:
            grant.playhead_ms = playhead_ms
        self.renew(grant)
        claimed = intervals.merged((span.start_ms, span.end_ms) for span in spans)
        if not claimed:
            return 0
        pieces = intervals.difference(claimed, grant.delivered.get(recording, ()))
        undelivered_ms = sum(end - start for start, end in pieces if end - start > ROUNDING_MS)
        entry = ViewingRendered(
            at=to_text(self._clock.now()),
            viewing=grant.id,
            recording=recording,
            spans=tuple(span for span in spans if span.start_ms < span.end_ms),
            undelivered_ms=undelivered_ms,
        )
        await self._log.append(entry)
        if undelivered_ms:
            self._metrics.undelivered.inc(undelivered_ms)
            _log.warning("shown but never delivered", viewing=grant.id, account=grant.principal.name, ms=undelivered_ms)
        return undelivered_ms

    def _claimed(self, grant: Grant, named: RecordingId | None) -> RecordingId:
        if grant.scope == "library":
            raise Invalid("Nothing is played in a library viewing.")
        recording = named or grant.recording
        known = grant.delivered if grant.scope == "live" else (grant.recording,)
        if recording is None or recording not in known:
            raise Invalid("Nothing of that recording was handed to this viewing.")
        return recording

    async def close(self, grant: Grant, reason: CloseReason) -> None:
        """End a viewing now. It stays ended even if the entry must wait for the ledger; raises StoreUnavailable."""
        await self._end([grant], reason)

    async def close_session(self, session: Session) -> None:
        """Sign-out ends every viewing of the session."""
        await self._end(self._of(session.token_hash), "signed-out")

    def _of(self, token_hash: str) -> list[Grant]:
        return [each for each in self._grants.values() if each.token_hash == token_hash]

    async def end_recording(self, recording: RecordingId) -> None:
        """Its footage is being destroyed: nothing more of it is handed out. Raises StoreUnavailable."""
        self._reels.forget(recording)
        await self._end([each for each in self._grants.values() if each.recording == recording], "destroyed")

    async def sweep(self) -> None:
        """End what has expired, and write the entries that could not be written before. Every few seconds."""
        now = self._clock.now()
        await self._end([each for each in self._grants.values() if each.closing or now >= each.expires_at], "expired")

    async def close_all(self) -> None:
        """The daemon stops."""
        await self._end(list(self._grants.values()), "restart")

    async def _end(self, grants: Sequence[Grant], reason: CloseReason) -> None:
        """All at once, in one commit: if an entry cannot be written, none of them hands out anything all the same."""
        for grant in grants:
            grant.closing = grant.closing or reason
        waits = [self._log.durable(self._ending(grant, reason)) for grant in grants]
        outcomes = await asyncio.gather(*waits, return_exceptions=True)
        for grant, outcome in zip(grants, outcomes, strict=True):
            if outcome is None:
                self._grants.pop(grant.id, None)
        self._metrics.viewings.set(len(self._grants))
        for failure in filter(None, outcomes):
            raise failure

    def _ending(self, grant: Grant, reason: CloseReason) -> Written:
        """The one entry that says so, however many end it: handed in again only if it is known never to be written."""
        ended = grant.ended
        if ended is None or (ended.done() and ended.exception() is not None):
            entry = ViewingClosed(at=to_text(self._clock.now()), viewing=grant.id, reason=grant.closing or reason)
            ended = grant.ended = self._log.submit(entry)
        return ended

    async def recover(self) -> int:
        """At start: close what a dead process left open; how many. Raises StoreUnavailable."""
        left = await self._off_loop.query(unclosed_viewings)
        at = to_text(self._clock.now())
        for first in range(0, len(left), 100):
            batch = left[first : first + 100]
            await self._log.append(*(ViewingClosed(at=at, viewing=ViewingId(each), reason="restart") for each in batch))
        return len(left)

    def _facts(self, session: Session, asked: Asked, row: PlayableRow | None) -> Facts | None:
        """What the rules are asked about; None: the library."""
        if row is not None:
            return RecordingFacts(row.id, row.officer, row.unit)
        if asked.channel is None:
            return None
        found = self._live.channel(asked.channel)
        # Who may watch no room at all learns nothing about which rooms there are.
        return RoomFacts(asked.channel, session.unit) if found is None else RoomFacts(found.room, found.unit)

    async def _found(self, recording: RecordingId) -> PlayableRow:
        row = await self._off_loop.query(lambda connection: playable(connection, recording))
        if row is None:
            raise NotFound("There is no such recording.")
        return row

    async def _media(self, row: PlayableRow | None) -> MediaKind | None:
        """How it can be played now; None if it cannot. Loads the reel, so that the first segment comes at once."""
        if row is None or row.playback == "none":
            return None
        if row.playback == "image":
            return "photo"
        try:
            await self._reels.get(row.id)
        except MediaUnreadable:
            return None
        return "audio" if row.kind == "audio" else "hls"

    async def _refuse(self, session: Session, asked: Asked, decision: Decision) -> None:
        entry = ViewingRefused(
            at=to_text(self._clock.now()),
            account=session.account,
            session=session.id,
            address=asked.address,
            scope=asked.scope,
            recording=asked.recording,
            purpose=asked.purpose,
            reason=decision.reason,
            policies=decision.policies,
            **_live_fields(asked),
        )
        await self._log.append(entry)
        self._metrics.refusals.inc()
        raise Forbidden(f"You may not view this: {decision.reason}", remedy="The refusal was logged.")


def _ended() -> GrantExpired:
    return GrantExpired("This viewing has ended.", remedy="Open it again.")


def new_viewing_id() -> ViewingId:
    return ViewingId("v" + b32encode(secrets.token_bytes(17)).decode().lower()[:26])


def _opened(grant: Grant, session: Session, asked: Asked, decision: Decision, now: datetime) -> ViewingOpened:
    return ViewingOpened(
        at=to_text(now),
        viewing=grant.id,
        account=session.account,
        display_name=session.display_name,
        roles=session.roles,
        session=session.id,
        address=asked.address,
        user_agent=asked.user_agent,
        scope=asked.scope,
        recording=asked.recording,
        purpose=asked.purpose,
        note=asked.note,
        case=asked.case,
        policies=decision.policies,
        expires_at=to_text(grant.expires_at),
        **_live_fields(asked),
    )


def _live_fields(asked: Asked) -> dict[str, Any]:
    """What an entry of a live viewing has besides."""
    return {} if asked.channel is None else {"channel": asked.channel, "v": 2}


def sweep_failure(error: MediadError) -> None:
    """A sweep that could not write the ledger is tried again; it must be seen, not stop the daemon."""
    _log.error("viewings could not be closed in the log", reason=str(error))
