"""The demonstration's interview room: a recorder that writes a growing file, and a sitting that goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.sittings import Actor, NewSitting, Person
from mediad.daemon import House
from mediad.demo.shift import UNIT
from mediad.site_files import CONFIG_NAME

ROOM = "room-1"
_FOLDER = "recorder"
_ENDS_S = 10.0
OFFICER = Actor("张伟", "张伟", UNIT)
SITTING = NewSitting(
    room=ROOM,
    kind="inquiry",
    case="江水查〔2026〕17号",
    activity="就采砂船一事询问当事人",
    people=(Person("赵国强", "party"), Person("张伟", "officer"), Person("李娜", "recorder")),
    must_record=True,
)


def add_room(directory: Path) -> None:
    """Append the room to a fresh site's configuration."""
    (directory / _FOLDER).mkdir()
    text = f"""
[[rooms]]
name = "{ROOM}"
title = "一号询问室"
unit = "{UNIT}"
[[rooms.channels]]
name = "front"
title = "正面"
folder = "{_FOLDER}"
"""
    with (directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write(text)


@contextmanager
def recorder(directory: Path, zone: str) -> Iterator[None]:
    """The room's recorder, for as long as the block runs."""
    command = [sys.executable, "-m", "evidence.media.growing_specimens", str(directory / _FOLDER), "XWS-01", zone]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 -- our own interpreter and module
    try:
        yield
    finally:
        try:
            # It ends when its input does.
            process.communicate(timeout=_ENDS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def may_begin(house: House) -> bool:
    """The room is free and its channel is ready."""
    room = house.rooms.recorders.snapshot(ROOM)
    return room.sitting is None and not room.missing


def begin_sitting(house: House) -> None:
    house.rooms.start(SITTING, OFFICER)
