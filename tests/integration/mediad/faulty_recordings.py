"""`mediad serve` whose recordings fail to be synced while a file says so: `python -m … serve -c FILE`."""

from __future__ import annotations

import errno
import os
import sys
from functools import partial
from pathlib import Path

from ingest.recorders.live_file import LocalDisk
from mediad import daemon
from mediad.cli.root import mediad
from mediad.recorder_parts import make_recorders

VARIABLE = "MEDIAD_TEST_SYNC_FAILS"  # the file that, while it is there, makes every sync of a recording fail


class FailingDisk(LocalDisk):
    def sync(self, fd: int) -> None:
        if Path(os.environ[VARIABLE]).exists():
            raise OSError(errno.EIO, "sync failed")
        super().sync(fd)


if __name__ == "__main__":
    daemon.make_recorders = partial(make_recorders, disk=FailingDisk())  # type: ignore[assignment]
    mediad(sys.argv[1:])
