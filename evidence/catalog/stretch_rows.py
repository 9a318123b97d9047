"""Where a recording has a picture and where it has sound, from its sealed statements. Pure but for `fill`.

A statement says of each track where its stretch begins and ends, in the track's own ticks. Sound that fails within
one segment does not show here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, insert, select

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.case_schema import stretches
from evidence.catalog.schema import recordings
from evidence.statements import Manifest, SegmentStatement, TrackStatement

Row = dict[str, Any]
# Ticks of two tracks rounded to whole milliseconds may part by this much where nothing is missing.
_ROUNDING_MS = 2


def stretch_rows(manifest: Manifest) -> list[Row]:
    """Rows of table `stretches`."""
    statements = [signed.statement for signed in manifest.segments]
    if not statements:
        return []
    zero = _zero(statements[0])
    rows: list[Row] = []
    for kind in ("video", "audio"):
        spans = [
            (_ms(part.start_pts, part, zero), _ms(part.end_pts, part, zero))
            for statement in statements
            for part in statement.tracks
            if part.kind == kind and part.n_au
        ]
        for n, (start, end) in enumerate(_joined(spans)):
            row = {"recording": manifest.recording, "kind": kind, "n": n}
            rows.append(row | {"start_ms": start, "end_ms": end})
    return rows


def _zero(first: SegmentStatement) -> Fraction:
    """The stream's own time, in seconds, of the recording's first picture."""
    lead = next((t for t in first.tracks if t.kind == "video"), first.tracks[0])
    return Fraction(lead.start_pts, lead.timescale) - Fraction(first.start_ms, 1000)


def _ms(pts: int, part: TrackStatement, zero: Fraction) -> int:
    return round((Fraction(pts, part.timescale) - zero) * 1000)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for start, end in sorted((max(0, a), b) for a, b in spans if max(0, a) < b):
        if result and start <= result[-1][1] + _ROUNDING_MS:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def fill(connection: Connection, blobs: Blobs) -> int:
    """Add the rows of recordings that were sealed before the table was there; how many recordings."""
    c = recordings.c
    lacking = select(c.manifest).where(c.n_segments > 0, c.id.not_in(select(stretches.c.recording)))
    found = connection.execute(lacking).scalars().all()
    for digest in found:
        rows = stretch_rows(Manifest.from_bytes(blobs.read(Digest(digest))))
        if rows:
            connection.execute(insert(stretches), rows)
    return len(found)
