"""`mediad demo` from start to end without a person: everything is docked, sealed, made, and proven afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.commands import mediad


def test_the_demonstration_leaves_a_sound_site(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = mediad("demo", folder, "--port", "0", "--fast", "--once", timeout_s=240)
    assert done.returncode == 0, done.stderr
    assert "open http://127.0.0.1:" in done.stdout
    site = folder / "mediad.toml"
    with closing(sqlite3.connect(folder / "data" / "catalog.sqlite3")) as connection:
        playback = sorted(row[0] for row in connection.execute("SELECT playback FROM recordings"))
        kept = connection.execute("SELECT count(*) FROM sidecars").fetchone()
        made = dict(connection.execute("SELECT kind, count(*) FROM renditions WHERE state = 'made' GROUP BY kind"))
        officers = {row[0] for row in connection.execute("SELECT DISTINCT officer FROM recordings")}
        cases = connection.execute("SELECT number, state FROM cases").fetchall()
        marked = connection.execute("SELECT count(*) FROM recordings WHERE key_mark").fetchone()
    assert playback == ["copy", "copy", "direct", "direct", "direct", "image", "none"]
    assert cases == [("江水查〔2026〕17号", "open")]
    assert kept == (1,) and marked == (1,)
    assert made == {"thumbnails": 6, "phashes": 5, "observations": 5, "slates": 5, "viewing-copy": 2}
    assert officers == {"张伟", "李娜", "王建国"}
    accounts = [line.split("\t") for line in (folder / "demo-accounts.txt").read_text("utf-8").splitlines()]
    assert [role for role, _, _ in accounts] == [
        "officer",
        "supervisor",
        "legal",
        "oversight",
        "custodian",
        "admin",
    ]
    assert all(password in done.stdout for _, _, password in accounts)
    assert (folder / "demo-accounts.txt").stat().st_mode & 0o077 == 0
    for command in (("verify", "--all"), ("check",), ("rebuild", "--dry-run")):
        proof = mediad(command[0], "-c", site, *command[1:])
        assert proof.returncode == 0, proof.stdout + proof.stderr


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    done = mediad("demo", tmp_path, "--port", "0")
    assert done.returncode == 2 and "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
