"""A manifest as rows of the catalog. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from evidence.canonical import canonical
from evidence.clock import from_text, to_text
from evidence.entries import RecordingSealed
from evidence.records import EntryIndex, RecordingId, Source
from evidence.statements import Manifest, statement_digest

Row = dict[str, Any]


def recording_row(manifest: Manifest, entry: RecordingSealed, index: EntryIndex) -> Row:
    """The row of table `recordings`."""
    identity = manifest.identity
    started_at, origin = started_of(manifest)
    codecs = {track.kind: track.codec for track in reversed(manifest.tracks)}
    return {
        "id": manifest.recording,
        "original": manifest.original,
        "size_bytes": manifest.size_bytes,
        "kind": manifest.kind,
        "container": manifest.container,
        "playback": manifest.playback,
        "playback_reason": manifest.playback_reason,
        "name": manifest.source.path.rpartition("/")[2],
        "bay": manifest.source.bay,
        "path": manifest.source.path,
        "device": identity.device,
        "officer": identity.officer,
        "unit": identity.unit,
        "sequence": identity.sequence,
        "key_mark": identity.key_mark,
        "profile": identity.profile,
        "started_at": started_at,
        "started_at_origin": origin,
        "received_at": manifest.received_at,
        "duration_ms": manifest.duration_ms,
        "width": manifest.width,
        "height": manifest.height,
        "video_codec": codecs.get("video", ""),
        "audio_codec": codecs.get("audio", ""),
        "n_segments": len(manifest.segments),
        "n_warnings": len(manifest.warnings),
        "manifest": entry.manifest,
        "samples": manifest.samples,
        "au_digests": manifest.au_digests,
        "init": manifest.init,
        "details": canonical(
            {
                "times": identity.times,
                "origins": identity.origins,
                "tracks": manifest.tracks,
                "warnings": manifest.warnings,
                "container_tags": manifest.container_tags,
            }
        ).decode(),
        "sealed_at": entry.at,
        "entry": index,
    }


def started_of(manifest: Manifest) -> tuple[str, str]:
    """The believed start; with no time known, receipt minus duration, and it says so."""
    identity = manifest.identity
    if identity.started_at:
        return identity.started_at, identity.started_at_origin or "unknown"
    start = from_text(manifest.received_at) - timedelta(milliseconds=manifest.duration_ms)
    return to_text(start), "receipt"


def segment_rows(manifest: Manifest) -> list[Row]:
    """Rows of table `segments`."""
    rows: list[Row] = []
    for signed in manifest.segments:
        statement = signed.statement
        # The track that leads: the first video track, or else the first.
        lead = next((t for t in statement.tracks if t.kind == "video"), statement.tracks[0])
        rows.append(
            {
                "recording": manifest.recording,
                "seq": statement.seq,
                "start_ms": statement.start_ms,
                "end_ms": statement.end_ms,
                "start_pts": lead.start_pts,
                "end_pts": lead.end_pts,
                "timescale": lead.timescale,
                "statement": statement_digest(statement),
            }
        )
    return rows


def source_row(recording: RecordingId, source: Source, seen_at: str) -> Row:
    return {
        "recording": recording,
        "bay": source.bay,
        "path": source.path,
        "size_bytes": source.size_bytes,
        "mtime": source.mtime,
        "seen_at": seen_at,
    }


def sidecar_rows(manifest: Manifest) -> list[Row]:
    return [
        {
            "recording": manifest.recording,
            "blob": sidecar.blob,
            "name": sidecar.name,
            "kind": sidecar.kind,
            "size_bytes": sidecar.size_bytes,
        }
        for sidecar in manifest.sidecars
    ]


def search_texts(row: Row) -> tuple[str, ...]:
    """What a recording is found by."""
    return tuple(str(row[name] or "") for name in ("name", "officer", "unit", "device", "bay", "id"))
