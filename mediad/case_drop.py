"""The folder in which another system drops cases and the shift roster, as JSON or as CSV.

What was entered moves to `done`, what cannot be to `refused`, with the reason beside it; beside a CSV file and a
roster, in either folder, lies an answer that names its lines. Called by the daemon every few seconds, on a thread.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import structlog

from evidence.clock import Clock, to_text
from evidence.errors import Invalid, LinesRejected, MediadError, StoreUnavailable
from evidence.ledger import Ledger
from player.cases import csv_cases
from player.cases.changes import Asking
from player.cases.dropped import read, steps_of
from player.roster import Adoption, adopt, of_a_system
from player.roster_file import Form, is_roster, read_roster
from policy.explaining import Person
from policy.findings import Rules

EVERY_S = 5.0
# A case with 200 activities is about 100 kB.
_MAX_BYTES = 1 << 20
# Whoever writes a file is given this long to finish it; better: write it elsewhere and rename it into the folder.
_SETTLED_S = 2.0
_log = structlog.get_logger("mediad.case_drop")


class CaseDrop:
    """One folder."""

    def __init__(self, folder: Path, ledger: Ledger, clock: Clock, rules: Callable[[], Rules]) -> None:
        self._folder = folder
        self._ledger = ledger
        self._clock = clock
        self._rules = rules

    def scan(self) -> int:
        """Take in what lies there; how many files. Raises StoreUnavailable: then the files stay for the next time."""
        taken = 0
        try:
            found = sorted(path for path in self._folder.iterdir() if path.suffix in (".json", ".csv"))
        except OSError as error:
            raise StoreUnavailable(f"The folder {self._folder} cannot be read: {error.strerror}.") from error
        for path in found:
            if self._is_settled(path):
                self._take(path)
                taken += 1
        return taken

    def _is_settled(self, path: Path) -> bool:
        try:
            facts = path.lstat()
        except OSError:
            return False
        return stat.S_ISREG(facts.st_mode) and self._clock.now().timestamp() - facts.st_mtime >= _SETTLED_S

    def _take(self, path: Path) -> None:
        try:
            answer = self._enter(path)
        except StoreUnavailable:
            raise
        except MediadError as error:
            _log.warning("a dropped case was refused", action="case.refused", file=path.name, reason=str(error))
            moved = _move(path, "refused")
            moved.with_suffix(".reason.txt").write_text(f"{error}\n", encoding="utf-8")
            lines = error.lines if isinstance(error, LinesRejected) else ()
            if path.suffix == ".csv" or lines:
                moved.with_suffix(".answer.csv").write_bytes(csv_cases.answer((), lines, ""))
        else:
            _log.info("a dropped case was entered", action="case.dropped", file=path.name)
            moved = _move(path, "done")
            if answer is not None:
                moved.with_suffix(".answer.csv").write_bytes(answer)

    def _enter(self, path: Path) -> bytes | None:
        """The answer file, if there is one."""
        data, asking = _read(path), self._asking()
        form: Form = "csv" if path.suffix == ".csv" else "json"
        if is_roster(data, form):
            return self._enter_roster(path, data, form, asking)
        if form == "csv":
            return self._enter_csv(data, asking)
        for step in steps_of(read(data), asking):
            self._ledger.decide(step).result()
        return None

    def _enter_csv(self, data: bytes, asking: Asking) -> bytes:
        """All of it in one transaction; the answer file."""
        file = csv_cases.read_csv(data, asking.rules.items, asking.rules.zone)
        self._ledger.decide(csv_cases.enter(file, asking)).result()
        return csv_cases.answer(file.lines, (), file.encoding)

    def _enter_roster(self, path: Path, data: bytes, form: Form, asking: Asking) -> bytes:
        """All of it in one transaction; the answer file. The file's name is the reason of what it corrects."""
        file = read_roster(data, form, asking.rules.zone)
        adoption = Adoption(path.name, asking.person.account, asking.at)
        self._ledger.decide(lambda c: adopt(c, file, of_a_system(c, file), adoption)).result()
        return csv_cases.answer(file.lines, (), file.encoding)

    def _asking(self) -> Asking:
        now = self._clock.now()
        # No role: it may enter, and never ask for less than before.
        return Asking(Person("case-system", ()), to_text(now), now, self._rules())


def _read(path: Path) -> bytes:
    # Not followed: a link could lead to any file of this machine, and its text into the reason.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise Invalid("The file is larger than 1 MiB.")
    return data


def _move(path: Path, to: str) -> Path:
    """Out of the way, over an older one of the same name."""
    folder = path.parent / to
    folder.mkdir(exist_ok=True)
    return path.replace(folder / path.name)
