"""Signed checkpoints of the ledger: C2SP tlog-checkpoint text in a C2SP signed note. Pure.

Signature lines of others (witnesses) are let through; everything else must be as `make_note` writes it.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from evidence.errors import IntegrityBroken
from evidence.merkle import HASH_BYTES
from evidence.signing import NoteSigner, NoteVerifier

_SIGNATURE_PREFIX = "\u2014 "  # em dash and blank open a signature line (C2SP signed-note)
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")  # decimal without leading zeros, below 2^63 or nearly
# The witnesses of a log are a handful; more lines than this only cost time.
_MAX_SIGNATURES = 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a site says its ledger is: so many entries, and this root over them."""

    origin: str
    size: int
    root: bytes


def make_note(origin: str, size: int, root: bytes, signer: NoteSigner) -> str:
    """The signed note of a tree: origin, size and base64 root, one per line."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = base64.b64encode(signer.sign(text.encode())).decode()
    return f"{text}\n{_SIGNATURE_PREFIX}{signer.name} {signature}\n"


def open_note(note: str, verifier: NoteVerifier) -> Checkpoint:
    """Verify a note and read it. Raises IntegrityBroken, saying what is wrong."""
    # Text and signatures part at the last empty line (C2SP signed-note).
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise IntegrityBroken("The checkpoint has no signature, or is cut off.")
    text += "\n"
    ours = [
        signature
        for name, signature in _signatures(tail)
        if name == verifier.name and signature[:4] == verifier.key_hash
    ]
    if len(ours) != 1:
        raise IntegrityBroken(f"The checkpoint is signed by {verifier.name} {len(ours)} times, not once.")
    verifier.verify(_encoded(text), ours[0])
    checkpoint = _read(text)
    if checkpoint.origin != verifier.name:
        raise IntegrityBroken(f"The checkpoint is of the ledger {checkpoint.origin}, not of {verifier.name}.")
    return checkpoint


def _signatures(tail: str) -> list[tuple[str, bytes]]:
    """(key name, key hash and signature) of every signature line."""
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise IntegrityBroken(f"The checkpoint has more than {_MAX_SIGNATURES} signatures.")
    found = []
    for line in lines:
        name, blank, encoded = line.removeprefix(_SIGNATURE_PREFIX).partition(" ")
        if not line.startswith(_SIGNATURE_PREFIX) or not name or not blank:
            raise IntegrityBroken("The checkpoint has a line that is not a signature.")
        found.append((name, _decode(encoded, "signature")))
    return found


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise IntegrityBroken("The checkpoint's text is not Unicode.") from error


def _decode(encoded: str, what: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:  # ValueError: not ASCII
        raise IntegrityBroken(f"The checkpoint's {what} is not base64.") from error
    # One value, one spelling: base64 leaves room for stray bits before the padding.
    if base64.b64encode(data).decode() != encoded:
        raise IntegrityBroken(f"The checkpoint's {what} is not canonical base64.")
    return data


def _read(text: str) -> Checkpoint:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise IntegrityBroken("The checkpoint's text is not origin, size and root.")
    root = _decode(lines[2], "root")
    if len(root) != HASH_BYTES:
        raise IntegrityBroken("The checkpoint's root is not a SHA-256 hash.")
    return Checkpoint(lines[0], int(lines[1]), root)
