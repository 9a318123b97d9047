"""Proves invariants I1 to I4 on a site's catalog, ledger and blobs, and of I5 that item lists were approved; names what
breaks them. Reads only.

A finding is a fact about this site, not an error of the check: the check goes on and names the next one. Reading
every original again is `mediad verify`; here its presence and length are checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine

from evidence import entries as e
from evidence import merkle
from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog import check_queries as queries
from evidence.catalog.copies_in_hand import all_in_hand
from evidence.catalog.engine import connected
from evidence.catalog.ledger_rows import TILE_HEIGHT, head_size
from evidence.catalog.rebuild import rebuild
from evidence.check_delivery import CLAIM, DeliveryRules
from evidence.check_destruction import DESTRUCTION, DestructionRules
from evidence.check_handovers import COURSE, CourseRules
from evidence.check_items import ITEMS, AdoptionRules
from evidence.check_kept import NOT_KEPT, RESTORED, RestoredRules, check_kept
from evidence.check_live import LIVE, UNFINISHED, LiveRules
from evidence.check_samples import SampleRules
from evidence.checkpoint import open_note
from evidence.errors import IntegrityBroken, NotFound
from evidence.kept_checkpoint import KeptNote
from evidence.ledger_reader import LedgerReader
from evidence.records import RecordingId
from evidence.signing import NoteVerifier, SealVerifier
from evidence.stages import Advance, Stage, silent
from evidence.unnamed_blobs import unnamed
from evidence.verify import verify_manifest, verify_sealed

Invariant = Literal["I1", "I2", "I3", "I4", "I5"]
_Rule = Callable[[int, e.AnyEntry], Iterable["Finding"]]
# Findings that break no promise.
UNNAMED = "unnamed"
_NOTICES = (CLAIM, UNFINISHED, UNNAMED, RESTORED, NOT_KEPT)
# A store that is full of leftovers needs no list of every one.
_MAX_UNNAMED = 20


@dataclass(frozen=True, slots=True)
class Finding:
    invariant: Invariant
    code: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys that the site is checked with."""

    seal: SealVerifier
    ledger: NoteVerifier
    origin: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what was found."""

    n_entries: int
    n_blobs: int
    n_unused: int  # blobs that nothing points to: copies in hand, or left by an attempt that broke off
    findings: tuple[Finding, ...]  # what breaks an invariant
    notices: tuple[Finding, ...]  # what breaks none, but somebody should look at


def check(
    engine: Engine,
    blobs: Blobs,
    keys: Keys,
    scratch: Path,
    stage: Stage = silent,
    kept: Sequence[KeptNote] = (),
) -> Checked:
    """All invariants. `scratch`: a path for the second catalog, not existing yet. `kept`: what the files that keep the
    checkpoint held before."""
    ledger = LedgerReader(engine)
    findings = [_said(*said) for said in check_kept(kept, ledger)]
    with connected(engine, snapshot=True) as connection:
        size = head_size(connection)
        used: set[str] = set()
        for use in queries.blob_uses(connection):
            used.add(use.digest)
            findings += check_blob(use, blobs)
        used.update(blob for blob, _recording in all_in_hand(connection))
        findings += check_destroyed(connection, blobs, used)
        findings += check_attempts(connection, blobs)
        with stage("Recomputing the tree", size) as advance:
            findings += check_tree(connection, keys, size, advance)
        with stage("Checking entries", size) as advance:
            findings += check_entries(connection, blobs, keys, size, advance, ledger)
    findings += check_projection(engine, blobs, scratch, stage)
    # Once more without what was named since this check began, by a daemon at work.
    left = unnamed(engine, blobs, [digest for digest in blobs if digest not in used])
    findings += check_unnamed(blobs, left)
    n_unused = len(left)
    notices = tuple(found for found in findings if found.code in _NOTICES)
    return Checked(size, len(used), n_unused, tuple(f for f in findings if f.code not in _NOTICES), notices)


def check_blob(use: queries.BlobUse, blobs: Blobs) -> Iterator[Finding]:
    """I1: what the catalog points to is there, in its length."""
    try:
        size = blobs.size(use.digest)
    except NotFound:
        yield Finding("I1", "blob-missing", use.digest, f"The {use.subject} is missing from the blob store.")
        return
    if use.size_bytes is not None and size != use.size_bytes:
        words = f"The {use.subject} has {size} bytes; {use.size_bytes} were sealed."
        yield Finding("I1", "blob-length", use.digest, words)


def check_destroyed(connection: Connection, blobs: Blobs, used: set[str]) -> Iterator[Finding]:
    """I1, the other way round: what the ledger says was destroyed is gone, unless something else has the same bytes."""
    for gone in queries.destroyed_blobs(connection):
        if gone.digest not in used and blobs.has(gone.digest):
            words = f"Blob {gone.digest} of recording {gone.recording}, which was destroyed, is still in the store."
            yield Finding("I1", "not-destroyed", gone.recording, words)


def check_unnamed(blobs: Blobs, left: Sequence[Digest]) -> Iterator[Finding]:
    """What nothing names: being taken in right now, left by something that broke off, or of entries that were lost. It
    proves nothing and breaks nothing; but destruction does not know of it."""
    remedy = "If it is still so when nothing is being taken in: mediad ingest --unnamed."
    for digest in left[:_MAX_UNNAMED]:
        words = f"Blob {digest} ({blobs.size(digest)} bytes) is named by nothing ({blobs.path(digest)})."
        yield Finding("I1", UNNAMED, digest, f"{words} {remedy}")


def check_attempts(connection: Connection, blobs: Blobs) -> Iterator[Finding]:
    """I2: whatever a dock called safe is sealed and kept."""
    known = queries.known_recordings(connection)
    for attempt in queries.sealed_attempts(connection):
        where = f"{attempt.path} in bay {attempt.bay}"
        if attempt.recording not in known:
            yield Finding("I2", "safe-not-sealed", where, f"{where} was called safe, but is not sealed.")
        elif attempt.original is None or not blobs.has(Digest(attempt.original)):
            yield Finding("I2", "safe-not-kept", where, f"{where} was called safe, but its bytes are not kept.")


def check_tree(connection: Connection, keys: Keys, size: int, advance: Advance) -> Iterator[Finding]:
    """I3: the tree recomputed from its leaves is the one that was signed, at every size that was ever signed."""
    stored = queries.tiles(connection)
    signatures = _Signatures(queries.checkpoints(connection, size), keys)
    frontier = merkle.Frontier()
    for row in queries.ledger_rows(connection, size):
        advance(1)
        if row.index != frontier.size:
            yield _broken(f"Entry {frontier.size} is missing from the ledger.", f"entry {frontier.size}")
            return
        leaf = merkle.leaf_hash(row.entry)
        if leaf != row.leaf_hash:
            yield _broken(f"Entry {row.index} was altered: its leaf hash differs.", f"entry {row.index}")
        frontier, completed = frontier.add(leaf)
        for level, place, value in completed:
            if level and level % TILE_HEIGHT == 0 and stored.pop((level, place), None) != value:
                yield _broken(f"Subtree {place} of height {level} is not that of its leaves.", f"tile {level}/{place}")
        yield from signatures.hear(frontier)
    if frontier.size != size:
        yield _broken(f"The ledger says it has {size} entries and has {frontier.size}.", "head")
    if size and signatures.last_size != size:
        yield _broken(f"There is no signed checkpoint of the ledger's {size} entries.", "checkpoint")
    for level, place in sorted(stored):
        yield _broken(f"Subtree {place} of height {level} is kept and is none of this ledger.", f"tile {level}/{place}")
    n_entries, n_signed = queries.beyond(connection, size)
    if n_entries or n_signed:
        words = f"Behind the ledger's {size} entries lie {n_entries} more and {n_signed} checkpoints."
        yield _broken(f"{words} It was shortened, or they were put there.", "head")


class _Signatures:
    """Walks along the stored checkpoints while the tree grows."""

    def __init__(self, signed: Iterator[queries.Signed], keys: Keys) -> None:
        self._signed = signed
        self._keys = keys
        self._next = next(signed, None)
        self._rewritten = False
        self.last_size = 0

    def hear(self, frontier: merkle.Frontier) -> Iterator[Finding]:
        """What is wrong with the checkpoint of exactly these leaves, if there is one."""
        while self._next is not None and self._next.size <= frontier.size:
            signed, self._next = self._next, next(self._signed, None)
            self.last_size = signed.size
            if signed.size != frontier.size:
                continue  # A tree of no leaves: nothing to sign.
            yield from _check_note(signed.size, signed.root, signed.note, self._keys)
            if signed.root != frontier.root() and not self._rewritten:
                # One altered entry changes every root after it: the first says it all.
                self._rewritten = True
                yield _broken(f"The first {frontier.size} entries are not those that were signed.", "checkpoint")


def _check_note(size: int, root: bytes, note: str, keys: Keys) -> Iterator[Finding]:
    """The stored checkpoint is this site's signature over this size and root."""
    subject = f"checkpoint {size}"
    try:
        signed = open_note(note, keys.ledger)
    except IntegrityBroken as error:
        yield _broken(f"The checkpoint of {size} entries is not signed by this site: {error.message}", subject)
        return
    if (signed.origin, signed.size) != (keys.origin, size):
        yield _broken(f"The checkpoint of {size} entries speaks of {signed.origin} at {signed.size}.", subject)
    if root != signed.root:
        yield _broken(f"The root kept with the checkpoint of {size} entries is not the one that was signed.", subject)


