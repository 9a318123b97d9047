"""What a player says it has shown, as it comes over HTTP or the live socket. A claim, not a proof. Data only."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from evidence.entries import RenderedSpan

# 40 days: no recording of a device is longer, and sums stay far inside 64 bits.
Milliseconds = Annotated[int, Meta(ge=0, le=40 * 86_400_000)]


class SpanClaim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    start_ms: Milliseconds
    end_ms: Milliseconds
    rate: Annotated[float, Meta(ge=-16, le=16)] = 1.0
    visible: bool = True

    @property
    def claim(self) -> RenderedSpan:
        return RenderedSpan(self.start_ms, self.end_ms, self.rate, self.visible)


SpanClaims = Annotated[tuple[SpanClaim, ...], Meta(max_length=500)]
