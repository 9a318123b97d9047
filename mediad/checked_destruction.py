"""Invariant I1's one exception, judged again: whatever was destroyed had expired and nothing held it, as the ledger
stood before the bytes went. Holds of every kind, open cases and cases with another authority are among what holds.
Reads only.

The catalog of that moment is made again in a scratch file and the rules that let it be destroyed are asked once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.catalog.check_queries import entries_of_type
from evidence.catalog.engine import connected
from evidence.catalog.rebuild import Replica
from evidence.check import Finding
from evidence.clock import from_text
from evidence.entries import decode
from evidence.errors import MediadError
from evidence.retention_entries import DestructionBegun
from evidence.stages import Stage, silent
from player.retention.gathering import RetentionRules, judged_one
from policy.retention_words import in_words

NOT_EXPIRED = "not-expired"


def check_destructions(
    engine: Engine, blobs: Blobs, rules: RetentionRules, scratch: Path, stage: Stage = silent
) -> Iterator[Finding]:
    """`scratch`: a path for the second catalog, not existing yet. Nothing is made where nothing was destroyed."""
    with connected(engine) as connection:
        begun = [
            (index, entry)
            for index, data in entries_of_type(connection, "destruction.begun")
            if isinstance(entry := decode(data), DestructionBegun)
        ]
    if not begun:
        return
    replica = Replica(engine, blobs, scratch)
    try:
        with stage("Judging destructions again", begun[-1][0]) as advance:
            for index, entry in begun:
                replica.follow(index, advance)
                yield from _judge(replica, rules, entry)
    except MediadError as error:
        yield Finding("I1", NOT_EXPIRED, "ledger", f"What was destroyed cannot be judged again: {error.message}")
    finally:
        replica.close()


def _judge(replica: Replica, rules: RetentionRules, entry: DestructionBegun) -> Iterator[Finding]:
    with replica.reading() as connection:
        judged = judged_one(connection, rules, entry.recording)
        table = rules.in_force(connection)
    if judged is None:
        yield _finding(entry, "it was not there, or destroyed before")
    elif not judged.kept.expired(from_text(entry.at)):
        yield _finding(entry, in_words(judged.kept.reasons[0], table).en)


def _finding(entry: DestructionBegun, why: str) -> Finding:
    words = f"Recording {entry.recording} was destroyed and should not have been: {why}"
    return Finding("I1", NOT_EXPIRED, entry.recording, words)
