"""Which process runs which file of tests, when several run side by side (`-n`), and who gets the processor first.

Tests that film, record or watch in real time wait for cameras far more than they compute, but when they want the
processor they want it now. A third of the processes begin with them; whatever else runs beside them is nicer. So they
need no machine of their own.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Signs of it in a file's text.
_REAL_TIME = ("from tests.recorder", "from tests.live", "pytest.mark.real_time")
# Long files first, so that the last ones are short: the order of the tiers is nearly that.
_TIERS = ("tests/acceptance", "tests/integration/mediad", "tests/integration", "tests/unit")
_NICER = 10


@cache
def is_real_time(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return any(sign in text for sign in _REAL_TIME)


def give_way() -> None:
    """From now on this process, and those it starts, run when no test in real time wants to. There is no way back
    for anybody but root, so that a process runs its tests in real time first."""
    if "PYTEST_XDIST_WORKER" in os.environ and os.getpriority(os.PRIO_PROCESS, 0) < _NICER:
        os.setpriority(os.PRIO_PROCESS, 0, _NICER)


class RealTimeFirst(LoadFileScheduling):
    """A file stays in one process, since its tests share daemons and browsers."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self._root = config.rootpath

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(self._next(node), last=False)
        super()._assign_work_unit(node)

    def _next(self, node: WorkerController) -> str:
        """The first file for this process: of those in real time for the first third of the processes, of the others
        for the rest; of either if nothing else is left."""
        wants_real_time = self.nodes.index(node) < max(1, len(self.nodes) // 3)
        return min(self.workqueue, key=lambda file: (is_real_time(self._root / file) != wants_real_time, _tier(file)))


def _tier(file: str) -> int:
    return next((n for n, folder in enumerate(_TIERS) if file.startswith(folder)), len(_TIERS))
