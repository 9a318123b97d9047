"""The verifier's tamper tables: each way of tampering is refused, and called by its name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import merkle
from evidence.canonical import Digest, sha256
from evidence.checkpoint import Checkpoint, make_note, open_note
from evidence.entries import LogRead, RecordingSealed, encode
from evidence.errors import IntegrityBroken, StoreUnavailable
from evidence.live import ChannelId, live_recording_id
from evidence.records import MediaIndex, RecordingId
from evidence.signing import NoteVerifier, SealVerifier
from evidence.statements import LiveOrigin, Manifest, SignedStatement, segments_root
from evidence.verify import (
    Finding,
    locate_damage,
    read_au_digests,
    split_au_digests,
    verify_blob,
    verify_entry_inclusion,
    verify_history,
    verify_manifest,
    verify_original,
    verify_sealed,
)
from tests.unit.evidence.sealed import AT, CHUNK_BYTES, ROOT, digests_of, note_signer, resign, seal, seal_signer

SEALED = seal()
OTHER = seal(word="two")
VERIFIER = SealVerifier.from_pem(seal_signer().public_pem)
SEGMENTS = SEALED.manifest.segments


def check(manifest: Manifest) -> None:
    verify_manifest(manifest.to_bytes(), VERIFIER)


def with_segments(*segments: SignedStatement, **changes: object) -> Manifest:
    return msgspec.structs.replace(SEALED.manifest, segments=segments, **changes)  # type: ignore[arg-type]


def edit_statement(place: int, **changes: object) -> Manifest:
    signed = SEGMENTS[place]
    edited = msgspec.structs.replace(signed, statement=msgspec.structs.replace(signed.statement, **changes))
    return with_segments(*SEGMENTS[:place], edited, *SEGMENTS[place + 1 :])


def edit_track(place: int, **changes: object) -> Manifest:
    first, *rest = SEGMENTS[place].statement.tracks
    return edit_statement(place, tracks=(msgspec.structs.replace(first, **changes), *rest))


# ---- manifests ----------------------------------------------------------------------------------------------


def test_a_sealed_manifest_verifies() -> None:
    assert verify_manifest(SEALED.manifest.to_bytes(), VERIFIER) == SEALED.manifest


def test_a_manifest_without_segments_verifies() -> None:
    index = replace(SEALED.index, tracks=(), segments=())
    check(seal(index=index, au_digests=None).manifest)


def test_a_live_recording_has_an_id_before_it_has_its_content() -> None:
    said = LiveOrigin(room="room", channel=ChannelId("room/front"), sitting=None, zero_at=AT, continues=None)
    live = seal(recording=live_recording_id(), live=said).manifest
    assert verify_manifest(live.to_bytes(), VERIFIER) == live
    with pytest.raises(IntegrityBroken, match="does not follow from its original"):
        check(seal(recording=live.recording).manifest)


FLIPPED = Digest("0" * 64)
TAMPERINGS: dict[str, tuple[Callable[[], Manifest], str]] = {
    "picture digest of a segment": (lambda: edit_track(2, au_digest=FLIPPED), "statement of segment 2 is not valid"),
    "sound digest of a segment": (
        lambda: edit_statement(
            4,
            tracks=(
                SEGMENTS[4].statement.tracks[0],
                msgspec.structs.replace(SEGMENTS[4].statement.tracks[1], au_digest=FLIPPED),
            ),
        ),
        "statement of segment 4 is not valid",
    ),
    "timing of a segment": (lambda: edit_track(1, timing_digest=FLIPPED), "statement of segment 1 is not valid"),
    "time of day of a segment": (lambda: edit_statement(1, wall_start=AT), "statement of segment 1 is not valid"),
    "clock made better": (lambda: edit_statement(0, clock_quality="server"), "statement of segment 0 is not valid"),
    "signature of a segment": (
        lambda: with_segments(
            *SEGMENTS[:3], msgspec.structs.replace(SEGMENTS[3], signature=SEGMENTS[2].signature), *SEGMENTS[4:]
        ),
        "statement of segment 3 is not valid",
    ),
    "signature of a segment that is no base64": (
        lambda: with_segments(msgspec.structs.replace(SEGMENTS[0], signature="*"), *SEGMENTS[1:]),
        "statement of segment 0 is not base64",
    ),
    "first segment dropped": (lambda: with_segments(*SEGMENTS[1:]), "Segment 0 is missing"),
    "segment dropped": (lambda: with_segments(*SEGMENTS[:2], *SEGMENTS[3:]), "Segment 2 is missing"),
    "last segment dropped": (lambda: with_segments(*SEGMENTS[:-1]), "missing at the end"),
    "all segments dropped": (lambda: with_segments(), "missing at the end"),
    "tail dropped and the root with it": (
        lambda: with_segments(*SEGMENTS[:3], segments_root=segments_root(SEGMENTS[:3])),
        "signature of the manifest is not valid",
    ),
    "segment repeated": (lambda: with_segments(*SEGMENTS[:3], *SEGMENTS[2:]), "Segment 2 is there twice"),
    "segments reordered": (
        lambda: with_segments(SEGMENTS[0], SEGMENTS[2], SEGMENTS[1], *SEGMENTS[3:]),
        "out of order: 2 stands in the place of 1",
    ),
    "segment of another recording": (
        lambda: with_segments(*SEGMENTS[:2], OTHER.manifest.segments[2], *SEGMENTS[3:]),
        f"Segment 2 belongs to another recording, {OTHER.manifest.recording}",
    ),
    "segment of another making of the same recording": (
        lambda: with_segments(
            *SEGMENTS[:2],
            seal(identity=replace(SEALED.manifest.identity, started_at=None)).manifest.segments[2],
            *SEGMENTS[3:],
        ),
        "Segment 2 does not follow",
    ),
    "segment signed by another key": (
        lambda: with_segments(*SEGMENTS[:2], seal(signer="other-seal").manifest.segments[2], *SEGMENTS[3:]),
        "statement of segment 2 is not valid",
    ),
    "made by another key": (lambda: seal(signer="other-seal").manifest, "names the seal key"),
    "made by another key that claims to be ours": (
        lambda: resign(seal(signer="other-seal").manifest, "other-seal", keyid=VERIFIER.keyid),
        "statement of segment 0 is not valid",
    ),
    "other algorithm": (lambda: msgspec.structs.replace(SEALED.manifest, alg="none"), "names the seal key"),
    "signature of the manifest": (
        lambda: msgspec.structs.replace(SEALED.manifest, signature=OTHER.manifest.signature),
        "signature of the manifest is not valid",
    ),
    "no signature": (lambda: msgspec.structs.replace(SEALED.manifest, signature=""), "manifest is not valid"),
    "segments root": (
        lambda: msgspec.structs.replace(SEALED.manifest, segments_root=FLIPPED),
        "segments root is not that of its 6 segments",
    ),
    "original swapped": (
        lambda: msgspec.structs.replace(SEALED.manifest, original=OTHER.manifest.original),
        "signature of the manifest is not valid",
    ),
    "other officer": (
        lambda: msgspec.structs.replace(SEALED.manifest, identity=replace(SEALED.manifest.identity, officer="张三")),
        "signature of the manifest is not valid",
    ),
    "warning removed": (lambda: msgspec.structs.replace(SEALED.manifest, warnings=()), "manifest is not valid"),
    # What even the site's own key must not say.
    "recording id that is not the original's": (
        lambda: seal(recording=RecordingId("raaaaaaaaaaaaaaaaaaaa")).manifest,
        "recording id does not follow",
    ),
    "access units left out": (
        lambda: seal(index=_reindexed(2, first_au=11, n_au=4)).manifest,
        "Access units 10 to 10 of track 0 are in no segment",
    ),
    "access units left out at the end": (
        lambda: seal(index=_reindexed(5, n_au=4)).manifest,
        "hold 29 access units of track 0; the manifest says 30",
    ),
    "track that no segment speaks of": (
        lambda: seal(index=_without_sound()).manifest,
        "hold 0 access units of track 1; the manifest says 18",
    ),
    "tracks and no segment": (
        lambda: seal(index=replace(SEALED.index, segments=())).manifest,
        "hold 0 access units of track 0; the manifest says 30",
    ),
    "two tracks of one number": (
        lambda: resign(
            msgspec.structs.replace(SEALED.manifest, tracks=(*SEALED.manifest.tracks, SEALED.manifest.tracks[1]))
        ),
        "have the same number",
    ),
    "track described in two ways": (
        lambda: resign(
            msgspec.structs.replace(
                SEALED.manifest,
                tracks=(replace(SEALED.manifest.tracks[0], codec="hevc"), SEALED.manifest.tracks[1]),
            )
        ),
        "Segment 0 describes track 0 otherwise",
    ),
    "track not described": (
        lambda: resign(msgspec.structs.replace(SEALED.manifest, tracks=SEALED.manifest.tracks[:1])),
        "Segment 0 describes track 1 otherwise",
    ),
}


def _reindexed(place: int, **changes: int) -> MediaIndex:
    segments = list(SEALED.index.segments)
    video, sound = segments[place].tracks
    segments[place] = replace(segments[place], tracks=(replace(video, **changes), sound))
    return replace(SEALED.index, segments=tuple(segments))


def _without_sound() -> MediaIndex:
    """Only the pictures are stated; what was recorded has sound."""
    pictures = tuple(replace(each, tracks=each.tracks[:1]) for each in SEALED.index.segments)
    return replace(SEALED.index, segments=pictures)


def test_a_track_that_is_stated_as_empty_is_found_by_its_digests() -> None:
    video, sound = SEALED.index.tracks
    silent = replace(_without_sound(), tracks=(video, replace(sound, n_au=0)))
    manifest = seal(index=silent).manifest
    check(manifest)
    with pytest.raises(IntegrityBroken, match="too few or too many for their tracks"):
        read_au_digests(manifest, SEALED.au_digests)
    (found,) = locate_damage(manifest, digests_of(SEALED.original, 6))
    assert (found.code, found.track, found.first_au) == ("units-added", 1, 0)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_with_a_manifest_is_refused_by_name(name: str) -> None:
    make, words = TAMPERINGS[name]
    manifest = make()
    assert manifest != SEALED.manifest
    with pytest.raises(IntegrityBroken, match=words):
        check(manifest)


DATA = SEALED.manifest.to_bytes()


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_manifest_is_refused(at: int, flip: int) -> None:
    with pytest.raises(IntegrityBroken):
        verify_manifest(DATA[:at] + bytes([DATA[at] ^ flip]) + DATA[at + 1 :], VERIFIER)


def test_any_other_spelling_of_a_signature_is_refused() -> None:
    """Base64 leaves stray bits before its padding: changed letters that decode to the same bytes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    bare = seal(index=replace(SEALED.index, tracks=(), segments=()), au_digests=None).manifest
    signature = bare.signature
    for at in range(len(signature)):
        for letter in letters.replace(signature[at], ""):
            changed = signature[:at] + letter + signature[at + 1 :]
            with pytest.raises(IntegrityBroken, match="signature of the manifest"):
                verify_manifest(msgspec.structs.replace(bare, signature=changed).to_bytes(), VERIFIER)


