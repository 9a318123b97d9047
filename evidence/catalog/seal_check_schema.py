"""Operational table of full checks: what reading an original again came to. Rules: `schema`.

No statement about evidence: a check is a question that can be asked again. Kept so that a restart does not forget
the answer, nor that somebody is waiting for one.
"""

from __future__ import annotations

from sqlalchemy import Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

seal_checks = Table(
    "seal_checks",
    metadata,
    _c("recording", Text, "recording id", primary_key=True),
    _c("state", Text, "of the check asked for last: queued | running | done | failed", index=True),
    _c("reason", Text, "why it could not be carried out", nullable=True),
    _c("updated_at", Text, "when the state last changed", index=True),
    _c("answered_at", Text, "when a check last came to an answer", nullable=True),
    _c("broken", Text, "that answer: what is not as it was sealed, in words; null: all is", nullable=True),
    _c("findings", Text, "JSON: the stretches of that answer", nullable=True),
)
