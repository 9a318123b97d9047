"""Invariant I3 for time slates: every accepted one is judged again from the codes that were kept. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from evidence.blobs.store import Blobs
from evidence.catalog.clock_queries import SlateRow, accepted_slates, find_timed
from evidence.check import Finding
from evidence.errors import MediadError
from mediad.slates import Slates, to_bounds
from policy.slates import Judgement


def check_slates(connection: Connection, blobs: Blobs) -> Iterator[Finding]:
    """What an accepted slate says that its codes, the keys announced before it, and the recording do not."""
    slates = Slates(blobs)
    for row in accepted_slates(connection):
        timed = find_timed(connection, row.recording)
        try:
            judged = None if timed is None else slates.judge(connection, timed, row.codes, before=row.entry)
        except MediadError as error:
            yield _broken(row.recording, f"cannot be read: {error.message}")
            continue
        if judged is None or judged.verdict != "accepted":
            said = "nothing" if judged is None else judged.verdict
            yield _broken(row.recording, f"was accepted, and its codes give: {said}")
        elif not _says(row, judged):
            yield _broken(row.recording, "says another time or case than its codes do")


def _says(row: SlateRow, judged: Judgement) -> bool:
    """Does an entry say what its codes do? Those of before do not say where the recording likely began."""
    earliest_at, latest_at, best_at = to_bounds(judged)
    likely = row.best_at is None or row.best_at == best_at
    return likely and (row.earliest_at, row.latest_at, row.case_number) == (earliest_at, latest_at, judged.case)


def _broken(recording: str, what: str) -> Finding:
    return Finding("I3", "slate", recording, f"The time slate in recording {recording} {what}.")
