"""Ledger entries about documents that people attach to what they explain. The bytes are a blob, durable before."""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Literal, NewType

from evidence.canonical import Digest
from evidence.case_entries import ExplanationId
from evidence.entry import Entry

DocumentId = NewType("DocumentId", str)  # "d" + 26 random base32 characters
MediaType = Literal[
    "application/pdf",
    "image/jpeg",
    "image/png",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
]


def new_document_id() -> DocumentId:
    return DocumentId("d" + b32encode(secrets.token_bytes(17)).decode().lower()[:26])


class ExplanationDocumented(Entry, frozen=True, kw_only=True, tag="explanation.documented"):
    """Who explains attaches a document, while nobody has decided."""

    document: DocumentId
    explanation: ExplanationId
    name: str  # as its owner called it
    media_type: MediaType
    blob: Digest
    size_bytes: int
    by: str


class DocumentDelivered(Entry, frozen=True, kw_only=True, tag="document.delivered"):
    """Durable before the first byte leaves."""

    document: DocumentId
    account: str
    session: str
    address: str


DocumentEntry = ExplanationDocumented | DocumentDelivered
