"""Projected tables of devices' clocks: what `evidence.clock_entries` add up to. Rules as in `evidence.catalog.schema`.

An offset is what a device says minus the true time, in milliseconds.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

slate_keys = Table(
    "slate_keys",
    metadata,
    _c("entry", BigInteger().with_variant(Integer, "sqlite"), "ledger index", primary_key=True, autoincrement=False),
    _c("kid", Text, "what codes call the key by"),
    _c("key", Text, "base64 of the raw Ed25519 public key"),
    _c("at", Text, "when it was announced"),
)

slate_readings = Table(
    "slate_readings",
    metadata,
    _c("recording", Text, "recording id", ForeignKey("recordings.id"), primary_key=True),
    _c("device", Text, "device number, if known", nullable=True),
    _c("codes", Text, "SHA-256 of what was read"),
    _c("verdict", Text, "accepted, or why not"),
    _c("case_number", Text, "number of the case that it names", nullable=True),
    _c("start_ms", BigInteger, "where it is in the recording"),
    _c("end_ms", BigInteger, "half-open"),
    _c("told_at", Text, "the first server time that was read", nullable=True),
    _c("earliest_at", Text, "the first picture is no earlier; null unless accepted", nullable=True),
    _c("latest_at", Text, "and no later", nullable=True),
    _c("best_at", Text, "and likely here; null in entries of before", nullable=True),
    _c("at", Text, "when it was judged"),
    _c("entry", BigInteger, "ledger index of the latest slate.read"),
)
Index("slate_readings_device", slate_readings.c.device, slate_readings.c.told_at)
Index("slate_readings_earliest", slate_readings.c.earliest_at)
Index("slate_readings_case", slate_readings.c.case_number)

clock_measurements = Table(
    "clock_measurements",
    metadata,
    _c("recording", Text, "recording it was measured by", ForeignKey("recordings.id")),
    _c("how", Text, "dock | gps | slate"),
    _c("device", Text, "device number"),
    _c("stated_at", Text, "the instant as the device tells it"),
    _c("true_at", Text, "what it was compared with"),
    _c("low_ms", BigInteger, "the offset is at least this", nullable=True),
    _c("high_ms", BigInteger, "and at most this", nullable=True),
    _c("spread_ms", BigInteger, "how far the device's own statements are apart", nullable=True),
    _c("at", Text, "time of the entry"),
    _c("entry", BigInteger, "ledger index of clock.measured or slate.read"),
    PrimaryKeyConstraint("recording", "how"),
)
Index("clock_measurements_device", clock_measurements.c.device, clock_measurements.c.stated_at)

clock_extents = Table(
    "clock_extents",
    metadata,
    _c("device", Text, "device whose clock was ever certainly off", primary_key=True),
    _c("low_ms", BigInteger, "the least offset of all that were measured then"),
    _c("high_ms", BigInteger, "the greatest"),
    _c("open", Boolean, "it may have been greater: once only the least was known"),
)

clock_jumps = Table(
    "clock_jumps",
    metadata,
    _c("entry", BigInteger().with_variant(Integer, "sqlite"), "ledger index", primary_key=True, autoincrement=False),
    _c("device", Text, "device number", index=True),
    _c("kind", Text, "backward | reset"),
    _c("before", Text, "recording before it"),
    _c("after", Text, "recording after it"),
    _c("before_at", Text, "stated end of the one"),
    _c("after_at", Text, "stated beginning of the other"),
    _c("at", Text, "when it was found"),
)

clock_doubts = Table(
    "clock_doubts",
    metadata,
    _c("recording", Text, "recording whose stated time says nothing", primary_key=True),
    _c("entry", BigInteger, "ledger index of the clock.jumped that says so"),
)

CLOCK_TABLES = (slate_keys, slate_readings, clock_measurements, clock_extents, clock_jumps, clock_doubts)
