"""Runs a command of ``kg`` in a process that kills itself at one of its steps on the disk.

Called as KILL_AT=7 python -m tests.killed migrate apply …

A step is a sync, a rename or a removal. Without KILL_AT, all is done and the number of steps printed.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from kg.cli import kg

AT = int(os.environ.get("KILL_AT", "0"))
steps = 0


def counted(real: Callable[..., Any]) -> Callable[..., Any]:
    """A call that is a step: at the wanted one the process is killed before, at the next odd one after it."""

    def call(*args: Any, **named: Any) -> Any:
        global steps  # noqa: PLW0603  (one process, one count)
        steps += 1
        if steps == AT and AT % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        is_last = steps == AT
        try:
            return real(*args, **named)
        finally:
            if is_last:
                os.kill(os.getpid(), signal.SIGKILL)

    return call


if __name__ == "__main__":
    for name in ("fsync", "replace", "rename", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    kg(sys.argv[1:], standalone_mode=False)
    sys.stdout.write(f"steps {steps}\n")
