"""What takes more than one person: lifting a hold, changing retention, destroying. Pure.

Whatever the roles say (`rules/70-retention.cedar`): nobody is their own second, and nobody has a hand in
destroying what shows or concerns themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

from evidence.errors import Conflict, Forbidden

# Besides whoever asked for it.
APPROVALS_OF_CHANGE = 2


def require_other(account: str, first: str, words: str) -> None:
    """Raises Forbidden unless it is somebody else. `words`: what the first one did."""
    if account == first:
        raise Forbidden(f"You {words} yourself: it takes a second person.")


def require_new_approver(account: str, asked_by: str, approved_by: Iterable[str]) -> None:
    """Raises Forbidden for who asked, Conflict for who approved already."""
    require_other(account, asked_by, "asked for this")
    if account in tuple(approved_by):
        raise Conflict("You approved this already: it takes another person.")


def require_uninvolved(account: str, recording: str, officer: str | None, people: Iterable[str]) -> None:
    """Raises Forbidden for the officer who filmed it and for whoever was ever on a case that it belongs to."""
    if account == officer:
        raise Forbidden(f"Recording {recording} is your own: somebody else must decide.")
    if account in tuple(people):
        raise Forbidden(f"Recording {recording} belongs to a case that you are on: somebody else must decide.")
