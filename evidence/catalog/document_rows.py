"""Table `documents`: what people attached to their explanations. Schema, projection, reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Connection, Table, Text, insert, select

from evidence.canonical import Digest
from evidence.catalog.case_projection import Rule
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.document_entries import ExplanationDocumented
from evidence.entry import Entry
from evidence.records import EntryIndex

documents = Table(
    "documents",
    metadata,
    _c("id", Text, "document id", primary_key=True),
    _c("explanation", Text, "explanation id", index=True),
    _c("name", Text, "as its owner called it"),
    _c("media_type", Text, "what it is"),
    _c("blob", Text, "SHA-256 of its bytes"),
    _c("size_bytes", BigInteger, "length"),
    _c("by", Text, "who attached it"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of explanation.documented"),
)
DOCUMENT_TABLES = (documents,)


def _documented(connection: Connection, index: EntryIndex, entry: ExplanationDocumented) -> None:
    said = {name: value for name, value in msgspec.structs.asdict(entry).items() if name in documents.c}
    connection.execute(insert(documents), said | {"id": entry.document, "entry": index})


DOCUMENT_RULES: dict[type[Entry], Rule] = {ExplanationDocumented: _documented}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    id: str
    explanation: str
    name: str
    media_type: str
    blob: Digest
    size_bytes: int
    by: str
    at: str


def documents_of(connection: Connection, explanations: Iterable[str]) -> dict[str, tuple[DocumentRow, ...]]:
    """By explanation, oldest first."""
    names = DocumentRow.__dataclass_fields__
    query = select(*(documents.c[name] for name in names)).where(documents.c.explanation.in_(tuple(explanations)))
    found: dict[str, tuple[DocumentRow, ...]] = {}
    for row in connection.execute(query.order_by(documents.c.entry)):
        one = DocumentRow(**row._mapping)
        found[one.explanation] = (*found.get(one.explanation, ()), one)
    return found
