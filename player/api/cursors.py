"""Opaque cursors of pages: the key of the last row, as base64 JSON. Pure."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from evidence.errors import Invalid

T = TypeVar("T")
_MOST = 2**53


def to_cursor(key: object) -> str | None:
    """The cursor after a row with this key; None stays None."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def from_cursor(cursor: str | None, kind: type[T] | Any) -> Any:
    """The key in a cursor, as `kind`. Raises Invalid for one that this server did not make."""
    if cursor is None:
        return None
    try:
        key = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise Invalid("The cursor is not one of this server's.") from error
    if not all(map(_may_be_ours, key if isinstance(key, tuple) else (key,))):
        raise Invalid("The cursor is not one of this server's.")
    return key


def _may_be_ours(part: object) -> bool:
    """Numbers are places in something that exists; no database holds larger ones, nor U+0000."""
    if isinstance(part, int):
        return 0 <= part <= _MOST
    return not isinstance(part, str) or "\x00" not in part