# ---- the ledger ---------------------------------------------------------------------------------------------

ENTRY = RecordingSealed(
    at=AT,
    recording=SEALED.manifest.recording,
    original=SEALED.manifest.original,
    size_bytes=SEALED.manifest.size_bytes,
    manifest=sha256(DATA),
    segments_root=SEALED.manifest.segments_root,
    n_segments=6,
)


def test_a_ledger_entry_binds_its_manifest() -> None:
    verify_sealed(ENTRY, DATA, SEALED.manifest)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("manifest", FLIPPED, "not the one that the ledger's entry names"),
        ("recording", OTHER.manifest.recording, "differ in the recording"),
        ("original", FLIPPED, "differ in the original"),
        ("size_bytes", 1, "differ in the size"),
        ("segments_root", FLIPPED, "differ in the segments root"),
        ("n_segments", 5, "differ in the number of segments"),
    ],
)
def test_an_entry_that_says_otherwise_is_refused(field: str, value: object, words: str) -> None:
    with pytest.raises(IntegrityBroken, match=words):
        verify_sealed(msgspec.structs.replace(ENTRY, **{field: value}), DATA, SEALED.manifest)


def test_another_manifest_in_the_place_of_the_sealed_one_is_refused() -> None:
    """The site's own key made both: only the ledger tells which one was sealed."""
    second = resign(msgspec.structs.replace(SEALED.manifest, warnings=()))
    check(second)
    with pytest.raises(IntegrityBroken, match="not the one that the ledger's entry names"):
        verify_sealed(ENTRY, second.to_bytes(), second)


