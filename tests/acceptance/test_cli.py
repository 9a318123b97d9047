"""The commands as a newcomer uses them: one site from `init` to `extract`, and what breaks it, by name."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest

from evidence.media import damage, specimens
from mediad.cli.root import mediad as mediad_group
from tests.acceptance.commands import environment, mediad, said_in_json


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card: two recordings, one cut off, a photo, text called .mp4, an empty file, a link."""
    card = tmp_path_factory.mktemp("card")
    (card / "DCIM" / "100MEDIA").mkdir(parents=True)
    small = {"seconds": 6, "width": 160, "height": 90}
    specimens.make("mp4", card / "20261124103000_DSJ0001_0001.mp4", **small)  # type: ignore[arg-type]
    specimens.make("avi-mjpeg", card / "20261124104000_DSJ0001_0002.avi", **small)  # type: ignore[arg-type]
    damage.cut_off(card / "20261124103000_DSJ0001_0001.mp4", card / "20261124105000_DSJ0001_0003_KEY.mp4")
    specimens.make("photo", card / "DCIM/100MEDIA/IMG_20261124_110000.jpg", width=160, height=90)
    (card / "notes.mp4").write_text("this is no film")
    (card / "empty.mp4").touch()
    (card / "link.mp4").symlink_to("/etc/passwd")
    return card


@pytest.fixture
def site(tmp_path: Path) -> Path:
    done = mediad("init", tmp_path / "site", "--name", "江城站", "--unit", "一中队", "--bay", "b1=bays/1")
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "site" / "mediad.toml"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, footage: Path) -> Path:
    folder = tmp_path_factory.mktemp("template") / "site"
    assert mediad("init", folder, "--unit", "一中队").returncode == 0
    done = mediad("ingest", "-c", folder / "mediad.toml", "--officer", "张伟", footage)
    assert done.returncode == 1, "a link was refused"
    return folder


@pytest.fixture
def full_site(template: Path, tmp_path: Path) -> Path:
    """A site may be moved: its paths count from its own folder."""
    return Path(shutil.copytree(template, tmp_path / "moved")) / "mediad.toml"


def test_help_names_every_command_and_the_exit_codes() -> None:
    done = mediad("--help")
    assert done.returncode == 0
    for command in ("init", "serve", "demo", "ingest", "verify", "check", "rebuild", "user", "extract"):
        assert f"  {command} " in done.stdout
        loaded = mediad_group.get_command(click.Context(mediad_group), command)
        assert loaded is not None and loaded.help, "every command explains itself"
    assert "Exit codes: 0 fine" in done.stdout


def test_init_makes_a_site_once_and_overwrites_nothing(site: Path) -> None:
    before = site.read_text(encoding="utf-8")
    assert oct((site.parent / "keys" / "seal.p256.pem").stat().st_mode & 0o777) == "0o600"
    again = mediad("init", site.parent)
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1 and "has a site already" in again.stderr
    assert site.read_text(encoding="utf-8") == before


def test_ingest_seals_everything_that_is_a_file_and_says_so(site: Path, footage: Path) -> None:
    done = mediad("ingest", "-c", site, "--json", "--officer", "张伟", footage)
    results = {Path(result["path"]).name: result for result in said_in_json(done)["results"]}
    assert done.returncode == 1
    assert results["link.mp4"]["state"] == "refused" and "symbolic link" in results["link.mp4"]["reason"]
    states = {name: result["state"] for name, result in results.items()}
    assert set(states.values()) == {"sealed", "refused"} and len(states) == 7
    assert "moov" in results["20261124105000_DSJ0001_0003_KEY.mp4"]["playback_reason"]
    again = said_in_json(mediad("ingest", "-c", site, "--json", footage))["results"]
    assert {result["state"] for result in again} == {"sealed", "refused"}
    rows = query(site, "SELECT count(*), count(DISTINCT original) FROM recordings")
    assert rows == [(6, 6)], "nothing is stored twice"
    assert query(site, "SELECT DISTINCT officer, unit FROM recordings") == [("张伟", "一中队")]
    assert len(list((footage).rglob("*.mp4"))) == 5, "the card is untouched"


