"""The item list over HTTP: read, drafted, proposed, decided. Decisions are made in `player.cases.item_lists`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from evidence import case_entries as ce
from evidence.canonical import Digest
from evidence.catalog.item_queries import AdoptionRow, ProposalRow, adoptions, is_known_list, proposals
from evidence.clock import to_text
from evidence.entries import AnyEntry
from evidence.errors import Invalid, NotFound
from player.api.case_answers import items_answer
from player.api.case_shapes import MadeAnswer
from player.api.instants import instant
from player.api.item_list_shapes import ItemsAnswer
from player.api.item_shapes import (
    DraftAnswer,
    DraftBody,
    DriftAnswer,
    EditionAnswer,
    HistoryAnswer,
    ItemsChangeAnswer,
    ListAnswer,
    ProblemAnswer,
    ProposalAnswer,
)
from player.api.route import Call
from player.cases.item_lists import Wish, decide, propose
from policy.item_diff import Change, differences
from policy.item_drift import drift_of
from policy.item_editing import Addition, Edit, edited, with_item, without_item
from policy.item_list import ItemList, ItemListText, parse
from policy.item_problems import problems_of


async def in_force(call: Call) -> ItemsAnswer:
    return items_answer(call.services.rules.items)


async def history(call: Call) -> HistoryAnswer:
    """What came into force when, what is proposed, and how the configured file stands to it."""

    def read(connection: Connection) -> tuple[tuple[AdoptionRow, ...], tuple[ProposalRow, ...]]:
        return adoptions(connection), proposals(connection)

    adopted, proposed = await call.services.off_loop.query(read)
    return HistoryAnswer(
        editions=_editions(adopted, to_text(call.services.clock.now())),
        proposals=tuple(_proposal(each, adopted, call) for each in proposed),
        file=_drift(call.services.items_file, adopted),
    )


async def one(call: Call) -> ListAnswer:
    """A list that is or was in force, or proposed."""
    digest = Digest(call.part("digest"))

    def base_of(connection: Connection) -> Digest | None:
        if not is_known_list(connection, digest):
            raise NotFound("There is no such list.")
        adopted = [each.items for each in adoptions(connection)]
        if digest in adopted:
            place = adopted.index(digest)
            return adopted[place - 1] if place else None
        return next((each.base for each in proposals(connection) if each.items == digest), None)

    base = await call.services.off_loop.query(base_of)
    found = await _read(call, digest)
    before = None if base is None else await _read(call, base)
    changes = () if before is None else _changes(before.items, found.items)
    text = found.data.decode("utf-8")
    return ListAnswer(digest=digest, text=text, items=items_answer(found.items), changes=changes, base=base)


async def draft(call: Call) -> DraftAnswer:
    """A text with items taken out and added and values changed, what is wrong with it, and what is other in it. Nothing
    is kept."""
    text = await call.services.off_loop.run(lambda: _drafted(call.body))
    problems = await call.services.off_loop.run(lambda: problems_of(text))
    if problems:
        said = tuple(ProblemAnswer(zh=p.zh, en=p.en, line=p.line, item=p.item, key=p.key) for p in problems)
        return DraftAnswer(text=text, problems=said, items=None, changes=())
    items = (await call.services.off_loop.run(lambda: parse(text.encode()))).items
    latest = await _latest(call)
    return DraftAnswer(text=text, problems=(), items=items_answer(items), changes=_changes(latest, items))


def _drafted(body: DraftBody) -> str:
    added = () if body.add is None else tuple(body.add.values.values())
    if any(isinstance(value, str) and "\x00" in value for value in (*added, *(each.value for each in body.edits))):
        raise Invalid("A value has a null character.")
    text: str = body.text
    if body.remove is not None:
        text = without_item(text, body.remove)
    if body.add is not None:
        text = with_item(text, Addition(body.add.code, body.add.copy_of, body.add.values))
    edits = [Edit(each.item, each.key, each.value) for each in body.edits]
    return edited(text, edits) if edits else text


async def propose_list(call: Call) -> MadeAnswer:
    """Keep the text, then propose it. Raises ConfigInvalid's words as Invalid."""
    body, services = call.body, call.services
    if problems := await services.off_loop.run(lambda: problems_of(body.text)):
        raise Invalid(f"The list has mistakes: {problems[0].en}.")
    found = await services.off_loop.run(lambda: parse(body.text.encode()))
    digest = await services.off_loop.run(lambda: services.blobs.put(found.data))
    from_at = None if body.from_at is None else instant(body.from_at)
    wish = Wish(ce.ProposalId(ce.new_id("p")), found.items.version, digest, from_at, body.note.strip())
    at, by = to_text(services.clock.now()), call.session.account
    await services.log.decide(lambda connection: (propose(connection, wish, by, at),))
    return MadeAnswer(id=wish.proposal)