ENTRIES = [
    encode(LogRead(at=AT, account="audit", session="s", address="::1", what="ledger", query=str(n))) for n in range(20)
]
ENTRIES[7] = encode(ENTRY)


def tree(entries: list[bytes]) -> Callable[[int, int], bytes]:
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    return lambda start, stop: merkle.root_of(hashes[start:stop])


def checkpoint_of(entries: list[bytes]) -> Checkpoint:
    return Checkpoint("example.org/mediad", len(entries), tree(entries)(0, len(entries)))


def test_an_entry_is_proven_against_a_signed_checkpoint() -> None:
    signer = note_signer()
    head = checkpoint_of(ENTRIES)
    note = make_note(head.origin, head.size, head.root, signer)
    path = merkle.inclusion_path(7, 20, tree(ENTRIES))
    verify_entry_inclusion(ENTRIES[7], 7, path, open_note(note, NoteVerifier.from_vkey(signer.vkey)))


def test_a_rewritten_entry_is_refused() -> None:
    path, head = merkle.inclusion_path(7, 20, tree(ENTRIES)), checkpoint_of(ENTRIES)
    edited = ENTRIES[7].replace(b'"n_segments":6', b'"n_segments":5')
    for entry, index in ((edited, 7), (ENTRIES[7], 8), (ENTRIES[6], 7)):
        with pytest.raises(IntegrityBroken, match=f"Ledger entry {index} is not proven"):
            verify_entry_inclusion(entry, index, path, head)


