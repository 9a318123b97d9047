"""What a killed `mediad ingest` left is swept, what a running one stands on is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from mediad.scratch import held_scratch, sweep
from tests.conftest import ROOT

_HOLDER = """
import sys
from pathlib import Path
from mediad.scratch import held_scratch
with held_scratch(Path(sys.argv[1])) as folder:
    (folder / "index").mkdir()
    (folder / "index" / "samples").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def holder(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    command = [sys.executable, "-c", _HOLDER, str(parent)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_killed_process_is_swept_and_a_running_one_is_not(tmp_path: Path) -> None:
    killed, left = holder(tmp_path)
    running, used = holder(tmp_path)
    with killed, running:
        killed.send_signal(signal.SIGKILL)
        killed.wait(20)
        assert (left / "index" / "samples").exists()
        with held_scratch(tmp_path) as own:
            assert not left.exists() and (used / "index" / "samples").exists()
            assert sweep(tmp_path) == 0 and own.exists()
        running.communicate("", 20)
    assert running.returncode == 0 and list(tmp_path.iterdir()) == []


def test_what_an_older_version_left_goes_by_its_process_and_nothing_else_goes(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(20)
    for name in (f"ingest-{dead.pid}-abc", f"ingest-{os.getpid()}-abc", "intake", "renditions"):
        (tmp_path / name).mkdir()
    (tmp_path / "ingest-note.txt").write_text("no folder")
    (tmp_path / "ingest-link").symlink_to(tmp_path / "intake")
    assert sweep(tmp_path) == 1
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"ingest-{os.getpid()}-abc", "intake", "renditions", "ingest-note.txt", "ingest-link"}
