"""The configuration refuses what it does not know, says where, and resolves paths and credentials."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import ConfigInvalid, KeyUnreadable
from mediad.config import load, parse
from mediad.config_tables import INNER, LISTS, NESTED, PURPOSES, TABLES
from tests.conftest import ROOT

FILE = Path("/etc/mediad/mediad.toml")
SITE = '[site]\nname = "站"\norigin = "mediad.test/1"\n'
ROOM = '[[rooms]]\nname = "a"\n[[rooms.channels]]\nname = "front"\nurl = "rtsp://10.0.0.1/1"\n'


def refusal(text: str) -> str:
    with pytest.raises(ConfigInvalid) as caught:
        parse(text, FILE, {})
    return str(caught.value)


def test_a_minimal_file_gets_every_default_and_absolute_paths() -> None:
    config = parse(SITE, FILE, {})
    assert config.site.data_dir == Path("/etc/mediad/data")
    assert config.keys.seal == Path("/etc/mediad/keys/seal.p256.pem")
    assert config.catalog_url == "sqlite:////etc/mediad/data/catalog.sqlite3"
    assert config.jobs_url == "sqlite:////etc/mediad/data/jobs.sqlite3"
    assert config.http.port == 8300 and config.bays == () and config.purposes == PURPOSES


def test_paths_count_from_the_file_unless_they_are_absolute() -> None:
    text = SITE + '[[bays]]\nname = "a"\npath = "bays/1"\n[[bays]]\nname = "b"\npath = "/run/media/b"\n'
    config = parse(text, FILE, {})
    assert [bay.path for bay in config.bays] == [Path("/etc/mediad/bays/1"), Path("/run/media/b")]


def test_a_bare_key_name_is_a_systemd_credential() -> None:
    text = SITE + '[keys]\nseal = "seal"\nledger = "keys/ledger.pem"\n'
    config = parse(text, FILE, {"CREDENTIALS_DIRECTORY": "/run/credentials/mediad.service"})
    assert config.keys.seal == Path("/run/credentials/mediad.service/seal")
    assert config.keys.ledger == Path("/etc/mediad/keys/ledger.pem")
    assert parse(text, FILE, {}).keys.seal == Path("/etc/mediad/seal")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[sit]\n", 1, "unknown table 'sit'. Did you mean 'site'?"),
        ("x = 1\n" + SITE, 1, "unknown table 'x'"),
        ("[site]\nname = 'a'\n", 1, "[site] needs the key 'origin'"),
        (SITE + "[http]\nprt = 3\n", 5, "unknown key 'prt' in [http]. Did you mean 'port'?"),
        (SITE + "[http]\nport = 99999\n", 5, "port in [http]: expected `int` <= 65535"),
        (SITE + '[http]\nport = "80"\n', 5, "expected `int`, got `str`"),
        (SITE + '[[bays]]\nname = "b"\npath = "x"\n[[bays]]\nname = "c"\npath = "y"\nclear = "now"\n', 10, "clear in"),
        (SITE + '[[bays]]\nname = "b"\npath = 3\n', 6, "path in [[bays]] number 1"),
        (SITE + '[[bays]]\nname = "b"\npath = ""\n', 6, "path in [[bays]] number 1"),
        (SITE + '[[bays]]\nname = "b b"\npath = "x"\n', 5, "name in [[bays]] number 1"),
        (SITE + '[[purposes]]\ncode = "x"\nzh = "甲"\nen = "x"\nroles = ["king"]\n', 8, "roles in [[purposes]]"),
        (SITE + '[[rooms]]\nname = "a"\nmod = "always"\n', 6, "Did you mean 'mode'?"),
        (
            SITE + '[[rooms]]\nname = "a"\n[[rooms.channels]]\nname = "f"\nurl = "http://x"\n',
            8,
            "url in [[rooms.channels]]",
        ),
        (SITE + ROOM + ROOM.replace('"a"', '"b"').replace("url", "ulr"), 13, "[[rooms.channels]] number 2"),
        (SITE + '[[profiles]]\nname = "p"\npatern = "^x$"\n', 6, "unknown key 'patern'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, words: str) -> None:
    said = refusal(text)
    assert said.startswith(f"{FILE}, line {line}: ")
    assert words in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[site\n", "not valid TOML"),
        (SITE + "[bays]\n", "write [[bays]] in double brackets"),
        (SITE + 'timezone = "Mars/Olympus"\n', "'Mars/Olympus' is not a time zone"),
        (SITE + '[[bays]]\nname = "b"\npath = "x"\n' * 2, "[[bays]] says 'b' twice"),
        (SITE + '[http]\ntrusted_proxies = ["10.0.0.0/8"]\n', "'10.0.0.0/8' is no address"),
        (SITE + '[http]\ntrusted_proxies = ["127.0.0.1", "proxy"]\n', "'proxy' is no address"),
        (SITE + '[http]\ntrusted_proxies = ["::0001"]\n', "'::0001' is no address"),
        (SITE + '[[profiles]]\nname = "p"\npattern = "(?P<x>"\n', "'p'"),
    ],
)
def test_what_types_cannot_say_is_checked_too(text: str, words: str) -> None:
    assert words in refusal(text)


def test_rooms_have_channels_with_paths_and_credentials() -> None:
    text = SITE + ROOM + 'credentials = "keys/camera"\n[[rooms.channels]]\nname = "b"\nfolder = "in"\nview = "backup"\n'
    (room,) = parse(text, FILE, {}).rooms
    front, backup = room.channels
    assert (front.url, front.credentials, front.required) == (
        "rtsp://10.0.0.1/1",
        Path("/etc/mediad/keys/camera"),
        True,
    )
    assert (backup.folder, backup.view, backup.url) == (Path("/etc/mediad/in"), "backup", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ROOM + ROOM, "[[rooms]] says 'a' twice"),
        ('[[rooms]]\nname = "a"\n', "has 0 channels"),
        (ROOM + '[[rooms.channels]]\nname = "front"\nfolder = "x"\n', "[[rooms.channels]] says 'a/front' twice"),
        (ROOM + '[[rooms.channels]]\nname = "b"\n', "needs either url or folder"),
        (ROOM + '[[rooms.channels]]\nname = "b"\nfolder = "x"\ncredentials = "y"\n', "credentials and no url"),
        (ROOM.replace("rtsp://", "rtsp://u:p@"), "url in [[rooms.channels]] number 1"),
    ],
)
def test_rooms_that_make_no_sense_are_refused(text: str, words: str) -> None:
    assert words in refusal(SITE + text)


def test_a_credential_of_the_key_files_name_goes_first(tmp_path: Path) -> None:
    (tmp_path / "seal.p256.pem").touch()
    config = parse(SITE, FILE, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert config.keys.seal == tmp_path / "seal.p256.pem"
    assert config.keys.ledger == Path("/etc/mediad/keys/ledger.ed25519.pem")


def test_a_credential_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    # No permission would say the same, but not to root, whom tests may be.
    with pytest.raises(KeyUnreadable, match=r"seal\.p256\.pem cannot be read"):
        parse(SITE, FILE, {"CREDENTIALS_DIRECTORY": str(tmp_path / ("x" * 300))})


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="mediad init DIR"):
        load(tmp_path / "none.toml", {})


def test_every_key_is_documented() -> None:
    """And nothing is documented that does not exist."""
    text = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    documented: dict[str, set[str]] = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("## `["):
            table = line.split("`")[1].strip("[]")
            documented[table] = set()
        elif line.startswith("| `") and table:
            documented[table].add(line.split("`")[1])
    wanted = {name: set(kind.__struct_fields__) for name, kind in {**TABLES, **LISTS, **NESTED, **INNER}.items()}
    assert documented == wanted


def test_a_room_has_thresholds_of_its_own() -> None:
    room = ROOM.replace("[[rooms.channels]]", "[rooms.alarms]\nsilent_after_s = 30\n[[rooms.channels]]")
    config = parse(SITE + room + ROOM.replace('"a"', '"b"'), FILE, {})
    assert [each.alarms.silent_after_s for each in config.rooms] == [30, 4]
    assert "alarms in [[rooms]] number 1" in refusal(SITE + room.replace("silent_after_s = 30", "silent_db = 3"))
    assert "Allowed" in refusal(SITE + room.replace("silent_after_s", "quiet_after_s"))
