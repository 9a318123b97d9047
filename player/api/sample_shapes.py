"""Bodies, queries and answers about random samples, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from evidence.sample_entries import SampleOf, SampleResult
from player.api.case_shapes import Code, Instant
from player.api.shapes import NO_NULL, Answer, Asked, Cursor, Limit, Moment, Name, Said, Words

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
# Long enough that nobody can try all of them: the commitment holds its SHA-256.
Word = Annotated[str, Meta(min_length=16, max_length=200, pattern=NO_NULL)]
SampleState = Literal["committed", "drawn", "abandoned"]


class PopulationQuery(Asked, frozen=True, kw_only=True):
    of: SampleOf
    from_: Moment = field(name="from")
    to: Moment
    unit: Name | None = None
    items: Annotated[str, Meta(max_length=1000, pattern=NO_NULL)] | None = None  # codes, separated by commas


class PopulationAnswer(Answer, frozen=True, kw_only=True):
    n: int


class SampleBody(Asked, frozen=True, kw_only=True):
    title: Name
    of: SampleOf
    from_at: Instant
    to_at: Instant
    unit: Name | None = None
    items: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    size: Annotated[int, Meta(ge=1, le=500)] | None = None
    permille: Annotated[int, Meta(ge=1, le=1000)] | None = None
    word_digest: Sha256


class DrawBody(Asked, frozen=True, kw_only=True):
    word: Word


class AbandonBody(Asked, frozen=True, kw_only=True):
    reason: Said


class ReviewBody(Asked, frozen=True, kw_only=True):
    item: Annotated[str, Meta(pattern="^(r[a-z2-7]{20}|a[a-z2-7]{26})$")]
    result: SampleResult
    words: Words = ""


class SamplesQuery(Asked, frozen=True, kw_only=True):
    cursor: Cursor | None = None
    limit: Limit = 50


class SampleAnswer(Answer, frozen=True, kw_only=True):
    id: str
    title: str
    of: SampleOf
    unit: str | None
    from_at: str
    to_at: str
    items: tuple[str, ...]
    n_population: int
    size: int
    permille: int | None
    state: SampleState
    at: str
    by: str
    display_name: str
    drawn_at: str | None
    drawn_by: str | None
    abandoned_at: str | None
    abandoned_by: str | None
    reason: str | None
    n_reviewed: int
    n_flaws: int
    earlier: int  # samples of such things committed to before, of an overlapping period


class SamplesAnswer(Answer, frozen=True, kw_only=True):
    samples: tuple[SampleAnswer, ...]
    next: str | None


class WatchedAnswer(Answer, frozen=True, kw_only=True):
    account: str
    delivered_ms: int
    rendered_ms: int


class ReviewAnswer(Answer, frozen=True, kw_only=True):
    result: SampleResult
    words: str
    duration_ms: int
    delivered_ms: int
    rendered_ms: int
    by: str
    display_name: str
    at: str


class TakeAnswer(Answer, frozen=True, kw_only=True):
    """A recording to be watched."""

    id: str
    name: str
    officer: str | None
    device: str | None
    started_at: str
    duration_ms: int


class DrawnAnswer(Answer, frozen=True, kw_only=True):
    n: int
    item: str
    case: str | None  # of an activity
    case_number: str | None
    case_title: str | None
    activity_item: str | None
    place: str | None
    started_at: str | None
    recordings: tuple[TakeAnswer, ...]
    duration_ms: int
    watched: tuple[WatchedAnswer, ...]  # under the purpose `sampling`, since the draw
    reviews: tuple[ReviewAnswer, ...]  # oldest first; the last stands
    may_review: bool


class SampleDetail(SampleAnswer, frozen=True, kw_only=True):
    population: str  # SHA-256 of the list
    root: str
    nonce_digest: str
    word_digest: str
    nonce: str | None
    word: str | None
    seed: str | None
    entry: int
    leaf_hash: str
    drawn_entry: int | None
    checkpoint: str  # the ledger's signed size and root when this was read
    drawn: tuple[DrawnAnswer, ...]
    duration_ms: int  # of all that is to be watched
    delivered_ms: int  # of it, handed to anybody who may review
    may_commit: bool
    sampling_purpose: bool  # the site has the purpose `sampling`
