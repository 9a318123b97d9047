"""One measured figure and how it compares with its target."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `theirs` in `unit`; without `ratio` it was not measured and `note` says why."""

    name: str
    unit: str
    target: str
    ours: float | None = None
    theirs: float | None = None
    ratio: float | None = None
    met: bool | None = None
    note: str = ""