def test_a_ledger_that_grew_continues_the_old_one() -> None:
    for size in range(21):
        path = merkle.consistency_path(size, 20, tree(ENTRIES))
        verify_history(checkpoint_of(ENTRIES[:size]), checkpoint_of(ENTRIES), path)


def test_a_rewritten_rolled_back_or_forked_ledger_is_refused() -> None:
    old = checkpoint_of(ENTRIES[:12])
    rewritten = [*ENTRIES[:3], ENTRIES[4], *ENTRIES[4:]]
    path = merkle.consistency_path(12, 20, tree(rewritten))
    with pytest.raises(IntegrityBroken, match=r"history was rewritten.*does not begin with"):
        verify_history(old, checkpoint_of(rewritten), path)
    with pytest.raises(IntegrityBroken, match="went back from 12 entries to 9"):
        verify_history(old, checkpoint_of(ENTRIES[:9]), ())
    with pytest.raises(IntegrityBroken, match="Two different logs of 12"):
        verify_history(old, checkpoint_of(rewritten[:12]), ())
    with pytest.raises(IntegrityBroken, match="two ledgers"):
        verify_history(old, replace(old, origin="example.org/other"), ())


# ---- originals ----------------------------------------------------------------------------------------------


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original"
    path.write_bytes(SEALED.original)
    return path


