"""The ledger's newest checkpoint, kept in files outside of the database: a database that was put back from a backup
does not hold what was signed since, and that must not pass in silence.

A file is written after the commit that it speaks of is durable. So it may be older than the database, after a kill or
a power cut, but never newer: newer, or of another tree, is a database that was exchanged. Runs on the caller's thread;
several processes may keep the same files. Never writes over a checkpoint that the ledger does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from evidence.checkpoint import Checkpoint, open_note
from evidence.clock import to_text
from evidence.durable_file import replace_file
from evidence.entries import decode
from evidence.errors import IntegrityBroken, MediadError, StoreUnavailable
from evidence.kept_entries import LedgerRestored, LostCheckpoint
from evidence.ledger_reader import LedgerReader
from evidence.signing import NoteVerifier

# A note is some 200 bytes, with the signatures of witnesses a few thousand; the rest is none of ours.
_MAX_BYTES = 16_384
_PUBLIC = 0o644  # a checkpoint is for everybody

KeptState = Literal["kept", "missing", "foreign", "unreachable"]


@dataclass(frozen=True, slots=True)
class KeptNote:
    """What stands in one of the files."""

    place: Path
    state: KeptState
    text: str = ""
    reason: str = ""  # why it is foreign or unreachable
    checkpoint: Checkpoint | None = None  # of a kept one
    written_at: str = ""

    def as_lost(self) -> LostCheckpoint:
        size = None if self.checkpoint is None else self.checkpoint.size
        return LostCheckpoint(place=str(self.place), note=self.text, size=size)


class KeptCheckpoint:
    """One note in one file or more."""

    def __init__(self, places: Sequence[Path], ledger: LedgerReader, verifier: NoteVerifier) -> None:
        self._places = tuple(places)
        self._ledger = ledger
        self._verifier = verifier

    def look(self) -> tuple[KeptNote, ...]:
        """What stands in each file now. Look before the ledger is read: what is written meanwhile is newer than it."""
        return tuple(look_at(place, self._verifier) for place in self._places)

    def require_held(self) -> None:
        """Before anything is signed: the ledger holds what was kept. IntegrityBroken says what happened, and the ways
        forward. A file that cannot be reached stops nobody while another one can."""
        for words in faults(self.look(), self._ledger):
            raise _refusal(words)

    def keep(self) -> None:
        """Bring every file up to the ledger's newest checkpoint. IntegrityBroken where one holds what the ledger does
        not: it is left as it is. StoreUnavailable where one cannot be written; the others are, nevertheless."""
        if self._ledger.size() == 0:
            return
        note = self._ledger.checkpoint()
        newest = open_note(note, self._verifier)
        failures: list[MediadError] = []
        for found in self.look():
            if (words := fault_of(found, self._ledger)) is not None:
                failures.append(_refusal(words))
            elif not self._is_current(found.checkpoint, newest):
                failures += _written(found.place, note)
        for failure in sorted(failures, key=lambda each: not isinstance(each, IntegrityBroken)):
            raise failure

    def replace(self) -> Iterator[StoreUnavailable]:
        """Write the ledger's newest checkpoint over whatever stands there: only after `ledger.restored` says what."""
        note = self._ledger.checkpoint()
        for place in self._places:
            yield from _written(place, note)

    def _is_current(self, kept: Checkpoint | None, newest: Checkpoint) -> bool:
        """Another process may have kept a newer one meanwhile. One that is said to be lost is longer, and is not."""
        return kept is not None and kept.size >= newest.size and not departs(kept, self._ledger)

    def lost(self) -> tuple[KeptNote, ...]:
        """What the files hold that the ledger does not, nor says to be lost; files that were taken away, if all are."""
        notes = self.look()
        found = tuple(note for note in notes if fault_of(note, self._ledger) is not None)
        return found or (notes if _all_gone(notes, self._ledger) is not None else ())


def look_at(place: Path, verifier: NoteVerifier) -> KeptNote:
    try:
        with place.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        written_at = to_text(datetime.fromtimestamp(place.stat().st_mtime, UTC))
    except FileNotFoundError:
        return KeptNote(place, "missing")
    except OSError as error:
        return KeptNote(place, "unreachable", reason=error.strerror or str(error))
    text = data[:_MAX_BYTES].decode("utf-8", "backslashreplace")
    try:
        return KeptNote(place, "kept", text, checkpoint=open_note(text, verifier), written_at=written_at)
    except IntegrityBroken as error:
        return KeptNote(place, "foreign", text, reason=error.message, written_at=written_at)


def faults(notes: Sequence[KeptNote], ledger: LedgerReader) -> Iterator[str]:
    """What the files say against the ledger, in words; nothing if all is well."""
    for note in notes:
        if (words := fault_of(note, ledger)) is not None:
            yield words
    if (gone := _all_gone(notes, ledger)) is not None:
        yield gone


def fault_of(note: KeptNote, ledger: LedgerReader) -> str | None:
    """What one file says against the ledger."""
    if note.state == "foreign":
        return f"{note.place} does not hold a checkpoint of this site: {note.reason}"
    kept = note.checkpoint
    if kept is None or not departs(kept, ledger) or _is_said_lost(note.text, ledger):
        return None
    size = ledger.size()
    if kept.size > size:
        return (
            f"The database is older than what was signed: its ledger has {size} entries, the checkpoint in "
            f"{note.place}, written at {note.written_at}, has {kept.size}."
        )
    return (
        f"The database is not the one that was signed: the first {kept.size} entries of its ledger are not those "
        f"of the checkpoint in {note.place}, written at {note.written_at}."
    )


def departs(kept: Checkpoint, ledger: LedgerReader) -> bool:
    """Whether the ledger is no extension of the tree that was signed. One that lacks entries is none."""
    if kept.size > ledger.size():
        return True
    try:
        return ledger.root(kept.size) != kept.root
    except IntegrityBroken:
        return True


def restored_entries(ledger: LedgerReader) -> Iterator[LedgerRestored]:
    for _index, data in ledger.of_type("ledger.restored"):
        entry = decode(data)
        if isinstance(entry, LedgerRestored):
            yield entry


def _is_said_lost(note: str, ledger: LedgerReader) -> bool:
    return any(note == lost.note for entry in restored_entries(ledger) for lost in entry.lost)


def _all_gone(notes: Sequence[KeptNote], ledger: LedgerReader) -> str | None:
    """Files that were kept do not go away by themselves; a ledger that never said they are kept is an older site's."""
    if not notes or any(note.state in ("kept", "foreign") for note in notes):
        return None
    if next(ledger.of_type("checkpoint.kept"), None) is None:
        return None
    gone = " and ".join(f"{note.place} ({note.reason or 'no such file'})" for note in notes)
    return (
        f"The checkpoint that is kept outside of the database is gone: {gone}. Whether the database is older than what "
        "was signed cannot be told."
    )


def _written(place: Path, note: str) -> Iterator[StoreUnavailable]:
    try:
        replace_file(place, note.encode(), mode=_PUBLIC)
    except OSError as error:
        yield StoreUnavailable(
            f"The ledger's checkpoint cannot be kept in {place}: {error.strerror}.",
            remedy="Look at its disk or share, and at [checkpoint] in the configuration.",
        )


def _refusal(words: str) -> IntegrityBroken:
    return IntegrityBroken(
        words,
        remedy="Put the newest database back; or, if there is no newer one, go on without what is lost, and say why: "
        "mediad restored --reason TEXT",
    )
