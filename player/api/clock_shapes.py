"""Queries and answers about clocks and time slates, as docs/reference/api.md names them. Data only.

An offset is what a device says minus the true time, in milliseconds: positive where it is ahead.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from evidence.clock_entries import JumpKind, SlateVerdict
from evidence.slate import MAX_PROMISE_MS, MIN_PROMISE_MS
from player.api.shapes import NO_NULL, Answer, Asked
from policy.clocks import Believed


class SlateQuery(Asked, frozen=True, kw_only=True):
    case: Annotated[str, Meta(max_length=60, pattern=NO_NULL)] | None = None  # number of a case; 60 bytes at most
    # within which it will be drawn, counted from asking
    within_ms: Annotated[int, Meta(ge=MIN_PROMISE_MS, le=MAX_PROMISE_MS)] = MAX_PROMISE_MS
    # how long one usually takes from being signed to being drawn, as the page finds: half its way and the wait
    lag_ms: Annotated[int, Meta(ge=0, le=MAX_PROMISE_MS)] = 0


class SlateAnswer(Answer, frozen=True, kw_only=True):
    """The server's time when it was signed, as a code to be filmed."""

    at: str
    case: str | None
    text: str  # what the code says
    squares: tuple[str, ...]  # rows of "0" (light) and "1" (dark); leave four light squares around
    refresh_ms: int  # ask again after this
    round_trip_ms: int  # the promise: a code that could not be drawn within this time of asking is not shown
    least_promise_ms: int  # what may be asked for: `within_ms` from here
    most_promise_ms: int  # to here
    stale_ms: int  # a code is taken down so long after it was asked for


class MeasurementAnswer(Answer, frozen=True, kw_only=True):
    recording: str
    how: str  # dock | gps | slate
    stated_at: str
    true_at: str
    low_ms: int | None
    high_ms: int | None
    spread_ms: int | None
    at: str


class JumpAnswer(Answer, frozen=True, kw_only=True):
    """A later file of the device says an earlier time than the one before it."""

    kind: JumpKind
    before: str
    after: str
    before_at: str
    after_at: str
    at: str


class OffsetAnswer(Answer, frozen=True, kw_only=True):
    low_ms: int
    high_ms: int | None  # None: by how much it is ahead at most nobody knows
    believed: Believed


class DeviceClockAnswer(Answer, frozen=True, kw_only=True):
    device: str
    n_recordings: int
    last_received_at: str
    now: OffsetAnswer  # if it recorded now
    latest: MeasurementAnswer | None  # that has both bounds
    set_between: tuple[tuple[str, str], ...]  # device times between which it was set or jumped, by what was measured
    measurements: tuple[MeasurementAnswer, ...]  # the latest, newest first
    jumps: tuple[JumpAnswer, ...]  # newest first


class ClocksAnswer(Answer, frozen=True, kw_only=True):
    clocks: tuple[DeviceClockAnswer, ...]


class SlateFoundAnswer(Answer, frozen=True, kw_only=True):
    """What was read of time slates in a recording."""

    verdict: SlateVerdict
    zh: str  # the same in words
    en: str
    case: str | None
    start_ms: int
    end_ms: int
    told_at: str | None
    earliest_at: str | None  # the first picture was taken no earlier; null unless accepted
    latest_at: str | None  # and no later
    best_at: str | None  # and likely then; null also for what was read before this was told


class RecordingClockAnswer(Answer, frozen=True, kw_only=True):
    """When a recording began, by the best that is known."""

    stated_at: str
    stated_origin: str
    start_at: str
    uncertainty_ms: int | None  # None: nobody knows how far it may be off
    resolution_ms: int  # the true start is up to this much later besides
    time_origin: str  # corrected | slate | clock | what states it
    doubted: bool  # the clock jumped: what it states says nothing
    slate: SlateFoundAnswer | None
