"""The ledger's checkpoint, entries and proofs, for those who check us."""

from __future__ import annotations

import msgspec
from aiohttp import web

from evidence.errors import NotFound
from evidence.merkle import leaf_hash
from player.api.log import log_reading
from player.api.route import Call
from player.api.shapes import ConsistencyAnswer, EntryAnswer, Inclusion


async def checkpoint(call: Call) -> web.Response:
    """The latest signed note (C2SP tlog-checkpoint)."""
    return web.Response(
        text=await call.services.off_loop.run(call.services.ledger.checkpoint), content_type="text/plain"
    )


async def entry(call: Call) -> EntryAnswer:
    """One entry with its proof against the newest tree. Entries say who watched what: reading one is logged."""
    index, reader = int(call.part("index")), call.services.ledger
    if index >= await call.services.off_loop.run(reader.size):
        raise NotFound(f"The ledger has no entry {index}.")
    await log_reading(call, "ledger", index=index)

    def read() -> EntryAnswer:
        data = reader.entry(index)
        size = reader.size()
        proof = Inclusion(
            size=size,
            path=tuple(each.hex() for each in reader.inclusion(index, size)),
            root=reader.root(size).hex(),
        )
        return EntryAnswer(index=index, entry=msgspec.Raw(data), leaf_hash=leaf_hash(data).hex(), proof=proof)

    return await call.services.off_loop.run(read)


async def consistency(call: Call) -> ConsistencyAnswer:
    """Proof that the tree of size `new` continues the tree of size `old`."""
    old, new = call.query.old, call.query.new
    path = await call.services.off_loop.run(lambda: call.services.ledger.consistency(old, new))
    return ConsistencyAnswer(old=old, new=new, path=tuple(each.hex() for each in path))