def test_ingest_of_a_renamed_file_is_a_sighting(full_site: Path, footage: Path, tmp_path: Path) -> None:
    copy = tmp_path / "other name.mp4"
    copy.write_bytes((footage / "20261124103000_DSJ0001_0001.mp4").read_bytes())
    (result,) = said_in_json(mediad("ingest", "-c", full_site, "--json", copy))["results"]
    assert result["state"] == "duplicate"
    assert query(full_site, "SELECT count(*) FROM recordings") == [(6,)]


def test_a_sound_site_verifies_and_checks(full_site: Path) -> None:
    for command in (("verify", "--all"), ("check",), ("rebuild",)):
        done = mediad(command[0], "-c", full_site, *command[1:])
        assert done.returncode == 0, done.stdout + done.stderr
    (one,) = query(full_site, "SELECT id FROM recordings WHERE kind = 'photo'")
    done = mediad("verify", "-c", full_site, "--json", one[0])
    assert [result["state"] for result in said_in_json(done)["results"]] == ["ok"]


def test_verify_names_the_altered_segment(full_site: Path) -> None:
    (row,) = query(full_site, "SELECT id, original FROM recordings WHERE name LIKE '%_0001.mp4'")
    recording, original = row
    blob = next((full_site.parent / "data" / "blobs").rglob(original[4:]), None) or next(
        path for path in (full_site.parent / "data" / "blobs").rglob("*") if path.name.endswith(original[-40:])
    )
    data = bytearray(blob.read_bytes())
    data[len(data) * 3 // 4] ^= 1
    blob.chmod(0o600)
    blob.write_bytes(data)
    done = mediad("verify", "-c", full_site, "--all")
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.startswith("BROKEN")]
    assert len(broken) == 1 and recording in broken[0] and "was altered" in broken[0]
    assert "egment" in broken[0], "the place is named"
    done = mediad("verify", "-c", full_site, "--json", recording)
    assert said_in_json(done)["results"][0]["code"] == "integrity-broken"


@pytest.mark.parametrize(
    ("change", "promise", "words"),
    [
        ("UPDATE recordings SET officer = '李娜' WHERE kind = 'photo'", "I3", "recordings"),
        ("DELETE FROM segments WHERE seq = 0", "I3", "segments"),
        (
            "UPDATE ledger_entries SET entry = CAST(replace(CAST(entry AS TEXT), '1', '2') AS BLOB) WHERE idx = 1",
            "I3",
            "Entry 1",
        ),
        ("DELETE FROM ledger_entries WHERE idx = 2", "I3", "Entry 2 is missing"),
        ("UPDATE ledger_checkpoints SET note = replace(note, 'A', 'B')", "I3", "checkpoint"),
        ("UPDATE attempts SET recording = 'rnone' WHERE id = 1", "I2", "was called safe, but is not sealed"),
    ],
)
def test_check_names_what_breaks_a_promise(full_site: Path, change: str, promise: str, words: str) -> None:
    with closing(sqlite3.connect(full_site.parent / "data" / "catalog.sqlite3")) as connection:
        connection.execute(change)
        connection.commit()
    done = mediad("check", "-c", full_site, "--json")
    assert done.returncode == 1, done.stdout
    findings = [(found["invariant"], found["message"]) for found in said_in_json(done)["findings"]]
    assert any(invariant == promise and words in message for invariant, message in findings), findings


def test_check_misses_a_removed_blob(full_site: Path) -> None:
    blobs = [path for path in (full_site.parent / "data" / "blobs").rglob("*") if path.is_file()]
    max(blobs, key=lambda path: path.stat().st_size).unlink()
    done = mediad("check", "-c", full_site)
    assert done.returncode == 1
    assert "is missing from the blob store" in done.stdout and "I1  BROKEN" in done.stdout


def test_rebuild_restores_a_damaged_catalog(full_site: Path) -> None:
    with closing(sqlite3.connect(full_site.parent / "data" / "catalog.sqlite3")) as connection:
        connection.execute("UPDATE recordings SET unit = NULL")
        connection.execute("DELETE FROM recording_search")
        connection.commit()
    assert mediad("rebuild", "-c", full_site, "--dry-run").returncode == 1
    assert mediad("rebuild", "-c", full_site).returncode == 1
    assert mediad("rebuild", "-c", full_site).returncode == 0
    assert query(full_site, "SELECT DISTINCT unit FROM recordings") == [("一中队",)]
    assert query(full_site, "SELECT count(*) FROM recording_search") == [(6,)]


