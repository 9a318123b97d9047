"""Does somebody still write to a file? Asked of the kernel with a read lease; where that is not possible, unknown.

A read lease (fcntl(2), F_SETLEASE) is granted only while nobody has the file open for writing. It needs a local
file system, and the file's owner or CAP_LEASE.
"""

from __future__ import annotations

import errno
import fcntl
import signal


def has_writer(fd: int) -> bool | None:
    """True or False where the kernel knows, None where it cannot tell. `fd` is open for reading."""
    try:
        # A lease broken by a new writer raises SIGIO, whose default ends the process; SIGURG is ignored by default.
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return True if error.errno in (errno.EAGAIN, errno.EBUSY) else None
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
