"""Invariant I5: judges every closed case again, by the item lists that were in force when it was closed. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from evidence.blobs.store import Blobs
from evidence.catalog.case_queries import CaseRow, closed_cases, find_case
from evidence.catalog.item_queries import AdoptionRow, adoptions
from evidence.check import Finding
from evidence.errors import MediadError, NotFound
from player.cases.judging import judge
from player.cases.rule_book import editions_of, rules_of_editions
from policy.finding_words import in_words
from policy.findings import Rules

# What came to light after the closing and takes nothing from what was shown: somebody should look at it.
_LATE_NEWS = frozenset({"unconfirmed", "late-docking", "sequence-hole", "unsearchable"})
NEWS = "case-news"
_STATES = {"closed": "closed", "archived": "archived", "handed-over": "handed over"}


def check_closed_cases(connection: Connection, blobs: Blobs, zone: ZoneInfo) -> Iterator[Finding]:
    """What in a closed case is neither recorded nor explained. Notices have the code `NEWS`."""
    known: dict[str, Rules] = {}
    adopted = adoptions(connection)
    for case in closed_cases(connection):
        row = find_case(connection, case)
        if row is None:
            continue
        try:
            rules = _rules(adopted, blobs, zone, row, known)
        except MediadError as error:
            words = f"Case {row.number} was closed by an item list that cannot be read: {error.message}"
            yield Finding("I5", "items", case, words)
            continue
        judged = judge(connection, case, rules)
        for finding in judged.open:
            said = in_words(finding, judged.rules_of(finding.activity).items, zone)
            words = f"Case {row.number} is {_STATES[row.state]}: {said.en}"
            yield Finding("I5", NEWS if finding.kind in _LATE_NEWS else "case-not-whole", case, words)


def _rules(
    adopted: tuple[AdoptionRow, ...], blobs: Blobs, zone: ZoneInfo, row: CaseRow, known: dict[str, Rules]
) -> Rules:
    """All lists up to the one that was in force at the closing: a later one cannot change what it rested on."""
    version = row.items or ""
    if version not in known:
        last = max((n for n, each in enumerate(adopted) if each.version == version), default=None)
        if last is None:
            raise NotFound(f"No item list {version} was ever in force.")
        known[version] = rules_of_editions(editions_of(adopted[: last + 1], blobs), zone)
    return known[version]
