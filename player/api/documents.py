"""Documents of explanations over HTTP: attached by who explains, handed out to who may read what they are about.

They are never shown in a page of ours: the browser saves them.
"""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from evidence.case_entries import ExplanationId
from evidence.catalog.case_queries import find_case
from evidence.clock import to_text
from evidence.document_entries import DocumentDelivered, DocumentId, new_document_id
from evidence.errors import Invalid, NotFound
from player import documents as service
from player.api.case_access import facts_of_case
from player.api.case_shapes import MadeAnswer
from player.api.route import Call
from player.documents import Explained, NewDocument, find_document, find_explained, require_owner, require_room
from policy.access import Action, RecordingFacts
from policy.documents import MAX_BYTES, require_document


async def attach(call: Call) -> MadeAnswer:
    """The bytes are durable before the entry that names them."""
    explanation, account = call.part("explanation"), call.session.account
    explained = await _allowed(call, explanation, "finding.explain", "absence.explain")
    require_owner(explained, account)
    services = call.services
    # Before the bytes are kept: what is refused later stays in the store, and nothing names it.
    await services.off_loop.query(lambda c: require_room(c, explanation))
    data = await _read(call)
    kind = require_document(call.query.name, call.request.content_type, data)
    blob = await services.off_loop.run(lambda: services.blobs.put(data))
    new, document = NewDocument(call.query.name, kind, blob, len(data)), new_document_id()
    at = to_text(services.clock.now())
    await services.log.decide(lambda c: (service.attach(c, explanation, document, new, account, at),))
    return MadeAnswer(id=document)


async def download(call: Call) -> web.Response:
    """Logged before a byte leaves."""
    explanation, services, session = call.part("explanation"), call.services, call.session
    await _allowed(call, explanation, "case.read", "absence.read")
    row = await services.off_loop.query(lambda c: find_document(c, explanation, call.part("document")))
    data = await services.off_loop.run(lambda: services.blobs.read(row.blob))
    await services.log.append(
        DocumentDelivered(
            at=to_text(services.clock.now()),
            document=DocumentId(row.id),
            account=session.account,
            session=session.id,
            address=call.address,
        )
    )
    # No sniffing, no frames, no scripts: the headers of every answer.
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}"}
    return web.Response(body=data, content_type=row.media_type, headers=headers)


async def _allowed(call: Call, explanation: str, in_case: Action, in_absence: Action) -> Explained:
    """The explanation, if the rules let this account do that. Raises Forbidden, NotFound."""
    access, who = call.services.access, call.session.principal
    try:
        explained = await call.services.off_loop.query(lambda c: find_explained(c, ExplanationId(explanation)))
    except NotFound:
        # Who may do this to nothing at all learns nothing about what exists.
        if not {in_case, in_absence} & set(access.may(who)):
            access.require(who, in_absence, RecordingFacts(""))
        raise
    if explained.case is None:
        access.require(who, in_absence, RecordingFacts(explained.device or "", explained.officer, explained.unit))
    else:
        case = explained.case
        row = await call.services.off_loop.query(lambda c: find_case(c, case))
        if row is None:
            raise NotFound("There is no such case.")
        access.require(who, in_case, facts_of_case(row))
    return explained


async def _read(call: Call) -> bytes:
    data = bytearray()
    async for chunk in call.request.content.iter_chunked(1 << 16):
        data += chunk
        if len(data) > MAX_BYTES:
            raise Invalid(f"A document has {MAX_BYTES >> 20} MiB at most.")
    if not data:
        raise Invalid("The document is empty.")
    return bytes(data)
