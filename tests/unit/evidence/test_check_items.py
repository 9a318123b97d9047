"""A list that came into force otherwise than through two people is named by the check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from evidence.canonical import Digest
from evidence.case_entries import ItemsAdopted, ProposalId
from evidence.check_items import AdoptionRules
from evidence.entries import AnyEntry
from evidence.item_entries import ItemsApproved, ItemsProposed, ItemsRejected

D1, D2 = Digest("11" * 32), Digest("22" * 32)
P = ProposalId("p1")
FOUNDING = ItemsAdopted(at="2026-01-01T00", version="b/1", items=D1, by="configuration")
PROPOSED = ItemsProposed(
    at="2026-02-01T00", proposal=P, version="b/2", items=D2, base=D1, from_at=None, note="", by="law"
)
APPROVED = ItemsApproved(at="2026-02-02T00", proposal=P, note="", by="keeper")
ADOPTED = ItemsAdopted(
    at="2026-02-02T00", v=2, version="b/2", items=D2, by="keeper", from_at="2026-02-02T00", proposal=P
)


def other(entry: AnyEntry, **changes: Any) -> AnyEntry:
    import msgspec

    return msgspec.structs.replace(entry, **changes)


def said(*entries: AnyEntry) -> list[str]:
    rules = AdoptionRules()
    return [words for entry in entries for words in rules.hear(entry)]


def test_two_people_and_a_later_beginning() -> None:
    assert said(FOUNDING, PROPOSED, APPROVED, ADOPTED) == []
    assert said(FOUNDING, PROPOSED, APPROVED, other(ADOPTED, from_at="2026-03-01T00")) == []
    assert said(FOUNDING, PROPOSED, ItemsRejected(at="2026-02-02T00", proposal=P, note="", by="law")) == []


@dataclass(frozen=True)
class Tampered:
    words: str
    entries: tuple[AnyEntry, ...]


@pytest.mark.parametrize(
    "tampered",
    [
        Tampered("approved it alone", (FOUNDING, PROPOSED, other(APPROVED, by="law"), ADOPTED)),
        Tampered("without an approved proposal", (FOUNDING, PROPOSED, ADOPTED)),
        Tampered("without an approved proposal", (FOUNDING, other(FOUNDING, version="b/2", items=D2))),
        Tampered("without an approved proposal", (FOUNDING, ADOPTED)),
        Tampered("not the one that was proposed", (FOUNDING, PROPOSED, APPROVED, other(ADOPTED, items=D1))),
        Tampered("not the one that was proposed", (FOUNDING, PROPOSED, APPROVED, other(ADOPTED, version="b/3"))),
        Tampered("before it was approved", (FOUNDING, PROPOSED, APPROVED, other(ADOPTED, from_at="2026-02-01T23"))),
        Tampered("second time", (FOUNDING, PROPOSED, APPROVED, ADOPTED, ADOPTED)),
        Tampered("decided and never made", (FOUNDING, APPROVED)),
        Tampered("decided twice", (FOUNDING, PROPOSED, APPROVED, other(APPROVED, by="boss"))),
    ],
    ids=lambda tampered: tampered.words,
)
def test_what_is_not_as_it_should_be_is_named(tampered: Tampered) -> None:
    assert any(tampered.words in words for words in said(*tampered.entries))
