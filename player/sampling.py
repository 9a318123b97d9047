"""Samples as people work on them: committed to, drawn, reviewed, abandoned. Each change is decided inside the
transaction that appends it. Nothing here is random but the ids: a draw follows from its commitment."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import draws
from evidence import sample_entries as se
from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog.sample_queries import (
    Population,
    SampleRow,
    drawn_activities,
    drawn_recordings,
    find_sample,
    items_of,
    leaf_of,
    population_of,
    watched_of,
)
from evidence.errors import Conflict, Invalid, NotFound
from evidence.intervals import length
from evidence.records import RecordingId
from player.cases.judging import judge
from policy.findings import Rules
from policy.sampling import require_reviewer, size_of


@dataclass(frozen=True, slots=True)
class By:
    """Who asks, and when."""

    account: str
    display_name: str
    at: str


@dataclass(frozen=True, slots=True)
class SampleWords:
    """What a sample is to be. One of `size` and `permille`."""

    title: str
    rule: Population
    size: int | None
    permille: int | None
    word_digest: Digest


@dataclass(frozen=True, slots=True)
class Listed:
    """A population whose list is kept already."""

    ids: tuple[str, ...]
    blob: Digest
    root: Digest


class PopulationMoved(Conflict):
    """Something was sealed or entered since the list was made: it must be made again."""


def list_population(connection: Connection, rule: Population, blobs: Blobs) -> Listed:
    ids = population_of(connection, rule)
    return Listed(ids, blobs.put(draws.population_text(ids)), draws.population_root(ids))


def nonce_text(sample: str, root: str) -> str:
    """What the server's nonce is made from: the same again at the draw, also after a restart."""
    return f"{draws.SPEC} nonce\n{sample}\n{root}\n"


def commit(
    connection: Connection, sample: se.SampleId, words: SampleWords, listed: Listed, nonce: bytes, by: By
) -> se.SampleCommitted:
    """The population is that of the very transaction. Raises Invalid, PopulationMoved."""
    if population_of(connection, words.rule) != listed.ids:
        raise PopulationMoved("The population has just changed.", remedy="Try again.")
    size = size_of(len(listed.ids), words.size, words.permille)
    return se.SampleCommitted(
        at=by.at,
        sample=sample,
        spec=draws.SPEC,
        title=words.title,
        of=words.rule.of,
        unit=words.rule.unit,
        from_at=words.rule.from_at,
        to_at=words.rule.to_at,
        items=words.rule.items,
        population=listed.blob,
        root=listed.root,
        n_population=len(listed.ids),
        size=size,
        permille=words.permille,
        nonce_digest=draws.digest_of(nonce),
        word_digest=words.word_digest,
        by=by.account,
        display_name=by.display_name,
    )


def draw(connection: Connection, sample: str, word: str, nonce: bytes, blobs: Blobs, by: By) -> se.SampleDrawn:
    """Raises NotFound, Conflict unless it is committed to and neither drawn nor abandoned, Invalid for another word."""
    row = _require(connection, sample)
    if row.state != "committed":
        raise Conflict("This sample was drawn or abandoned already.")
    if draws.digest_of(word) != row.word_digest:
        raise Invalid(
            "This is not the word that was committed to.", remedy="If it is lost, abandon the sample and say so."
        )
    if draws.digest_of(nonce) != row.nonce_digest:
        raise Conflict("The ledger's key is another than at the commitment.", remedy="Abandon the sample.")
    seed = draws.seed_of(leaf_of(connection, row.entry), nonce, word)
    ids = draws.read_population(blobs.read(row.population))
    return se.SampleDrawn(
        at=by.at,
        sample=se.SampleId(sample),
        nonce=nonce.hex(),
        word=word,
        seed=Digest(seed.hex()),
        chosen=draws.draw(ids, row.size, seed),
        by=by.account,
        display_name=by.display_name,
    )


def abandon(connection: Connection, sample: str, reason: str, by: By) -> se.SampleAbandoned:
    """Raises NotFound, Conflict if it was abandoned before."""
    if _require(connection, sample).state == "abandoned":
        raise Conflict("This sample was abandoned already.")
    return se.SampleAbandoned(
        at=by.at, sample=se.SampleId(sample), reason=reason, by=by.account, display_name=by.display_name
    )


def review(
    connection: Connection, sample: str, item: str, result: se.SampleResult, words: str, rules: Rules, by: By
) -> se.SampleReviewed:
    """Raises NotFound, Conflict, Invalid for a flaw without words, Forbidden for who has a part in it."""
    row = _require(connection, sample)
    if row.state != "drawn":
        raise Conflict("Only what was drawn, and is not abandoned, can be reviewed.")
    if item not in items_of(connection, sample):
        raise NotFound("This was not drawn.")
    if result == "flaw" and not words:
        raise Invalid("Say what is wrong.")
    part = part_of(connection, row, item, rules)
    require_reviewer(by.account, part.people)
    watched = [
        each for each in watched_of(connection, part.recordings, row.drawn_entry or 0) if each.account == by.account
    ]
    return se.SampleReviewed(
        at=by.at,
        sample=se.SampleId(sample),
        item=item,
        result=result,
        words=words,
        recordings=part.recordings,
        duration_ms=part.duration_ms,
        delivered_ms=sum(length(each.delivered) for each in watched),
        rendered_ms=sum(length(each.rendered) for each in watched),
        by=by.account,
        display_name=by.display_name,
    )


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """What there is to watch of something drawn, and who has a part in it."""

    recordings: tuple[RecordingId, ...]
    duration_ms: int
    people: frozenset[str]


def part_of(connection: Connection, row: SampleRow, item: str, rules: Rules) -> DrawnPart:
    """Of a recording: itself. Of an activity: what counts for it now; nothing if it was withdrawn since."""
    if row.of == "recordings":
        found = drawn_recordings(connection, [item]).get(item)
        officer = None if found is None else found.officer
        people = frozenset((officer,)) if officer else frozenset[str]()
        return DrawnPart((RecordingId(item),), 0 if found is None else found.duration_ms, people)
    activity = drawn_activities(connection, [item]).get(item)
    if activity is None:
        return DrawnPart((), 0, frozenset())
    judged = judge(connection, activity.case, rules)
    rows = [each.row for each in judged.footage.get(item, ())]
    recordings = tuple(RecordingId(each.id) for each in rows)
    return DrawnPart(recordings, sum(each.duration_ms for each in rows), judged.on_the_case)


def _require(connection: Connection, sample: str) -> SampleRow:
    row = find_sample(connection, sample)
    if row is None:
        raise NotFound("There is no such sample.")
    return row
