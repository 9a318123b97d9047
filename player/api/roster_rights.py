"""Whose shifts an account may enter, correct and take back: asked of the rules, and said in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evidence.catalog.accounts import units_of
from evidence.catalog.roster_rows import ShiftRow
from evidence.errors import Forbidden
from player.api.route import Call
from policy.access import RecordingFacts
from policy.roster import LENT, ShiftWords, Why, is_lent

_NOT_YOURS = Why(
    "您不能登记这个班次：它属于其他单位，或是您本人的。",
    "You may not enter this shift: it is another unit's, or your own.",
)
_NOT_YOURS_BEFORE = Why(
    "您不能更正与它重叠的班次：它属于其他单位，或是您本人的。",
    "You may not correct the shift that it overlaps with: it is another unit's, or your own.",
)
Shift = ShiftWords | ShiftRow


class ShiftRights:
    """Of one account. `homes`: the units of the officers' accounts."""

    def __init__(self, call: Call, homes: Mapping[str, str]) -> None:
        self._access = call.services.access
        self._who = call.session.principal
        self._homes = homes
        self._known: dict[tuple[str, str | None], bool] = {}

    def may(self, shift: Shift) -> bool:
        """Asks the rules once for each officer and unit: they know nothing else of a shift."""
        key = (shift.officer, shift.unit)
        if key not in self._known:
            facts = RecordingFacts(shift.device or "", shift.officer, shift.unit, self._homes.get(shift.officer))
            self._known[key] = self._access.decide(self._who, "roster.change", facts).allowed
        return self._known[key]

    def objection(self, words: ShiftWords, before: ShiftWords | None) -> Why | None:
        """Why this account may not enter it, or not in the place of that one."""
        if not self.may(words):
            return LENT if is_lent(words, self._homes.get(words.officer)) and self._is_own(words) else _NOT_YOURS
        return None if before is None or self.may(before) else _NOT_YOURS_BEFORE

    def require(self, shift: Shift) -> None:
        """Raises Forbidden."""
        if not self.may(shift):
            words = ShiftWords(shift.officer, shift.device, shift.unit, shift.start_at, shift.end_at)
            raise Forbidden((self.objection(words, None) or _NOT_YOURS).en)

    def _is_own(self, words: ShiftWords) -> bool:
        """Would it be allowed, were it not for where its officer belongs?"""
        facts = RecordingFacts(words.device or "", words.officer, words.unit)
        return self._access.decide(self._who, "roster.change", facts).allowed


async def rights_over(call: Call, officers: Iterable[str]) -> ShiftRights:
    wanted = tuple(officers)
    return ShiftRights(call, await call.services.off_loop.query(lambda connection: units_of(connection, wanted)))
