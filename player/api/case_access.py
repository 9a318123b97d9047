"""A case as the access rules know it."""

from __future__ import annotations

from evidence.catalog.case_queries import CaseRow
from policy.access import CaseAccessFacts


def facts_of_case(row: CaseRow) -> CaseAccessFacts:
    return CaseAccessFacts(row.id, row.officers, tuple(sorted(row.people)), row.unit)
