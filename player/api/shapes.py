"""What bodies, queries and answers of the API are made of; the site's, the session's and the ledger's. Data only.

Others are in the `*_shapes` modules; docs/reference/api.md names them all.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Limit = Annotated[int, Meta(ge=1, le=200)]
# PostgreSQL cannot hold U+0000, and no text of ours contains it.
NO_NULL = "^[^\\x00]*$"
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NULL)]
Line = Annotated[str, Meta(max_length=200, pattern=NO_NULL)]
Words = Annotated[str, Meta(max_length=4000, pattern=NO_NULL)]
Said = Annotated[str, Meta(min_length=1, max_length=4000, pattern=NO_NULL)]
Cursor = Annotated[str, Meta(max_length=400)]
RecordingId = Annotated[str, Meta(pattern="^r[a-z2-7]{20}$")]
# A date (midnight UTC), or RFC 3339 with its offset.
_MOMENT = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$"
Moment = Annotated[str, Meta(max_length=40, pattern=_MOMENT)]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of queries and bodies: an unknown field is refused."""


class Answer(Struct, frozen=True, kw_only=True):
    """Base of answers."""


class NoQuery(Asked, frozen=True, kw_only=True):
    """No parameters."""


# ---- errors -------------------------------------------------------------------------------------------------
class OpenFinding(Answer, frozen=True, kw_only=True):
    """One of the findings that keep a case open, in words."""

    zh: str
    en: str


class ErrorFacts(Answer, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    message: str
    remedy: str | None
    findings: tuple[OpenFinding, ...] = ()  # of `case-blocked` only


class ErrorAnswer(Answer, frozen=True, kw_only=True):
    error: ErrorFacts


# ---- site and session ---------------------------------------------------------------------------------------
class PurposeAnswer(Answer, frozen=True, kw_only=True):
    code: str
    zh: str
    en: str
    roles: tuple[str, ...]  # limited to these; empty: open to all who may view


class SiteAnswer(Answer, frozen=True, kw_only=True):
    name: str
    version: str
    timezone: str
    languages: tuple[str, ...]
    purposes: tuple[PurposeAnswer, ...]


class SignIn(Asked, frozen=True, kw_only=True):
    account: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NULL)]
    password: Annotated[str, Meta(min_length=1, max_length=256, pattern=NO_NULL)]


class ChangePassword(Asked, frozen=True, kw_only=True):
    old: Annotated[str, Meta(min_length=1, max_length=256, pattern=NO_NULL)]
    new: Annotated[str, Meta(min_length=10, max_length=256, pattern=NO_NULL)]


class SessionAnswer(Answer, frozen=True, kw_only=True):
    account: str
    display_name: str
    roles: tuple[str, ...]
    unit: str | None
    csrf: str
    expires_at: str
    may: tuple[str, ...]


# ---- the ledger ---------------------------------------------------------------------------------------------
class Inclusion(Answer, frozen=True, kw_only=True):
    size: int
    path: tuple[str, ...]
    root: str


class EntryAnswer(Answer, frozen=True, kw_only=True):
    index: int
    entry: msgspec.Raw  # canonical JSON, byte for byte what the leaf hash is over
    leaf_hash: str
    proof: Inclusion


class ConsistencyQuery(Asked, frozen=True, kw_only=True):
    old: Annotated[int, Meta(ge=1, le=2**53)]
    new: Annotated[int, Meta(ge=1, le=2**53)]


class ConsistencyAnswer(Answer, frozen=True, kw_only=True):
    old: int
    new: int
    path: tuple[str, ...]


class HealthAnswer(Answer, frozen=True, kw_only=True):
    """`attention`: what somebody must look at though the service runs, in words."""

    status: Literal["ok", "attention", "failing"]
    failing: str | None = None
    reason: str | None = None
    attention: tuple[str, ...] = ()
