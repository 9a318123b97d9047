"""Blobs that nothing names, dealt with: what was sealed and whose ledger entry was lost with a database is entered
again with the manifest of then; of the rest is said what can be done.

Never removes anything, and takes nothing in whose origin nobody states: that is a person's word, `mediad ingest PATH`.
Runs on the caller's thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.engine import connected
from evidence.catalog.sealed_queries import sealed_recordings
from evidence.clock import Clock, to_text
from evidence.entries import RecordingSealed
from evidence.errors import IntegrityBroken, NotFound
from evidence.ledger import Ledger
from evidence.records import RecordingId
from evidence.signing import SealVerifier
from evidence.statements import Manifest
from evidence.unnamed_blobs import looks_like, manifest_of, unnamed
from ingest.sealing import sealed_entry


@dataclass(frozen=True, slots=True)
class Dealt:
    """One blob, and what became of it."""

    digest: Digest
    state: Literal["sealed", "left", "failed"]
    reason: str = ""  # of what was not sealed: why, and what can be done
    looks_like: str = ""
    recording: RecordingId | None = None


class Reentry:
    def __init__(self, engine: Engine, blobs: Blobs, ledger: Ledger, seal: SealVerifier, clock: Clock) -> None:
        self._engine = engine
        self._blobs = blobs
        self._ledger = ledger
        self._seal = seal
        self._clock = clock

    def run(self) -> Iterator[Dealt]:
        """Manifests first: what they name is named then. Raises StoreUnavailable."""
        there = unnamed(self._engine, self._blobs)
        found = [(digest, manifest_of(self._blobs, digest, self._seal)) for digest in there]
        manifests = [(digest, manifest) for digest, manifest in found if manifest is not None]
        for digest, manifest in sorted(manifests, key=lambda each: each[1].received_at):
            yield self._enter(digest, manifest)
        known = {digest for digest, _manifest in manifests}
        yield from self._left([each for each in unnamed(self._engine, self._blobs, there) if each not in known])

    def _enter(self, digest: Digest, manifest: Manifest) -> Dealt:
        if manifest.live is not None:
            film = f"{manifest.original} is its film" if self._blobs.has(manifest.original) else "its film is gone"
            words = f"The entries of its fragments in {manifest.live.channel} are lost too; {film}."
            return Dealt(digest, "left", words, "manifest", manifest.recording)
        with connected(self._engine) as connection:
            if sealed_recordings(connection, (manifest.recording,)):
                words = f"Recording {manifest.recording} is sealed with another manifest; nothing is missing."
                return Dealt(digest, "left", words, "manifest", manifest.recording)
        try:
            for part in _parts(manifest):
                self._blobs.verify(part)
        except (IntegrityBroken, NotFound) as error:
            return Dealt(digest, "failed", error.message, "manifest", manifest.recording)
        entry = sealed_entry(manifest, digest, to_text(self._clock.now()))

        def decide(connection: Connection) -> Sequence[RecordingSealed]:
            # Somebody may have docked the same content meanwhile.
            return () if sealed_recordings(connection, (manifest.recording,)) else (entry,)

        self._ledger.decide(decide).result()
        return Dealt(digest, "sealed", looks_like="manifest", recording=manifest.recording)

    def _left(self, digests: Sequence[Digest]) -> Iterator[Dealt]:
        for digest in digests:
            kind = looks_like(self._blobs, digest)
            words = (
                "If it is footage, and no copy of a recording that is here: mediad ingest PATH takes it in, "
                "with --officer and --device if somebody knows."
                if kind
                else "By its first bytes it is no footage: a table, or a part of what broke off. It may stay."
            )
            yield Dealt(digest, "left", words, kind)


def _parts(manifest: Manifest) -> Iterator[Digest]:
    """Blobs without which the recording is not whole."""
    yield manifest.original
    yield from (part for part in (manifest.samples, manifest.au_digests, manifest.init) if part is not None)
    yield from (sidecar.blob for sidecar in manifest.sidecars)
