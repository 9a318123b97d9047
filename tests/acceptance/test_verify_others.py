"""What was made from footage, and what was set beside it, is read again too: people see the copy, not the original."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result

from evidence.canonical import Digest
from evidence.clock import SystemClock, to_text
from evidence.entries import RecordingSealed, RenditionMade
from evidence.records import RecordingId
from evidence.statements import build_manifest
from mediad.cli.root import mediad
from mediad.config import load
from mediad.store import open_store
from tests.unit.evidence.sealed import AT, seal


def run(*arguments: str | Path) -> Result:
    """In this process: a new one for each would take most of the time."""
    return CliRunner().invoke(mediad, [str(argument) for argument in arguments])


def test_a_spoilt_copy_is_named(tmp_path: Path) -> None:
    site = tmp_path / "site" / "mediad.toml"
    assert run("init", site.parent).exit_code == 0
    (tmp_path / "notes.mp4").write_text("this is no film")
    (sealed,) = json.loads(run("ingest", "-c", site, "--json", tmp_path / "notes.mp4").stdout)["results"]
    with open_store(load(site, {})) as store:
        copy = store.blobs.put(b"what people see")
        made = RenditionMade(
            at=to_text(SystemClock().now()),
            recording=RecordingId(sealed["recording"]),
            kind="viewing-copy",
            blob=copy,
            size_bytes=15,
            tool="test",
            params={},
        )
        store.ledger.append(made)
    done = run("verify", "-c", site, "--json", "--all")
    assert (done.exit_code, json.loads(done.stdout)["others"]) == (0, {"looked_at": 1, "broken": []})

    spoil(site, copy, b"what I show you")
    done = run("verify", "-c", site, sealed["recording"])
    assert done.exit_code == 1
    assert f"BROKEN  viewing-copy of recording {sealed['recording']}" in done.stdout
    assert "1 of 1 recordings are as they were sealed" in done.stdout

    spoil(site, Digest(sealed["original"]), b"this is a film ")
    done = run("verify", "-c", site, "--all")
    assert "0 of 1 recordings" in done.stdout and "0 of 1 other files" in done.stdout


def test_a_track_that_the_manifest_passes_over_is_named(tmp_path: Path) -> None:
    """Sealed with the site's own key and in its ledger: sound that was recorded, and is stated as none."""
    site = tmp_path / "site" / "mediad.toml"
    assert run("init", site.parent).exit_code == 0
    made = seal()
    video, sound = made.index.tracks
    pictures = tuple(replace(each, tracks=each.tracks[:1]) for each in made.index.segments)
    with open_store(load(site, {})) as store:
        manifest = build_manifest(
            recording=made.manifest.recording,
            original=store.blobs.put(made.original),
            size_bytes=len(made.original),
            identity=made.manifest.identity,
            source=made.manifest.source,
            received_at=AT,
            index=replace(made.index, tracks=(video, replace(sound, n_au=0)), segments=pictures),
            sidecars=(),
            samples=None,
            au_digests=store.blobs.put(made.au_digests),
            init=None,
            tools={},
            signer=store.seal_signer,
        )
        entry = RecordingSealed(
            at=AT,
            recording=manifest.recording,
            original=manifest.original,
            size_bytes=manifest.size_bytes,
            manifest=store.blobs.put(manifest.to_bytes()),
            segments_root=manifest.segments_root,
            n_segments=len(manifest.segments),
        )
        store.ledger.append(entry)
    done = run("verify", "-c", site, manifest.recording)
    assert done.exit_code == 1 and "too few or too many for their tracks" in done.stdout


def spoil(site: Path, blob: Digest, data: bytes) -> None:
    path = site.parent / "data" / "blobs" / "sha256" / blob[:2] / blob
    assert path.stat().st_size == len(data)
    path.chmod(0o600)
    path.write_bytes(data)
