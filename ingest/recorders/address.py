"""The address of a source, with its credentials kept apart from everything that is shown, logged or sealed. Pure but
for reading the credentials' file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from evidence.errors import ConfigInvalid

_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Address:
    """`shown` is fit for eyes; `secret` is what the worker opens. Neither repr nor str shows a secret."""

    shown: str
    secret: str = field(repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)  # what must never be shown

    def __str__(self) -> str:
        return self.shown

    def redact(self, text: str) -> str:
        """`text` without user and password, whoever wrote it."""
        for word in sorted(self.words, key=len, reverse=True):
            text = text.replace(word, _HIDDEN)
        return text


def network_address(url: str, credentials: Path | None) -> Address:
    """The address of a camera. ConfigInvalid if the credentials' file cannot be used."""
    if credentials is None:
        return Address(url, url)
    try:
        text = credentials.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigInvalid(f"The credentials {credentials} cannot be read: {reason}.") from error
    user, colon, password = text.partition(":")
    if not user or not colon or "\n" in text:
        raise ConfigInvalid(f"The credentials {credentials} are not one line user:password.")
    quoted = (quote(user, safe=""), quote(password, safe=""))
    parts = urlsplit(url)
    secret = urlunsplit(parts._replace(netloc=f"{quoted[0]}:{quoted[1]}@{parts.netloc}"))
    pair = f"{quoted[0]}:{quoted[1]}@"
    # A user called "a" cannot be taken out of every text; with the password it can.
    words = tuple(word for word in (pair, f"{user}:{password}", password, quoted[1]) if len(word) >= 3)
    return Address(url, secret, words)
