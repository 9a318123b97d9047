"""Makes the certificate of a destruction: its facts from the catalog and the ledger, signed, and the paper set from
them. Made once, when the last recording is gone; its bytes are kept and named in the ledger.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from evidence.blobs.store import Blobs
from evidence.canonical import Digest, canonical
from evidence.catalog.engine import connected
from evidence.catalog.recording_queries import RecordingDetailRow, recording_detail
from evidence.catalog.retention_queries import DestructionRow, ItemRow, checkpoint_over
from evidence.clock import Clock, to_text
from evidence.errors import IntegrityBroken
from evidence.ledger import Ledger
from evidence.paper.certificate import Certificate
from evidence.paper.typesetter import TOOL, certificate_pdf
from evidence.records import RecordingId
from evidence.retention_entries import (
    CertificateFacts,
    CertificateLine,
    DestructionCertified,
    DestructionId,
    SignedCertificate,
)
from evidence.signing import SealSigner
from player.retention.gathering import RetentionRules
from policy.retention import Table

SPEC = "mediad-destruction/1"
_GONE = ("done", "returned")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Blocking."""

    engine: Engine
    ledger: Ledger
    blobs: Blobs
    signer: SealSigner
    clock: Clock
    rules: RetentionRules
    site: str
    origin: str
    zone: ZoneInfo

    def make(self, row: DestructionRow) -> None:
        """Sign, set, keep and log. Raises PaperFailed, StoreUnavailable; it is tried again then."""
        with connected(self.engine) as connection:
            facts, table = self.facts(connection, row), self.rules.in_force(connection)
        signed = sign(facts, self.signer)
        digest = self.blobs.put(canonical(signed))
        pdf = certificate_pdf(Certificate(signed, digest, _class_names(table)), self.zone)
        self.ledger.append(
            DestructionCertified(
                at=to_text(self.clock.now()),
                destruction=DestructionId(row.id),
                facts=digest,
                pdf=self.blobs.put(pdf),
                size_bytes=len(pdf),
                tool=TOOL,
            )
        )

    def facts(self, connection: Connection, row: DestructionRow) -> CertificateFacts:
        gone = [each for each in row.items if each.state in _GONE]
        size, root = checkpoint_over(connection, max(each.done_entry or 0 for each in gone))
        return CertificateFacts(
            spec=SPEC,
            site=self.site,
            ledger=self.origin,
            destruction=DestructionId(row.id),
            reason=row.reason,
            requested_by=row.by,
            requested_at=row.at,
            approved_by=row.approved_by or "",
            approved_at=row.approved_at or "",
            due_at=row.due_at or "",
            destroyed=tuple(_line(each, _detail(connection, each.recording)) for each in gone),
            spared=tuple(
                (RecordingId(each.recording), each.reason or "") for each in row.items if each.state == "spared"
            ),
            checkpoint_size=size,
            checkpoint_root=root.hex(),
        )


def sign(facts: CertificateFacts, signer: SealSigner) -> SignedCertificate:
    return SignedCertificate(facts, signer.keyid, b64encode(signer.sign(canonical(facts))).decode())


def _detail(connection: Connection, recording: str) -> RecordingDetailRow:
    found = recording_detail(connection, recording)
    if found is None:
        raise IntegrityBroken(f"Recording {recording} is not in the catalog.", remedy="mediad rebuild")
    return found


def _line(item: ItemRow, detail: RecordingDetailRow) -> CertificateLine:
    return CertificateLine(
        recording=RecordingId(item.recording),
        original=Digest(item.original or ""),
        manifest=Digest(item.manifest or ""),
        size_bytes=item.size_bytes or 0,
        name=detail.row.name,
        device=detail.row.device,
        officer=detail.row.officer,
        started_at=detail.row.started_at,
        duration_ms=detail.row.duration_ms,
        code=item.code or "",
        expired_at=item.expired_at or "",
        sealed_entry=detail.entry,
        begun_entry=item.begun_entry or 0,
        done_entry=item.done_entry or 0,
        done_at=item.done_at or "",
    )


def _class_names(table: Table) -> dict[str, tuple[str, str]]:
    return {code: (each.zh, each.en) for code, each in table.classes.items()}
