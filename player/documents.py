"""Documents attached to explanations: of findings and of missing footage alike. Decided inside the transaction that
appends the entry.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import document_entries as de
from evidence.canonical import Digest
from evidence.case_entries import ExplanationId
from evidence.catalog.absence_queries import find_absence_explanation
from evidence.catalog.case_queries import case_of_explanation
from evidence.catalog.document_rows import DocumentRow, documents_of
from evidence.catalog.emergency_rows import find_approval
from evidence.errors import Conflict, Forbidden, NotFound
from policy.documents import MAX_DOCUMENTS


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation, and what it is about: a case, or a device's missing footage (officer, unit)."""

    id: str
    by: str
    state: str
    case: str | None
    device: str | None = None
    officer: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What was uploaded; the bytes are durable."""

    name: str
    media_type: de.MediaType
    blob: Digest
    size_bytes: int


def find_explained(connection: Connection, explanation: str) -> Explained:
    """Raises NotFound."""
    of_case = case_of_explanation(connection, explanation)
    if of_case is not None:
        case, by, state = of_case
        return Explained(explanation, by, state, case)
    approval = find_approval(connection, explanation)
    if approval is not None:
        return Explained(explanation, approval.by, "waiting", approval.case)
    row = find_absence_explanation(connection, explanation)
    if row is None:
        raise NotFound("There is no such explanation.")
    return Explained(explanation, row.by, row.state, None, row.device, row.officer, row.unit)


def require_owner(explained: Explained, account: str) -> None:
    """Who explains attaches, while nobody has decided. Raises Forbidden, Conflict."""
    if explained.by != account:
        raise Forbidden("Only who wrote the explanation attaches documents to it.")
    if explained.state != "waiting":
        raise Conflict("This explanation was decided already.")


def require_room(connection: Connection, explanation: str) -> None:
    """Raises Conflict when it has as many as it may."""
    if len(documents_of(connection, [explanation]).get(explanation, ())) >= MAX_DOCUMENTS:
        raise Conflict(f"An explanation has {MAX_DOCUMENTS} documents at most.")


def attach(
    connection: Connection, explanation: str, document: de.DocumentId, new: NewDocument, account: str, at: str
) -> de.ExplanationDocumented:
    """Raises NotFound, Forbidden, Conflict."""
    require_owner(find_explained(connection, explanation), account)
    require_room(connection, explanation)
    return de.ExplanationDocumented(
        at=at,
        document=document,
        explanation=ExplanationId(explanation),
        name=new.name,
        media_type=new.media_type,
        blob=new.blob,
        size_bytes=new.size_bytes,
        by=account,
    )


def find_document(connection: Connection, explanation: str, document: str) -> DocumentRow:
    """Raises NotFound."""
    found = documents_of(connection, [explanation]).get(explanation, ())
    row = next((each for each in found if each.id == document), None)
    if row is None:
        raise NotFound("There is no such document.")
    return row
