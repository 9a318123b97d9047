"""Rules over the ledger about samples: everything that was drawn follows from what was committed to. Fed in order.

Pure but for two readers that are handed in: a blob by its digest, and the facts of sealed recordings as they are now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence import case_entries as ce
from evidence import draws
from evidence import entries as e
from evidence import retention_entries as rt
from evidence import sample_entries as se
from evidence.canonical import Digest
from evidence.catalog.check_queries import RecordingFacts
from evidence.catalog.recording_rows import started_of
from evidence.entry import Entry
from evidence.errors import MediadError
from evidence.intervals import Spans, intersection, length, merged
from evidence.merkle import leaf_hash
from evidence.statements import Manifest

SAMPLING = "sampling"  # the purpose under which what was drawn is watched


@dataclass(slots=True)
class _Sample:
    index: int
    leaf: bytes
    committed: se.SampleCommitted
    ids: tuple[str, ...]
    drawn: tuple[str, ...] | None = None
    drawn_index: int = 0
    abandoned: bool = False


@dataclass(slots=True)
class _Activity:
    case: str
    item: str
    started_at: str | None
    valid: bool = True


@dataclass(slots=True)
class _Handed:
    """Of one account and recording: (ledger index of viewing.opened, spans)."""

    delivered: list[tuple[int, int, int]] = field(default_factory=list)
    rendered: list[tuple[int, int, int]] = field(default_factory=list)

    def since(self, index: int) -> tuple[Spans, Spans]:
        delivered = merged((a, b) for opened, a, b in self.delivered if opened > index)
        return delivered, intersection(merged((a, b) for opened, a, b in self.rendered if opened > index), delivered)


class SampleRules:
    """Hears every entry in the ledger's order and tells what of samples does not follow."""

    def __init__(self, read: Callable[[Digest], bytes], recordings: Callable[[], Mapping[str, RecordingFacts]]) -> None:
        self._read = read
        self._load = recordings
        self._recordings: Mapping[str, RecordingFacts] | None = None
        self._sealed: dict[str, tuple[int, Digest]] = {}  # recording → (entry, manifest) of its last sealing
        self._gone: set[str] = set()  # destroyed, and not docked again since
        self._samples: dict[str, _Sample] = {}
        self._activities: dict[str, _Activity] = {}
        self._units: dict[str, str | None] = {}  # case → unit
        self._verdicts: dict[tuple[str, str], str] = {}  # (activity, recording) → the last verdict
        self._viewings: dict[str, tuple[int, str]] = {}  # viewing for sampling → (entry, account)
        self._handed: dict[tuple[str, str], _Handed] = {}  # (account, recording)
        self._rules: dict[type[Entry], Callable[[int, Any], Iterator[str]]] = {
            se.SampleCommitted: self._committed,
            se.SampleDrawn: self._drawn,
            se.SampleAbandoned: self._abandoned,
            se.SampleReviewed: self._reviewed,
        }

    def hear(self, index: int, entry: e.AnyEntry) -> Iterator[str]:
        """What is wrong with this entry, in words."""
        self._learn(index, entry)
        rule = self._rules.get(type(entry))
        return iter(()) if rule is None else rule(index, entry)

    def _learn(self, index: int, entry: e.AnyEntry) -> None:
        """Keep what populations and reviews are found by."""
        match entry:
            case e.RecordingSealed():
                self._sealed[entry.recording] = (index, entry.manifest)
                self._gone.discard(entry.recording)
            case rt.DestructionBegun():
                self._gone.add(entry.recording)
            case ce.CaseRecorded():
                self._units[entry.case] = entry.unit
            case ce.ActivityRecorded():
                self._activities[entry.activity] = _Activity(entry.case, entry.item, entry.started_at)
            case ce.ActivityWithdrawn():
                if entry.activity in self._activities:
                    self._activities[entry.activity].valid = False
            case ce.FootageMatched():
                self._verdicts[entry.activity, entry.recording] = entry.verdict
            case e.ViewingOpened() if entry.purpose == SAMPLING:
                self._viewings[entry.viewing] = (index, entry.account)
            case e.ViewingDelivered() if entry.item == "segment" and entry.viewing in self._viewings:
                opened, handed = self._of(entry.viewing, entry.recording)
                handed.delivered.append((opened, entry.start_ms, entry.end_ms))
            case e.ViewingRendered() if entry.viewing in self._viewings:
                opened, handed = self._of(entry.viewing, entry.recording)
                handed.rendered.extend((opened, span.start_ms, span.end_ms) for span in entry.spans)
            case _:
                return

    def _of(self, viewing: str, recording: str) -> tuple[int, _Handed]:
        opened, account = self._viewings[viewing]
        return opened, self._handed.setdefault((account, recording), _Handed())

    def _committed(self, index: int, entry: se.SampleCommitted) -> Iterator[str]:
        name = f"Sample {entry.sample}"
        if entry.sample in self._samples:
            yield f"{name} was committed to twice."
            return
        try:
            ids = draws.read_population(self._read(entry.population))
        except MediadError as error:
            yield f"The population of sample {entry.sample} cannot be read: {error.message}"
            return
        self._samples[entry.sample] = _Sample(index, leaf_hash(e.encode(entry)), entry, ids)
        if entry.spec != draws.SPEC:
            yield f"{name} is drawn by {entry.spec}, which this program does not know."
        if len(ids) != entry.n_population or draws.population_root(ids) != entry.root:
            yield f"{name} was committed to another population than the one that is kept."
        if not 0 < entry.size <= len(ids):
            yield f"{name} draws {entry.size} from {len(ids)}."
        try:
            wanted = self._population(entry)
        except MediadError as error:
            yield f"The population of sample {entry.sample} cannot be found again: {error.message}"
            return
        left_out, added = len(wanted - set(ids)), len(set(ids) - wanted)
        if left_out or added:
            yield f"The population of sample {entry.sample} leaves out {left_out} and adds {added} against its rule."

    def _population(self, entry: se.SampleCommitted) -> set[str]:
        """What the rule finds in the ledger up to this entry."""
        if entry.of == "activities":
            return {
                name
                for name, each in self._activities.items()
                if each.valid
                and each.started_at is not None
                and entry.from_at <= each.started_at < entry.to_at
                and (not entry.items or each.item in entry.items)
                and entry.unit in (None, self._units.get(each.case))
            }
        confirmed = None if not entry.items else set(self._confirmed(entry.items))
        named = (each for each in self._sealed if each not in self._gone and (confirmed is None or each in confirmed))
        return {
            name
            for name, each in ((name, self._facts(name)) for name in named)
            if each.kind in ("video", "audio")
            and entry.from_at <= each.started_at < entry.to_at
            and entry.unit in (None, each.unit)
        }

    def _facts(self, recording: str) -> RecordingFacts:
        """From the catalog, which follows from the manifest; from the manifest itself if it was sealed anew later."""
        if self._recordings is None:
            self._recordings = self._load()
        index, digest = self._sealed[recording]
        known = self._recordings.get(recording)
        if known is not None and known.entry == index:
            return known
        manifest = Manifest.from_bytes(self._read(digest))
        return RecordingFacts(index, manifest.kind, manifest.identity.unit, started_of(manifest)[0])

    def _confirmed(self, items: Iterable[str]) -> Iterator[str]:
        for (activity, recording), verdict in self._verdicts.items():
            known = self._activities.get(activity)
            if verdict == "confirmed" and known is not None and known.valid and known.item in items:
                yield recording

    def _drawn(self, index: int, entry: se.SampleDrawn) -> Iterator[str]:
        sample, name = self._samples.get(entry.sample), f"Sample {entry.sample}"
        if sample is None:
            yield f"{name} was drawn without a commitment."
            return
        if sample.drawn is not None:
            yield f"{name} was drawn twice."
        if sample.abandoned:
            yield f"{name} was drawn after it was abandoned."
        nonce = bytes.fromhex(entry.nonce)
        if draws.digest_of(nonce) != sample.committed.nonce_digest:
            yield f"{name} was drawn with another nonce than was committed to."
        if draws.digest_of(entry.word) != sample.committed.word_digest:
            yield f"{name} was drawn with another word than was committed to."
        seed = draws.seed_of(sample.leaf, nonce, entry.word)
        size = min(sample.committed.size, len(sample.ids))
        if entry.seed != seed.hex() or entry.chosen != draws.draw(sample.ids, size, seed):
            yield f"What was drawn for sample {entry.sample} does not follow from its commitment."
        sample.drawn, sample.drawn_index = entry.chosen, index

    def _abandoned(self, _index: int, entry: se.SampleAbandoned) -> Iterator[str]:
        sample = self._samples.get(entry.sample)
        if sample is None or not entry.reason:
            yield f"Sample {entry.sample} was abandoned without a commitment or without a reason."
        else:
            sample.abandoned = True

    def _reviewed(self, _index: int, entry: se.SampleReviewed) -> Iterator[str]:
        sample = self._samples.get(entry.sample)
        if sample is None or sample.drawn is None or entry.item not in sample.drawn:
            yield f"Sample {entry.sample}: {entry.item} was reviewed without having been drawn."
            return
        since = [self._handed.get((entry.by, each), _Handed()).since(sample.drawn_index) for each in entry.recordings]
        found = (sum(length(d) for d, _ in since), sum(length(r) for _, r in since))
        if found != (entry.delivered_ms, entry.rendered_ms):
            yield (
                f"The review of {entry.item} in sample {entry.sample} speaks of {entry.delivered_ms} ms delivered and "
                f"{entry.rendered_ms} ms shown; the log has {found[0]} and {found[1]}."
            )