def test_extract_opens_in_datasette_and_finds_two_characters(full_site: Path, tmp_path: Path) -> None:
    out = tmp_path / "extract.db"
    done = mediad("extract", "-c", full_site, out)
    assert done.returncode == 0 and "6 recordings" in done.stdout
    path = "/extract/recordings.json?_search=张伟&_shape=array&_col=name"
    page = subprocess.run(
        [sys.executable, "-m", "datasette", out, "--get", path], capture_output=True, text=True, env=environment()
    )
    assert page.returncode == 0, page.stderr
    assert page.stdout.count('"name"') == 6
    assert mediad("extract", "-c", full_site, out).returncode == 2, "nothing is overwritten"
    assert oct(out.stat().st_mode & 0o777) == "0o600", "it says who watched what"
    nowhere = mediad("extract", "-c", full_site, tmp_path / "no" / "folder.db")
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (3, 1) and "cannot be written" in nowhere.stderr
    later = mediad("extract", "-c", full_site, tmp_path / "later.db", "--from", "2030-01-01")
    assert "0 recordings" in later.stdout


def test_users_are_added_listed_and_disabled(site: Path) -> None:
    add = ("user", "add", "-c", site, "张伟", "--role", "officer", "--display-name", "张伟", "--password-stdin")
    assert mediad(*add, stdin="一个很长的密码在此处\n").returncode == 0
    taken = mediad(*add, stdin="一个很长的密码在此处\n")
    assert (taken.returncode, taken.stderr.count("\n")) == (2, 1)
    assert mediad("user", "password", "-c", site, "张伟", "--password-stdin", stdin="short\n").returncode == 2
    changed = mediad("user", "change", "-c", site, "张伟", "--role", "supervisor", "--unit", "二中队")
    assert (changed.returncode, changed.stdout) == (0, "张伟 (张伟) is supervisor of 二中队.\n")
    assert mediad("user", "change", "-c", site, "张伟", "--display-name", "张卫").stdout.startswith(
        "张伟 (张卫) is supervisor"
    )
    assert mediad("user", "change", "-c", site, "张伟").returncode == 2
    assert mediad("user", "change", "-c", site, "nobody", "--unit", "").returncode == 2
    assert mediad("user", "disable", "-c", site, "张伟").returncode == 0
    (account,) = said_in_json(mediad("user", "list", "-c", site, "--json"))
    assert account["enabled"] is False and "password" not in account
    assert (account["roles"], account["unit"]) == (["supervisor"], "二中队")
    assert mediad("user", "disable", "-c", site, "nobody").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("serve", "-c", "/nonexistent/mediad.toml"), 2, "There is no configuration file"),
        (("verify", "-c", "{site}"), 2, "Name recordings, or say --all"),
        (("verify", "-c", "{site}", "rnone"), 2, "There is no recording rnone"),
        (("ingest", "-c", "{site}", "/nonexistent/x.mp4"), 2, "There is nothing at"),
        (("user", "add", "-c", "{site}", "x", "--role", "king"), 2, "king"),
        (("frobnicate",), 2, "No such command"),
    ],
)
def test_usage_errors_are_2_and_one_line(site: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = mediad(*(argument.replace("{site}", str(site)) for argument in arguments))
    assert done.returncode == code
    assert words in done.stderr and "Traceback" not in done.stderr


def test_an_unreadable_key_is_the_environments_fault(site: Path) -> None:
    key = site.parent / "keys" / "seal.p256.pem"
    key.chmod(0o644)
    done = mediad("user", "add", "-c", site, "a", "--role", "admin", "--password-stdin", stdin="long enough 1\n")
    assert done.returncode == 3
    assert "chmod 600" in done.stderr and done.stderr.count("\n") == 1
    key.write_text("no key")
    key.chmod(0o600)
    assert mediad("serve", "-c", site).returncode == 3


def test_a_broken_database_is_the_environments_fault(site: Path) -> None:
    (site.parent / "data" / "catalog.sqlite3").write_bytes(b"not a database at all" * 100)
    done = mediad("check", "-c", site)
    assert done.returncode == 3 and "Traceback" not in done.stderr


def query(site: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(site.parent / "data" / "catalog.sqlite3")) as connection:
        return connection.execute(sql).fetchall()
