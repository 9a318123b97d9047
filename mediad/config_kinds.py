"""What keys of the configuration are made of: names, texts, paths of keys, a table that refuses unknown keys."""

from __future__ import annotations

from pathlib import PosixPath
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Role = Literal["officer", "supervisor", "legal", "oversight", "custodian", "admin"]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class KeyPath(PosixPath):
    """A key file. When systemd sets $CREDENTIALS_DIRECTORY, a credential of the file's name goes first, so that
    the service and a command run by root read the same configuration."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass
