"""Bodies and answers of docks, intake attempts and jobs. Data only."""

from __future__ import annotations

from typing import Literal

from player.api.shapes import Answer, Asked, Cursor, Limit, RecordingId
from player.feeds import Bay, Job


class BaysAnswer(Answer, frozen=True, kw_only=True):
    bays: tuple[Bay, ...]


class AttemptsQuery(Asked, frozen=True, kw_only=True):
    state: (
        Literal[
            "waiting",
            "copying",
            "keeping",
            "indexing",
            "sealing",
            "sealed",
            "duplicate",
            "refused",
            "failed",
            "destroyed",
        ]
        | None
    ) = None
    cursor: Cursor | None = None
    limit: Limit = 50


class Attempt(Answer, frozen=True, kw_only=True):
    id: int
    bay: str
    path: str
    size_bytes: int
    state: str
    code: str | None
    reason: str | None
    recording: str | None
    copied_bytes: int
    tries: int
    first_seen_at: str
    updated_at: str


class AttemptsAnswer(Answer, frozen=True, kw_only=True):
    attempts: tuple[Attempt, ...]
    next: str | None


class JobsQuery(Asked, frozen=True, kw_only=True):
    recording: RecordingId | None = None


class JobsAnswer(Answer, frozen=True, kw_only=True):
    jobs: tuple[Job, ...]
