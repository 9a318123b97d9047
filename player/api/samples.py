"""Random samples over HTTP. Every decision is made in `player.sampling`; the draw itself follows from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from evidence import intervals
from evidence import sample_entries as se
from evidence.canonical import Digest
from evidence.catalog.sample_queries import (
    SAMPLING,
    DrawnActivity,
    DrawnRecording,
    Population,
    ReviewRow,
    SampleRow,
    WatchedRow,
    drawn_activities,
    drawn_recordings,
    find_sample,
    items_of,
    leaf_of,
    population_of,
    reviews_of,
    samples_page,
    watched_of,
)
from evidence.clock import from_text, to_text
from evidence.entries import AnyEntry
from evidence.errors import Forbidden, Invalid, NotFound
from player import sampling
from player.api.cursors import from_cursor, to_cursor
from player.api.recordings import moment
from player.api.route import Call
from player.api.sample_shapes import (
    DrawnAnswer,
    PopulationAnswer,
    ReviewAnswer,
    SampleAnswer,
    SampleDetail,
    SamplesAnswer,
    TakeAnswer,
    WatchedAnswer,
)
from player.sampling import By, PopulationMoved, SampleWords
from policy.access import Action, SampleFacts
from policy.tallies import CaseTally

# Something may be sealed while a list is written; so often it is made anew.
_TRIES = 5


async def population(call: Call) -> PopulationAnswer:
    """How many a sample would be drawn from, as things stand."""
    query = call.query
    start, end = moment(query.from_, "from"), moment(query.to, "to")
    items = tuple(each.strip() for each in (query.items or "").split(",") if each.strip())
    rule = Population(query.of, query.unit, start or "", end or "", items)
    _require(call, "sample.commit", SampleFacts("new", rule.unit))
    ids = await call.services.off_loop.query(lambda connection: population_of(connection, rule))
    return PopulationAnswer(n=len(ids))


async def listing(call: Call) -> SamplesAnswer:
    """All samples with their fate, newest first: also those that nobody carried through."""
    units = call.services.access.sample_units(call.session.principal)
    if units == ():
        raise Forbidden("No rule permits this. (sample.read)")
    after, limit = from_cursor(call.query.cursor, int), call.query.limit
    rows, following = await call.services.off_loop.query(
        lambda connection: samples_page(connection, units=units, after=after, limit=limit)
    )
    return SamplesAnswer(samples=tuple(_answer(row) for row in rows), next=to_cursor(following))


async def commit(call: Call) -> SampleDetail:
    """Commit to a population and a size. What will be drawn cannot be known yet, by neither side."""
    body, services = call.body, call.services
    _require(call, "sample.commit", SampleFacts("new", body.unit))
    rule = Population(
        body.of, body.unit, _instant(body.from_at), _instant(body.to_at), tuple(dict.fromkeys(body.items))
    )
    if rule.from_at >= rule.to_at:
        raise Invalid("A period ends after it begins.")
    words = SampleWords(body.title.strip(), rule, body.size, body.permille, Digest(body.word_digest))
    sample, by = se.new_sample_id(), _by(call)
    for left in reversed(range(_TRIES)):
        listed = await services.off_loop.query(lambda c: sampling.list_population(c, rule, services.blobs))
        nonce = services.log.secret(sampling.nonce_text(sample, listed.root))

        def one(connection: Connection, listed: sampling.Listed = listed, nonce: bytes = nonce) -> AnyEntry:
            return sampling.commit(connection, sample, words, listed, nonce, by)

        try:
            await _decide(call, one)
            break
        except PopulationMoved:
            if not left:
                raise
    return await _detail(call, sample)


async def detail(call: Call) -> SampleDetail:
    row = await _found(call, "sample.read")
    return await _detail(call, row.id)


async def population_list(call: Call) -> web.Response:
    """The ids that were committed to, one per line, as they were kept."""
    row = await _found(call, "sample.read")
    data = await call.services.off_loop.run(lambda: call.services.blobs.read(row.population))
    return web.Response(body=data, content_type="text/plain", charset="utf-8")


async def draw(call: Call) -> SampleDetail:
    row, word, services, by = await _found(call, "sample.commit"), call.body.word, call.services, _by(call)
    nonce = services.log.secret(sampling.nonce_text(row.id, row.root))
    await _decide(call, lambda connection: sampling.draw(connection, row.id, word, nonce, services.blobs, by))
    return await _detail(call, row.id)


async def abandon(call: Call) -> SampleDetail:
    row, reason, by = await _found(call, "sample.commit"), call.body.reason.strip(), _by(call)
    if not reason:
        raise Invalid("Say why.")
    await _decide(call, lambda connection: sampling.abandon(connection, row.id, reason, by))
    return await _detail(call, row.id)


async def review(call: Call) -> SampleDetail:
    row, body, rules, by = await _found(call, "sample.review"), call.body, call.services.rules, _by(call)
    words = body.words.strip()
    await _decide(call, lambda c: sampling.review(c, row.id, body.item, body.result, words, rules, by))
    return await _detail(call, row.id)


def _require(call: Call, action: Action, about: SampleFacts) -> None:
    call.services.access.require(call.session.principal, action, about)


async def _found(call: Call, action: Action) -> SampleRow:
    """The sample in the path. Raises Forbidden, NotFound."""
    sample = call.part("sample")
    row = await call.services.off_loop.query(lambda connection: find_sample(connection, sample))
    # Who may do this to no sample at all learns nothing about what exists.
    _require(call, action, SampleFacts(sample, call.session.unit if row is None else row.unit))
    if row is None:
        raise NotFound("There is no such sample.")
    return row


async def _decide(call: Call, one: Callable[[Connection], AnyEntry]) -> None:
    """Let `one` decide in the transaction that appends its entry. Raises what it raises."""

    def decide(connection: Connection) -> Sequence[AnyEntry]:
        return (one(connection),)

    await call.services.log.decide(decide)


def _by(call: Call) -> By:
    return By(call.session.account, call.session.display_name, to_text(call.services.clock.now()))


def _instant(text: str) -> str:
    try:
        return to_text(from_text(text))
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{text!r} is no time.") from error


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything that stands about one sample."""

    row: SampleRow
    leaf: bytes
    items: tuple[str, ...]
    reviews: tuple[ReviewRow, ...]
    activities: dict[str, DrawnActivity]
    recordings: dict[str, DrawnRecording]
    by_item: dict[str, tuple[str, ...]]  # what there is to watch
    watched: dict[str, list[WatchedRow]]  # by recording


