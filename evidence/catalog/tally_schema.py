"""Operational tables of kept tallies: judgements remembered, so that statistics need not judge every case anew."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, LargeBinary, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

case_tallies = Table(
    "case_tallies",
    metadata,
    _c("case", Text, "case id", primary_key=True),
    _c("tally", LargeBinary, "JSON: policy.tallies.CaseTally, as judged at the head's position"),
)

tally_head = Table(
    "tally_head",
    metadata,
    _c("id", Integer, "always 1", primary_key=True, autoincrement=False),
    _c("position", BigInteger, "length of the ledger that every kept tally is right for"),
    _c("rules", Text, "item list, zone, calendar and program that they were judged by"),
)

TALLY_TABLES = (case_tallies, tally_head)
