"""Every table, with a comment per column; declared by noun in the `*_schema` modules. Three kinds, never mixed:

- *ledger*: append-only, the truth.
- *projected*: follows from ledger and blobs; `mediad rebuild` makes it again, equal row by row.
- *operational*: accounts' secrets, sessions, attempts, full checks, copies in hand: not statements about evidence,
  never rebuilt.

Times are text, RFC 3339 UTC with microseconds (they sort as text on both databases).
"""

from __future__ import annotations

from evidence.catalog.absence_schema import ABSENCE_TABLES
from evidence.catalog.account_schema import accounts as accounts
from evidence.catalog.account_schema import sessions as sessions
from evidence.catalog.account_schema import sign_in_failures as sign_in_failures
from evidence.catalog.attempt_schema import attempts as attempts
from evidence.catalog.case_moves import case_moves as case_moves
from evidence.catalog.case_schema import CASE_TABLES
from evidence.catalog.clock_schema import CLOCK_TABLES
from evidence.catalog.columns import metadata as metadata
from evidence.catalog.concern_schema import CONCERN_TABLES
from evidence.catalog.copies_in_hand import copies_in_hand as copies_in_hand
from evidence.catalog.document_rows import DOCUMENT_TABLES
from evidence.catalog.emergency_rows import EMERGENCY_TABLES
from evidence.catalog.handover_rows import HANDOVER_TABLES
from evidence.catalog.ledger_schema import ledger_checkpoints as ledger_checkpoints
from evidence.catalog.ledger_schema import ledger_entries as ledger_entries
from evidence.catalog.ledger_schema import ledger_head as ledger_head
from evidence.catalog.ledger_schema import ledger_tiles as ledger_tiles
from evidence.catalog.live_schema import live_events as live_events
from evidence.catalog.live_schema import live_recordings as live_recordings
from evidence.catalog.live_schema import live_segments as live_segments
from evidence.catalog.recording_schema import recordings as recordings
from evidence.catalog.recording_schema import renditions as renditions
from evidence.catalog.recording_schema import segments as segments
from evidence.catalog.recording_schema import sidecars as sidecars
from evidence.catalog.recording_schema import sources as sources
from evidence.catalog.retention_schema import RETENTION_TABLES
from evidence.catalog.roster_rows import ROSTER_TABLES
from evidence.catalog.sample_schema import SAMPLE_TABLES
from evidence.catalog.seal_check_schema import seal_checks as seal_checks
from evidence.catalog.sitting_schema import alarms as alarms
from evidence.catalog.sitting_schema import sitting_notes as sitting_notes
from evidence.catalog.sitting_schema import sittings as sittings
from evidence.catalog.tally_schema import TALLY_TABLES
from evidence.catalog.unrecorded_rows import UNRECORDED_TABLES
from evidence.catalog.viewing_schema import deliveries as deliveries
from evidence.catalog.viewing_schema import refusals as refusals
from evidence.catalog.viewing_schema import renders as renders
from evidence.catalog.viewing_schema import viewings as viewings

# Chinese full text: bigrams made in Python (evidence.catalog.bigrams). On SQLite the migration makes an FTS5
# table `recording_search(recording UNINDEXED, terms)` that indexes prefixes of up to four characters; on PostgreSQL a
# table with a tsvector column, in which such prefixes are lexemes of their own, and the times of recordings.

LEDGER = (ledger_entries, ledger_tiles, ledger_checkpoints, ledger_head)
PROJECTED = (
    recordings,
    segments,
    sources,
    sidecars,
    renditions,
    live_recordings,
    live_segments,
    live_events,
    viewings,
    refusals,
    deliveries,
    renders,
    sittings,
    sitting_notes,
    alarms,
    *CASE_TABLES,
    *ABSENCE_TABLES,
    *UNRECORDED_TABLES,
    *RETENTION_TABLES,
    *CONCERN_TABLES,
    *DOCUMENT_TABLES,
    *EMERGENCY_TABLES,
    *ROSTER_TABLES,
    *SAMPLE_TABLES,
    *CLOCK_TABLES,
    case_moves,
    *HANDOVER_TABLES,
)
OPERATIONAL = (accounts, sessions, sign_in_failures, attempts, seal_checks, copies_in_hand, *TALLY_TABLES)
