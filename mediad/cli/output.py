"""What commands print: results on standard output, progress on standard error, bars only on a terminal."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from evidence.clock import Clock

# Off a terminal a plain line is written this often: enough for a log, not too much for a mail.
_LINE_EVERY_S = 5.0


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


@contextmanager
def progress_of(title: str, total: int, clock: Clock, *, bytes_wise: bool = False) -> Iterator[Callable[[int], None]]:
    """A function that takes how much was done since its last call. Thread-safe."""
    console = Console(stderr=True)
    if console.is_terminal:
        amount = (
            (DownloadColumn(), TransferSpeedColumn()) if bytes_wise else (TextColumn("{task.completed}/{task.total}"),)
        )
        with Progress(
            TextColumn("{task.description}"), BarColumn(), *amount, TimeRemainingColumn(), console=console
        ) as bar:
            task = bar.add_task(title, total=total)
            yield lambda n: bar.advance(task, n)
        return
    lock = threading.Lock()
    done, said_s = 0, clock.monotonic_s()

    def advance(n: int) -> None:
        nonlocal done, said_s
        with lock:
            done += n
            now_s = clock.monotonic_s()
            if now_s - said_s >= _LINE_EVERY_S:
                said_s = now_s
                click.echo(f"{title}: {100 * done // max(total, 1)} %", err=True)

    yield advance
