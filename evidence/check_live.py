"""Rules over the ledger about live recordings: a chain without a hole, every end said, every gap explained. Pure; fed
in order."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from evidence import entries as e
from evidence.canonical import Digest
from evidence.clock import from_text
from evidence.errors import IntegrityBroken
from evidence.live import ChannelId
from evidence.merkle import leaf_hash, root_of
from evidence.records import RecordingId
from evidence.signing import SealVerifier
from evidence.statements import LiveOrigin, statement_bytes, statement_digest

LIVE = "live"
# What is not finished, and is no broken promise: it is being recorded or sealed now, or waits for the next start.
UNFINISHED = "unfinished"
# Recordings that follow each other within a picture's duration join.
_JOIN = timedelta(milliseconds=40)
# Ends after which a channel was to be recorded on: what follows joins or is a gap.
_GOES_ON = ("rotated", "lost", "format-changed", "failed", "restart")

Fault = tuple[str, RecordingId, str]  # (LIVE or UNFINISHED, recording, what is wrong in words)


@dataclass(slots=True)
class _Recording:
    """One live recording as far as the ledger was heard."""

    started: e.LiveStarted
    leaves: list[bytes] = field(default_factory=list)  # leaf hashes of its statements
    prev: Digest | None = None
    end_ms: int = 0
    end_at: str = ""
    size_bytes: int | None = None  # where the next fragment begins; None before the first
    ended: e.LiveEnded | None = None
    sealed: bool = False


class LiveRules:
    """Hears every entry in the ledger's order; `rest` tells what is left at the end."""

    def __init__(self, seal: SealVerifier) -> None:
        self._seal = seal
        self._recordings: dict[RecordingId, _Recording] = {}
        # Ends that must be followed by a join or a gap: channel → server's clock.
        self._owed: dict[ChannelId, tuple[RecordingId, str]] = {}
        self._gaps: dict[ChannelId, set[str]] = {}  # where gaps began that are in the ledger with their ends

    def hear(self, entry: e.AnyEntry) -> Iterator[Fault]:
        """What is wrong with this entry, in words."""
        match entry:
            case e.LiveStarted():
                yield from self._started(entry)
            case e.LiveSegment():
                yield from self._segment(entry)
            case e.LiveEvent():
                if entry.kind == "gap" and entry.until_at is not None:
                    self._gaps.setdefault(entry.channel, set()).add(entry.from_at)
            case e.LiveEnded():
                yield from self._ended(entry)
            case e.RecordingSealed():
                yield from self._sealed(entry)

    def rest(self) -> Iterator[Fault]:
        """Recordings that are not sealed at the end of the ledger."""
        for recording, known in self._recordings.items():
            if known.ended is None:
                yield UNFINISHED, recording, f"Recording {recording} of {known.started.channel} is being made."
            elif known.leaves and not known.sealed:
                yield (
                    UNFINISHED,
                    recording,
                    f"Recording {recording} of {known.started.channel} ended and is not sealed.",
                )

    def origin_fault(self, recording: RecordingId, live: LiveOrigin | None) -> str | None:
        """What is wrong with what a manifest says of its origin; None if nothing is."""
        known = self._recordings.get(recording)
        if known is None:
            return None if live is None else "is said to be live, and the ledger has no start of it"
        started = known.started
        said = LiveOrigin(
            room=started.room,
            channel=started.channel,
            sitting=started.sitting,
            zero_at=started.zero_at,
            continues=started.continues,
        )
        return None if live == said else "is not described as it was started"

    def _started(self, entry: e.LiveStarted) -> Iterator[Fault]:
        recording = entry.recording
        if recording in self._recordings:
            yield LIVE, recording, f"Recording {recording} was started twice."
            return
        owed = self._owed.pop(entry.channel, None)
        if entry.continues is not None:
            before = self._recordings.get(entry.continues)
            if before is None or before.ended is None or before.started.channel != entry.channel:
                yield (
                    LIVE,
                    recording,
                    f"Recording {recording} continues {entry.continues}, which did not end before it.",
                )
            elif abs(from_text(entry.zero_at) - from_text(before.end_at)) > _JOIN:
                yield LIVE, recording, f"Recording {recording} does not begin where {entry.continues} ended."
        elif owed is not None and not self._explained(entry.channel, owed[1], entry.zero_at):
            words = f"Nothing says why {entry.channel} was not recorded from {owed[1]} to {entry.zero_at}."
            yield LIVE, owed[0], words
        self._recordings[recording] = _Recording(entry, end_at=entry.zero_at)

    def _explained(self, channel: ChannelId, from_at: str, until_at: str) -> bool:
        joins = abs(from_text(until_at) - from_text(from_at)) <= _JOIN
        return joins or from_at in self._gaps.get(channel, set())

    def _segment(self, entry: e.LiveSegment) -> Iterator[Fault]:
        recording, statement = entry.recording, entry.signed.statement
        known = self._recordings.get(recording)
        seq = statement.seq
        if known is None or known.ended is not None:
            words = "was never started" if known is None else "had ended"
            yield LIVE, recording, f"Segment {seq} belongs to recording {recording}, which {words}."
            return
        where = f"Segment {seq} of live recording {recording}"
        data = statement_bytes(statement)
        try:
            signature = base64.b64decode(entry.signed.signature, validate=True)
            self._seal.verify(data, signature, f"statement of segment {seq} of {recording}")
        except (IntegrityBroken, binascii.Error, ValueError) as error:
            yield LIVE, recording, f"{where} is not signed by this site: {error}"
        faults = (
            (statement.recording != recording, "speaks of another recording"),
            (seq != len(known.leaves), f"stands in the place of {len(known.leaves)}"),
            (statement.prev != known.prev, "does not follow the segment before it: their chain is broken"),
            (statement.start_ms != known.end_ms, f"begins at {statement.start_ms} ms and not at {known.end_ms} ms"),
            (statement.end_ms <= statement.start_ms, "ends before it begins"),
            (known.size_bytes not in (None, entry.offset_bytes), "does not lie behind the one before it in the file"),
            (entry.size_bytes <= 0 or entry.offset_bytes <= 0, "holds no bytes"),
        )
        for wrong, words in faults:
            if wrong:
                yield LIVE, recording, f"{where} {words}."
        known.leaves.append(leaf_hash(data))
        known.prev = statement_digest(statement)
        known.end_ms, known.end_at = statement.end_ms, statement.wall_end or known.end_at
        known.size_bytes = entry.offset_bytes + entry.size_bytes

    def _ended(self, entry: e.LiveEnded) -> Iterator[Fault]:
        recording = entry.recording
        known = self._recordings.get(recording)
        if known is None or known.ended is not None:
            words = "was never started" if known is None else "had ended before"
            yield LIVE, recording, f"Recording {recording} ended, which {words}."
            return
        known.ended = entry
        said, found = (entry.n_segments, entry.size_bytes), (len(known.leaves), known.size_bytes or 0)
        if said != found:
            words = f"{said[0]} segments in {said[1]} bytes; the ledger has {found[0]} in {found[1]}"
            yield LIVE, recording, f"Recording {recording} is said to have ended with {words}."
        if entry.reason in _GOES_ON:
            self._owed.setdefault(known.started.channel, (recording, known.end_at))
        else:
            self._owed.pop(known.started.channel, None)

    def _sealed(self, entry: e.RecordingSealed) -> Iterator[Fault]:
        known = self._recordings.get(entry.recording)
        if known is None:
            return
        known.sealed = True
        if known.ended is None:
            yield LIVE, entry.recording, f"Recording {entry.recording} was sealed before it ended."
        root = Digest(root_of(known.leaves).hex())
        if (entry.n_segments, entry.segments_root) != (len(known.leaves), root):
            words = "other segments than were signed while it was made"
            yield LIVE, entry.recording, f"Recording {entry.recording} was sealed with {words}."
        if known.ended is not None and entry.size_bytes != known.ended.size_bytes:
            yield (
                LIVE,
                entry.recording,
                f"Recording {entry.recording} was sealed with another length than it ended with.",
            )
