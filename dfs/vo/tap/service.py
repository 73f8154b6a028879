"""The query service: from the parameters of a request to its answer, at once or as a job."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dfs.access import Anonymous, CurrentUser, Member
from dfs.clock import Clock, isoformat
from dfs.errors import UsageError
from dfs.model.schema import SchemaDescription
from dfs.store import Database
from dfs.vo.formats import Format, TableInfo, negotiate
from dfs.vo.formats.uploads import Upload, UploadLimits, read_upload
from dfs.vo.tap.answer import Answer, link_service
from dfs.vo.tap.jobs.changes import Changes
from dfs.vo.tap.jobs.folders import JobFolders
from dfs.vo.tap.jobs.job import Job
from dfs.vo.tap.jobs.records import JobRecords
from dfs.vo.tap.jobs.runner import JobRunner
from dfs.vo.tap.jobs.service import Jobs
from dfs.vo.tap.lanes import Lanes
from dfs.vo.tap.limits import TapLimits
from dfs.vo.tap.request import QueryRequest, read_maxrec, read_request
from dfs.vo.tap.stop import Stop

if TYPE_CHECKING:
    from dfs.vo.engine import QueryEngine
    from dfs.vo.simple import SimpleQuery

__all__ = ["Tap", "account_of"]

_RESULT = re.compile(
    r"https?://[^/?#\s]+(?:/[^?#\s]*)?/(?:tap|tap_obs|tap_cat)/async/(?P<job>[0-9a-f]{32})/results/result"
)


def account_of(user: CurrentUser) -> str | None:
    """Return the account under which `user` keeps jobs; None: he has none."""
    return None if isinstance(user, Anonymous) else user.name


class Tap:
    """Queries in ADQL with all that TAP wants round them.

    Attributes
    ----------
    engine
        Runs the queries.
    descriptions
        Of the schemas that tables are in.
    limits
        How much one may ask.
    jobs
        Queries that run on their own.
    lanes
        Threads for queries that somebody waits for.
    quick
        The same for the simple protocols, whose queries are short: long ones of TAP do not keep them waiting.
    up_since
        UTC ISO 8601.
    """

    def __init__(
        self,
        engine: QueryEngine,
        descriptions: Callable[[], Sequence[SchemaDescription]],
        database: Database,
        root: Path,
        clock: Clock,
        *,
        public_url: str,
        limits: TapLimits,
    ) -> None:
        self.engine, self.descriptions, self.limits = engine, descriptions, limits
        self.up_since = isoformat(clock.now())
        self._public_url = public_url
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
        share = {"running_each": limits.running_each, "waiting_each": limits.waiting_each}
        self.lanes = Lanes(max(4, 2 * cores), **share, name="query")
        self.quick = Lanes(max(4, 2 * cores), **share, name="simple")
        folders, records, changes = JobFolders(root / "jobs"), JobRecords(database), Changes()
        self._folders = folders
        self._runner = JobRunner(
            records, folders, changes, self._perform, clock, Lanes(max(2, cores), **share, name="job")
        )
        self.jobs = Jobs(records, folders, changes, self._runner, clock, limits)

    def start(self) -> None:
        """Begin to run jobs: first those that a process left that is no more."""
        self._runner.start()

    def close(self) -> None:
        """Stop; jobs that run are left for the next start."""
        self.lanes.close(patience_s=1.0)
        self.quick.close(patience_s=1.0)
        self._runner.close()

    def answer(
        self,
        parameters: Sequence[tuple[str, str]],
        files: Mapping[str, BinaryIO | Path],
        user: CurrentUser,
        stop: Stop,
        *,
        timeout_s: float | None = None,
        base_url: str = "",
    ) -> Answer:
        """Run the query that `parameters` ask for.

        Parameters
        ----------
        files
            What came with the request, by the names of its parts.
        user
            Whose rights count.
        stop
            Ends it.
        timeout_s
            Seconds of work it may take; default: those of a synchronous query.
        base_url
            Where the services in the answer are reached; default: the public address.

        Raises
        ------
        DfsError
            Of any kind; the message is for the client.
        """
        request = read_request(parameters, files, self.limits)
        form = negotiate(request.format)
        infos = [TableInfo("QUERY", request.query[:2_000])]
        return self._answer(request, form, files, user, stop, infos=infos, base_url=base_url, timeout_s=timeout_s)

    def simple(self, query: SimpleQuery, user: CurrentUser, stop: Stop, *, base_url: str = "") -> Answer:
        """Run the query of a simple protocol."""
        maxrec = read_maxrec(query.maxrec, self.limits)
        request = QueryRequest(query.adql, maxrec)
        return self._answer(request, negotiate(query.format), {}, user, stop, ucds=query.ucds, base_url=base_url)

    def _perform(self, job: Job, stop: Stop) -> Answer:
        """Run the query of a job, with the rights its owner has now."""
        user = Anonymous() if job.owner is None else Member(job.owner)
        return self.answer(
            job.parameters, self._folders.uploads(job.id), user, stop, timeout_s=job.execution_duration_s
        )

    def _answer(
        self,
        request: QueryRequest,
        form: Format,
        files: Mapping[str, BinaryIO | Path],
        user: CurrentUser,
        stop: Stop,
        *,
        infos: Sequence[TableInfo] = (),
        ucds: Mapping[str, str] | None = None,
        base_url: str = "",
        timeout_s: float | None = None,
    ) -> Answer:
        uploads = {name: self._upload(name, self._sent(part, files, user)) for name, part in request.uploads.items()}
        result = self.engine.run(
            request.query,
            user=user,
            maxrec=request.maxrec,
            uploads=uploads,
            timeout_s=timeout_s or self.limits.sync_s,
            stoppable=stop.attach,
        )
        services = link_service(result.columns, base_url or self._public_url)
        try:
            return Answer(result, form, stop, infos=infos, services=services, ucds=ucds)
        except BaseException:
            result.close()
            raise

    def _sent(self, part: str, files: Mapping[str, BinaryIO | Path], user: CurrentUser) -> BinaryIO | Path:
        """Return the file of an upload: a part of the request, or the result of a job that `user` may see.

        Of an address only the job's name counts: nothing is fetched, so nobody is sent to places that only this machine reaches.
        """
        if part in files:
            return files[part]
        found = _RESULT.fullmatch(part)
        if found is None:
            raise UsageError(
                f"UPLOAD names {part[:80]!r}: this server fetches nothing from elsewhere",
                accepted="param:part, or the address of a job's result here",
                hint="send the table with the request",
            )
        return self.jobs.result(account_of(user), found["job"])[1]

    def _upload(self, name: str, content: BinaryIO | Path) -> Upload:
        """Read an uploaded table."""
        limits = UploadLimits(bytes=self.limits.upload_bytes, expanded_bytes=2 * self.limits.upload_bytes)
        return read_upload(name, content, limits)