def recompute(path: Path) -> dict[int, bytes]:
    return digests_of(path.read_bytes(), 6)


def test_an_untouched_original_verifies_with_progress_in_bytes(original: Path) -> None:
    seen: list[int] = []
    verify_original(original, SEALED.manifest, progress=seen.append)
    assert seen[-1] == len(SEALED.original)


def test_progress_runs_through_a_large_file(tmp_path: Path) -> None:
    path, data = tmp_path / "large", bytes(5_000_000)
    path.write_bytes(data)
    seen: list[int] = []
    verify_blob(path, sha256(data), "viewing copy", seen.append)
    assert seen == sorted(set(seen))
    assert len(seen) > 1
    assert seen[-1] == len(data)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_a_flipped_byte_in_the_picture_names_its_segment(original: Path) -> None:
    flip(original, 13 * CHUNK_BYTES + 5)  # the 14th picture: segment 2 holds 10 to 14
    with pytest.raises(IntegrityBroken, match=r"original was altered: its SHA-256 is [0-9a-f]{64}, sealed was"):
        verify_original(original, SEALED.manifest)
    with pytest.raises(
        IntegrityBroken, match=r"First: Differs: segment 2 \(0:00:08.000 to 0:00:12.000\), video\. .*: 1 of 6"
    ):
        verify_original(original, SEALED.manifest, recompute=recompute)
    with pytest.raises(IntegrityBroken, match=r"segment 2 .*, video, from access unit 13"):
        verify_original(original, SEALED.manifest, recompute=recompute, sealed_au_digests=SEALED.au_digests)


def test_a_flipped_byte_in_the_sound_names_its_segment(original: Path) -> None:
    flip(original, (30 + 16) * CHUNK_BYTES)
    with pytest.raises(IntegrityBroken, match=r"segment 5 .*, audio, from access unit 16"):
        verify_original(original, SEALED.manifest, recompute=recompute, sealed_au_digests=SEALED.au_digests)


def test_a_cut_off_original_says_so(original: Path) -> None:
    original.write_bytes(SEALED.original[:-CHUNK_BYTES])
    with pytest.raises(IntegrityBroken, match=f"is {47 * CHUNK_BYTES} bytes long; sealed were {48 * CHUNK_BYTES}"):
        verify_original(original, SEALED.manifest)
    with pytest.raises(IntegrityBroken, match=r"segment 5 .*, audio"):
        verify_original(original, SEALED.manifest, recompute=recompute)


def test_a_change_outside_pictures_and_sound_is_refused_too(original: Path) -> None:
    flip(original, 0)
    with pytest.raises(IntegrityBroken, match="the change is outside of them"):
        verify_original(original, SEALED.manifest, recompute=lambda _: digests_of(SEALED.original, 6))


def test_a_changed_photo_has_no_segment_to_blame(original: Path) -> None:
    manifest = seal(index=replace(SEALED.index, tracks=(), segments=()), au_digests=None).manifest
    flip(original, 0)
    with pytest.raises(IntegrityBroken, match=r"original was altered.*[0-9a-f]\.$"):
        verify_original(original, manifest, recompute=recompute)


def test_a_blob_swapped_for_one_of_the_same_size_is_refused(original: Path) -> None:
    original.write_bytes(OTHER.original)
    with pytest.raises(IntegrityBroken, match="original was altered"):
        verify_original(original, SEALED.manifest)
    with pytest.raises(IntegrityBroken, match="init segment was altered"):
        verify_blob(original, sha256(SEALED.original), "init segment")


def test_a_missing_original_is_broken_and_an_unreadable_one_is_the_disks_fault(tmp_path: Path) -> None:
    with pytest.raises(IntegrityBroken, match="The original is missing"):
        verify_original(tmp_path / "gone", SEALED.manifest)
    with pytest.raises(StoreUnavailable, match="cannot be read: Is a directory"):
        verify_original(tmp_path, SEALED.manifest)


