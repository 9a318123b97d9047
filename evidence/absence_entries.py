"""Ledger entries about footage that is missing and that no activity names: files that were seen and are gone, and what
people say about a device's missing footage. Rules as in `evidence.case_entries`.
"""

from __future__ import annotations

from typing import Literal

from evidence.case_entries import ExplanationId
from evidence.entry import Entry

# How a device file was lost: the camera was taken out before it was copied; it disappeared while the camera was there;
# it was gone when the server looked again after a restart.
Lost = Literal["removed", "vanished", "restart"]


class FileMissed(Entry, frozen=True, kw_only=True, tag="file.missed"):
    """A device file was seen in a bay and is gone without having been taken in. It may come back with the camera."""

    bay: str
    path: str  # below the bay
    size_bytes: int  # when it was last seen
    mtime: str
    growing: bool  # the camera was still writing it
    device: str | None
    officer: str | None
    unit: str | None
    sequence: int | None
    started_at: str | None  # as its name says
    first_seen_at: str
    lost: Lost
    trouble: str  # why it was not taken in while it was there, in words; "" if there was no time


class AbsenceExplained(Entry, frozen=True, kw_only=True, tag="absence.explained"):
    """What one person says about missing footage of a device. It follows from the rules and is named by its facts."""

    explanation: ExplanationId
    kind: str
    device: str | None
    officer: str | None  # whom it concerns
    unit: str | None
    about: str
    start_ms: int  # since 1970, 0 if it has no span
    end_ms: int
    items: str  # version of the item list that found it
    cause: str
    statement: str
    by: str


class AbsenceDecided(Entry, frozen=True, kw_only=True, tag="absence.decided"):
    """What a second person, whom it does not concern, says about such an explanation."""

    explanation: ExplanationId
    approved: bool
    note: str
    by: str


AbsenceEntry = FileMissed | AbsenceExplained | AbsenceDecided
