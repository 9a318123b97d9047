"""A media worker with the faults that real footage provokes. Started by `Workers(module=...)` in tests only."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any

from evidence.errors import DiskFull, MediaUnreadable
from evidence.media.worker import Done, Report, build_tasks, serve


def _hang(args: dict[str, Any], report: Report) -> Done:
    time.sleep(args.get("seconds", 3600))
    return Done("woke up")


def _crash(args: dict[str, Any], report: Report) -> Done:
    ctypes.string_at(0)
    return Done()


def _eat(args: dict[str, Any], report: Report) -> Done:
    eaten = []
    while True:
        eaten.append(bytearray(16 << 20))


def _babble(args: dict[str, Any], report: Report) -> Done:
    os.write(int(sys.argv[1]), b"GET / HTTP/1.1\r\nHost: nobody\r\n\r\n" * 4)
    time.sleep(3600)
    return Done()


def _fail(args: dict[str, Any], report: Report) -> Done:
    raise {"unreadable": MediaUnreadable("The moov is missing.", remedy="Look."), "full": DiskFull("Full.")}[
        args["how"]
    ]


def _bug(args: dict[str, Any], report: Report) -> Done:
    return Done({}["nothing"])


def _echo(args: dict[str, Any], report: Report) -> Done:
    for part in args.get("steps", ()):
        report(part)
    return Done(args, b"x" * args.get("size", 0))


def _surroundings(args: dict[str, Any], report: Report) -> Done:
    fds = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    with open("/proc/self/limits", encoding="ascii") as file:
        limits = file.read()
    return Done(
        {"fds": fds, "line": int(sys.argv[1]), "env": dict(os.environ), "nice": os.nice(0), "limits": limits,
         "pid": os.getpid(), "loaded": sorted({"av", "cv2"} & set(sys.modules))}
    )  # fmt: skip


FAULTS = {
    "hang": _hang,
    "crash": _crash,
    "eat": _eat,
    "babble": _babble,
    "fail": _fail,
    "bug": _bug,
    "echo": _echo,
    "surroundings": _surroundings,
}

if __name__ == "__main__":
    serve(build_tasks() | FAULTS)
