"""A test aid: ends the process at a named step of intake, as a power cut would. Off unless asked for.

`MEDIAD_STOP_AT=<step>` in the daemon's environment makes it kill itself with SIGKILL when it reaches the step.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping

VARIABLE = "MEDIAD_STOP_AT"


def from_environment(environment: Mapping[str, str]) -> Callable[[str], None]:
    """The step hook: does nothing unless the variable names a step."""
    fatal = environment.get(VARIABLE)

    def step(name: str) -> None:
        if name == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    return step
