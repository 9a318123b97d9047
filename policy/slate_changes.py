"""Where a recording likely began, by the pictures between which the codes of a slate changed. Pure.

Each change lies between two pictures, so that it tells the beginning to within one of their intervals; many changes at
other moments of a picture tell it closer. What is left is how long a code takes from its signature to the light of the
screen: the lag, which the page measures, and what a usual screen takes. That is no bound: `policy.slates` has those,
and whatever a page says of its lag, the answer stays within them.

`mediad check` judges old slates again, so these figures change only with a new version of codes.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# From drawing to light: one or two frames at 60 Hz until a frame is shown, and 5 to 20 ms of the panel.
USUAL_SCREEN_MS = 35


@dataclass(frozen=True, slots=True)
class Change:
    """The last picture with an earlier code, the first with this one, and when this one was likely drawn."""

    before_ms: int
    after_ms: int
    drawn_ms: int

    @property
    def start_ms(self) -> float:
        """When the first picture was taken, if all took as long as it usually does."""
        return self.drawn_ms + USUAL_SCREEN_MS - (self.before_ms + self.after_ms) / 2


def likeliest_ms(changes: Sequence[Change], frame_ms: int) -> int:
    """When the first picture was likely taken: the median of what changes tell. Those count that were seen closely:
    a picture in which both codes blend cannot be read, so that two intervals are close."""
    closest_ms = min(each.after_ms - each.before_ms for each in changes)
    close_ms = max(closest_ms, 2 * frame_ms)
    return round(statistics.median(each.start_ms for each in changes if each.after_ms - each.before_ms <= close_ms))
