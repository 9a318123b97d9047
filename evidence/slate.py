"""The text of a time slate's code: the server's time, signed, small enough to be filmed. Pure but for the signature.

`M2:` and, in base 45 (RFC 9285, what a QR code holds most densely), 3 bytes of key id, 6 bytes of time (big-endian: 6
bits of lag in steps of 4 ms, 42 bits of milliseconds since 1970), 1 byte of promise, a case number in UTF-8 (usually
none), and 64 bytes of Ed25519 signature over `mediad/slate/2` LF and everything before it.

The *promise* is within how many milliseconds of asking the page draws the code; one that it cannot keep it never shows.
The *lag* is what the page finds that a code usually takes from its signature to its being drawn: no bound, a hint.
Codes of the first version (`M1:`) have neither: their time fills all 48 bits, and they promise what every page did.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from evidence.errors import IntegrityBroken, Invalid
from evidence.signing import SlateSigner, verify_slate

_PREFIXES = {1: "M1:", 2: "M2:"}
PREFIXES = tuple(_PREFIXES.values())
_VERSION = 2
# More, and the squares of the code are too small to be filmed from a metre away.
MAX_CASE_BYTES = 60
# The most that a page may promise, and the least: one frame of its screen.
MAX_PROMISE_MS = 200
MIN_PROMISE_MS = 17
# A page takes a code down when it is this old, counted from the asking.
STALE_MS = 1_000
# Between what the page draws and what the screen shows: a frame or two, and the panel.
DISPLAY_MS = 100
# A page asks for the next code this often: long enough for a slow camera to see each, and no multiple of the time
# between two pictures of the usual ones, so that codes change at ever other moments of a picture.
REFRESH_MS = 170

# What the lag is told in, and what it was with pages of the first version, on a site's own network.
LAG_STEP_MS = 4
_USUAL_LAG_MS = 16

_KID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 3, 6, 64
_TIME_BITS = 42  # until the year 2109
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
# Longer is no slate's: 74 bytes and the case number are 204 characters.
_MAX_TEXT = 256


@dataclass(frozen=True, slots=True)
class Code:
    """What one code says. `verify` tells whether it is to be believed."""

    kid: str
    time_ms: int  # since 1970, server's clock when it was signed
    promise_ms: int  # the page drew it within this time of asking, or not at all
    lag_ms: int  # and usually so long after it was signed, as the page says
    case: str | None
    version: int
    body: bytes
    signature: bytes

    def verify(self, public: bytes) -> None:
        """Raise IntegrityBroken unless this key signed it."""
        verify_slate(public, _context(self.version) + self.body, self.signature)


def kid_of(public: bytes) -> str:
    """What a code calls its key by."""
    return hashlib.sha256(public).hexdigest()[: 2 * _KID_BYTES]


def make(
    signer: SlateSigner, time_ms: int, case: str | None = None, promise_ms: int = MAX_PROMISE_MS, lag_ms: int = 0
) -> str:
    """The text of a code. Raises Invalid for a case number that is too long, or a promise that nobody may give."""
    named = (case or "").encode()
    if len(named) > MAX_CASE_BYTES:
        raise Invalid(f"The case number is too long for a time slate: {MAX_CASE_BYTES} bytes at most.")
    if not MIN_PROMISE_MS <= promise_ms <= MAX_PROMISE_MS:
        raise Invalid(f"A page promises to show a code within {MIN_PROMISE_MS} to {MAX_PROMISE_MS} ms.")
    lag = round(min(max(lag_ms, 0), promise_ms) / LAG_STEP_MS)
    told = (lag << _TIME_BITS | time_ms).to_bytes(_TIME_BYTES, "big")
    body = bytes.fromhex(kid_of(signer.public)) + told + bytes([promise_ms]) + named
    return _PREFIXES[_VERSION] + _to_base45(body + signer.sign(_context(_VERSION) + body))


def read(text: str) -> Code:
    """What a code says, of either version. Raises IntegrityBroken for what is no slate's code."""
    version = next((number for number, prefix in _PREFIXES.items() if text.startswith(prefix)), None)
    if version is None or len(text) > _MAX_TEXT:
        raise IntegrityBroken("This is no time slate.")
    data = _from_base45(text[len(_PREFIXES[version]) :])
    body, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    timed = _KID_BYTES + _TIME_BYTES
    head = timed + (version > 1)
    if len(body) < head or len(body) > head + MAX_CASE_BYTES:
        raise IntegrityBroken("The time slate's code is cut off.")
    promise_ms = body[timed] if version > 1 else MAX_PROMISE_MS
    if not MIN_PROMISE_MS <= promise_ms <= MAX_PROMISE_MS:
        raise IntegrityBroken("The time slate promises what no page may.")
    try:
        case = body[head:].decode() or None
    except UnicodeDecodeError as error:
        raise IntegrityBroken("The time slate's case number cannot be read.") from error
    time_ms, lag_ms = int.from_bytes(body[_KID_BYTES:timed], "big"), _USUAL_LAG_MS
    if version > 1:
        time_ms, lag_ms = time_ms & ((1 << _TIME_BITS) - 1), (time_ms >> _TIME_BITS) * LAG_STEP_MS
    return Code(body[:_KID_BYTES].hex(), time_ms, promise_ms, lag_ms, case, version, body, signature)


def _context(version: int) -> bytes:
    """What is signed before a code's body, so that no signature serves another purpose."""
    return f"mediad/slate/{version}\n".encode()


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
