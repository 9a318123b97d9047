"""A media worker that hangs or crashes over footage of a telling name, as over a hostile file, and that can make no
viewing copy of anything."""

from __future__ import annotations

import ctypes
import time
from typing import Any

from evidence.errors import MediaUnreadable
from evidence.media.worker import Done, Report, build_tasks, serve

_TASKS = build_tasks()


def _index(args: dict[str, Any], report: Report) -> Done:
    if "hang" in args["name"]:
        time.sleep(3600)
    if "crash" in args["name"]:
        ctypes.string_at(0)
    return _TASKS["index"](args, report)


def _no_copy(_args: dict[str, Any], _report: Report) -> Done:
    raise MediaUnreadable("The pictures cannot be decoded.")


if __name__ == "__main__":
    serve({**_TASKS, "index": _index, "viewing_copy": _no_copy})
