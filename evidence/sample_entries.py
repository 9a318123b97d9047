"""Ledger entries about random sampling. A draw is committed to before it can be known, and its fate stays visible."""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Literal, NewType

from evidence.canonical import Digest
from evidence.entry import Entry
from evidence.records import RecordingId

SampleId = NewType("SampleId", str)  # "d" + 26 random base32 characters
SampleOf = Literal["recordings", "activities"]
SampleResult = Literal["in-order", "flaw"]


def new_sample_id() -> SampleId:
    return SampleId("d" + b32encode(secrets.token_bytes(17)).decode().lower()[:26])


class SampleCommitted(Entry, frozen=True, kw_only=True, tag="sample.committed"):
    """From exactly this population so many will be drawn. Neither side can foresee which."""

    sample: SampleId
    spec: str  # evidence.draws.SPEC
    title: str
    of: SampleOf
    unit: str | None  # None: of all units
    from_at: str  # begun in [from_at, to_at)
    to_at: str
    items: tuple[str, ...]  # codes of the item list; none: of all
    population: Digest  # blob: the ids, as evidence.draws.population_text writes them
    root: Digest  # RFC 6962 root over the ids
    n_population: int
    size: int  # how many will be drawn
    permille: int | None  # the share that was asked for, if one was
    nonce_digest: Digest  # SHA-256 of 32 bytes that only the server can know
    word_digest: Digest  # SHA-256 of a word that only the person knows
    by: str
    display_name: str


class SampleDrawn(Entry, frozen=True, kw_only=True, tag="sample.drawn"):
    """What follows from the commitment, the nonce and the word: anybody can compute it again."""

    sample: SampleId
    nonce: str  # hex
    word: str
    seed: Digest
    chosen: tuple[str, ...]  # in the order drawn
    by: str
    display_name: str


class SampleAbandoned(Entry, frozen=True, kw_only=True, tag="sample.abandoned"):
    """It will not be drawn, or not be carried through, and why. It stays in the list."""

    sample: SampleId
    reason: str
    by: str
    display_name: str


class SampleReviewed(Entry, frozen=True, kw_only=True, tag="sample.reviewed"):
    """What somebody found in one of the drawn, and how much of it they had been handed under the purpose `sampling`
    since the draw."""

    sample: SampleId
    item: str
    result: SampleResult
    words: str
    recordings: tuple[RecordingId, ...]  # that were to be watched
    duration_ms: int  # of these together
    delivered_ms: int
    rendered_ms: int  # claimed by the player and delivered
    by: str
    display_name: str


SampleEntry = SampleCommitted | SampleDrawn | SampleAbandoned | SampleReviewed
