"""Table `attempts`: every try to take in a device file, kept so that people see what became of it.

Reads take a connection of their own; changes go through the writer. An attempt is one (bay, path, size, mtime).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from evidence.canonical import Digest
from evidence.catalog.engine import connected
from evidence.catalog.retention_facts import gone
from evidence.catalog.schema import attempts, recordings, sidecars, sources
from evidence.catalog.writer import Writer
from evidence.clock import Clock, to_text
from evidence.records import RecordingId, Source

AttemptState = Literal[
    "waiting",
    "copying",
    "keeping",
    "indexing",
    "sealing",
    "sealed",
    "clearing",
    "duplicate",
    "refused",
    "failed",
    "destroyed",  # sealed once, and destroyed when it had expired: the same file is a new one
]
# States in which the content is durable and in the ledger.
DONE: tuple[AttemptState, ...] = ("sealed", "clearing", "duplicate")
# States between the kept blob and the ledger entry: such an attempt can be finished without the device.
KEPT: tuple[AttemptState, ...] = ("indexing", "sealing")
# SQLite's default bound on parameters in a statement is far above; this keeps statements short.
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class FileKey:
    """What makes a device file the same one: its place, length and time."""

    path: str  # below the bay, undecodable bytes as \\xNN
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Attempt:
    id: int
    bay: str
    key: FileKey
    state: AttemptState
    code: str | None
    reason: str | None
    original: Digest | None
    recording: RecordingId | None
    copied_bytes: int
    tries: int
    first_seen_at: str
    updated_at: str
    volume: str | None = None  # on which its clearing began


class Attempts:
    """Thread-safe."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    def notice(self, bay: str, keys: Sequence[FileKey]) -> tuple[Attempt, ...]:
        """The attempts of these files, in their order; new ones are durable in state "waiting"."""
        if not keys:
            return ()

        def work(connection: Connection) -> tuple[Attempt, ...]:
            known = _latest(connection, bay, keys)
            now = to_text(self._clock.now())
            missing = [key for key in dict.fromkeys(keys) if key not in known]
            if missing:
                connection.execute(insert(attempts), [_fresh(bay, key, now) for key in missing])
                known |= _latest(connection, bay, missing)
            return tuple(known[key] for key in keys)

        return self._writer.write(work)

    def renew(self, bay: str, key: FileKey) -> Attempt:
        """A new attempt beside an older one: same place, length and time, but other content."""

        def work(connection: Connection) -> Attempt:
            connection.execute(insert(attempts), [_fresh(bay, key, to_text(self._clock.now()))])
            return _latest(connection, bay, [key])[key]

        return self._writer.write(work)

    def known(self, bay: str, keys: Sequence[FileKey]) -> dict[FileKey, Attempt]:
        """The latest attempts that exist for these files."""
        with connected(self._engine) as connection:
            return _latest(connection, bay, keys)

    def done_anywhere(self, keys: Sequence[FileKey]) -> frozenset[FileKey]:
        """Which of these files are sealed, from whatever bay."""
        found: set[FileKey] = set()
        c = attempts.c
        with connected(self._engine) as connection:
            for start in range(0, len(keys), _CHUNK):
                chunk = keys[start : start + _CHUNK]
                query = select(c.path, c.size_bytes, c.mtime_ns).where(
                    c.path.in_({key.path for key in chunk}),
                    c.mtime_ns.in_({key.mtime_ns for key in chunk}),
                    c.state.in_(DONE),
                )
                found.update(FileKey(row.path, row.size_bytes, row.mtime_ns) for row in connection.execute(query))
        return frozenset(found)

    def left(self, bay: str) -> tuple[FileKey, ...]:
        """Device files of a bay that were seen and not taken in, neither later nor under another name."""
        c = attempts.c
        keys = select(c.id, c.path, c.size_bytes, c.mtime_ns).where(c.bay == bay).order_by(c.id)
        with connected(self._engine) as connection:
            left = connection.execute(keys.where(c.state.in_(("waiting", "copying", "keeping", "failed")))).all()
            done = connection.execute(keys.where(c.state.in_(DONE))).all() if left else []
        latest = {row.path: row.id for row in done}
        same = {(row.size_bytes, row.mtime_ns) for row in done}
        found = (
            FileKey(row.path, row.size_bytes, row.mtime_ns)
            for row in left
            if latest.get(row.path, -1) < row.id and (row.size_bytes, row.mtime_ns) not in same
        )
        return tuple(dict.fromkeys(found))

    def submit(self, attempt_id: int, state: AttemptState, **values: Any) -> Future[None]:
        """Move an attempt on; the future resolves when it is durable."""
        return self._writer.submit(lambda connection: self.move(connection, attempt_id, state, **values))

    def move(self, connection: Connection, attempt_id: int, state: AttemptState, **values: Any) -> None:
        """Move an attempt on within the caller's transaction. Clears code and reason unless given."""
        now = to_text(self._clock.now())
        changes = {"code": None, "reason": None, **values, "state": state, "updated_at": now}
        connection.execute(update(attempts).where(attempts.c.id == attempt_id).values(**changes))

    def unfinished(self, bay: str) -> tuple[Attempt, ...]:
        """Attempts of a bay whose content is kept but not yet sealed."""
        return self._of(attempts.c.bay == bay, attempts.c.state.in_(KEPT))

    def clearing(self) -> tuple[Attempt, ...]:
        """Attempts of all bays whose clearing was begun and is not in the ledger."""
        return self._of(attempts.c.state == "clearing")

    def _of(self, *which: ColumnElement[bool]) -> tuple[Attempt, ...]:
        query = select(attempts).where(*which).order_by(attempts.c.id)
        with connected(self._engine) as connection:
            return tuple(_attempt(row) for row in connection.execute(query).mappings())

    def page(
        self, bay: str, *, state: AttemptState | None = None, before: int | None = None, limit: int = 100
    ) -> tuple[Attempt, ...]:
        """Attempts of a bay, newest first; `before` is the id of the last one of the page before."""
        query = select(attempts).where(attempts.c.bay == bay).order_by(attempts.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(attempts.c.state == state)
        if before is not None:
            query = query.where(attempts.c.id < before)
        with connected(self._engine) as connection:
            return tuple(_attempt(row) for row in connection.execute(query).mappings())

    def recording_of(self, original: Digest) -> RecordingId | None:
        """The recording sealed from this content, if there is one; what was destroyed is none."""
        query = select(recordings.c.id).where(recordings.c.original == original, recordings.c.id.not_in(gone()))
        with connected(self._engine) as connection:
            return connection.execute(query).scalar()

    def has_source(self, recording: RecordingId, source: Source) -> bool:
        """Whether the ledger already says that the recording was found there."""
        query = select(sources.c.path).where(
            sources.c.recording == recording,
            sources.c.bay == source.bay,
            sources.c.path == source.path,
            sources.c.mtime == source.mtime,
        )
        with connected(self._engine) as connection:
            return connection.execute(query).first() is not None

    def sidecar_owner(self, blob: Digest, name: str) -> RecordingId | None:
        """The recording that a sidecar of this content and name was sealed with."""
        c = sidecars.c
        query = select(c.recording).where(c.blob == blob, c.name == name, c.recording.not_in(gone()))
        with connected(self._engine) as connection:
            return connection.execute(query).scalar()


def state_of(connection: Connection, attempt: int) -> str | None:
    """Within the caller's transaction."""
    return connection.execute(select(attempts.c.state).where(attempts.c.id == attempt)).scalar()


def _fresh(bay: str, key: FileKey, now: str) -> dict[str, Any]:
    return {
        "bay": bay,
        "path": key.path,
        "size_bytes": key.size_bytes,
        "mtime_ns": key.mtime_ns,
        "state": "waiting",
        "copied_bytes": 0,
        "tries": 0,
        "first_seen_at": now,
        "updated_at": now,
    }


def _latest(connection: Connection, bay: str, keys: Sequence[FileKey]) -> dict[FileKey, Attempt]:
    """The newest attempt of each file that has one."""
    found: dict[FileKey, Attempt] = {}
    for start in range(0, len(keys), _CHUNK):
        chunk = set(keys[start : start + _CHUNK])
        query = select(attempts).where(
            attempts.c.bay == bay,
            attempts.c.path.in_({key.path for key in chunk}),
            # Cameras use the same names again every shift: without it years of attempts would be read.
            attempts.c.mtime_ns.in_({key.mtime_ns for key in chunk}),
        )
        for row in connection.execute(query.order_by(attempts.c.id)).mappings():
            attempt = _attempt(row)
            if attempt.key in chunk:
                found[attempt.key] = attempt
    return found


def _attempt(row: Any) -> Attempt:
    values = dict(row)
    key = FileKey(values.pop("path"), values.pop("size_bytes"), values.pop("mtime_ns"))
    return Attempt(key=key, **values)
