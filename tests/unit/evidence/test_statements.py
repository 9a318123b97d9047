"""Statements and manifests: their exact bytes, their chain, and everything odd refused on reading."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import canonical, sha256
from evidence.errors import IntegrityBroken, Invalid, MediaUnreadable
from evidence.merkle import leaf_hash, root_of
from evidence.records import Identity, MediaIndex, Segment, SegmentTrack, Track
from evidence.signing import SealVerifier
from evidence.statements import (
    MAX_EXACT_INT,
    Manifest,
    require_statable,
    segments_root,
    statement_bytes,
    statement_digest,
)
from tests.unit.evidence.sealed import AT, CONFIG, KEYS, seal, seal_signer

SEALED = seal()
DATA = SEALED.manifest.to_bytes()


def openssl_verifies(message: bytes, signature: str, directory: Path) -> bool:
    (directory / "message").write_bytes(message)
    (directory / "signature").write_bytes(base64.b64decode(signature))
    command = ["openssl", "dgst", "-sha256", "-verify", str(KEYS / "seal.pub"), "-signature"]
    done = subprocess.run([*command, str(directory / "signature"), str(directory / "message")], capture_output=True)
    return done.returncode == 0


# ---- the bytes ----------------------------------------------------------------------------------------------


def test_a_statement_is_byte_for_byte_what_the_reference_says() -> None:
    statement = SEALED.manifest.segments[0].statement
    video, sound = SEALED.index.segments[0].tracks
    expected = (
        '{"clock":"file-name","clock_quality":"device","device_signature":"none","end_ms":4000,"prev":null,'
        f'"recording":"{SEALED.manifest.recording}","seq":0,"spec":"mediad/segment/1","start_ms":0,"tracks":['
        f'{{"au_digest":"{video.au_digest}","codec":"h264","config_digest":"{CONFIG}","end_pts":360000,"first_au":0,'
        f'"kind":"video","n_au":5,"start_pts":0,"timescale":90000,"timing_digest":"{video.timing_digest}","track":0}},'
        f'{{"au_digest":"{sound.au_digest}","codec":"aac","config_digest":null,"end_pts":3000,"first_au":0,'
        f'"kind":"audio","n_au":3,"start_pts":0,"timescale":48000,"timing_digest":"{sound.timing_digest}","track":1}}'
        '],"wall_end":"2026-11-24T08:00:04.000000Z","wall_start":"2026-11-24T08:00:00.000000Z"}'
    )
    assert statement_bytes(statement).decode() == expected


def test_manifest_bytes_are_rfc_8785() -> None:
    assert rfc8785.dumps(json.loads(DATA)) == DATA
    assert canonical(SEALED.manifest) == DATA


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, st.integers(-MAX_EXACT_INT, MAX_EXACT_INT), st.dictionaries(st.sampled_from("aZ_-0.Qz"), texts))
def test_the_fast_form_is_rfc_8785_for_any_words_and_numbers(words: str, number: int, tools: dict[str, str]) -> None:
    manifest = msgspec.structs.replace(
        SEALED.manifest,
        playback_reason=words,
        warnings=(words,),
        container_tags=((words, words),),
        identity=replace(SEALED.manifest.identity, officer=words, sequence=number),
        duration_ms=number,
        tools=tools,
    )
    assert manifest.to_bytes() == rfc8785.dumps(msgspec.to_builtins(manifest))
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


def test_a_manifest_reads_back() -> None:
    assert Manifest.from_bytes(DATA) == SEALED.manifest
    assert Manifest.from_bytes(DATA).to_bytes() == DATA


def test_the_signature_covers_the_manifest_without_its_signature_field() -> None:
    fields = json.loads(DATA)
    signature = fields.pop("signature")
    assert SEALED.manifest.signed_bytes() == rfc8785.dumps(fields)
    # What docs/reference/integrity-formats.md tells an expert who has nothing but Python.
    plain = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert SEALED.manifest.signed_bytes() == plain
    verifier = SealVerifier.from_pem(seal_signer().public_pem)
    verifier.verify(rfc8785.dumps(fields), base64.b64decode(signature))


def test_openssl_verifies_manifest_and_statements(tmp_path: Path) -> None:
    assert openssl_verifies(SEALED.manifest.signed_bytes(), SEALED.manifest.signature, tmp_path)
    signed = SEALED.manifest.segments[3]
    assert openssl_verifies(statement_bytes(signed.statement), signed.signature, tmp_path)
    assert not openssl_verifies(statement_bytes(signed.statement) + b" ", signed.signature, tmp_path)


# ---- what is stated -----------------------------------------------------------------------------------------


def test_statements_are_numbered_and_chained() -> None:
    statements = [signed.statement for signed in SEALED.manifest.segments]
    assert [s.seq for s in statements] == list(range(6))
    assert [s.prev for s in statements] == [None, *(sha256(statement_bytes(s)) for s in statements[:-1])]
    assert statement_digest(statements[2]) == statements[3].prev


def test_the_root_is_rfc_6962_over_the_canonical_statements() -> None:
    leaves = [leaf_hash(canonical(signed.statement)) for signed in SEALED.manifest.segments]
    assert SEALED.manifest.segments_root == segments_root(SEALED.manifest.segments) == root_of(leaves).hex()


def test_everything_that_was_known_is_in_the_manifest() -> None:
    manifest, index = SEALED.manifest, SEALED.index
    for name in ("kind", "container", "playback", "duration_ms", "width", "height", "tracks", "warnings"):
        assert getattr(manifest, name) == getattr(index, name)
    assert manifest.container_tags == index.container_tags
    assert manifest.identity.times[1].note == "two hours later than the name says"
    assert manifest.keyid == seal_signer().keyid
    assert manifest.alg == "ecdsa-p256-sha256"
    assert manifest.sidecars[0].name == "一.gps"


@pytest.mark.parametrize(
    ("identity", "clock", "quality", "start"),
    [
        (Identity(started_at=AT, started_at_origin="container"), "container", "device", AT),
        (Identity(started_at=AT, started_at_origin="receipt"), "receipt", "server", AT),
        (Identity(), "unknown", "none", None),
    ],
)
def test_whose_clock_it_is_and_its_worth(identity: Identity, clock: str, quality: str, start: str | None) -> None:
    statement = seal(1, identity=identity).manifest.segments[0].statement
    assert (statement.clock, statement.clock_quality, statement.wall_start) == (clock, quality, start)


def test_an_original_that_cannot_be_played_is_sealed_all_the_same() -> None:
    index = MediaIndex("other", "", "none", "It is a text file.", 0)
    manifest = seal(index=index, samples=None, au_digests=None, init=None, sidecars=()).manifest
    assert manifest.segments == ()
    assert manifest.segments_root == sha256(b"")
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


def test_a_recording_past_the_year_9999_is_sealed_without_times_of_day() -> None:
    segment = replace(SEALED.index.segments[0], end_ms=MAX_EXACT_INT)
    statement = seal(index=replace(SEALED.index, segments=(segment,))).manifest.segments[0].statement
    assert (statement.wall_start, statement.wall_end) == (AT, None)


def _with_number(field: str, value: int) -> MediaIndex:
    segment = SEALED.index.segments[0]
    if field == "duration_ms":
        return replace(SEALED.index, duration_ms=value)
    if field in Track.__dataclass_fields__:
        return replace(SEALED.index, tracks=(replace(SEALED.index.tracks[0], **{field: value}),))
    if field in Segment.__dataclass_fields__:
        return replace(SEALED.index, segments=(replace(segment, **{field: value}),))
    assert field in SegmentTrack.__dataclass_fields__
    return replace(SEALED.index, segments=(replace(segment, tracks=(replace(segment.tracks[0], **{field: value}),)),))


@pytest.mark.parametrize(
    "field", ["duration_ms", "timescale", "duration_ticks", "start_ms", "end_ms", "start_pts", "end_pts", "first_au"]
)
def test_numbers_that_json_cannot_hold_are_refused_before_anything_is_signed(field: str) -> None:
    for value in (MAX_EXACT_INT + 1, -MAX_EXACT_INT - 1):
        with pytest.raises(MediaUnreadable, match="beyond all measure"):
            require_statable(_with_number(field, value))
    with pytest.raises(MediaUnreadable):
        seal(index=_with_number(field, 2**62))
    # No recording is longer than ten years: its beginning must lie within the calendar.
    require_statable(_with_number(field, 10 * 366 * 86_400_000 if field == "duration_ms" else MAX_EXACT_INT))


@pytest.mark.parametrize("identity", [Identity(sequence=10**30), Identity(officer="\ud800")])
def test_an_identity_that_json_cannot_hold_is_refused(identity: Identity) -> None:
    with pytest.raises(Invalid):
        seal(identity=identity)


def test_an_index_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="segment 1 at place 0"):
        seal(index=replace(SEALED.index, segments=SEALED.index.segments[1:]))


# ---- reading ------------------------------------------------------------------------------------------------


def _edited(**changes: object) -> bytes:
    return rfc8785.dumps(json.loads(DATA) | changes)


def _statement_edited(**changes: object) -> bytes:
    fields = json.loads(DATA)
    fields["segments"][0]["statement"] |= changes
    return rfc8785.dumps(fields)


ODD = {
    "empty": b"",
    "not JSON": b"manifest",
    "not an object": b"[]",
    "blank added": DATA + b"\n",
    "pretty": json.dumps(json.loads(DATA), indent=1, sort_keys=True, ensure_ascii=False).encode(),
    "keys in another order": json.dumps(
        dict(reversed(json.loads(DATA).items())), separators=(",", ":"), ensure_ascii=False
    ).encode(),
    "escaped where it need not be": DATA.replace("王".encode(), b"\\u738b"),
    "key given twice": DATA.replace(b'{"alg":', b'{"alg":"none","alg":', 1),
    "number as a float": DATA.replace(b'"duration_ms":24000', b'"duration_ms":24000.0'),
    "number in another spelling": DATA.replace(b'"duration_ms":24000', b'"duration_ms":24e3'),
    "unknown field": _edited(extra=1),
    "unknown field in a statement": _statement_edited(extra=1),
    "field missing": rfc8785.dumps({k: v for k, v in json.loads(DATA).items() if k != "kind"}),
    "other spec": _edited(spec="mediad/manifest/2"),
    "other statement spec": _statement_edited(spec="mediad/segment/2"),
    "wrong type": _edited(size_bytes="12"),
    "unknown kind": _edited(kind="film"),
    "short digest": _edited(original="ab"),
    "upper-case digest": _edited(original=SEALED.manifest.original.upper()),
    "digest with a line end": _edited(original=SEALED.manifest.original + "\n"),
    "huge number": DATA.replace(b'"duration_ms":24000', b'"duration_ms":9007199254740992'),
    "invalid UTF-8": DATA.replace("王".encode(), b"\xff\xff\xff"),
    "lone surrogate": DATA.replace("王".encode(), b"\\ud800"),
    "deep nesting": b"[" * 100_000,
    "cut off": DATA[:-1],
}


@pytest.mark.parametrize("name", ODD)
def test_anything_odd_is_refused(name: str) -> None:
    assert ODD[name] != DATA
    with pytest.raises(IntegrityBroken, match="The manifest"):
        Manifest.from_bytes(ODD[name])


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_the_manifest(at: int, flip: int) -> None:
    changed = DATA[:at] + bytes([DATA[at] ^ flip]) + DATA[at + 1 :]
    try:
        manifest = Manifest.from_bytes(changed)
    except IntegrityBroken:
        return
    assert manifest != SEALED.manifest


def test_four_hours_are_sealed_in_time() -> None:
    """3,600 segments: 1.5 s of processor time allowed, of which the signatures are most."""
    n = 3600
    sixth = SEALED.index.segments[0].tracks[0]
    segments = tuple(
        Segment(i, i * 4000, i * 4000 + 4000, (replace(sixth, first_au=i * 100, n_au=100),)) for i in range(n)
    )
    index = replace(SEALED.index, segments=segments)
    start = time.thread_time()
    manifest = seal(index=index).manifest
    assert len(Manifest.from_bytes(manifest.to_bytes()).segments) == n
    assert time.thread_time() - start < 1.5