def check_entries(
    connection: Connection, blobs: Blobs, keys: Keys, size: int, advance: Advance, ledger: LedgerReader
) -> Iterator[Finding]:
    """I1, I3, I4 and I5, entry by entry: readable, described by a sound manifest, delivered under an open viewing, no
    item list in force that one person alone put there, and no case changed that has ended."""
    live, destructions = LiveRules(keys.seal), DestructionRules()
    samples = SampleRules(blobs.read, lambda: queries.recording_facts(connection))
    restored = RestoredRules(ledger, keys.ledger)
    rules = _rules(live, destructions, samples, restored, lambda entry: _check_manifest(entry, blobs, keys, live))
    for row in queries.ledger_rows(connection, size):
        subject = f"entry {row.index}"
        advance(1)
        try:
            entry = e.decode(row.entry)
        except IntegrityBroken as error:
            yield _broken(f"Entry {row.index}: {error.message}", subject)
            continue
        try:
            yield from [*_plain(row, entry), *(found for rule in rules for found in rule(row.index, entry))]
        except (ValueError, LookupError, OverflowError) as error:
            # Times, numbers or names that no entry of ours has: altered, and the tree says so as well.
            yield _broken(f"Entry {row.index} makes no sense: {error}.", subject)
    for kind, recording, words in live.rest():
        yield _live(kind, recording, words)
    for about, words in destructions.rest():
        yield Finding("I1", UNFINISHED, about, words)


