"""Hints of changed folders, from the kernel."""

from __future__ import annotations

import threading
from pathlib import Path

from ingest.watching import FolderHints


def test_folders_made_while_their_bay_is_being_watched(tmp_path: Path) -> None:
    # Each round races the walk over the bay against events of folders made in it; watchdog finds some twice and warns,
    # and a warning is an error here: in its thread it would end the hints of all bays.
    hints = FolderHints()
    hints.start()
    try:
        for number in range(50):
            bay = tmp_path / f"bay-{number}"
            bay.mkdir()
            camera = threading.Thread(target=_folders, args=(bay,))
            camera.start()
            end = hints.watch(str(bay), lambda: None)
            camera.join()
            assert end is not None
            end()

        hinted = threading.Event()
        last = tmp_path / "last"
        last.mkdir()
        hints.watch(str(last), hinted.set)
        (last / "A.MP4").write_bytes(b"a")
        assert hinted.wait(10)
    finally:
        hints.stop()


def _folders(bay: Path) -> None:
    for number in range(5):
        (bay / f"DCIM{number}" / "100MEDIA").mkdir(parents=True)
