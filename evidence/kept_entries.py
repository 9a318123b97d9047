"""Ledger entries about the checkpoint that is kept outside of the database, and about a database that lacks it.

`by` is "cli:<system user>". Times are RFC 3339 UTC.
"""

from __future__ import annotations

import msgspec

from evidence.entry import Entry


class CheckpointKept(Entry, frozen=True, kw_only=True, tag="checkpoint.kept"):
    """From here on the newest checkpoint is kept in a file: where there is none, it was taken away."""


class LostCheckpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that keeps a checkpoint, and what it says that this ledger does not."""

    place: str  # the file
    note: str  # what stood in it; empty if it was not there
    size: int | None  # entries that were signed; null where it is no checkpoint of this site


class LedgerRestored(Entry, frozen=True, kw_only=True, tag="ledger.restored"):
    """The database is an older one, or another: what was signed since is lost, and somebody decided to go on."""

    size: int  # entries that there are: this one's index
    lost: tuple[LostCheckpoint, ...]
    first_lost: int | None  # entries from here on are lost; null where the two ledgers part earlier, or nobody knows
    end_lost: int | None  # and before here, at least; null where nobody knows
    reason: str
    by: str


KeptEntry = CheckpointKept | LedgerRestored
