"""Checks one recording's seal now, and says what is proven and by what. Blocking work runs beside the loop."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.catalog.recording_queries import RecordingDetailRow, recording_detail
from evidence.catalog.seal_checks import Original, SealCheckRow
from evidence.checkpoint import open_note
from evidence.entries import RecordingSealed, decode
from evidence.errors import IntegrityBroken, NotFound, RecordingDestroyed
from evidence.statements import Manifest
from evidence.verify import verify_entry_inclusion, verify_manifest, verify_sealed
from player.api.recording_shapes import SealAnswer, SealFinding
from player.api.services import Services
from player.feeds import Job


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


async def examine(services: Services, recording: str) -> SealAnswer:
    """Raises NotFound, StoreUnavailable. What is broken is an answer here, not an error."""
    row = await _row(services, recording)
    checked = await services.off_loop.run(lambda: _check(services, row))
    read = await services.off_loop.run(lambda: services.checks.known(row.row.id))
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
        verified_at=None if read is None else read.answered_at,
        check=None if read is None else services.checks.job_of(read),
        findings=(*checked.findings, *_of_original(read)),
    )


async def begin_check(services: Services, recording: str) -> Job:
    """Have the whole original read again. Raises NotFound, StoreUnavailable."""
    row = await _row(services, recording)
    if row.row.destroyed_at is not None:
        raise RecordingDestroyed(row.row.destroyed_at)
    original = Original(row.row.id, row.original, row.manifest, row.row.size_bytes)
    return await services.off_loop.run(lambda: services.checks.start(original))


async def _row(services: Services, recording: str) -> RecordingDetailRow:
    row = await services.off_loop.query(lambda connection: recording_detail(connection, recording))
    if row is None:
        raise NotFound("There is no such recording.")
    return row


def _of_original(check: SealCheckRow | None) -> tuple[SealFinding, ...]:
    if check is None or check.broken is None:
        return ()
    places = (SealFinding(code=each.code, message=each.message, seq=each.seq) for each in check.findings)
    return (SealFinding(code="original-broken", message=check.broken), *places)


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
