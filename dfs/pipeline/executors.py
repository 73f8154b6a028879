"""Where jobs run: here, one after the other, or in worker processes.

A worker is a Python process of its own, started with a clean interpreter (nothing of the caller's ``__main__`` runs again, so notebooks
and unguarded scripts may use it), warm from its first job on, and expendable: when a job crashes it, that job fails and another worker
takes its place.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from dfs.errors import ServiceError
from dfs.pipeline.orders import Order, Outcome

__all__ = ["Executor", "InlineExecutor", "ProcessExecutor", "make_executor"]

_GRACE_S = 2.0
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Executor(Protocol):
    """Takes orders and gives outcomes back, in whatever order they come."""

    @property
    def free(self) -> int:
        """How many more orders it can work on now."""
        ...

    def warm(self, orders: int) -> None:
        """Get ready for so many orders, while the caller does other things."""
        ...

    def submit(self, order: Order) -> None:
        """Take an order."""
        ...

    def outcomes(self, timeout_s: float) -> Iterable[Outcome]:
        """Return what has come back, waiting at most `timeout_s` for the first."""
        ...

    def close(self) -> None:
        """End all work at once; orders under way are lost."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


def make_executor(workers: int, log_folder: Path) -> Executor:
    """Return an executor: 0 workers work here, one after the other; more are processes."""
    return ProcessExecutor(workers, log_folder) if workers > 0 else InlineExecutor()


class _Closing:
    """Closes at the end of a ``with`` block."""

    def close(self) -> None:
        """End all work."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class InlineExecutor(_Closing):
    """Performs each order in this process when its outcome is asked for."""

    def __init__(self) -> None:
        self._waiting: deque[Order] = deque()

    @property
    def free(self) -> int:
        """One at a time."""
        return 1 - len(self._waiting)

    def warm(self, orders: int) -> None:
        """Nothing is started here."""

    def submit(self, order: Order) -> None:
        """Keep the order until its outcome is asked for."""
        self._waiting.append(order)

    def outcomes(self, timeout_s: float) -> list[Outcome]:  # noqa: ARG002 - it never waits
        """Perform the order and return its outcome."""
        from dfs.pipeline.perform import perform

        return [perform(self._waiting.popleft())] if self._waiting else []


class ProcessExecutor(_Closing):
    """Performs orders in up to `workers` processes; what they print goes to a file each in `log_folder`."""

    def __init__(self, workers: int, log_folder: Path) -> None:
        self._limit = workers
        self._log_folder = log_folder
        self._workers: list[_Worker] = []

    @property
    def free(self) -> int:
        """Workers without an order."""
        return self._limit - sum(worker.order is not None for worker in self._workers)

    def warm(self, orders: int) -> None:
        """Start the workers that so many orders can use: their imports take seconds."""
        while len(self._workers) < min(orders, self._limit):
            self._workers.append(self._new_worker())

    def submit(self, order: Order) -> None:
        """Hand the order to an idle worker, starting one if there is none."""
        idle = next((worker for worker in self._workers if worker.order is None), None)
        if idle is None:
            idle = self._new_worker()
            self._workers.append(idle)
        idle.take(order)

    def outcomes(self, timeout_s: float) -> list[Outcome]:
        """Return what the workers have sent; a worker that died gives the failure of its order."""
        busy = {worker.line: worker for worker in self._workers if worker.order is not None}
        ready = connection.wait(list(busy), timeout_s)
        return [self._receive(worker) for line, worker in busy.items() if line in ready]

    def close(self) -> None:
        """Kill every worker, and whatever it started, at once."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.wait()
        self._workers.clear()

    def _new_worker(self) -> _Worker:
        # The workers share the cores: more threads than that only get into each other's way.
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return _Worker(self._log_folder / f"worker-{len(self._workers) + 1}.log", max(1, cores // self._limit))

    def _receive(self, worker: _Worker) -> Outcome:
        order = worker.order
        assert order is not None  # noqa: S101 - only busy workers are asked
        try:
            outcome: Outcome = worker.line.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            return Outcome(order.job, error=worker.obituary())
        worker.order = None
        return outcome


class _Worker:
    """One worker process and the line to it."""

    def __init__(self, log: Path, threads: int) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        limits = dict.fromkeys(_THREADS, str(threads))
        with theirs, log.open("ab") as sink:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "dfs.pipeline.worker", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in the terminal reaches us alone, and we end it
                env=os.environ | limits | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)},
            )
        self.line = connection.Connection(ours.detach())
        self.order: Order | None = None
        self._log = log

    def take(self, order: Order) -> None:
        """Send the order; a worker that is dead already shows it when its outcome is asked for."""
        self.order = order
        with suppress(OSError):
            self.line.send(order)

    def obituary(self) -> ServiceError:
        """Return, in one line, how the process died."""
        code = self._process.wait()
        self.line.close()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return ServiceError(
            f"the worker process died ({how})",
            hint="often: out of memory; try --workers 1" if code == -signal.SIGKILL else f"see {self._log}",
        )

    def kill(self) -> None:
        """Kill the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it is gone, and close the line."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        self.line.close()
