"""Jobs as their users handle them: made, started, watched, stopped, deleted; each by its owner alone."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from dfs.clock import Clock, isoformat
from dfs.errors import NotFoundError, ServiceError, UsageError
from dfs.vo.tap.jobs.changes import Changes
from dfs.vo.tap.jobs.folders import JobFolders
from dfs.vo.tap.jobs.job import FINAL, Job, Phase
from dfs.vo.tap.jobs.records import JobRecords
from dfs.vo.tap.jobs.runner import JobRunner
from dfs.vo.tap.limits import TapLimits

__all__ = ["Jobs"]

_BEFORE_START = frozenset({Phase.PENDING, Phase.HELD})


class Jobs:
    """The jobs of everybody; `owner` is an account name, or None for whoever has none.

    A job made without an account is everybody's who knows its id, which cannot be guessed.  A job of somebody else is not found:
    whether there is one is not told.
    """

    def __init__(
        self,
        records: JobRecords,
        folders: JobFolders,
        changes: Changes,
        runner: JobRunner,
        clock: Clock,
        limits: TapLimits,
    ) -> None:
        self._records, self._folders, self._runner = records, folders, runner
        self._clock, self._limits = clock, limits
        self.changes = changes

    def create(
        self, owner: str | None, parameters: Sequence[tuple[str, str]], uploads: Mapping[str, BinaryIO] | None = None
    ) -> Job:
        """Make a job in phase PENDING.

        Raises
        ------
        ServiceError
            The owner keeps as many jobs as one may, or the disk is full.
        """
        now, limits = self._clock.now(), self._limits
        values = tuple((name, value) for name, value in parameters if name.upper() not in {"PHASE", "ACTION"})
        job = Job(
            id=secrets.token_hex(16),
            owner=owner,
            run_id=_last(values, "RUNID"),
            phase=Phase.PENDING,
            parameters=values,
            created=isoformat(now),
            started=None,
            ended=None,
            changed=isoformat(now),
            destruction=isoformat(now + timedelta(seconds=limits.kept_default_s)),
            execution_duration_s=limits.job_default_s,
            error=None,
            result=None,
            runner=None,
        )
        most = limits.jobs_anonymous if owner is None else limits.jobs_each
        self._folders.make(job.id, uploads or {})
        if not self._records.add(job, most):
            self._folders.remove(job.id)
            raise ServiceError(f"there are {most} jobs already", hint="delete some, or wait until they are destroyed")
        return job

    def get(self, owner: str | None, job_id: str) -> Job:
        """Return a job; `NotFoundError` when there is none of this owner."""
        self._folders.of(job_id)
        job = self._records.get(job_id)
        if job is None or job.destruction <= self._now() or (job.owner is not None and job.owner != owner):
            raise NotFoundError("no such job", where=job_id, hint="it may have been destroyed, or be somebody else's")
        return job

    def of_owner(
        self,
        owner: str | None,
        phases: Collection[Phase] = (),
        after: datetime | None = None,
        last: int | None = None,
    ) -> Sequence[Job]:
        """Return the owner's jobs, the oldest first (with `last`, the newest first); none without an account."""
        if owner is None:
            return []
        since = None if after is None else isoformat(after)
        return self._records.of_owner(owner, self._now(), phases, since, last)

    def run(self, owner: str | None, job_id: str) -> Job:
        """Queue a pending job; one that is queued already or ended stays as it is."""
        self.get(owner, job_id)
        queued = self._change(job_id, _BEFORE_START, phase=Phase.QUEUED, runner=self._runner.name)
        if queued is not None:
            self._runner.queue(queued)
        return queued or self.get(owner, job_id)

    def abort(self, owner: str | None, job_id: str) -> Job:
        """Stop a job for good; one that has ended stays as it is."""
        self.get(owner, job_id)
        aborted = self._change(job_id, set(Phase) - FINAL, phase=Phase.ABORTED, ended=self._now())
        self._runner.stop(job_id, "the job was aborted")
        return aborted or self.get(owner, job_id)

    def delete(self, owner: str | None, job_id: str) -> None:
        """Stop a job if it runs, and remove it with its files."""
        self.get(owner, job_id)
        self._destroy(job_id)

    def set_destruction(self, owner: str | None, job_id: str, when: datetime) -> Job:
        """Set when a job is destroyed, at most as long after its making as one may keep it."""
        job = self.get(owner, job_id)
        latest = datetime.fromisoformat(job.created).replace(tzinfo=UTC) + timedelta(seconds=self._limits.kept_hard_s)
        return self._change(job_id, set(Phase), destruction=isoformat(min(when, latest))) or job

    def set_execution_duration(self, owner: str | None, job_id: str, seconds: int) -> Job:
        """Set how long a job may run, at most the hard limit, which 0 asks for; a job that runs keeps what it has."""
        job = self.get(owner, job_id)
        if seconds < 0:
            raise UsageError(f"executionduration = {seconds}", accepted="seconds; 0: as long as possible")
        allowed = min(seconds or self._limits.job_hard_s, self._limits.job_hard_s)
        return self._change(job_id, {*_BEFORE_START, Phase.QUEUED}, execution_duration_s=allowed) or job

    def set_parameters(
        self,
        owner: str | None,
        job_id: str,
        parameters: Sequence[tuple[str, str]],
        uploads: Mapping[str, BinaryIO] | None = None,
    ) -> Job:
        """Replace or add parameters of a job that has not been started, and its uploads: no more than one may send at once."""
        job = self.get(owner, job_id)
        if job.phase not in _BEFORE_START:
            raise UsageError(f"the job is {job.phase}: its parameters stand", where=job_id)
        if uploads:
            count, most = len({*self._folders.uploads(job_id), *uploads}), self._limits.uploads
            if count > most:
                raise UsageError(f"{count} uploads of one job", where=job_id, accepted=f"at most {most}")
            self._folders.add_uploads(job_id, uploads)
        given = {name.upper() for name, _ in parameters}
        values = [one for one in job.parameters if one[0].upper() not in given] + list(parameters)
        run_id = _last(values, "RUNID")
        changed = self._change(job_id, _BEFORE_START, parameters=[list(one) for one in values], run_id=run_id)
        return changed or self.get(owner, job_id)

    def result(self, owner: str | None, job_id: str) -> tuple[Job, Path]:
        """Return a job with the path of its result; `NotFoundError` when it has none."""
        job = self.get(owner, job_id)
        path = self._folders.result(job_id)
        if job.phase is not Phase.COMPLETED or job.result is None or not path.is_file():
            raise NotFoundError(f"the job has no result: it is {job.phase}", where=job_id)
        return job, path

    def sweep(self) -> int:
        """Remove the jobs whose destruction is due, and folders that a crash left; return how many jobs."""
        due = self._records.due(self._now())
        for job_id in due:
            self._destroy(job_id)
        for job_id in self._folders.orphans(()):
            if self._records.get(job_id) is None:
                self._folders.remove(job_id)
        return len(due)

    def _destroy(self, job_id: str) -> None:
        self._records.remove(job_id)
        self._runner.stop(job_id, "the job was deleted")
        self._folders.remove(job_id)
        self.changes.tell(job_id)

    def _change(self, job_id: str, phases: Collection[Phase], **values: Any) -> Job | None:
        changed = self._records.change(job_id, phases, changed=self._now(), **values)
        if changed is not None:
            self.changes.tell(job_id)
        return changed

    def _now(self) -> str:
        return isoformat(self._clock.now())


def _last(parameters: Sequence[tuple[str, str]], name: str) -> str | None:
    found = [value for given, value in parameters if given.upper() == name]
    return found[-1] if found else None
