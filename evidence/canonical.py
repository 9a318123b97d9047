"""Canonical JSON (RFC 8785) and the digests taken over it."""

from __future__ import annotations

import hashlib
from typing import NewType

import msgspec
import rfc8785

Digest = NewType("Digest", str)  # SHA-256, 64 lower-case hex digits


def sha256(data: bytes | memoryview) -> Digest:
    return Digest(hashlib.sha256(data).hexdigest())


def canonical(value: object) -> bytes:
    """RFC 8785 bytes of a JSON value, msgspec Struct or dataclass. `None` fields stay as null."""
    return rfc8785.dumps(msgspec.to_builtins(value))