async def _detail(call: Call, sample: str) -> SampleDetail:
    services = call.services
    # Which recordings count for a drawn activity: as it was judged last.
    standing = await services.tallying.run(lambda: services.tallies.advance(1.0))
    read = await services.off_loop.query(lambda connection: _read(connection, sample, standing.tallies))
    checkpoint = await services.off_loop.run(services.ledger.checkpoint)
    facts, who = SampleFacts(sample, read.row.unit), call.session.principal
    may_review = read.row.state == "drawn" and services.access.decide(who, "sample.review", facts).allowed
    drawn = tuple(_item(read, n, item, call.session.account, may_review) for n, item in enumerate(read.items))
    row = read.row
    return SampleDetail(
        **_values(row),
        population=row.population,
        root=row.root,
        nonce_digest=row.nonce_digest,
        word_digest=row.word_digest,
        nonce=row.nonce,
        word=row.word,
        seed=row.seed,
        entry=row.entry,
        leaf_hash=read.leaf.hex(),
        drawn_entry=row.drawn_entry,
        checkpoint=checkpoint,
        drawn=drawn,
        duration_ms=sum(each.duration_ms for each in drawn),
        delivered_ms=sum(_delivered_ms(read, item) for item in read.items),
        may_commit=services.access.decide(who, "sample.commit", facts).allowed,
        sampling_purpose=services.site.purpose(SAMPLING) is not None,
    )


