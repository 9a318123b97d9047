"""What lies in the blob store and is named by nothing: entered again where it was sealed, else told what to do."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from evidence.media import specimens
from mediad.__main__ import run
from mediad.config import load
from mediad.store import open_reading, open_store
from tests.integration.mediad.daemon_process import new_site
from tests.integration.mediad.test_restored import backup, checked, write

NAME = "DSJ0001_012345_20261124100000_0001"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return specimens.make("mp4", path, seconds=2, width=160, height=90).read_bytes()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = new_site(tmp_path / "site")
    write(path, 1)
    return path


def ingest(site: Path, *arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    with redirect_stdout(out):
        code = run(["ingest", "-c", str(site), "--json", *(str(each) for each in arguments)])
    return code, json.loads(out.getvalue())["results"]


def manifest_of(site: Path, recording: str) -> dict[str, Any]:
    with open_reading(load(site)) as reading:
        entries = [json.loads(data) for _index, data in reading.ledger.of_type("recording.sealed")]
        (entry,) = [each for each in entries if each["recording"] == recording]
        manifest = json.loads(reading.blobs.read(entry["manifest"]))
        assert isinstance(manifest, dict)
        return manifest


def lose(site: Path, tmp_path: Path, film: bytes) -> str:
    """Seal a film and its track, and put back the database of before; the recording."""
    card = tmp_path / "card"
    card.mkdir()
    (card / f"{NAME}.mp4").write_bytes(film)
    (card / f"{NAME}.gpx").write_text("<gpx/>")
    put_back = backup(site, tmp_path / "backup")
    code, (sealed,) = ingest(site, "--officer", "张伟", card)
    assert (code, sealed["state"]) == (0, "sealed")
    put_back()
    assert run(["restored", "-c", str(site), "--reason", "x"]) == 0
    return str(sealed["recording"])


def test_what_was_sealed_and_lost_with_the_database_is_entered_again(site: Path, tmp_path: Path, film: bytes) -> None:
    recording = lose(site, tmp_path, film)
    # Original, track, manifest, and what was made of the film.
    assert checked(site)[2].count("unnamed") >= 5
    code, results = ingest(site, "--unnamed")
    assert (code, [(each["state"], each["recording"]) for each in results]) == (0, [("sealed", recording)])
    assert checked(site) == (True, [], ["restored"])
    assert run(["verify", "-c", str(site), "--all"]) == 0
    manifest = manifest_of(site, recording)
    assert (manifest["identity"]["officer"], manifest["sidecars"][0]["name"]) == ("012345", f"{NAME}.gpx")
    assert ingest(site, "--unnamed") == (0, [])
    # Docked again it is known.
    assert ingest(site, tmp_path / "card" / f"{NAME}.mp4")[1][0]["state"] == "duplicate"


def test_what_was_altered_meanwhile_is_not_entered(site: Path, tmp_path: Path, film: bytes) -> None:
    lose(site, tmp_path, film)
    with open_reading(load(site)) as reading:
        blobs = reading.blobs
        (original,) = [blobs.path(digest) for digest in blobs if blobs.read(digest) == film]
    original.chmod(0o600)
    original.write_bytes(film[:-1] + b"?")
    code, results = ingest(site, "--unnamed")
    assert code == 1 and "is damaged" in next(each["reason"] for each in results if each["state"] == "failed")
    assert "sealed" not in [each["state"] for each in results]


def test_of_the_rest_it_says_what_can_be_done(site: Path, tmp_path: Path, film: bytes) -> None:
    with open_store(load(site)) as store:
        unsealed, table = store.blobs.put(film), store.blobs.put(b"a table")
    code, results = ingest(site, "--unnamed")
    said = {each["digest"]: each for each in results}
    assert (code, {each["state"] for each in results}) == (0, {"left"})
    assert said[unsealed]["looks_like"] == "film or sound (MP4)" and "takes it in" in said[unsealed]["reason"]
    assert "no footage" in said[table]["reason"]
    code, (taken,) = ingest(site, "--officer", "张伟", said[unsealed]["path"])
    assert (code, taken["original"]) == (0, unsealed)
    assert [each["digest"] for each in ingest(site, "--unnamed")[1]] == [table]
    assert manifest_of(site, taken["recording"])["identity"]["officer"] == "张伟"


def test_a_manifest_of_a_try_that_was_killed_says_that_nothing_is_missing(
    site: Path, tmp_path: Path, film: bytes
) -> None:
    recording = lose(site, tmp_path, film)
    ingest(site, tmp_path / "card")
    code, (left,) = ingest(site, "--unnamed")
    assert (code, left["state"], left["recording"]) == (0, "left", recording)
    assert "nothing is missing" in left["reason"]


@pytest.mark.parametrize("arguments", [(), ("--unnamed", "x.mp4"), ("--unnamed", "--officer", "张伟")])
def test_files_or_the_store(site: Path, arguments: tuple[str, ...]) -> None:
    assert run(["ingest", "-c", str(site), *arguments]) == 2
