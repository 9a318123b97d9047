"""The shift roster: entering shifts, once each, correcting them and taking them back, by hand or from a file. Decided
inside the appending transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from evidence.canonical import canonical, sha256
from evidence.catalog.accounts import units_of
from evidence.catalog.roster_rows import ShiftRow, find_shift, shifts_over
from evidence.errors import Conflict, Invalid, LinesRejected, NotFound, RejectedLine
from evidence.roster_entries import RosterEntry, ShiftCorrected, ShiftId, ShiftRostered, ShiftWithdrawn
from player.roster_file import RosterFile
from policy.roster import LENT, Objection, Planned, ShiftWords, Why, asks_less, is_lent, plan, refused

_LESS = Why(
    "与已登记的班次重叠，且要求更少：须由有权人员在值班表页面更正。",
    "It overlaps with a shift that stands and asks for less: a person who may has to correct it.",
)


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What becomes of each line, in order."""

    lines: tuple[Planned, ...]

    @property
    def counts(self) -> Counter[str]:
        return Counter(each.verdict for each in self.lines)

    @property
    def digest(self) -> str:
        """The same as long as the same becomes of the same lines."""
        told = [asdict(each) for each in self.lines]
        return sha256(canonical(told))[:16]


@dataclass(frozen=True, slots=True)
class Adoption:
    """`looked_at`: digest of the plan that somebody saw; None: nobody looked. `without_refused`: enter the others."""

    reason: str
    by: str
    at: str
    looked_at: str | None = None
    without_refused: bool = False


def plan_of(connection: Connection, file: RosterFile, objection: Objection) -> RosterPlan:
    words = [shift for _, shift in file.shifts]
    found = plan(file.shifts, _standing(connection, words), objection)
    odd = [Planned(each.line, None, "refused", why=Why(each.zh, each.en)) for each in file.odd]
    return RosterPlan(tuple(sorted([*found, *odd], key=lambda each: each.line)))


def adopt(
    connection: Connection, file: RosterFile, objection: Objection, adoption: Adoption
) -> tuple[RosterEntry, ...]:
    """The entries of a file. Raises Conflict if it would become of it what nobody has looked at, LinesRejected if lines
    are refused."""
    made = plan_of(connection, file, objection)
    if adoption.looked_at is not None and made.digest != adoption.looked_at:
        raise Conflict("The roster was changed since this was looked at.", remedy="Look at it again.")
    rejected = tuple(RejectedLine(each.line, each.why.zh, each.why.en) for each in made.lines if each.why is not None)
    if rejected and not adoption.without_refused:
        raise LinesRejected(rejected)
    if made.counts["changed"] and not adoption.reason:
        raise Invalid("A correction needs a reason.")
    return tuple(_entries(made, adoption))


def enter(connection: Connection, shifts: Sequence[ShiftWords], by: str, at: str) -> tuple[RosterEntry, ...]:
    """The entries of those that do not stand yet. Raises Invalid; Conflict for what overlaps with one that stands."""
    wanted = dict.fromkeys(shifts)
    made = RosterPlan(plan(enumerate(wanted, 1), _standing(connection, shifts), _no_objection))
    for each in made.lines:
        if each.why is not None:
            raise Invalid(each.why.en)
        if each.before is not None:
            raise Conflict(
                "It overlaps with a shift of the same officer that stands.", remedy="Correct that one instead."
            )
    return tuple(_entries(made, Adoption("", by, at)))


def correct(
    connection: Connection, shift: str, words: ShiftWords, reason: str, by: str, at: str
) -> tuple[RosterEntry, ...]:
    """Raises NotFound, Invalid, and Conflict for what changes nothing or overlaps with another."""
    row = find_shift(connection, shift)
    if row is None:
        raise NotFound("There is no such shift.")
    if why := refused(words):
        raise Invalid(why.en)
    before = words_of(row)
    if words == before:
        raise Conflict("That is the shift as it stands: nothing is changed.")
    others = [each for each in _standing(connection, [words]) if each != before]
    (planned,) = plan([(1, words)], others, _no_objection)
    if planned.verdict != "new":
        raise Conflict("It overlaps with another shift of the same officer that stands.")
    return (_corrected(before, words, reason, by, at),)


def withdraw(connection: Connection, shift: str, reason: str, by: str, at: str) -> ShiftWithdrawn:
    """Raises NotFound."""
    if find_shift(connection, shift) is None:
        raise NotFound("There is no such shift.")
    return ShiftWithdrawn(at=at, shift=ShiftId(shift), reason=reason, by=by)


def of_a_system(connection: Connection, file: RosterFile) -> Objection:
    """What another system may not do: ask for less than before, as with cases, or lend an officer to another unit."""
    homes = units_of(connection, (words.officer for _, words in file.shifts))

    def objection(words: ShiftWords, before: ShiftWords | None) -> Why | None:
        if before is not None and asks_less(words, before):
            return _LESS
        # What a person entered stands, and may come again longer.
        stands = before is not None and before.unit == words.unit
        return LENT if is_lent(words, homes.get(words.officer)) and not stands else None

    return objection


def words_of(row: ShiftRow) -> ShiftWords:
    return ShiftWords(row.officer, row.device, row.unit, row.start_at, row.end_at)


def _no_objection(_words: ShiftWords, _before: ShiftWords | None) -> Why | None:
    return None


def _standing(connection: Connection, words: Sequence[ShiftWords]) -> tuple[ShiftWords, ...]:
    if not words:
        return ()
    since, until = min(each.start_at for each in words), max(each.end_at for each in words)
    return tuple(words_of(row) for row in shifts_over(connection, (each.officer for each in words), since, until))


def _entries(made: RosterPlan, adoption: Adoption) -> list[RosterEntry]:
    found: list[RosterEntry] = []
    for each in made.lines:
        if each.shift is None or each.verdict not in ("new", "changed"):
            continue
        if each.before is not None:
            found.append(_corrected(each.before, each.shift, adoption.reason, adoption.by, adoption.at))
        else:
            found.append(ShiftRostered(at=adoption.at, shift=each.shift.id, by=adoption.by, **asdict(each.shift)))
    return found


def _corrected(before: ShiftWords, words: ShiftWords, reason: str, by: str, at: str) -> ShiftCorrected:
    return ShiftCorrected(at=at, shift=before.id, instead=words.id, reason=reason, by=by, **asdict(words))
