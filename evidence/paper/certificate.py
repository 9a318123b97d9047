"""The certificate of a destruction (销毁证明): what stands on it. Frozen data and words; `typesetter` makes the PDF.

Chinese first, English below. Times are the site's own, with its offset named once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from evidence.canonical import Digest
from evidence.clock import from_text
from evidence.retention_entries import CertificateLine, SignedCertificate


@dataclass(frozen=True, slots=True)
class Certificate:
    signed: SignedCertificate
    digest: Digest  # of the canonical JSON of `signed`
    classes: dict[str, tuple[str, str]]  # code → (Chinese, English)

    @property
    def qr(self) -> str:
        """What the square code says: enough to find the destruction and to compare the digest of its facts."""
        facts = self.signed.facts
        last = max(each.done_entry for each in facts.destroyed)
        return f"mediad-destruction\n{facts.ledger}\n{facts.destruction}\n{last}\n{self.digest}"

    @property
    def ended_at(self) -> datetime:
        return max(from_text(each.done_at) for each in self.signed.facts.destroyed)

    def data(self, zone: ZoneInfo) -> bytes:
        """Everything that the template shows, as JSON of finished texts."""
        facts = self.signed.facts
        shown = {
            "site": facts.site,
            "destruction": facts.destruction,
            "facts": self._facts(zone),
            "reason": facts.reason,
            "lines": [self._line(each, zone) for each in facts.destroyed],
            "spared": [list(each) for each in facts.spared],
            "ledger": facts.ledger,
            "size": str(facts.checkpoint_size),
            "root": _pieces(facts.checkpoint_root),
            "digest": _pieces(self.digest),
            "keyid": self.signed.keyid,
            "signature": _wrapped(self.signed.signature),
        }
        return msgspec.json.encode(shown)

    def _facts(self, zone: ZoneInfo) -> list[list[str]]:
        facts = self.signed.facts
        total = sum(each.size_bytes for each in facts.destroyed)
        return [
            ["申请人", "Requested by", facts.requested_by],
            ["申请时间", "Requested", _moment(facts.requested_at, zone)],
            ["批准人", "Approved by", facts.approved_by],
            ["批准时间", "Approved", _moment(facts.approved_at, zone)],
            ["等待期满", "Delay over", _moment(facts.due_at, zone)],
            ["销毁完成", "Destroyed", f"{self.ended_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"],
            ["录像数量", "Recordings", str(len(facts.destroyed))],
            ["数据总量", "Bytes", f"{total:,}"],
            ["时区", "Time zone", f"{zone.key} {self.ended_at.astimezone(zone):%z}"],
        ]

    def _line(self, line: CertificateLine, zone: ZoneInfo) -> dict[str, str]:
        zh, en = self.classes.get(line.code, (line.code, ""))
        return {
            "recording": line.recording,
            "name": line.name,
            "who": " · ".join(each for each in (line.device, line.officer) if each) or "—",
            "began": _moment(line.started_at, zone),
            "length": _length(line.duration_ms),
            "bytes": f"{line.size_bytes:,}",
            "class": f"{zh} {en}".strip(),
            "expired": _moment(line.expired_at, zone),
            "destroyed": _moment(line.done_at, zone),
            "original": _pieces(line.original),
            "manifest": _pieces(line.manifest),
            "entries": f"{line.sealed_entry} · {line.begun_entry} · {line.done_entry}",
        }


def _moment(text: str, zone: ZoneInfo) -> str:
    return f"{from_text(text).astimezone(zone):%Y-%m-%d %H:%M:%S}" if text else "—"


def _length(ms: int) -> str:
    seconds = max(0, ms) // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _pieces(text: str) -> str:
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))


def _wrapped(text: str) -> str:
    return " ".join(text[at : at + 16] for at in range(0, len(text), 16))
