"""Ledger entries about changing the item list: proposed by one person, decided by another. `items.adopted`, which puts
it in force, is in `evidence.case_entries`."""

from __future__ import annotations

from evidence.canonical import Digest
from evidence.case_entries import ProposalId
from evidence.entry import Entry


class ItemsProposed(Entry, frozen=True, kw_only=True, tag="items.proposed"):
    """Somebody asks for another list. `base`: the list that it was compared with; if that changes, it lapses."""

    proposal: ProposalId
    version: str
    items: Digest  # blob: the TOML file
    base: Digest
    from_at: str | None  # in force from then on, but never before the approval
    note: str
    by: str


class ItemsApproved(Entry, frozen=True, kw_only=True, tag="items.approved"):
    """A second person agreed. `items.adopted` follows in the same transaction."""

    proposal: ProposalId
    note: str
    by: str


class ItemsRejected(Entry, frozen=True, kw_only=True, tag="items.rejected"):
    """A second person disagreed, or the proposer took it back."""

    proposal: ProposalId
    note: str
    by: str


ItemEntry = ItemsProposed | ItemsApproved | ItemsRejected