async def decide_list(call: Call) -> None:
    """From here on the daemon judges by it, or from the instant on that it is to come into force."""
    proposal, body, services = call.part("proposal"), call.body, call.services
    at, by = to_text(services.clock.now()), call.session.account

    def decided(connection: Connection) -> Sequence[AnyEntry]:
        return decide(connection, proposal, body.approved, body.note.strip(), by, at)

    await services.log.decide(decided)
    await services.off_loop.query(services.book.learn)


async def _read(call: Call, digest: Digest) -> ItemListText:
    blobs = call.services.blobs
    return await call.services.off_loop.run(lambda: parse(blobs.read(digest)))


async def _latest(call: Call) -> ItemList:
    """The list that a proposal is compared with: the last that was adopted, in force already or not yet."""
    adopted = await call.services.off_loop.query(adoptions)
    return (await _read(call, adopted[-1].items)).items if adopted else call.services.rules.items


def _editions(adopted: tuple[AdoptionRow, ...], now: str) -> tuple[EditionAnswer, ...]:
    begun = [n for n, each in enumerate(adopted) if each.from_at <= now]
    last = begun[-1] if begun else 0
    return tuple(
        EditionAnswer(
            version=each.version,
            digest=each.items,
            from_at=each.from_at,
            at=each.at,
            by=each.by,
            proposal=each.proposal,
            state="past" if n < last else "in-force" if n == last else "coming",
        )
        for n, each in reversed(list(enumerate(adopted)))
    )


def _proposal(row: ProposalRow, adopted: tuple[AdoptionRow, ...], call: Call) -> ProposalAnswer:
    waiting = row.state == "waiting"
    lapsed = waiting and (not adopted or row.base != adopted[-1].items)
    allowed = call.services.access.decide(call.session.principal, "items.approve").allowed
    may_approve = waiting and not lapsed and allowed and row.by != call.session.account
    values = {
        name: getattr(row, name)
        for name in ("id", "version", "base", "from_at", "note", "by", "at", "decided_by", "decided_at", "decision")
    }
    return ProposalAnswer(**values, digest=row.items, state=row.state, lapsed=lapsed, may_approve=may_approve)


def _drift(file: ItemListText | None, adopted: tuple[AdoptionRow, ...]) -> DriftAnswer | None:
    if file is None or not adopted:
        return None
    drift = drift_of(file.items.version, file.digest, [(each.version, each.items) for each in adopted])
    return DriftAnswer(state=drift.state, zh=drift.zh, en=drift.en, text=file.data.decode("utf-8"))


def _changes(old: ItemList, new: ItemList) -> tuple[ItemsChangeAnswer, ...]:
    return tuple(_change(each) for each in differences(old, new))


def _change(each: Change) -> ItemsChangeAnswer:
    return ItemsChangeAnswer(
        part=each.part,
        code=each.code,
        key=each.key,
        name_zh=each.name.zh,
        name_en=each.name.en,
        zh=each.zh,
        en=each.en,
        weaker=each.weaker,
    )
