"""The table `[retention]` of the configuration: how long people have to object, and what stops the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from mediad.config_kinds import Table
from player.retention.asking import Delays

_Days = Annotated[int, Meta(ge=1, le=365)]


class Retention(Table, frozen=True, kw_only=True):
    change_days: _Days = 14
    destruction_days: _Days = 14
    clock_silence_hours: Annotated[int, Meta(ge=25, le=31 * 24)] = 72

    @property
    def delays(self) -> Delays:
        return Delays(timedelta(days=self.change_days), timedelta(days=self.destruction_days))

    @property
    def longest_silence(self) -> timedelta:
        return timedelta(hours=self.clock_silence_hours)
