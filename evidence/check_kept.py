"""What `check` says of the checkpoint that is kept outside of the database, and of restored databases. Reads only.

A database that lacks what was signed breaks I3. One that somebody decided to go on with is a known loss, told ever
after; what the entry claims to be lost must be what was signed, and must not be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidence import entries as e
from evidence.checkpoint import open_note
from evidence.errors import IntegrityBroken
from evidence.kept_checkpoint import KeptNote, departs, faults
from evidence.kept_entries import LedgerRestored
from evidence.ledger_reader import LedgerReader
from evidence.signing import NoteVerifier

Said = tuple[str, str, str]  # (code, subject, words)
LOST = "lost"  # breaks I3
# Findings that break no promise.
NOT_KEPT, RESTORED = "not-kept", "restored"


def check_kept(notes: Sequence[KeptNote], ledger: LedgerReader) -> Iterator[Said]:
    """`notes` were read before anything of the ledger was."""
    said = list(faults(notes, ledger))
    yield from ((LOST, "kept checkpoint", words) for words in said)
    for note in notes:
        if note.state in ("missing", "unreachable") and not said:
            why = note.reason or "there is no such file"
            yield NOT_KEPT, str(note.place), f"The ledger's checkpoint is not kept in {note.place}: {why}."


class RestoredRules:
    """Hears every entry in the ledger's order."""

    def __init__(self, ledger: LedgerReader, verifier: NoteVerifier) -> None:
        self._ledger = ledger
        self._verifier = verifier

    def hear(self, index: int, entry: e.AnyEntry) -> Iterator[Said]:
        if not isinstance(entry, LedgerRestored):
            return
        subject = f"entry {index}"
        for words in self._untrue(index, entry):
            yield LOST, subject, f"Entry {index} says that the database was restored, and {words}"
        yield RESTORED, subject, f"Entry {index}, {entry.at}: {words_of(entry)} Reason, by {entry.by}: {entry.reason}"

    def _untrue(self, index: int, entry: LedgerRestored) -> Iterator[str]:
        if entry.size != index:
            yield f"counts {entry.size} entries before it."
        for lost in entry.lost:
            if lost.size is None:
                continue
            try:
                signed = open_note(lost.note, self._verifier)
            except IntegrityBroken as error:
                yield f"names a checkpoint that was not signed: {error.message}"
                continue
            if signed.size != lost.size or (signed.size <= index and not departs(signed, self._ledger)):
                yield f"calls the checkpoint of {signed.size} entries lost, which it is not."


def words_of(entry: LedgerRestored) -> str:
    """What was lost, in two sentences."""
    if entry.end_lost is None:
        return "The files with the checkpoint were lost. Whether the database is an older one is not known."
    if entry.first_lost is None:
        return (
            f"The database was exchanged. Of the {entry.end_lost} entries that were signed some are others now; "
            "which is not known."
        )
    last = entry.end_lost - 1
    return f"The database was restored from a backup. Entries {entry.first_lost} to {last} that were signed are lost."
