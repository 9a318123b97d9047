"""File names between the device's bytes and text for people and the ledger. Pure.

A device's names are bytes. Text that is stored or shown must be valid Unicode, must not break lines or turn the
reading direction, and must lead back to the very same bytes: what does not fit is written `\\xNN`, the backslash
itself included.
"""

from __future__ import annotations

import re
import unicodedata

# Marks that reorder the text after them: a name must not look like another ("exe.4pm" for "mp4.exe").
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


def to_text(path: bytes) -> str:
    """A path as text: reversible with `to_bytes`, one line, no control or direction marks."""
    return "".join(_shown(char) for char in path.decode("utf-8", "surrogateescape"))


def to_bytes(text: str) -> bytes:
    """The path that `to_text` was made from."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), text.encode())


def _shown(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    if char == "\\" or char in _BIDI or unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs"):
        return "".join(f"\\x{byte:02x}" for byte in char.encode())
    return char


def extension(path: bytes) -> str:
    """The lower-case extension with its dot, "" if there is none."""
    name = path.rpartition(b"/")[2]
    stem, dot, tail = name.rpartition(b".")
    return "." + tail.decode("utf-8", "replace").lower() if dot and stem else ""


def stem(path: bytes) -> bytes:
    """The path without its extension."""
    directory, slash, name = path.rpartition(b"/")
    return directory + slash + (name.rpartition(b".")[0] or name)
