"""Times in requests. Pure."""

from __future__ import annotations

from evidence.clock import from_text, to_text
from evidence.errors import Invalid


def instant(text: str) -> str:
    """A time with its offset in the catalog's form. Raises Invalid for a day that does not exist."""
    try:
        return to_text(from_text(text))
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{text!r} is no time.") from error
