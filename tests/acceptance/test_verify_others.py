"""What was made from footage, and what was set beside it, is read again too: people see the copy, not the original."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from evidence.canonical import Digest
from evidence.clock import SystemClock, to_text
from evidence.entries import RenditionMade
from evidence.records import RecordingId
from mediad.cli.root import mediad
from mediad.config import load
from mediad.store import open_store


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


def spoil(site: Path, blob: Digest, data: bytes) -> None:
    path = site.parent / "data" / "blobs" / "sha256" / blob[:2] / blob
    assert path.stat().st_size == len(data)
    path.chmod(0o600)
    path.write_bytes(data)
