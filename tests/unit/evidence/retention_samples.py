"""One of every entry about retention, as its fields."""

from __future__ import annotations

from evidence import retention_entries as rt
from evidence.canonical import Digest
from evidence.entry import Entry
from evidence.records import RecordingId

AT = "2026-11-24T08:00:00.000000Z"
DIGEST = Digest("ab" * 32)
R = RecordingId("r" + "a" * 20)
H, G, D = "h" + "a" * 26, "g" + "a" * 26, "d" + "a" * 26
BY = {"by": "wang", "reason": "保管期满"}

FIELDS: dict[type[Entry], dict[str, object]] = {
    rt.HoldSet: BY | {"hold": H, "on": "device", "target": "DSJ1", "from_at": AT, "until_at": None},
    rt.HoldLifted: BY | {"hold": H},
    rt.RetentionProposed: BY
    | {
        "change": G,
        "of": "recordings",
        "items": None,
        "recordings": (R,),
        "case": None,
        "code": "routine",
        "n_expired": 1204,
        "n_sooner": 3,
        "n_later": 0,
    },
    rt.RetentionApproved: {"change": G, "note": "同意", "by": "law", "due_at": AT},
    rt.RetentionCancelled: BY | {"change": G},
    rt.RetentionChanged: {"change": G},
    rt.DestructionRequested: BY | {"destruction": D, "recordings": (R,)},
    rt.DestructionApproved: {"destruction": D, "due_at": AT, "note": "", "by": "law"},
    rt.DestructionCancelled: BY | {"destruction": D},
    rt.DestructionSpared: {"destruction": D, "recording": R, "reason": "已设保全"},
    rt.DestructionBegun: {
        "destruction": D,
        "recording": R,
        "original": DIGEST,
        "manifest": DIGEST,
        "size_bytes": 12,
        "blobs": (DIGEST,),
        "expired_at": AT,
        "code": "routine",
        "requested_by": "wang",
        "approved_by": "law",
    },
    rt.DestructionDone: {"destruction": D, "recording": R, "shared": ()},
    rt.DestructionCertified: {"destruction": D, "facts": DIGEST, "pdf": DIGEST, "size_bytes": 90_000, "tool": "typst"},
    rt.ClockDoubted: {"expected_at": AT, "found_at": AT},
    rt.ClockChecked: {},
    rt.ClockConfirmed: {"note": "与授时中心核对", "by": "keeper"},
}
