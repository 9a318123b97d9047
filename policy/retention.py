"""How long footage is kept, and why. Pure: facts about one recording in, an answer with its reasons out.

The longest of everything that a recording belongs to wins. What nobody classified never expires by itself; neither
does what an open case needs, what is on hold, or what a case may own and nobody has looked at yet. An answer of
"expired" is only ever a proposal: people destroy, not rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from policy.item_list import ItemList, RetentionClass

# How a recording belongs to a case: a person confirmed it, its time and officer suggest it, a person rejected it, a
# clip of it is marked in the case, or it was recorded in a sitting of the case.
How = Literal["confirmed", "proposed", "rejected", "clip", "sitting"]
Because = Literal[
    "hold",  # somebody put it on hold
    "case-open",  # a case that it belongs to is open
    "handed-over",  # a case that it belongs to was handed over, and nobody has said what became of it
    "rejected-open",  # a person said that it does not belong to a case, and that case is still open
    "unconfirmed",  # it may belong to a case, and nobody has confirmed or rejected it
    "unknown-case",  # it was recorded for a case that was never entered
    "unknown-kind",  # the classes in force do not know the kind of case, or the class
    "unclassified",
    "evidence",  # a clip of it is what a case rests on
    "class",
]


@dataclass(frozen=True, slots=True)
class Membership:
    """One case that a recording belongs to, or may."""

    how: How
    case: str | None  # None: the case was named and never entered
    number: str
    kind: str = ""
    item: str | None = None
    open: bool = True
    closed_at: datetime | None = None  # or when what became of it elsewhere was entered, if that was later
    handed_to: str = ""  # the authority that has it, while nobody has said what became of it there

    @property
    def going_on(self) -> bool:
        """Somebody may still need what belongs to it, here or elsewhere."""
        return self.open or bool(self.handed_to)


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that covers the recording."""

    hold: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Manual:
    """A class that people gave to the recording or to a case that it belongs to."""

    code: str
    case: str | None = None
    closed_at: datetime | None = None  # of that case


@dataclass(frozen=True, slots=True)
class Facts:
    """What bears on one recording."""

    received_at: datetime  # by the server's clock; a device's own clock decides nothing here
    memberships: tuple[Membership, ...] = ()
    holds: tuple[Held, ...] = ()
    manual: tuple[Manual, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is kept until then. `named`: a case number, or who set a hold."""

    because: Because
    named: str = ""
    code: str = ""  # of the class
    until: datetime | None = None  # None: never
    words: str = ""  # what a person wrote


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer: `until` None means never by itself. The first reason decides."""

    until: datetime | None
    code: str | None  # the class that decides, if one does
    reasons: tuple[Reason, ...]

    def expired(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now


@dataclass(frozen=True, slots=True)
class Table:
    """The classes in force, and which things of an item list are of which class."""

    version: str
    classes: dict[str, RetentionClass] = field(default_factory=dict)
    items: dict[str, str | None] = field(default_factory=dict)
    kinds: dict[str, str | None] = field(default_factory=dict)
    evidence: dict[str, str | None] = field(default_factory=dict)  # kind → class of what its clips are cut from


def table_of(items: ItemList) -> Table:
    """The retention part of an item list."""
    return Table(
        version=items.version,
        classes=dict(items.retention),
        items={each.code: each.retention for each in items.items},
        kinds={each.code: each.retention for each in items.kinds},
        evidence={each.code: each.evidence for each in items.kinds},
    )


def judge(facts: Facts, table: Table) -> Kept:
    """Longest wins, and never is longest. Never before `MIN_DAYS` after receipt, since no class is shorter."""
    reasons = (*_never(facts), *_classes(facts, table))
    if not reasons:
        reasons = (Reason("unclassified"),)
    ordered = tuple(sorted(reasons, key=_rank))
    first = ordered[0]
    return Kept(first.until, first.code or None, ordered)


def _rank(reason: Reason) -> tuple[bool, float]:
    """Never first, then the latest."""
    return reason.until is not None, -(reason.until.timestamp() if reason.until else 0.0)


def _never(facts: Facts) -> Iterator[Reason]:
    """What keeps it whatever its class is."""
    for hold in facts.holds:
        yield Reason("hold", named=hold.by, words=hold.reason)
    owned = {each.case for each in facts.memberships if each.how in ("confirmed", "clip", "sitting")}
    said = (_needed_by(each, owned) for each in facts.memberships)
    yield from dict.fromkeys(reason for reason in said if reason is not None)


def _needed_by(each: Membership, owned: set[str | None]) -> Reason | None:
    """What a case keeps it for. Rejected for one activity it may still belong to another of the same case."""
    if each.case is None:
        return Reason("unknown-case", named=each.number)
    if each.how == "proposed":
        return Reason("unconfirmed", named=each.number)
    if not each.open:
        return Reason("handed-over", named=each.number, words=each.handed_to) if each.handed_to else None
    rejected = each.how == "rejected" and each.case not in owned
    return Reason("rejected-open" if rejected else "case-open", named=each.number)


def _classes(facts: Facts, table: Table) -> Iterator[Reason]:
    """What each class that it has says, counted from receipt or from the closing of the case, whichever is later."""
    for manual in facts.manual:
        since = _since(facts, manual.closed_at)
        yield _of_class(manual.code, table, since, manual.case or "", "class")
    for each in facts.memberships:
        if each.case is None or each.going_on or each.how in ("proposed", "rejected"):
            continue
        yield from _of_case(each, table, _since(facts, each.closed_at))


def _of_case(each: Membership, table: Table, since: datetime) -> Iterator[Reason]:
    known = each.kind in table.kinds and (each.item is None or each.item in table.items)
    if not known:
        yield Reason("unknown-kind", named=each.number)
        return
    codes = [table.kinds[each.kind], None if each.item is None else table.items[each.item]]
    named = [code for code in codes if code is not None]
    for code in dict.fromkeys(named):
        yield _of_class(code, table, since, each.number, "class")
    evidence = table.evidence.get(each.kind) if each.how == "clip" else None
    if evidence is not None:
        yield _of_class(evidence, table, since, each.number, "evidence")
    if not named and evidence is None:
        yield Reason("unclassified", named=each.number)


def _of_class(code: str, table: Table, since: datetime, named: str, because: Because) -> Reason:
    found = table.classes.get(code)
    if found is None:
        return Reason("unknown-kind", named=named, code=code)
    until = None if found.days is None else since + timedelta(days=found.days)
    return Reason(because, named=named, code=code, until=until)


def _since(facts: Facts, closed_at: datetime | None) -> datetime:
    return facts.received_at if closed_at is None else max(facts.received_at, closed_at)


def must_stay(facts: Facts, items: ItemList) -> Reason | None:
    """Why a device file may not be cleared though its copy is sealed; None if it may.

    While a must-record case that the recording belongs to, or may belong to, is open or handed over, and while it is on
    hold: should the copy be doubted, the device is still there to be looked at.
    """
    for hold in facts.holds:
        return Reason("hold", named=hold.by, words=hold.reason)
    full = {each.code for each in items.items if each.mode == "full"}
    for each in facts.memberships:
        kind = items.kind(each.kind)
        must = each.item in full or (kind is not None and not full.isdisjoint(kind.needs))
        if each.going_on and each.how != "rejected" and must:
            because: Because = "case-open" if each.open else "handed-over"
            return Reason(because, named=each.number, words=each.handed_to)
    return None
