"""A worker process: takes orders from its line, performs them, sends outcomes back, until the line is closed.

Started by `dfs.pipeline.executors` as ``python -m dfs.pipeline.worker FD``.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection

__all__: list[str] = []


def main(descriptor: int) -> None:
    """Work until the line closes."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # to astronomers the log of a worker speaks of errors only
    _follow_parent(os.getppid())
    line = Connection(descriptor)
    # At its import jsonschema builds a parser for web addresses (0.8 s), unless it cannot; notebooks have none to check.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    # All that is slow to import is imported once, now.
    from dfs.errors import Cancelled, ServiceError
    from dfs.pipeline.orders import Outcome
    from dfs.pipeline.perform import perform
    from dfs.recipes import registry

    recipes = iter(registry.names())
    while True:
        while not line.poll() and _import_next(recipes):
            pass
        try:
            order = line.recv()
        except EOFError:
            return
        try:
            outcome = perform(order)
        except Cancelled as error:
            outcome = Outcome(order.job, error=error)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends this job, not the worker
            traceback.print_exc()
            outcome = Outcome(order.job, error=ServiceError(f"unexpected {type(error).__name__}: {error}"))
        line.send(outcome)


def _import_next(names: Iterator[str]) -> bool:
    """Import the next recipe while there is nothing else to do; False when all are there."""
    from dfs.recipes import registry

    name = next(names, None)
    if name is not None:
        with suppress(Exception):  # whoever needs it will say what is wrong with it
            registry.find(name)
    return name is not None


def _follow_parent(parent: int) -> None:
    """End this process when the one that started it is gone, even in the middle of a job."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.killpg(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
