"""A site served by a process of its own, to be killed: `python -m tests.integration.player.serve_once ROOT FILE`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from tests.integration.player.site import Server, add_people, opened


def main() -> None:
    """Make the site, seal FILE, print port and recording, serve until killed."""
    root, source = Path(sys.argv[1]), Path(sys.argv[2])
    with opened(root) as store:
        add_people(store)
        recording = store.seal(source)
        with Server(store) as server:
            print(server.port, recording, flush=True)
            threading.Event().wait()


if __name__ == "__main__":
    main()
