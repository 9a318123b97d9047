"""The text of a time slate's code: the server's time, signed, small enough to be filmed. Pure but for the signature.

`M1:` and, in base 45 (RFC 9285, what a QR code holds most densely), 3 bytes of key id, 6 bytes of milliseconds since
1970 (big-endian), a case number in UTF-8 (usually none), and 64 bytes of Ed25519 signature over `mediad/slate/1` LF and
everything before it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from evidence.errors import IntegrityBroken, Invalid
from evidence.signing import SlateSigner, verify_slate

PREFIX = "M1:"
# More, and the squares of the code are too small to be filmed from a metre away.
MAX_CASE_BYTES = 60
# A page shows a code only if it had it within this time of asking for it, and takes it down when it is this old.
ROUND_TRIP_MS = 200
STALE_MS = 1_000
# Between what the page does and what the screen shows: a frame or two, and the panel.
DISPLAY_MS = 100
# A page asks for the next code this often.
REFRESH_MS = 250

_CONTEXT = b"mediad/slate/1\n"
_KID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 3, 6, 64
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
# Longer is no slate's: 73 bytes and the case number are 203 characters.
_MAX_TEXT = 256


@dataclass(frozen=True, slots=True)
class Code:
    """What one code says. `verify` tells whether it is to be believed."""

    kid: str
    time_ms: int  # since 1970, server's clock when it was signed
    case: str | None
    body: bytes
    signature: bytes

    def verify(self, public: bytes) -> None:
        """Raise IntegrityBroken unless this key signed it."""
        verify_slate(public, _CONTEXT + self.body, self.signature)


def kid_of(public: bytes) -> str:
    """What a code calls its key by."""
    return hashlib.sha256(public).hexdigest()[: 2 * _KID_BYTES]


def make(signer: SlateSigner, time_ms: int, case: str | None = None) -> str:
    """The text of a code. Raises Invalid for a case number that is too long."""
    named = (case or "").encode()
    if len(named) > MAX_CASE_BYTES:
        raise Invalid(f"The case number is too long for a time slate: {MAX_CASE_BYTES} bytes at most.")
    body = bytes.fromhex(kid_of(signer.public)) + time_ms.to_bytes(_TIME_BYTES, "big") + named
    return PREFIX + _to_base45(body + signer.sign(_CONTEXT + body))


def read(text: str) -> Code:
    """What a code says. Raises IntegrityBroken for what is no slate's code."""
    if not text.startswith(PREFIX) or len(text) > _MAX_TEXT:
        raise IntegrityBroken("This is no time slate.")
    data = _from_base45(text[len(PREFIX) :])
    body, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    head = _KID_BYTES + _TIME_BYTES
    if len(body) < head or len(body) > head + MAX_CASE_BYTES:
        raise IntegrityBroken("The time slate's code is cut off.")
    try:
        case = body[head:].decode() or None
    except UnicodeDecodeError as error:
        raise IntegrityBroken("The time slate's case number cannot be read.") from error
    return Code(body[:_KID_BYTES].hex(), int.from_bytes(body[_KID_BYTES:head], "big"), case, body, signature)


def _to_base45(data: bytes) -> str:
    """RFC 9285 §4."""
    out: list[str] = []
    for at in range(0, len(data), 2):
        value, n_chars = int.from_bytes(data[at : at + 2], "big"), 3 if at + 1 < len(data) else 2
        for _ in range(n_chars):
            value, digit = divmod(value, 45)
            out.append(_ALPHABET[digit])
    return "".join(out)


def _from_base45(text: str) -> bytes:
    """RFC 9285 §5. Raises IntegrityBroken."""
    out = bytearray()
    for at in range(0, len(text), 3):
        chars = text[at : at + 3]
        n_bytes = len(chars) - 1
        if n_bytes == 0 or any(char not in _VALUES for char in chars):
            raise IntegrityBroken("The time slate's code is not in base 45.")
        value = sum(_VALUES[char] * 45**n for n, char in enumerate(chars))
        if value >= 256**n_bytes:
            raise IntegrityBroken("The time slate's code is not in base 45.")
        out += value.to_bytes(n_bytes, "big")
    return bytes(out)
