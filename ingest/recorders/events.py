"""What must be said about a channel's footage besides the footage: holes, spans of trouble, clocks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from evidence.clock import from_text, to_text
from evidence.entries import LiveEvent
from evidence.live import EventKind, Fragment, Noticed, SittingId
from evidence.records import RecordingId
from ingest.recorders.chain import Chain
from ingest.recorders.channel_state import ChannelTerms

# Recordings that follow each other within a picture's duration (25 per second) join.
JOIN = timedelta(milliseconds=40)
# Rounding, jitter of a camera's own time stamps, and drift between two fragments stay far below.
_JUMP = timedelta(milliseconds=500)
# Across a break the receipt of a picture is known less well: the source's own buffer is not.
_JUMP_AWAY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing is recorded since a moment, though it should be."""

    since: datetime  # server's clock
    reason: str  # code
    detail: str
    sitting: SittingId | None = None  # it fell into
    recording: RecordingId | None = None  # the one that ended there
    told: bool = False  # its beginning is in the ledger

    def entry(self, terms: ChannelTerms, until: datetime | None, now: datetime) -> LiveEvent:
        """The entry at its beginning (`until` None) or at its end."""
        return LiveEvent(
            at=to_text(now),
            room=terms.room,
            channel=terms.id,
            recording=self.recording,
            sitting=self.sitting,
            kind="gap",
            from_at=to_text(self.since),
            until_at=None if until is None else to_text(max(until, self.since)),
            start_ms=None,
            end_ms=None,
            reason=self.reason,
            detail=self.detail,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Something that began in a recording and goes on."""

    kind: EventKind
    from_us: int  # media time
    detail: str
    entry: LiveEvent  # as it was written at its beginning


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans that go on in a recording, by kind."""

    open: tuple[Span, ...] = ()

    def note(
        self, said: Noticed, chain: Chain, terms: ChannelTerms, sitting: SittingId | None, now: datetime
    ) -> tuple[LiveEvent | None, Spans]:
        """The entry that follows from what the worker noticed, if any."""
        known = next((span for span in self.open if span.kind == said.kind), None)
        rest = tuple(span for span in self.open if span is not known)
        if said.until_us is None:
            if known is not None:
                return None, self
            entry = _entry(said.kind, said.detail, said.from_us, None, chain, terms, sitting, now)
            return entry, Spans((*rest, Span(said.kind, said.from_us, said.detail, entry)))
        if known is not None:
            return _ended(known, said.until_us, chain, now), Spans(rest)
        return _entry(said.kind, said.detail, said.from_us, said.until_us, chain, terms, sitting, now), self

    def end(self, chain: Chain, now: datetime) -> tuple[LiveEvent, ...]:
        """Entries that end all spans where the recording ends."""
        end_us = chain.zero_us if chain.end_us is None else chain.end_us
        return tuple(_ended(span, end_us, chain, now) for span in self.open)


def _ended(span: Span, until_us: int, chain: Chain, now: datetime) -> LiveEvent:
    """The second entry of a span: the first one's words, and its end."""
    begun = span.entry
    until = max(chain.at(until_us), from_text(begun.from_at))
    return LiveEvent(
        at=to_text(now),
        room=begun.room,
        channel=begun.channel,
        recording=begun.recording,
        sitting=begun.sitting,
        kind=begun.kind,
        from_at=begun.from_at,
        until_at=to_text(until),
        start_ms=begun.start_ms,
        end_ms=max(begun.start_ms or 0, chain.ms(until_us)),
        reason=begun.reason,
        detail=begun.detail,
    )


def _entry(
    kind: EventKind,
    detail: str,
    from_us: int,
    until_us: int | None,
    chain: Chain,
    terms: ChannelTerms,
    sitting: SittingId | None,
    now: datetime,
) -> LiveEvent:
    from_us = max(from_us, chain.zero_us)
    until_us = None if until_us is None else max(from_us, until_us)
    return LiveEvent(
        at=to_text(now),
        room=terms.room,
        channel=terms.id,
        recording=chain.recording,
        sitting=sitting,
        kind=kind,
        from_at=to_text(chain.at(from_us)),
        until_at=None if until_us is None else to_text(chain.at(until_us)),
        start_ms=chain.ms(from_us),
        end_ms=None if until_us is None else chain.ms(until_us),
        reason="camera",
        detail=detail,
    )


@dataclass(frozen=True, slots=True)
class Clocks:
    """Three clocks at the begin of a fragment: media time, the camera's, and the server's against its monotonic one."""

    media: timedelta | None = None
    camera: datetime | None = None
    server_offset: timedelta | None = None  # wall clock less monotonic clock
    ahead: timedelta | None = None  # the camera's clock less the server's, when it told last
    words: tuple[str, ...] = field(default=())  # what jumped at the last step

    def anew(self) -> Clocks:
        """The source begins anew, and media time with it. By how much its clock was ahead is remembered."""
        return Clocks(server_offset=self.server_offset, ahead=self.ahead)

    def step(self, fragment: Fragment, now: datetime, monotonic_s: float) -> Clocks:
        """The clocks at the next fragment; `words` says which of them jumped since the last one."""
        media = timedelta(microseconds=fragment.start_us)
        camera = None if fragment.camera_at is None else from_text(fragment.camera_at)
        offset = now - datetime.min.replace(tzinfo=now.tzinfo) - timedelta(seconds=monotonic_s)
        ahead = self.ahead if camera is None else camera - from_text(fragment.received_at)
        jump = timedelta(0) if self.server_offset is None else offset - self.server_offset
        said = self._camera_jump(media, camera, None if ahead is None else ahead + jump)
        if abs(jump) > _JUMP:
            said.append(f"The server's clock was set by {jump.total_seconds():+.3f} s.")
        # A fragment without the camera's clock does not make it forgotten.
        known = (media, camera) if camera is not None else (self.media, self.camera)
        return Clocks(known[0] if known[1] is not None else media, known[1], offset, ahead, tuple(said))

    def _camera_jump(self, media: timedelta, camera: datetime | None, ahead: timedelta | None) -> list[str]:
        if camera is None:
            return []
        if self.camera is not None and self.media is not None:
            jump = (camera - self.camera) - (media - self.media)
            return [f"The camera's clock jumped by {jump.total_seconds():+.3f} s."] if abs(jump) > _JUMP else []
        if self.ahead is None or ahead is None or abs(jump := ahead - self.ahead) <= _JUMP_AWAY:
            return []
        return [f"The camera's clock jumped by {jump.total_seconds():+.0f} s while it was away."]


def dropped(fragment: Fragment) -> Noticed:
    """What a fragment says that it lost."""
    words = f"{fragment.n_dropped} packets were lost or refused."
    return Noticed(kind="dropped", from_us=fragment.start_us, until_us=fragment.end_us, detail=words)


def loose(said: Noticed, terms: ChannelTerms, sitting: SittingId | None, now: datetime) -> LiveEvent:
    """What was noticed while no recording was open: all that is known of its time is when we heard of it."""
    return LiveEvent(
        at=to_text(now),
        room=terms.room,
        channel=terms.id,
        recording=None,
        sitting=sitting,
        kind=said.kind,
        from_at=to_text(now),
        until_at=to_text(now),
        start_ms=None,
        end_ms=None,
        reason="camera",
        detail=said.detail,
    )


def told(gap: Gap) -> Gap:
    return replace(gap, told=True)
