"""Item lists as a rule over the ledger: none but the founding one came into force without two people. Pure; fed in
order."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from evidence import entries as e
from evidence.case_entries import ItemsAdopted, ProposalId
from evidence.item_entries import ItemsApproved, ItemsProposed, ItemsRejected

ITEMS = "items-adopted"


class AdoptionRules:
    """Hears every entry in the ledger's order and tells which list came into force otherwise."""

    def __init__(self) -> None:
        self._proposed: dict[ProposalId, ItemsProposed] = {}
        self._approved: dict[ProposalId, ItemsApproved] = {}
        self._decided: set[ProposalId] = set()
        self._versions: set[str] = set()
        self._from_at = ""  # of the list that came last

    def hear(self, entry: e.AnyEntry) -> Iterator[str]:
        """What is wrong with this entry, in words."""
        if isinstance(entry, ItemsProposed):
            self._proposed[entry.proposal] = entry
        elif isinstance(entry, ItemsApproved | ItemsRejected):
            yield from self._decision(entry)
        elif isinstance(entry, ItemsAdopted):
            yield from self._adopted(entry)

    def _decision(self, entry: ItemsApproved | ItemsRejected) -> Iterator[str]:
        proposed = self._proposed.get(entry.proposal)
        if proposed is None:
            yield f"The proposal {entry.proposal} was decided and never made."
        elif entry.proposal in self._decided:
            yield f"The proposal of item list {proposed.version} was decided twice."
        elif isinstance(entry, ItemsApproved):
            if entry.by == proposed.by:
                yield f"{entry.by} proposed the item list {proposed.version} and approved it alone."
            self._approved[entry.proposal] = entry
        self._decided.add(entry.proposal)

    def _adopted(self, entry: ItemsAdopted) -> Iterator[str]:
        from_at = entry.at if entry.from_at is msgspec.UNSET else entry.from_at
        if self._versions:
            yield from self._change(entry, from_at)
        self._versions.add(entry.version)
        self._from_at = max(self._from_at, from_at)

    def _change(self, entry: ItemsAdopted, from_at: str) -> Iterator[str]:
        """A list that follows another."""
        name = f"The item list {entry.version}"
        if entry.version in self._versions:
            yield f"{name} came into force a second time under its old name."
        if entry.proposal is msgspec.UNSET or entry.proposal not in self._approved:
            yield f"{name} came into force without an approved proposal."
            return
        proposed, approved = self._proposed[entry.proposal], self._approved[entry.proposal]
        if (proposed.version, proposed.items) != (entry.version, entry.items):
            yield f"{name} is not the one that was proposed and approved."
        if from_at < max(approved.at, self._from_at):
            yield f"{name} came into force before it was approved, or before the list that it follows."
