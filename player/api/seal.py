"""Checks one recording's seal now, and says what is proven and by what. Blocking work runs beside the loop."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evidence.catalog.recording_queries import RecordingDetailRow, recording_detail
from evidence.checkpoint import open_note
from evidence.clock import to_text
from evidence.entries import RecordingSealed, decode
from evidence.errors import IntegrityBroken, NotFound, StoreUnavailable
from evidence.statements import Manifest
from evidence.verify import verify_entry_inclusion, verify_manifest, verify_original, verify_sealed
from player.api.services import Services
from player.api.shapes import SealAnswer, SealFinding


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a check found."""

    signature_ok: bool
    inclusion_ok: bool
    ledger_size: int
    checkpoint: str
    keyid: str
    segments_root: str
    findings: tuple[SealFinding, ...]


async def examine(services: Services, recording: str, *, full: bool) -> SealAnswer:
    """Raises NotFound, StoreUnavailable. What is broken is an answer here, not an error."""
    row = await services.off_loop.query(lambda connection: recording_detail(connection, recording))
    if row is None:
        raise NotFound("There is no such recording.")
    found = row
    checked = await services.off_loop.run(lambda: _check(services, found))
    if full:
        # One at a time: each reads at the disk's speed, and playback needs the disk too.
        async with services.full_checks:
            finding = await services.off_loop.run(lambda: _check_original(services, found))
        if finding is not None:
            checked = replace(checked, findings=(*checked.findings, finding))
    return SealAnswer(
        recording=row.row.id,
        original=row.original,
        size_bytes=row.row.size_bytes,
        n_segments=row.row.n_segments,
        segments_root=checked.segments_root,
        manifest=row.manifest,
        keyid=checked.keyid,
        signature="ok" if checked.signature_ok else "broken",
        entry=row.entry,
        ledger_size=checked.ledger_size,
        inclusion="ok" if checked.inclusion_ok else "broken",
        checkpoint=checked.checkpoint,
        sealed_at=row.sealed_at,
        verified_at=to_text(services.clock.now()) if full else None,
        findings=checked.findings,
    )


def _check(services: Services, row: RecordingDetailRow) -> _Checked:
    findings: list[SealFinding] = []
    manifest, data = None, b""
    try:
        data = services.blobs.read(row.manifest)
        manifest = verify_manifest(data, services.seal_verifier)
    except (IntegrityBroken, NotFound) as error:
        findings.append(SealFinding(code="manifest-broken", message=error.message))
    signature_ok = manifest is not None
    note = services.ledger.checkpoint()
    size, inclusion_ok = 0, False
    try:
        size = _check_inclusion(services, row, note, data, manifest)
        inclusion_ok = manifest is not None
    except IntegrityBroken as error:
        findings.append(SealFinding(code="ledger-broken", message=error.message))
    return _Checked(
        signature_ok=signature_ok,
        inclusion_ok=inclusion_ok,
        ledger_size=size or services.ledger.size(),
        checkpoint=note,
        keyid=manifest.keyid if manifest else services.seal_verifier.keyid,
        segments_root=manifest.segments_root if manifest else "",
        findings=tuple(findings),
    )


def _check_inclusion(
    services: Services, row: RecordingDetailRow, note: str, data: bytes, manifest: Manifest | None
) -> int:
    """The size of the signed tree that the sealing entry stands in. Raises IntegrityBroken."""
    checkpoint = open_note(note, services.note_verifier)
    entry_bytes = services.ledger.entry(row.entry)
    entry = decode(entry_bytes)
    if not isinstance(entry, RecordingSealed) or entry.recording != row.row.id:
        raise IntegrityBroken(f"Ledger entry {row.entry} does not seal this recording.")
    if manifest is not None:
        verify_sealed(entry, data, manifest)
    path = services.ledger.inclusion(row.entry, checkpoint.size)
    verify_entry_inclusion(entry_bytes, row.entry, path, checkpoint)
    return checkpoint.size


def _check_original(services: Services, row: RecordingDetailRow) -> SealFinding | None:
    try:
        manifest = Manifest.from_bytes(services.blobs.read(row.manifest))
        verify_original(services.blobs.path(row.original), manifest)
    except (IntegrityBroken, NotFound, StoreUnavailable) as error:
        return SealFinding(code="original-broken", message=error.message)
    return None
