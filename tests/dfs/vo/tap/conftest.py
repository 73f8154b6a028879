"""Jobs on a real database and real threads; what they perform is decided by each test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dfs.clock import isoformat
from dfs.errors import ServiceError
from dfs.observatory import Observatory
from dfs.vo.tap.jobs import FINAL, Job, Jobs
from dfs.vo.tap.jobs.changes import Changes
from dfs.vo.tap.jobs.folders import JobFolders
from dfs.vo.tap.jobs.records import JobRecords
from dfs.vo.tap.jobs.runner import JobRunner
from dfs.vo.tap.lanes import Lanes
from dfs.vo.tap.limits import TapLimits
from dfs.vo.tap.stop import Stop


@dataclass
class Bytes:
    """The output of a job: bytes that are given at once, or never until it is stopped."""

    content: bytes = b"rows"
    stop: Stop | None = None
    mime: str = "text/plain"
    rows: int | None = 1
    overflow: bool = False

    def chunks(self) -> Iterator[bytes]:
        if self.stop is not None:
            waiting = threading.Event()
            self.stop.attach(waiting.set)
            assert waiting.wait(20)
            raise ServiceError("interrupted")
        yield self.content

    def close(self) -> None:
        pass


class MovingClock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 27, 4, 46, 29, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> str:
        self.at += timedelta(seconds=seconds)
        return isoformat(self.at)


@dataclass
class Bench:
    """A service of jobs with all its parts."""

    jobs: Jobs
    runner: JobRunner
    records: JobRecords
    folders: JobFolders
    clock: MovingClock
    performed: list[str] = field(default_factory=list)

    def ended(self, owner: str | None, job_id: str) -> Job:
        """Return the job when it has ended."""
        news = threading.Event()
        with self.jobs.changes.listening(job_id, news.set):
            while (job := self.jobs.get(owner, job_id)).phase not in FINAL:
                assert news.wait(20), job
                news.clear()
        return job


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Make a service on the one database of this test; several are several server processes."""
    made: list[Bench] = []
    with Observatory.open(tmp_path / "observatory") as observatory:

        def make(limits: TapLimits | None = None) -> Bench:
            clock, performed = MovingClock(), []

            def perform(job: Job, stop: Stop) -> Bytes:
                query = job.parameter("QUERY") or ""
                performed.append(job.id)
                if query == "fail":
                    raise ServiceError("the disk is full", hint="free some")
                if query == "surprise":
                    raise KeyError("something nobody shall see")
                return Bytes(stop=stop if query == "for ever" else None)

            limits = limits or TapLimits()
            records, changes = JobRecords(observatory.database), Changes()
            folders = JobFolders(observatory.root / "jobs")
            lanes = Lanes(4, running_each=limits.running_each, waiting_each=limits.waiting_each, name="job")
            runner = JobRunner(records, folders, changes, perform, clock, lanes)
            runner.start()
            made.append(
                Bench(
                    Jobs(records, folders, changes, runner, clock, limits), runner, records, folders, clock, performed
                )
            )
            return made[-1]

        yield make
        for one in made:
            one.runner.close()