# ---- which segment differs ----------------------------------------------------------------------------------


def sealed_digests() -> dict[int, bytes]:
    return read_au_digests(SEALED.manifest, SEALED.au_digests)


def test_whole_digests_give_no_finding() -> None:
    assert locate_damage(SEALED.manifest, sealed_digests()) == ()


@given(st.integers(0, 29))
def test_a_bad_picture_blames_its_segment_alone(unit: int) -> None:
    digests = sealed_digests()
    digests[0] = digests[0][: unit * 32] + bytes(32) + digests[0][unit * 32 + 32 :]
    (plain,) = locate_damage(SEALED.manifest, digests)
    assert (plain.code, plain.seq, plain.track, plain.first_au) == ("segment-differs", unit // 5, 0, None)
    (exact,) = locate_damage(SEALED.manifest, digests, sealed_digests())
    assert (exact.seq, exact.first_au) == (unit // 5, unit)


def test_a_lost_picture_blames_its_segment_alone_where_the_sealed_digests_are_known() -> None:
    sealed = sealed_digests()
    digests = sealed | {0: sealed[0][: 7 * 32] + sealed[0][8 * 32 :]}
    assert [f.seq for f in locate_damage(SEALED.manifest, digests)] == [1, 2, 3, 4, 5]
    (finding,) = locate_damage(SEALED.manifest, digests, sealed)
    assert (finding.seq, finding.first_au) == (1, 7)


def test_a_lost_track_and_a_lost_tail_are_missing() -> None:
    sealed = sealed_digests()
    lost_track = locate_damage(SEALED.manifest, {0: sealed[0]})
    assert [(f.code, f.seq, f.track) for f in lost_track] == [("segment-missing", n, 1) for n in range(6)]
    lost_tail = locate_damage(SEALED.manifest, sealed | {0: sealed[0][: 22 * 32]}, sealed)
    assert [(f.code, f.seq, f.first_au) for f in lost_tail] == [("segment-differs", 4, 22), ("segment-missing", 5, 25)]


def test_added_units_are_found() -> None:
    sealed = sealed_digests()
    findings = locate_damage(SEALED.manifest, sealed | {1: sealed[1] + bytes(64)})
    assert findings == (Finding("units-added", "Track 1 has 2 access units more than were sealed.", None, 1, 18),)


def test_still_pictures_do_not_make_the_search_long() -> None:
    """A still scene: every access unit has the same digest, and one is lost."""
    still = seal(2)
    digests = {0: bytes(32) * 100_000, 1: bytes(32) * 100_000}
    findings = locate_damage(still.manifest, digests, digests_of(still.original, 2))
    assert {f.code for f in findings} == {"segment-differs", "units-added"}


def test_sealed_digests_that_are_not_the_sealed_ones_are_refused() -> None:
    with pytest.raises(IntegrityBroken, match="not those that the manifest names"):
        read_au_digests(SEALED.manifest, OTHER.au_digests)
    with pytest.raises(IntegrityBroken, match="too few or too many"):
        split_au_digests({0: 30, 1: 18}, SEALED.au_digests[:-1])
    contradicting = seal(au_digests=sha256(OTHER.au_digests)).manifest
    with pytest.raises(IntegrityBroken, match="contradict the statements: Differs: segment 0"):
        read_au_digests(contradicting, OTHER.au_digests)


# ---- standing alone -----------------------------------------------------------------------------------------


def test_the_verifier_runs_without_database_media_or_server() -> None:
    code = (
        "import sys, evidence.verify;"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " ('sqlalchemy','av','cv2','numpy','aiohttp','alembic','dbos') or m.startswith(('evidence.catalog',"
        " 'evidence.ledger', 'evidence.blobs', 'evidence.media'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
