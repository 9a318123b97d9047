"""Goes by what was recorded of a file already: says nothing until the fragment that was taken last has passed.

The same file is cut the same way each time, since all that decides on the cuts is media time. Where that fragment does
not come up to the live edge, this is another file, or not the same any more: `PlaceLost`.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from evidence.live import Fragment, Opened, Passed, Said, Taken

Say = Callable[[Said, bytes], None]
# So many messages left out are told as one, so that nobody takes the worker for hung.
_TELL_EVERY = 200


class PlaceLost(Exception):
    """The file does not hold what was recorded last. Never leaves the worker: the file is read from its beginning."""


class Passing:
    """Stands before `say`; with nothing `taken` it only hands on."""

    def __init__(self, say: Say, taken: tuple[Taken, ...]) -> None:
        self._say = say
        self._taken = set(taken)
        self._opened: tuple[Opened, bytes] | None = None
        self._n = 0
        self.goes_on = bool(taken)

    def __call__(self, said: Said, payload: bytes) -> None:
        if not self.goes_on:
            self._say(said, payload)
            return
        if isinstance(said, Opened):
            self._opened = (said, payload)
        elif isinstance(said, Fragment) and self._opened is not None and taken_of(said) == self._taken:
            self.goes_on = False
            opened, inits = self._opened
            self._say(msgspec.structs.replace(opened, resumed=True), inits)
            return
        self._n += 1
        if self._n % _TELL_EVERY == 0:
            self._say(Passed(), b"")


def taken_of(fragment: Fragment) -> set[Taken]:
    return {
        Taken(track=part.track, start_pts=min(part.pts), n_au=len(part.pts), au_digest=part.au_digest)
        for part in fragment.tracks
    }
