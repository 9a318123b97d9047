"""Plays cameras being docked: their files appear in the bays' folders and are read no faster than a camera is."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from ingest import transfer
from mediad.demo.footage import DeviceFile

_PIECE_BYTES = 256 * 1024


def slow_reader(bytes_per_s: int, pause: Callable[[float], None]) -> Callable[[int], transfer.Read]:
    """Reads device files as over a slow USB port, so that people can watch the copying."""

    def reader_of(fd: int) -> transfer.Read:
        def read(room: memoryview) -> int:
            n_bytes = os.readv(fd, [room[:_PIECE_BYTES]])
            pause(n_bytes / bytes_per_s)
            return n_bytes

        return read

    return reader_of


def dock(files: tuple[DeviceFile, ...], folders: dict[str, Path], stop: threading.Event, *, gap_s: float) -> None:
    """Put each camera's files into its bay, one camera after another; blocking. Ends early when stopped.

    A file appears whole, as on a card: it is copied beside the bays first and then renamed into place.
    """
    for number, bay in enumerate(sorted({file.bay for file in files})):
        if number and stop.wait(gap_s):
            return
        for file in (each for each in files if each.bay == bay):
            target = folders[bay] / file.card_path
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = folders[bay].parent / f".{file.made.name}.part"
            shutil.copy2(file.made, beside)
            beside.rename(target)
