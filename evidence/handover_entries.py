"""Ledger entries about handing a case over to another authority (移送), and what became of it there.

Handing over ends a case as closing does: it is judged in the transaction that writes the entry, and takes no changes
afterwards. It may come before closing: what is suspected to be a crime is handed over at once
(行政执法机关移送涉嫌犯罪案件的规定), and it may come back.
"""

from __future__ import annotations

from typing import Literal, NewType

import msgspec

from evidence.case_entries import CaseId, ClipId, ExplanationId
from evidence.entry import Entry
from evidence.records import RecordingId

HandoverId = NewType("HandoverId", str)  # "m" + 26 random base32 characters

# Public security, supervision commission, procuratorate, court, another administrative authority.
AuthorityKind = Literal["police", "supervision", "procuratorate", "court", "administration"]
# It came back, and the case is what it was before; or the authority has dealt with it, and the case is closed.
Outcome = Literal["returned", "settled"]


class Authority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom a case is handed over."""

    kind: AuthorityKind
    name: str


class CaseHandedOver(Entry, frozen=True, kw_only=True, tag="case.handed-over"):
    """No finding was open and no footage still being looked through: judged in the transaction that wrote this."""

    handover: HandoverId
    case: CaseId
    to: Authority
    number: str  # of the document that hands it over (移送书文号)
    approver: str  # who decided it, in words: the head of the authority
    note: str
    recordings: tuple[RecordingId, ...]  # what belongs to the case and is there, in order
    destroyed: tuple[RecordingId, ...]  # what belonged to it and was destroyed before
    clips: tuple[ClipId, ...]
    items: str  # version of the item list in force then
    judged_by: tuple[str, ...]  # versions of the lists that its activities were judged by
    explanations: tuple[ExplanationId, ...]  # approved ones that it rests on
    by: str


class HandoverEnded(Entry, frozen=True, kw_only=True, tag="case.handover-ended"):
    """What the authority said became of it. Where the case becomes closed by it, it was judged again."""

    handover: HandoverId
    case: CaseId
    outcome: Outcome
    number: str  # of the document that says so, empty if there is none
    reason: str
    items: str | None  # version of the item list in force, where it was judged again
    by: str


HandoverEntry = CaseHandedOver | HandoverEnded
