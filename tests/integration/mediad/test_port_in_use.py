"""A daemon that cannot listen says why, and takes itself down cleanly."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def mediad(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mediad", *arguments],
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_reason_is_one_line_and_the_exit_status_is_environment(tmp_path: Path) -> None:
    assert mediad("init", str(tmp_path / "site")).returncode == 0
    config = tmp_path / "site" / "mediad.toml"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config.write_text(config.read_text().replace("port = 8300", f"port = {taken.getsockname()[1]}"))
        done = mediad("serve", "-c", str(config))
    assert done.returncode == 3
    last = done.stderr.strip().splitlines()[-1]
    assert "cannot be opened" in last
    assert "Traceback" not in done.stderr
