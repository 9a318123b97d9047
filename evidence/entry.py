"""What all ledger entries have in common. The kinds are in `evidence.entries` and `evidence.case_entries`."""

from __future__ import annotations

import msgspec


class Entry(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="type",
    forbid_unknown_fields=True,
    omit_defaults=False,
):
    at: str  # when the server wrote it
    v: int = 1
