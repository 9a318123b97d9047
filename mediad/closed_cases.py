"""Invariant I5: judges every closed case again, by the item list that it was closed by. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.case_queries import CaseRow, closed_cases, find_case, items_digest
from evidence.check import Finding
from evidence.errors import MediadError
from player.cases.flaws import rules_of
from player.cases.judging import judge
from policy.finding_words import in_words
from policy.findings import Rules
from policy.item_list import parse

# What came to light after the closing and takes nothing from what was shown: somebody should look at it.
_LATE_NEWS = frozenset({"unconfirmed", "late-docking", "sequence-hole"})
NEWS = "case-news"


def check_closed_cases(connection: Connection, blobs: Blobs, zone: ZoneInfo) -> Iterator[Finding]:
    """What in a closed case is neither recorded nor explained. Notices have the code `NEWS`."""
    known: dict[str, Rules] = {}
    for case in closed_cases(connection):
        row = find_case(connection, case)
        if row is None:
            continue
        try:
            rules = _rules(connection, blobs, zone, row, known)
        except MediadError as error:
            words = f"Case {row.number} was closed by an item list that cannot be read: {error.message}"
            yield Finding("I5", "items", case, words)
            continue
        for finding in judge(connection, case, rules).open:
            words = f"Case {row.number} is closed: {in_words(finding, rules.items, zone).en}"
            yield Finding("I5", NEWS if finding.kind in _LATE_NEWS else "case-not-whole", case, words)


def _rules(connection: Connection, blobs: Blobs, zone: ZoneInfo, row: CaseRow, known: dict[str, Rules]) -> Rules:
    version = row.items or ""
    if version not in known:
        digest = Digest(items_digest(connection, version) or "")
        known[version] = rules_of(parse(blobs.read(digest), version).items, zone, blobs)
    return known[version]
