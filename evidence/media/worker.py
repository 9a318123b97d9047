"""A media worker: the process in which footage is opened, parsed and decoded. `python -m evidence.media.worker`.

Takes one task at a time from its line to the daemon and answers. A crash, an endless loop or a memory bomb in
footage ends this process and nothing else. PyAV and OpenCV are imported by the first task that needs them.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from evidence.blobs.store import Span
from evidence.clock import SystemClock
from evidence.errors import DiskFull, MediadError
from evidence.media import confinement, wire

_PROGRESS_EVERY_S = 0.2
# Copies that one worker follows at the same time; each holds the memory of some strides.
_PLANS_IN_HAND = 4

Report = Callable[[float], None]


class Done(NamedTuple):
    """What a task hands back: a JSON value, and raw bytes beside it."""

    value: Any = None
    payload: bytes = b""


Task = Callable[[dict[str, Any], Report], Done]


def build_tasks() -> dict[str, Task]:
    """All tasks by name. What is cached between tasks lives in the closures."""
    segment, init = _packaging()
    plan, digest = _digesting_ahead()
    return {
        "index": _index,
        "plan": plan,
        "digest": digest,
        "esd": _esd,
        "segment": segment,
        "init": init,
        "viewing_copy": _viewing_copy,
        "thumbnails": _thumbnails,
        "phashes": _phashes,
        "observations": _observations,
        "slates": _slates,
        "ping": lambda args, report: Done({"pid": os.getpid()}),
    }


def _index(args: dict[str, Any], report: Report) -> Done:
    """{path, scratch, name[, cuts: list of cuts.Cut]} → records.MediaIndex; files in scratch."""
    _quiet_av()
    from evidence.media.cuts import Cut
    from evidence.media.index import index

    cuts = msgspec.convert(args["cuts"], tuple[Cut, ...]) if "cuts" in args else None
    return Done(msgspec.to_builtins(index(Path(args["path"]), Path(args["scratch"]), args["name"], cuts)))


def _digesting_ahead() -> tuple[Task, Task]:
    """`plan` {scratch, fds: [device file]} and `digest` {scratch, spans, fds: [memory]}."""
    plans: list[Any] = []

    def plan(args: dict[str, Any], report: Report) -> Done:
        _quiet_av()
        from evidence.media import ahead

        ahead.plan(Path(f"/proc/self/fd/{args['fds'][0]}"), Path(args["scratch"]))
        return Done()

    def digest(args: dict[str, Any], report: Report) -> Done:
        from evidence.media.ahead import Plan

        found = next((each for each in plans if each.scratch == Path(args["scratch"])), None)
        if found is None:
            found = Plan(Path(args["scratch"]), args["fds"][0])
            plans.insert(0, found)
            del plans[_PLANS_IN_HAND:]
        if found.digest(tuple(Span(*place) for place in args["spans"])):
            plans.remove(found)
        return Done()

    return plan, digest


def _esd(args: dict[str, Any], report: Report) -> Done:
    """{path, scratch} → {tracks: [{track, n_au}]}; payload: 32 bytes per access unit, track after track."""
    _quiet_av()
    from evidence.media.index import index

    found = index(Path(args["path"]), Path(args["scratch"]), "")
    digests = (Path(args["scratch"]) / found.au_digests_file).read_bytes() if found.au_digests_file else b""
    return Done({"tracks": [{"track": t.number, "n_au": t.n_au} for t in found.tracks]}, digests)


def _packaging() -> tuple[Task, Task]:
    """`segment` {path, samples, cut: cuts.Cut} → payload; `init` {path, samples} → payload."""
    kept: list[Any] = []

    def packager() -> Any:
        if not kept:
            _quiet_av()
            from evidence.media.packager import Packager

            kept.append(Packager())
        return kept[0]

    def segment(args: dict[str, Any], report: Report) -> Done:
        from evidence.media.cuts import Cut

        wanted = msgspec.convert(args["cut"], Cut)
        return Done(None, packager().segment(Path(args["path"]), Path(args["samples"]), wanted))

    def init(args: dict[str, Any], report: Report) -> Done:
        return Done(None, packager().init_segment(Path(args["path"]), Path(args["samples"])))

    return segment, init


def _viewing_copy(args: dict[str, Any], report: Report) -> Done:
    """{path, out} → viewing_copy.Made."""
    _quiet_av()
    from evidence.media import viewing_copy

    return Done(msgspec.to_builtins(viewing_copy.make(Path(args["path"]), Path(args["out"]), report)))


def _thumbnails(args: dict[str, Any], report: Report) -> Done:
    """{path, out} → pictures.Taken; the sheet is in `out`."""
    _quiet_av()
    from evidence.media import pictures

    return Done(msgspec.to_builtins(pictures.thumbnails(Path(args["path"]), Path(args["out"]), report)))


def _phashes(args: dict[str, Any], report: Report) -> Done:
    """{path, out} → pictures.Taken; the hashes are in `out`."""
    _quiet_av()
    from evidence.media import pictures

    return Done(msgspec.to_builtins(pictures.phashes(Path(args["path"]), Path(args["out"]), report)))


def _observations(args: dict[str, Any], report: Report) -> Done:
    """{path, out} → pictures.Taken; the observations are in `out`."""
    _quiet_av()
    from evidence.media import observing

    return Done(msgspec.to_builtins(observing.observe(Path(args["path"]), Path(args["out"]), report)))


def _slates(args: dict[str, Any], report: Report) -> Done:
    """{path, out} → pictures.Taken; the codes of time slates are in `out`."""
    _quiet_av()
    from evidence.media import slates

    return Done(msgspec.to_builtins(slates.find(Path(args["path"]), Path(args["out"]), report)))


def _quiet_av() -> None:
    import av.logging

    # Broken footage makes FFmpeg say thousands of error lines; what matters comes back as errors and counts.
    # The library's own level: PyAV's (set_level) would carry every line over into Python's logging.
    av.logging.set_libav_level(av.logging.FATAL)


def serve(tasks: Mapping[str, Task]) -> None:
    """Take tasks from the line named on the command line until the daemon closes it."""
    line_fd, parent_pid, memory_bytes, niceness = (int(text) for text in sys.argv[1:5])
    with socket.socket(fileno=line_fd) as line:
        try:
            confinement.confine(parent_pid, memory_bytes, niceness)
            while True:
                _serve_one(line, tasks)
        except (confinement.ParentGone, wire.LineClosed, BrokenPipeError):
            return


def _serve_one(line: socket.socket, tasks: Mapping[str, Task]) -> None:
    fds: list[int] = []
    try:
        message, _ = wire.receive(line, fds=fds)
        if not isinstance(message, wire.Request):
            raise wire.WireBroken("no request")
        if fds:
            message.args["fds"] = fds
        _answer(line, tasks, message)
    finally:
        for fd in fds:
            os.close(fd)


def _answer(line: socket.socket, tasks: Mapping[str, Task], request: wire.Request) -> None:
    """Carry out one request. The supervisor of the worker: every error ends in a message or in the process's end."""
    confinement.allow_cpu(request.timeout_s)
    try:
        done = tasks[request.task](request.args, _reporter(line))
        wire.send(line, wire.Answer(done.value, confinement.rss_bytes()), done.payload)
    except MediadError as error:
        _refuse(line, error)
    except MemoryError:
        _give_up(line, "it passed its memory limit")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            traceback.print_exc()
            _give_up(line, f"{type(error).__name__}: {error}")
        _refuse(line, DiskFull("The disk is full: derived files cannot be written.", remedy="Make room."))
    except Exception as error:
        traceback.print_exc()
        _give_up(line, f"{type(error).__name__}: {error}"[:500])


def _refuse(line: socket.socket, error: MediadError) -> None:
    wire.send(line, wire.Refusal(error.code, error.message, error.remedy, confinement.rss_bytes()))


def _give_up(line: socket.socket, reason: str) -> None:
    """Say why and end: after an unforeseen error nothing in this process is to be trusted."""
    wire.send(line, wire.Failure(reason))
    os._exit(1)


def _reporter(line: socket.socket) -> Report:
    clock = SystemClock()
    last_s = [-_PROGRESS_EVERY_S]

    def report(done: float) -> None:
        now_s = clock.monotonic_s()
        if now_s - last_s[0] >= _PROGRESS_EVERY_S:
            last_s[0] = now_s
            wire.send(line, wire.Progress(min(1.0, max(0.0, done))))

    return report


if __name__ == "__main__":
    serve(build_tasks())
