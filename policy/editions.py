"""The item lists of a site as they came into force one after the other, and which of them an act is judged by. Pure.

An act is judged by the list that was in force when it began, with all that belongs to it: clocks, thresholds, who
explains and who approves. A new list therefore changes nothing about what happened before it: it can neither free an
open case nor burden one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evidence.canonical import Digest
from policy.content import Flaw
from policy.item_list import STRICTNESS, ItemList

FlawsOf = Callable[[Digest, int], tuple[Flaw, ...]]  # (blob of observations, duration of the recording in ms)


@dataclass(frozen=True, slots=True)
class Edition:
    """A list from an instant on. `flaws_of`: flaws in observations, by its thresholds."""

    from_ms: int  # since 1970; the founding list holds for what was before it, too
    items: ItemList
    flaws_of: FlawsOf


def in_force(editions: Sequence[Edition], at_ms: int) -> Edition:
    """The list in force at an instant. `editions`: oldest first, at least one."""
    return next((each for each in reversed(editions) if each.from_ms <= at_ms), editions[0])


def of_act(editions: Sequence[Edition], code: str, start_ms: int | None) -> Edition:
    """The list that an act of this item is judged by.

    An act without a beginning may belong to any of them: the strictest counts, or a list that asks for nothing could
    be chosen by entering no time.
    """
    if start_ms is not None:
        return in_force(editions, start_ms)
    return max(reversed(editions), key=lambda each: _strictness(each.items, code))


def _strictness(items: ItemList, code: str) -> int:
    item = items.item(code)
    return -1 if item is None else STRICTNESS[item.mode]
