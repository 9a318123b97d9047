"""Changing the item list: one person proposes, another approves. Decided inside the transaction that appends it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence.canonical import Digest
from evidence.case_entries import ItemsAdopted, ProposalId
from evidence.catalog.item_queries import AdoptionRow, adoptions, find_proposal, proposals
from evidence.entries import AnyEntry
from evidence.errors import Conflict, Forbidden, Invalid, NotFound
from evidence.item_entries import ItemsApproved, ItemsProposed, ItemsRejected


@dataclass(frozen=True, slots=True)
class Wish:
    """A list that somebody wants in force. `from_at`: as `evidence.clock.to_text` writes it; None: once approved."""

    proposal: ProposalId
    version: str
    items: Digest
    from_at: str | None
    note: str


def propose(connection: Connection, wish: Wish, by: str, at: str) -> ItemsProposed:
    """Raises Conflict for a version that was used or is proposed, and where nothing is changed; Invalid."""
    latest = _latest(connection)
    if wish.items == latest.items:
        raise Conflict("This is the latest list as it is: nothing is changed.")
    _require_new(connection, wish.version)
    if any(each.state == "waiting" and each.version == wish.version for each in proposals(connection)):
        raise Conflict(f"A list of the version {wish.version} is proposed already.")
    if wish.from_at is not None and wish.from_at < at:
        raise Invalid("A list cannot come into force in the past.")
    return ItemsProposed(
        at=at,
        proposal=wish.proposal,
        version=wish.version,
        items=wish.items,
        base=latest.items,
        from_at=wish.from_at,
        note=wish.note,
        by=by,
    )


def decide(connection: Connection, proposal: str, approved: bool, note: str, by: str, at: str) -> tuple[AnyEntry, ...]:
    """Approved, the list is adopted with the same transaction. Raises NotFound, Conflict, and Forbidden for the
    proposer, who may only take it back."""
    found = find_proposal(connection, proposal)
    if found is None:
        raise NotFound("There is no such proposal.")
    if found.state != "waiting":
        raise Conflict("This proposal was decided already.")
    named = ProposalId(proposal)
    if not approved:
        return (ItemsRejected(at=at, proposal=named, note=note, by=by),)
    if by == found.by:
        raise Forbidden("Who proposed a list cannot approve it: it takes a second person.")
    latest = _latest(connection)
    if found.base != latest.items:
        raise Conflict(
            "Another list was adopted since this was proposed.", remedy="Have it proposed again, on top of that one."
        )
    _require_new(connection, found.version)
    return (
        ItemsApproved(at=at, proposal=named, note=note, by=by),
        ItemsAdopted(
            at=at,
            v=2,
            version=found.version,
            items=found.items,
            by=by,
            from_at=max(at, found.from_at or at, latest.from_at),
            proposal=named,
        ),
    )


def _latest(connection: Connection) -> AdoptionRow:
    known = adoptions(connection)
    if not known:
        raise Conflict("No item list is in force yet.")
    return known[-1]


def _require_new(connection: Connection, version: str) -> None:
    if any(each.version == version for each in adoptions(connection)):
        raise Conflict(f"The version {version} was used already.", remedy="Give the list a new `version`.")
