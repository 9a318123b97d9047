"""Which volume a folder lies on, as exactly as the kernel and udev say it: to tell a camera's card from another one
that is put in its place. Reads only; any thread.

A text that is the same again means the same volume. What is known of a medium depends on the machine:

- the number of its file system and the serial of its device, where udev tells both: known again for ever;
- otherwise how often disks were attached since the machine started (`diskseq`, Linux 5.15): until it is taken out;
- otherwise the device number, until the machine starts again.

Cheap devices share serials, and device numbers are given again. So the birth times of the folders on the way to a file
belong to it as well, and the bay's inode, since folders made at the same tick of the clock have the same (further down
FAT makes inodes up anew); where a file system keeps none, only a medium that was not taken out is known.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

# linux/stat.h; offsets of `struct statx` (256 bytes, the same on every architecture).
_AT_EMPTY_PATH = 0x1000
_STATX_BTIME = 0x800
_SIZE_BYTES = 256
_BTIME_BYTES = 80

_statx = getattr(ctypes.CDLL(None, use_errno=True), "statx", None)  # Python has os.statx from 3.15 on


def born_ns(fd: int) -> int:
    """Birth time of an open file or folder, nanoseconds since 1970; 0 where the file system keeps none."""
    buffer = ctypes.create_string_buffer(_SIZE_BYTES)
    if _statx is None or _statx(fd, b"", _AT_EMPTY_PATH, _STATX_BTIME, buffer):
        return 0
    data = buffer.raw
    if not int.from_bytes(data[:4], "little") & _STATX_BTIME:
        return 0
    seconds = int.from_bytes(data[_BTIME_BYTES : _BTIME_BYTES + 8], "little", signed=True)
    return seconds * 1_000_000_000 + int.from_bytes(data[_BTIME_BYTES + 8 : _BTIME_BYTES + 12], "little")


def volume_of(device_number: int, root_inode: int, births_ns: Sequence[int], machine: Path = Path("/")) -> str | None:
    """The volume with this `st_dev`, and with these folders from the bay (`root_inode`) down to the file; None: it
    would not be known again. `machine`: where its /proc, /run and /sys lie."""
    device = f"{os.major(device_number)}:{os.minor(device_number)}"
    boot = _text(machine / "proc/sys/kernel/random/boot_id")
    diskseq = _diskseq(machine, device)
    folders = f"{root_inode} {','.join(map(str, births_ns))}"
    is_born = any(births_ns)
    if is_born and (lasting := _lasting(machine, device)):
        return f"{lasting} folders {folders}"
    if boot and diskseq:
        return f"boot {boot} disk {diskseq} device {device} folders {folders}"
    return f"boot {boot} device {device} folders {folders}" if boot and is_born else None


def _lasting(machine: Path, device: str) -> str | None:
    """By what udev read from the medium, if it read both."""
    lines = _text(machine / f"run/udev/data/b{device}").splitlines()
    known = dict(line[2:].split("=", 1) for line in lines if line.startswith("E:") and "=" in line)
    uuid, serial = known.get("ID_FS_UUID"), known.get("ID_SERIAL")
    return f"file system {uuid} serial {serial}" if uuid and serial else None


def _diskseq(machine: Path, device: str) -> str:
    """Of the disk, or of the disk that a partition lies on."""
    there = machine / f"sys/dev/block/{device}"
    return _text(there / "diskseq") or _text(there / "../diskseq")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