def _plain(row: queries.LedgerRow, entry: e.AnyEntry) -> Iterator[Finding]:
    """What is wrong with the form of an entry. ValueError for one that has no canonical form."""
    subject = f"entry {row.index}"
    if e.encode(entry) != row.entry:
        yield _broken(f"Entry {row.index} is not in canonical form.", subject)
    if (row.type, row.at) != (e.type_of(entry), entry.at):
        yield _broken(f"The searchable columns of entry {row.index} differ from the entry.", subject)
    if isinstance(entry, e.SiteCreated) != (row.index == 0):
        yield _broken(f"Entry {row.index} is out of place: the first entry alone names the site.", subject)


def _rules(
    live: LiveRules,
    destructions: DestructionRules,
    samples: SampleRules,
    restored: RestoredRules,
    manifest: Callable[[e.RecordingSealed], Iterator[Finding]],
) -> tuple[_Rule, ...]:
    """What every entry is held against, in this order."""
    deliveries, lists, courses = DeliveryRules(), AdoptionRules(), CourseRules()
    return (
        lambda _index, entry: manifest(entry) if isinstance(entry, e.RecordingSealed) else (),
        lambda _index, entry: (_live(*fault) for fault in live.hear(entry)),
        lambda index, entry: (_said(*said) for said in restored.hear(index, entry)),
        lambda _index, entry: (Finding("I1", DESTRUCTION, *fault) for fault in destructions.hear(entry)),
        lambda index, entry: (_broken(words, f"entry {index}", code="sample") for words in samples.hear(index, entry)),
        lambda index, entry: (
            Finding("I4", code, f"entry {index}", words) for code, words in deliveries.hear(index, entry)
        ),
        lambda index, entry: (Finding("I5", ITEMS, f"entry {index}", words) for words in lists.hear(entry)),
        lambda index, entry: (Finding("I5", COURSE, f"entry {index}", words) for words in courses.hear(entry)),
    )


def _live(kind: str, recording: RecordingId, words: str) -> Finding:
    # A chain that is broken concerns the original; what is not finished breaks nothing.
    return Finding("I1" if kind == LIVE else "I2", kind, recording, words)


def _check_manifest(entry: e.RecordingSealed, blobs: Blobs, keys: Keys, live: LiveRules) -> Iterator[Finding]:
    try:
        data = blobs.read(entry.manifest)
        manifest = verify_manifest(data, keys.seal)
        verify_sealed(entry, data, manifest)
        if fault := live.origin_fault(entry.recording, manifest.live):
            raise IntegrityBroken(f"It {fault}.")
    except (IntegrityBroken, NotFound) as error:
        words = f"The manifest of recording {entry.recording} does not stand: {error.message}"
        yield Finding("I1", "manifest", entry.recording, words)


def check_projection(engine: Engine, blobs: Blobs, scratch: Path, stage: Stage = silent) -> Iterator[Finding]:
    """I3: the catalog equals one made again from ledger and blobs."""
    try:
        differences = rebuild(engine, blobs, scratch, replace=False, stage=stage)
    except (IntegrityBroken, NotFound) as error:
        yield _broken(f"The catalog cannot be made again: {error.message}", "catalog", code="catalog")
        return
    for found in differences:
        key = "/".join(str(part) for part in found.key)
        words = f"Catalog table {found.table}, row {key}: {found.what}."
        yield _broken(words, f"{found.table} {key}", code="catalog")


def _said(code: str, subject: str, words: str) -> Finding:
    return Finding("I3", code, subject, words)


def _broken(message: str, subject: str, *, code: str = "ledger") -> Finding:
    return Finding("I3", code, subject, message)
