"""Runs queued jobs in turn, ends them, and takes over what a dead process left."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from dfs.clock import Clock, isoformat
from dfs.errors import DfsError, ServiceError, UsageError
from dfs.vo.tap.jobs.changes import Changes
from dfs.vo.tap.jobs.folders import JobFolders
from dfs.vo.tap.jobs.job import Job, JobResult, Phase
from dfs.vo.tap.jobs.presence import Presence
from dfs.vo.tap.jobs.records import JobRecords
from dfs.vo.tap.lanes import Busy, Lanes
from dfs.vo.tap.stop import Stop

__all__ = ["JobRunner", "Output"]

_log = logging.getLogger("dfs.vo.tap")
_RESUMED_MOST = 3  # a job at which the server died this often is not begun again
_CLOSES = "the server closes"


class Output(Protocol):
    """What performing a job gives: its bytes, and when they are all read, what they hold."""

    @property
    def mime(self) -> str:
        """MIME type of the bytes."""
        ...

    @property
    def rows(self) -> int | None:
        """Rows, once the bytes are read."""
        ...

    @property
    def overflow(self) -> bool:
        """Whether rows were left out, once the bytes are read."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes; stopping early is allowed."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class JobRunner:
    """The threads that run jobs in this process."""

    def __init__(
        self,
        records: JobRecords,
        folders: JobFolders,
        changes: Changes,
        perform: Callable[[Job, Stop], Output],
        clock: Clock,
        lanes: Lanes,
    ) -> None:
        self._records, self._folders, self._changes = records, folders, changes
        self._perform, self._clock, self._lanes = perform, clock, lanes
        self._presence = Presence(folders.root / "runners")
        self._stops: dict[str, Stop] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The name under which this process runs jobs."""
        return self._presence.name

    def start(self) -> int:
        """Begin: take over the jobs of processes that are no more; return how many."""
        self._presence.arrive()
        left = [job for job in self._records.unfinished() if not self._presence.lives(job.runner)]
        return sum(self._take_over(job) for job in left)

    def queue(self, job: Job) -> None:
        """Run a queued job when its turn comes; a line that is full ends it in ERROR."""
        try:
            self._lanes.submit(job.owner or "", lambda: self._run(job.id))
        except Busy as error:
            self._end(job.id, {Phase.QUEUED}, error)

    def stop(self, job_id: str, reason: str) -> None:
        """Stop a job that runs here; its row is the caller's affair."""
        with self._lock:
            stop = self._stops.get(job_id)
        if stop is not None:
            stop.ask(reason)

    def close(self, patience_s: float = 5.0) -> None:
        """Stop what runs, leaving it queued for the next start."""
        with self._lock:
            stops = list(self._stops.values())
        for stop in stops:
            stop.ask(_CLOSES)
        self._lanes.close(patience_s)
        self._presence.leave()

    def _take_over(self, job: Job) -> bool:
        """Queue a job again whose runner is no more; queries only read, so running one twice does no harm."""
        values: dict[str, Any] = {"runner": self.name, "phase": Phase.QUEUED, "started": None, "changed": self._now()}
        if job.phase is Phase.EXECUTING and self._folders.count_attempt(job.id) > _RESUMED_MOST:
            error = ServiceError(
                f"the server stopped {_RESUMED_MOST} times while this job ran, and will not run it again",
                hint="ask for less at once",
            )
            return self._end(job.id, {Phase.EXECUTING}, error)
        taken = self._records.change(job.id, {job.phase}, of_runner=job.runner, **values)
        if taken is not None:
            self.queue(taken)
        return taken is not None

    def _run(self, job_id: str) -> None:
        """Run one job to its end (in a thread of the pool)."""
        stop = Stop()
        with self._lock:  # before anybody sees that it runs: whoever stops it must find it
            self._stops[job_id] = stop
        try:
            job = self._begun(job_id)
            if job is not None:
                self._execute(job, stop)
        except Exception:  # noqa: BLE001 - the database does not answer: the next start takes the job over
            _log.exception("job %s is left as it stands", job_id)
        finally:
            with self._lock:
                del self._stops[job_id]
            self._changes.tell(job_id)

    def _begun(self, job_id: str) -> Job | None:
        """Return a job that executes now; None: it was aborted or deleted while it waited."""
        now = self._now()
        values: dict[str, Any] = {"phase": Phase.EXECUTING, "started": now, "changed": now, "runner": self.name}
        job = self._records.change(job_id, {Phase.QUEUED}, **values)
        self._changes.tell(job_id)
        return job

    def _execute(self, job: Job, stop: Stop) -> None:
        alarm = threading.Timer(job.execution_duration_s, stop.ask, [_late(job)])
        alarm.daemon = True
        alarm.start()
        try:
            self._finish(job, self._produce(job, stop))
        except Exception as error:  # noqa: BLE001 - whatever it is, the job must end and say why
            self._fail(job, stop, error)
        finally:
            alarm.cancel()

    def _produce(self, job: Job, stop: Stop) -> JobResult:
        output = self._perform(job, stop)
        try:
            size = self._folders.write_result(job.id, output.chunks())
            stop.check()  # an interrupt may look like an early end
            return JobResult(output.mime, size, output.rows, output.overflow)
        finally:
            output.close()

    def _finish(self, job: Job, result: JobResult) -> None:
        now = self._now()
        values = {name: getattr(result, name) for name in ("mime", "bytes", "rows", "overflow")}
        settled = self._records.settle(
            job.id, self.name, Phase.COMPLETED, result=values, error=None, ended=now, changed=now
        )
        if settled is None:
            self._leave_no_result(job.id)

    def _fail(self, job: Job, stop: Stop, error: Exception) -> None:
        """End a job in ERROR, or leave it queued when the server closes."""
        if stop.reason == _CLOSES:
            values: dict[str, Any] = {"phase": Phase.QUEUED, "started": None, "changed": self._now()}
            self._records.change(job.id, {Phase.EXECUTING}, of_runner=self.name, **values)
            return
        if stop.asked and not isinstance(error, UsageError):
            error = ServiceError(stop.reason)
        if not self._end(job.id, {Phase.EXECUTING}, error):
            self._leave_no_result(job.id)

    def _end(self, job_id: str, phases: set[Phase], error: Exception) -> bool:
        if not isinstance(error, DfsError):
            number = secrets.token_hex(4)
            _log.error("unexpected %s in job, number %s", type(error).__name__, number, exc_info=error)
            error = DfsError("something went wrong here", hint=f"tell the operators the number {number}")
        told = error.without_place()
        if told is not error:
            _log.error("job %s: %s", job_id, error.line())
        now = self._now()
        values: dict[str, Any] = {"error": told.document() | {"line": told.line()}, "ended": now, "changed": now}
        ended = self._records.change(job_id, phases, phase=Phase.ERROR, **values) is not None
        self._changes.tell(job_id)
        return ended

    def _leave_no_result(self, job_id: str) -> None:
        """Remove the result of a job that was aborted while it finished, or all of one that was deleted."""
        if self._records.get(job_id) is None:
            self._folders.remove(job_id)
        else:
            self._folders.result(job_id).unlink(missing_ok=True)

    def _now(self) -> str:
        return isoformat(self._clock.now())


def _late(job: Job) -> str:
    return f"the job ran longer than its {job.execution_duration_s} s; raise executionduration, or ask for less"