def _read(connection: Connection, sample: str, tallies: Mapping[str, CaseTally]) -> _Read:
    row = find_sample(connection, sample)
    if row is None:
        raise NotFound("There is no such sample.")
    items = items_of(connection, sample)
    activities = drawn_activities(connection, items) if row.of == "activities" else {}
    by_item = _counting(activities, tallies)
    if row.of == "recordings":
        by_item = {item: (item,) for item in items}
    ids = sorted({each for recordings in by_item.values() for each in recordings})
    watched: dict[str, list[WatchedRow]] = {}
    for each in watched_of(connection, ids, row.drawn_entry or 0):
        watched.setdefault(each.recording, []).append(each)
    return _Read(
        row,
        leaf_of(connection, row.entry),
        items,
        reviews_of(connection, sample),
        activities,
        drawn_recordings(connection, ids),
        by_item,
        watched,
    )


def _counting(activities: dict[str, DrawnActivity], tallies: Mapping[str, CaseTally]) -> dict[str, tuple[str, ...]]:
    found = {}
    for item, activity in activities.items():
        case = tallies.get(activity.case)
        known = next((each for each in case.activities if each.id == item), None) if case else None
        found[item] = tuple(dict.fromkeys(each.id for each in known.recordings)) if known else ()
    return found


def _delivered_ms(read: _Read, item: str) -> int:
    """Of one of the drawn, handed to anybody for sampling."""
    spans = (
        intervals.merged(span for each in read.watched.get(recording, ()) for span in each.delivered)
        for recording in read.by_item.get(item, ())
    )
    return sum(map(intervals.length, spans))


def _item(read: _Read, n: int, item: str, account: str, may_review: bool) -> DrawnAnswer:
    activity = read.activities.get(item)
    takes = [read.recordings[each] for each in read.by_item.get(item, ()) if each in read.recordings]
    officers = {each.officer for each in takes} | set(activity.officers if activity else ())
    return DrawnAnswer(
        n=n,
        item=item,
        case=activity.case if activity else None,
        case_number=activity.number if activity else None,
        case_title=activity.title if activity else None,
        activity_item=activity.item if activity else None,
        place=activity.place if activity else None,
        started_at=activity.started_at if activity else takes[0].started_at if takes else None,
        recordings=tuple(
            TakeAnswer(
                id=each.id,
                name=each.name,
                officer=each.officer,
                device=each.device,
                started_at=each.started_at,
                duration_ms=each.duration_ms,
            )
            for each in takes
        ),
        duration_ms=sum(each.duration_ms for each in takes),
        watched=_watched(read, item),
        reviews=tuple(_review(each) for each in read.reviews if each.item == item),
        may_review=may_review and account not in officers,
    )


def _watched(read: _Read, item: str) -> tuple[WatchedAnswer, ...]:
    """Account by account."""
    sums: dict[str, tuple[int, int]] = {}
    for recording in read.by_item.get(item, ()):
        for each in read.watched.get(recording, ()):
            delivered, rendered = sums.get(each.account, (0, 0))
            sums[each.account] = (
                delivered + intervals.length(each.delivered),
                rendered + intervals.length(each.rendered),
            )
    return tuple(
        WatchedAnswer(account=account, delivered_ms=delivered, rendered_ms=rendered)
        for account, (delivered, rendered) in sorted(sums.items())
    )


def _review(row: ReviewRow) -> ReviewAnswer:
    return ReviewAnswer(**{name: getattr(row, name) for name in ReviewAnswer.__struct_fields__})


def _answer(row: SampleRow) -> SampleAnswer:
    return SampleAnswer(**_values(row))


def _values(row: SampleRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SampleAnswer.__struct_fields__}
