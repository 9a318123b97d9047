"""Every way to cheat in a sample that the ledger can hold is named: by whoever has the server in hand."""

from __future__ import annotations

from typing import Any

import pytest

from evidence import case_entries as ce
from evidence import draws
from evidence import entries as e
from evidence import retention_entries as rt
from evidence import sample_entries as se
from evidence.canonical import Digest, sha256
from evidence.catalog.check_queries import RecordingFacts
from evidence.check_samples import SampleRules
from evidence.errors import NotFound
from evidence.merkle import leaf_hash
from evidence.records import RecordingId, ViewingId

AT = "2026-11-24T08:00:00.000000Z"
WHO = {"at": AT, "by": "boss", "display_name": "甲"}
NONCE, WORD = b"n" * 32, "六面骰子 4261135266142611"
START, END = "2026-11-01T00:00:00.000000Z", "2026-12-01T00:00:00.000000Z"
IDS = ("r1", "r2", "r3", "r4")


class Site:
    """A ledger as it is heard, with a blob store."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.recordings: dict[str, RecordingFacts] = {}
        self.rules = SampleRules(self._read, lambda: self.recordings)
        self.n = 9
        for each in IDS:
            self.seal(each)

    def _read(self, digest: Digest) -> bytes:
        if digest not in self.blobs:
            raise NotFound("The blob is missing.")
        return self.blobs[digest]

    def hear(self, *entries: e.AnyEntry) -> list[str]:
        found = []
        for entry in entries:
            self.n += 1
            found += self.rules.hear(self.n, entry)
        return found

    def seal(self, name: str, kind: str = "video", started_at: str = AT) -> None:
        digest = Digest(sha256(name.encode()))
        sealed = {"original": digest, "manifest": digest, "segments_root": digest, "size_bytes": 1, "n_segments": 1}
        assert self.hear(e.RecordingSealed(at=AT, recording=RecordingId(name), **sealed)) == []
        self.recordings[name] = RecordingFacts(self.n, kind, "一队", started_at)

    def committed(self, ids: tuple[str, ...] = IDS, **more: Any) -> se.SampleCommitted:
        listed = draws.population_text(ids)
        self.blobs[sha256(listed)] = listed
        values: dict[str, Any] = {
            "sample": se.SampleId("d1"),
            "spec": draws.SPEC,
            "title": "x",
            "of": "recordings",
            "unit": "一队",
            "from_at": START,
            "to_at": END,
            "items": (),
            "population": sha256(listed),
            "root": draws.population_root(ids),
            "n_population": len(ids),
            "size": 2,
            "permille": None,
            "nonce_digest": draws.digest_of(NONCE),
            "word_digest": draws.digest_of(WORD),
        }
        return se.SampleCommitted(**values | WHO | more)


def drawn(entry: se.SampleCommitted, **more: Any) -> se.SampleDrawn:
    seed = draws.seed_of(leaf_hash(e.encode(entry)), NONCE, WORD)
    honest = {"nonce": NONCE.hex(), "word": WORD, "seed": seed.hex(), "chosen": draws.draw(IDS, 2, seed)}
    return se.SampleDrawn(**{"sample": entry.sample} | honest | WHO | more)


def reviewed(item: str, delivered_ms: int = 0, rendered_ms: int = 0) -> se.SampleReviewed:
    return se.SampleReviewed(
        sample=se.SampleId("d1"),
        item=item,
        result="in-order",
        words="",
        recordings=(RecordingId(item),),
        duration_ms=40_000,
        delivered_ms=delivered_ms,
        rendered_ms=rendered_ms,
        **WHO,
    )


ABANDONED = se.SampleAbandoned(sample=se.SampleId("d1"), reason="期间选错", **WHO)


def test_an_honest_sample_is_fine() -> None:
    site = Site()
    entry = site.committed()
    assert site.hear(entry, drawn(entry), reviewed(drawn(entry).chosen[0]), ABANDONED) == []


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("leaves out 1 and adds 0", {"ids": IDS[1:]}),
        ("leaves out 0 and adds 1", {"ids": (*IDS, "r5")}),
        ("leaves out 0 and adds 4", {"unit": "二队"}),
        ("another population", {"root": Digest("0" * 64)}),
        ("another population", {"n_population": 5}),
        ("draws 9 from 4", {"size": 9}),
        ("draws 0 from 4", {"size": 0}),
        ("does not know", {"spec": "mediad/draw/9"}),
        ("cannot be read", {"population": Digest("0" * 64)}),
    ],
)
def test_a_commitment_that_is_no_fair_one(words: str, more: dict[str, Any]) -> None:
    site = Site()
    assert any(words in each for each in site.hear(site.committed(**more)))


def test_what_was_sealed_later_or_is_no_footage_is_none_of_the_population() -> None:
    site = Site()
    site.seal("r6", kind="photo")
    site.seal("r7", started_at=END)
    assert site.hear(site.committed()) == []
    site.seal("r5")
    assert site.hear(_other(site.committed((*IDS, "r5")))) == []


def test_what_is_destroyed_is_none_of_the_population_until_it_is_docked_again() -> None:
    site = Site()
    assert site.hear(_begun("r2")) == []
    assert site.hear(site.committed(("r1", "r3", "r4"))) == []
    site.seal("r2")
    assert site.hear(_other(site.committed())) == []


def _begun(name: str) -> rt.DestructionBegun:
    digest = Digest("0" * 64)
    terms = {"size_bytes": 1, "blobs": (), "expired_at": AT, "code": "routine", "requested_by": "a", "approved_by": "b"}
    return rt.DestructionBegun(
        at=AT,
        destruction=rt.DestructionId("x"),
        recording=RecordingId(name),
        original=digest,
        manifest=digest,
        **terms,
    )


def _other(entry: se.SampleCommitted) -> se.SampleCommitted:
    return se.SampleCommitted(**{**_fields(entry), "sample": "d2"})


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("does not follow", {"chosen": ("r1", "r2")}),
        ("does not follow", {"chosen": ("r4", "r3")}),
        ("does not follow", {"seed": Digest("0" * 64)}),
        ("another nonce", {"nonce": "00" * 32}),
        ("another word", {"word": "x" * 16}),
        ("without a commitment", {"sample": se.SampleId("d9")}),
    ],
)
def test_a_draw_that_does_not_follow(words: str, more: dict[str, Any]) -> None:
    site = Site()
    entry = site.committed()
    # One of the two orders of two ids may be the honest one.
    if drawn(entry).chosen == more.get("chosen"):
        more = {"chosen": tuple(reversed(more["chosen"]))}
    site.hear(entry)
    assert any(words in each for each in site.hear(drawn(entry, **more)))


def test_drawn_twice_committed_twice_drawn_after_it_was_abandoned() -> None:
    site = Site()
    entry = site.committed()
    assert site.hear(entry, drawn(entry)) == []
    assert any("drawn twice" in each for each in site.hear(drawn(entry)))
    assert any("committed to twice" in each for each in site.hear(entry))
    other = Site()
    assert any("after it was abandoned" in each for each in other.hear(entry_of(other), ABANDONED, drawn(entry)))
    assert any("without a reason" in each for each in Site().hear(ABANDONED))


def entry_of(site: Site) -> se.SampleCommitted:
    return site.committed()


def _viewing(name: str, account: str = "boss", purpose: str = "sampling") -> e.ViewingOpened:
    return e.ViewingOpened(
        at=AT,
        viewing=ViewingId(name),
        account=account,
        display_name="甲",
        roles=("supervisor",),
        session="s",
        address="::1",
        user_agent="x",
        scope="recording",
        recording=RecordingId("r1"),
        purpose=purpose,
        note="",
        case=None,
        policies=(),
        expires_at=AT,
    )


def _handed(viewing: str, recording: str, end_ms: int) -> tuple[e.AnyEntry, ...]:
    common = {"at": AT, "viewing": ViewingId(viewing), "recording": RecordingId(recording)}
    return (
        e.ViewingDelivered(item="segment", seq=0, start_ms=0, end_ms=end_ms, source="original", **common),
        e.ViewingRendered(spans=(e.RenderedSpan(0, end_ms + 500),), undelivered_ms=500, **common),
    )


def test_what_a_review_says_was_watched_is_what_the_log_has() -> None:
    site = Site()
    entry = site.committed()
    item = drawn(entry).chosen[0]
    before = (_viewing("v1"), *_handed("v1", item, 9_000))
    assert site.hear(entry, *before, drawn(entry)) == []
    for viewing in (_viewing("v2"), _viewing("v3", "law"), _viewing("v4", purpose="case")):
        site.hear(viewing, *_handed(viewing.viewing, item, {"v2": 4_000}.get(viewing.viewing, 20_000)))
    # A viewing from before the draw, of somebody else, or for another purpose counts for nothing.
    site.hear(*_handed("v1", item, 30_000))
    assert site.hear(reviewed(item, 4_000, 4_000)) == []
    for claimed in ((9_000, 4_000), (4_000, 4_500), (0, 0)):
        (words,) = site.hear(reviewed(item, *claimed))
        assert "the log has 4000 and 4000" in words
    stranger = next(each for each in IDS if each not in drawn(entry).chosen)
    assert any("without having been drawn" in each for each in site.hear(reviewed(stranger)))


def _activity(name: str, case: str, item: str = "seizure", started_at: str | None = AT) -> ce.ActivityRecorded:
    return ce.ActivityRecorded(
        at=AT,
        activity=ce.ActivityId(name),
        case=ce.CaseId(case),
        item=item,
        stage="execution",
        place="",
        planned_start=None,
        planned_end=None,
        started_at=started_at,
        ended_at=None,
        officers=(),
        devices=(),
        note="",
        by="law",
    )


def _case(name: str, unit: str | None) -> ce.CaseRecorded:
    return ce.CaseRecorded(
        at=AT,
        case=ce.CaseId(name),
        number=name,
        kind="penalty",
        title="x",
        stage="execution",
        subject=ce.Subject("person", "某人"),
        unit=unit,
        officers=(),
        by="law",
    )


def test_a_population_of_activities_is_found_from_the_ledger() -> None:
    site = Site()
    said = {"at": AT, "by": "law", "case": ce.CaseId("c1"), "activity": ce.ActivityId("a1")}
    site.hear(
        _case("c1", "一队"),
        _case("c2", "二队"),
        _activity("a1", "c1"),
        _activity("a2", "c1"),
        _activity("a3", "c2"),
        _activity("a4", "c1", "hearing"),
        _activity("a5", "c1", started_at=None),
        _activity("a6", "c1"),
        _activity("a6", "c1", started_at=END),  # a later layer
        ce.ActivityWithdrawn(**said | {"activity": ce.ActivityId("a2")}, reason="误登"),
        ce.FootageMatched(**said, recording=RecordingId("r1"), verdict="confirmed", reason=""),
        ce.FootageMatched(**said, recording=RecordingId("r2"), verdict="confirmed", reason=""),
        ce.FootageMatched(**said, recording=RecordingId("r2"), verdict="rejected", reason="不是"),
    )
    right = {
        "a": site.committed(("a1", "a4"), of="activities"),
        "b": site.committed(("a1",), of="activities", items=("seizure",)),
        "c": site.committed(("a1", "a3"), of="activities", items=("seizure",), unit=None),
        "d": site.committed(("r1",), items=("seizure",), size=1),
    }
    for name, entry in right.items():
        found = site.hear(se.SampleCommitted(**{**_fields(entry), "sample": f"d{name}", "size": 1}))
        assert found == [], name


def _fields(entry: se.SampleCommitted) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}
