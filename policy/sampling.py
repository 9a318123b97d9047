"""Random sampling: how many are drawn, and who may look at what. Pure. The draw itself is `evidence.draws`."""

from __future__ import annotations

from evidence.errors import Forbidden, Invalid

# Each of the drawn is watched by a person.
MOST = 500


def size_of(n_population: int, size: int | None, permille: int | None) -> int:
    """How many are drawn: so many, or so many per thousand, rounded up. Raises Invalid."""
    if (size is None) == (permille is None):
        raise Invalid("Say how many are to be drawn: a number or a share.")
    if n_population == 0:
        raise Invalid("There is nothing to draw from.", remedy="Choose another period, unit or kind.")
    wanted = size if size is not None else -(-n_population * (permille or 0) // 1000)
    if wanted > n_population:
        raise Invalid(f"There are only {n_population} to draw from.")
    if not 0 < wanted <= MOST:
        raise Invalid(f"At least 1 and at most {MOST} are drawn: each is watched by a person.")
    return wanted


def require_reviewer(account: str, people: frozenset[str]) -> None:
    """Raises Forbidden for who is on the case, or whose camera recorded it."""
    if account in people:
        raise Forbidden("You have a part in what was drawn: somebody who has not must look at it.")
