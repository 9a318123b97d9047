"""A site's durable parts, opened together and closed in reverse: what the daemon and the commands both stand on."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from evidence.blobs.local import LocalBlobs
from evidence.catalog.engine import migrate, open_engine, require_current
from evidence.catalog.projection import Projector
from evidence.catalog.writer import Writer
from evidence.clock import Clock, to_text
from evidence.entries import SiteCreated
from evidence.errors import Conflict, MediadError, NotFound, StoreUnavailable
from evidence.kept_checkpoint import KeptCheckpoint
from evidence.ledger import Ledger
from evidence.ledger_reader import LedgerReader
from evidence.signing import (
    FileNoteSigner,
    FileSealSigner,
    NoteVerifier,
    SealVerifier,
    load_note_signer,
    load_seal_signer,
)
from mediad.config import Config
from mediad.trust import require_own_keys


@dataclass(frozen=True, slots=True)
class Reading:
    """What needs no key and writes nothing."""

    config: Config
    engine: Engine
    blobs: LocalBlobs
    ledger: LedgerReader


@dataclass(frozen=True, slots=True)
class Store:
    """What can also append to the ledger and seal."""

    config: Config
    engine: Engine
    blobs: LocalBlobs
    writer: Writer
    ledger: Ledger
    reader: LedgerReader
    seal_signer: FileSealSigner
    note_signer: FileNoteSigner
    kept: KeptCheckpoint

    @property
    def seal_verifier(self) -> SealVerifier:
        return SealVerifier.from_pem(self.seal_signer.public_pem)

    @property
    def note_verifier(self) -> NoteVerifier:
        return NoteVerifier.from_vkey(self.note_signer.vkey)


@contextmanager
def open_reading(config: Config) -> Iterator[Reading]:
    """Open a site for reading. StoreUnavailable, ConfigInvalid if it is not a site of this version."""
    _require_data(config)
    engine = open_engine(config.catalog_url)
    try:
        require_current(engine)
        yield Reading(config, engine, LocalBlobs(config.blobs_dir), LedgerReader(engine))
    finally:
        engine.dispose()


@contextmanager
def open_store(config: Config, *, upgrade: bool = False, restored: bool = False) -> Iterator[Store]:
    """Open a site for writing. `upgrade`: bring an older schema up to date first. ConfigInvalid as well where its keys
    are not those of its ledger; IntegrityBroken where the database does not hold what was signed, unless it is opened
    in order to say so (`restored`)."""
    _require_data(config)
    seal_signer = load_seal_signer(config.keys.seal)
    note_signer = load_note_signer(config.keys.ledger, config.site.origin)
    engine = open_engine(config.catalog_url)
    try:
        if upgrade:
            migrate(engine)
        require_current(engine)
        reader = LedgerReader(engine)
        require_own_keys(config, reader, seal_signer, note_signer)
        kept = KeptCheckpoint(config.checkpoint_files, reader, NoteVerifier.from_vkey(note_signer.vkey))
        if not restored:
            kept.require_held()
        blobs = LocalBlobs(config.blobs_dir)
        writer = Writer(engine)
        try:
            ledger = Ledger(writer, note_signer, config.site.origin, Projector(blobs))
            yield Store(config, engine, blobs, writer, ledger, reader, seal_signer, note_signer, kept)
        finally:
            writer.close()
        # What is not kept now is an older checkpoint, which harms nobody: the daemon's health says why, and what is
        # wrong with the ledger is said at the next opening, since a checkpoint that it lacks is not written over.
        with suppress(MediadError):
            kept.keep()
    finally:
        engine.dispose()


def found_site(store: Store, clock: Clock) -> None:
    """Write the ledger's first entry, which names the keys that everything after it is checked with."""
    if store.reader.size() != 0:
        raise Conflict("The database of this site has a ledger already.")
    entry = SiteCreated(
        at=to_text(clock.now()),
        site=store.config.site.origin,
        ledger_key=store.note_signer.vkey,
        seal_key=store.seal_signer.public_pem,
    )
    store.ledger.append(entry)


@contextmanager
def only_daemon(config: Config) -> Iterator[None]:
    """Hold the site's lock: a second daemon on the same site would copy and deliver beside the first. Conflict."""
    path = config.site.data_dir / "daemon.lock"
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"The lock {path} cannot be opened: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise Conflict(f"A daemon serves this site already (process {holder}).", remedy="Stop it first.") from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def _require_data(config: Config) -> None:
    data: Path = config.site.data_dir
    if not data.is_dir():
        raise NotFound(f"There is no data directory {data}.", remedy="Make a site with: mediad init DIR")
