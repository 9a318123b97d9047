"""Cases and footage by the dozen: real entries and signed manifests, without pictures behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from evidence import case_entries as ce
from evidence.canonical import Digest, sha256
from evidence.catalog.case_file import load_case
from evidence.catalog.engine import connected
from evidence.clock import to_text
from evidence.entries import RecordingSealed, RenditionFailed
from evidence.records import Identity, MediaIndex, RecordingId, Segment, SegmentTrack, Source, Track, recording_id
from evidence.signing import load_seal_signer
from evidence.statements import build_manifest
from tests.integration.player.site import UNIT, Store

# A working Tuesday at 9:00 in Shanghai.
T = datetime(2026, 11, 24, 1, tzinfo=UTC)
_SEGMENT_MS = 4_000


@dataclass(slots=True)
class Maker:
    """Appends to a site's ledger. Times are seconds from `T`."""

    store: Store
    n: int = 0

    def now(self) -> str:
        return to_text(self.store.clock.now())

    def case(
        self, *, unit: str | None = UNIT, officers: tuple[str, ...] = (), case: str | None = None, **more: Any
    ) -> str:
        self.n += 1
        name = ce.CaseId(case or ce.new_id("c"))
        words: dict[str, Any] = {"kind": "penalty", "title": f"案件 {self.n}", "stage": "execution", "by": "law"}
        words |= {"number": f"水罚〔2026〕{self.n}号", "subject": ce.Subject("person", "某人")}
        entry = ce.CaseRecorded(at=self.now(), case=name, unit=unit, officers=officers, **words | more)
        self.store.ledger.append(entry)
        return name

    def activity(
        self,
        case: str,
        start_s: float | None,
        end_s: float | None,
        *,
        officers: tuple[str, ...] = (),
        devices: tuple[str, ...] = (),
        item: str = "interview-room",
        activity: str | None = None,
        planned_s: float | None = None,
    ) -> str:
        name = ce.ActivityId(activity or ce.new_id("a"))
        self.store.ledger.append(
            ce.ActivityRecorded(
                at=self.now(),
                activity=name,
                case=ce.CaseId(case),
                item=item,
                stage="execution",
                place="河边",
                planned_start=_at(planned_s),
                planned_end=None,
                started_at=_at(start_s),
                ended_at=_at(end_s),
                officers=officers,
                devices=devices,
                note="",
                by="law",
            )
        )
        return name

    def recording(
        self,
        start_s: float,
        seconds: int,
        officer: str | None,
        device: str | None = None,
        *,
        unit: str | None = UNIT,
        received_s: float | None = None,
        examined: bool = True,
    ) -> RecordingId:
        """A sealed recording; `received_s`: when the server had it, an hour after its end unless said."""
        self.n += 1
        original = self.store.blobs.put(f"original {self.n}".encode())
        began = T + timedelta(seconds=start_s)
        received = to_text(T + timedelta(seconds=start_s + seconds + 3_600 if received_s is None else received_s))
        manifest = build_manifest(
            recording=recording_id(original),
            original=original,
            size_bytes=len(f"original {self.n}"),
            identity=Identity(
                device=device,
                officer=officer,
                unit=unit,
                sequence=self.n,
                started_at=to_text(began),
                started_at_origin="file-name",
            ),
            source=Source("bay-1", f"DCIM/{self.n}.mp4", 1, received),
            received_at=received,
            index=_index(seconds),
            sidecars=(),
            samples=None,
            au_digests=None,
            init=None,
            tools={"mediad": "test"},
            signer=load_seal_signer(self.store.root / "keys" / "seal.p256.pem"),
        )
        sealed = RecordingSealed(
            at=received,
            recording=manifest.recording,
            original=original,
            size_bytes=manifest.size_bytes,
            manifest=self.store.blobs.put(manifest.to_bytes()),
            segments_root=manifest.segments_root,
            n_segments=len(manifest.segments),
        )
        self.store.ledger.append(sealed)
        if examined:
            self.unexaminable(manifest.recording)
        return manifest.recording

    def unexaminable(self, recording: str) -> None:
        failed = RenditionFailed(at=self.now(), recording=RecordingId(recording), kind="observations", reason="测试")
        self.store.ledger.append(failed)

    def matched(self, case: str, activity: str, recording: str, verdict: ce.Verdict = "confirmed") -> None:
        self.store.ledger.append(
            ce.FootageMatched(
                at=self.now(),
                case=ce.CaseId(case),
                activity=ce.ActivityId(activity),
                recording=RecordingId(recording),
                verdict=verdict,
                reason="不是",
                by="law",
            )
        )

    def explained(self, case: str, finding: Any, *, cause: str = "battery", approved: bool | None = True) -> None:
        """What somebody says about a finding; `approved` None: it waits."""
        name = ce.ExplanationId(ce.new_id("x"))
        self.store.ledger.append(
            ce.FindingExplained(
                at=self.now(),
                explanation=name,
                case=ce.CaseId(case),
                activity=finding.activity,
                kind=finding.kind,
                about=finding.about,
                start_ms=finding.start_ms,
                end_ms=finding.end_ms,
                items="x",
                cause=cause,
                statement="说明",
                by="P-1",
            )
        )
        if approved is not None:
            decided = ce.ExplanationDecided(
                at=self.now(), explanation=name, case=ce.CaseId(case), approved=approved, note="", by="boss"
            )
            self.store.ledger.append(decided)

    def timed(self, recording: str, start_s: float) -> None:
        self.store.ledger.append(
            ce.RecordingTimed(
                at=self.now(),
                recording=RecordingId(recording),
                started_at=_at(start_s) or "",
                uncertainty_ms=0,
                reason="对时",
                by="keeper",
            )
        )

    def known(self, case: str) -> Any:
        with connected(self.store.engine) as connection:
            return load_case(connection, case)


def _at(seconds: float | None) -> str | None:
    return None if seconds is None else to_text(T + timedelta(seconds=seconds))


def _index(seconds: int) -> MediaIndex:
    digest = sha256(b"x")
    tracks = (
        Track(0, "video", "h264", "avc1.640028", 1_000, seconds * 25, seconds * 1_000, digest, 160, 96),
        Track(1, "audio", "aac", "mp4a.40.2", 1_000, seconds * 50, seconds * 1_000, digest),
    )
    edges = [*range(0, seconds * 1_000, _SEGMENT_MS), seconds * 1_000]
    segments = tuple(
        Segment(
            seq,
            start,
            end,
            tuple(
                SegmentTrack(
                    track.number,
                    start * per_s // 1_000,
                    (end - start) * per_s // 1_000,
                    start,
                    end,
                    Digest(digest),
                    Digest(digest),
                )
                for track, per_s in zip(tracks, (25, 50), strict=True)
            ),
        )
        for seq, (start, end) in enumerate(pairwise(edges))
    )
    return MediaIndex(
        kind="video",
        container="mov",
        playback="direct",
        playback_reason="",
        duration_ms=seconds * 1_000,
        tracks=tracks,
        segments=segments,
        warnings=(),
        container_tags=(),
        width=160,
        height=96,
    )
