"""Jobs over HTTP (UWS 1.1) for the TAP service: each function answers one kind of address below ``/async``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dfs.errors import DfsError, NotFoundError, UsageError
from dfs.server.bodies import Sent, read_sent
from dfs.server.context import base_url, caller
from dfs.server.outlet import hung_up
from dfs.server.uws_values import count_of, phase_named, time_of, value_of, wait_of
from dfs.vo.formats import error_document
from dfs.vo.tap.jobs import WAITED_FOR, Job, Jobs
from dfs.vo.tap.jobs.documents import job_document, job_list, parameters_document, results_document
from dfs.vo.tap.service import account_of

__all__ = ["job_routes"]

_XML, _VOTABLE = "application/xml", "application/x-votable+xml"
_NO_STORE = {"Cache-Control": "no-store"}


def job_routes(base: str) -> list[Route]:
    """Return the routes of the jobs of the service at path `base` (``/tap``)."""
    one = f"{base}/async/{{job}}"
    post = ["GET", "POST"]
    return [
        Route(f"{base}/async", _jobs, methods=post),
        Route(one, _job, methods=["GET", "POST", "DELETE"]),
        Route(f"{one}/phase", _phase, methods=post),
        Route(f"{one}/executionduration", _duration, methods=post),
        Route(f"{one}/destruction", _destruction, methods=post),
        Route(f"{one}/quote", _quote),
        Route(f"{one}/owner", _owner),
        Route(f"{one}/parameters", _parameters, methods=post),
        Route(f"{one}/results", _results),
        Route(f"{one}/results/result", _result),
        Route(f"{one}/error", _error),
    ]


async def _jobs(request: Request) -> Response:
    """List the caller's jobs, or make one."""
    jobs, sent = _service(request), await _sent(request)
    owner = await _owner_name(request)
    if request.method == "POST":
        try:
            job = await run_in_threadpool(jobs.create, owner, sent.parameters, sent.files)
        finally:
            sent.close()
        if (value_of(sent, "PHASE") or "").upper() == "RUN":
            await run_in_threadpool(jobs.run, owner, job.id)
        return _see(_jobs_url(request) + f"/{job.id}")
    phases = [phase_named(value) for name, value in sent.parameters if name.upper() == "PHASE"]
    after, last = value_of(sent, "AFTER"), value_of(sent, "LAST")
    found = await run_in_threadpool(
        jobs.of_owner,
        owner,
        phases,
        None if after is None else time_of(after),
        None if last is None else count_of(last),
    )
    return _xml(job_list(found, _jobs_url(request)))


async def _job(request: Request) -> Response:
    """Show a job, after waiting for it if asked; delete it."""
    jobs, sent, owner = _service(request), await read_sent(request), await _owner_name(request)
    job_id = request.path_params["job"]
    is_said_so = request.method == "POST" and (value_of(sent, "ACTION") or "").upper() == "DELETE"
    if request.method == "DELETE" or is_said_so:
        await run_in_threadpool(jobs.delete, owner, job_id)
        return _see(_jobs_url(request))
    if request.method == "POST":
        await run_in_threadpool(_set, jobs, owner, job_id, sent)
        return _see(f"{_jobs_url(request)}/{job_id}")
    return _xml(job_document(await _awaited(request, sent, owner), f"{_jobs_url(request)}/{job_id}"))


async def _phase(request: Request) -> Response:
    sent, owner = await read_sent(request), await _owner_name(request)
    if request.method == "POST":
        return await _changed(request, sent, owner, required="PHASE")
    return PlainTextResponse(str((await _awaited(request, sent, owner)).phase), headers=_NO_STORE)


async def _duration(request: Request) -> Response:
    return await _property(request, "EXECUTIONDURATION", lambda job: str(job.execution_duration_s))


async def _destruction(request: Request) -> Response:
    return await _property(request, "DESTRUCTION", lambda job: f"{job.destruction}Z")


async def _quote(request: Request) -> Response:
    return await _property(request, "", lambda _: "")  # we do not foretell when a job will be done


async def _owner(request: Request) -> Response:
    return await _property(request, "", lambda job: job.owner or "")


async def _property(request: Request, name: str, show: Callable[[Job], str]) -> Response:
    """Show or set one property of a job."""
    sent, owner = await read_sent(request), await _owner_name(request)
    if request.method == "POST":
        return await _changed(request, sent, owner, required=name)
    job = await run_in_threadpool(_service(request).get, owner, request.path_params["job"])
    return PlainTextResponse(show(job), headers=_NO_STORE)


async def _parameters(request: Request) -> Response:
    sent, owner = await _sent(request), await _owner_name(request)
    jobs, job_id = _service(request), request.path_params["job"]
    if request.method == "POST":
        try:
            await run_in_threadpool(jobs.set_parameters, owner, job_id, sent.parameters, sent.files)
        finally:
            sent.close()
        return _see(f"{_jobs_url(request)}/{job_id}")
    return _xml(parameters_document(await run_in_threadpool(jobs.get, owner, job_id)))


async def _results(request: Request) -> Response:
    job = await run_in_threadpool(_service(request).get, await _owner_name(request), request.path_params["job"])
    return _xml(results_document(job, f"{_jobs_url(request)}/{job.id}"))


async def _result(request: Request) -> Response:
    """Send the result; ranges of it too."""
    owner = await _owner_name(request)
    job, path = await run_in_threadpool(_service(request).result, owner, request.path_params["job"])
    mime = job.result.mime if job.result else _VOTABLE
    return FileResponse(path, media_type=mime, headers={"Cache-Control": "private, no-store"})


async def _error(request: Request) -> Response:
    job = await run_in_threadpool(_service(request).get, await _owner_name(request), request.path_params["job"])
    if job.error is None:
        raise NotFoundError(f"the job has no error: it is {job.phase}", where=job.id)
    texts = {name: str(job.error.get(name) or "") for name in ("message", "where", "accepted", "hint")}
    error = DfsError(texts.pop("message"), **texts)
    return Response(error_document(error.line()), media_type=_VOTABLE, headers=_NO_STORE)


async def _changed(request: Request, sent: Sent, owner: str | None, required: str) -> Response:
    job_id = request.path_params["job"]
    if value_of(sent, required) is None:
        raise UsageError(f"there is no {required} in the request", where=job_id)
    await run_in_threadpool(_set, _service(request), owner, job_id, sent)
    return _see(f"{_jobs_url(request)}/{job_id}")


def _set(jobs: Jobs, owner: str | None, job_id: str, sent: Sent) -> None:
    """Do with a job what the parameters of a POST say."""
    if (when := value_of(sent, "DESTRUCTION")) is not None:
        jobs.set_destruction(owner, job_id, time_of(when))
    if (seconds := value_of(sent, "EXECUTIONDURATION")) is not None:
        jobs.set_execution_duration(owner, job_id, count_of(seconds))
    match (value_of(sent, "PHASE") or "").upper():
        case "":
            jobs.get(owner, job_id)
        case "RUN":
            jobs.run(owner, job_id)
        case "ABORT":
            jobs.abort(owner, job_id)
        case other:
            raise UsageError(f"PHASE = {other[:40]!r}", accepted="RUN, ABORT")


async def _awaited(request: Request, sent: Sent, owner: str | None) -> Job:
    """Return the job; with WAIT, when its phase is another than it was (or than PHASE says), or the time is over."""
    jobs, job_id = _service(request), request.path_params["job"]
    wait_s = wait_of(value_of(sent, "WAIT"))
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def call() -> None:
        loop.call_soon_threadsafe(news.set)

    with jobs.changes.listening(job_id, call):
        job = await run_in_threadpool(jobs.get, owner, job_id)
        named = value_of(sent, "PHASE")
        start = job.phase if named is None else phase_named(named)
        if not wait_s or job.phase not in WAITED_FOR or job.phase is not start:
            return job
        ends = [asyncio.create_task(one) for one in (hung_up(request.receive), request.app.state.closing.wait())]
        try:
            deadline = loop.time() + wait_s
            while job.phase is start and not any(end.done() for end in ends) and loop.time() < deadline:
                told = asyncio.create_task(news.wait())
                await asyncio.wait([told, *ends], timeout=deadline - loop.time(), return_when=asyncio.FIRST_COMPLETED)
                told.cancel()
                news.clear()
                job = await run_in_threadpool(jobs.get, owner, job_id)
        finally:
            for end in ends:
                end.cancel()
    return job


def _service(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.observatory.tap.jobs
    return jobs


async def _sent(request: Request) -> Sent:
    """Return what makes or changes a job's query: its uploads too, which whoever calls lets go of."""
    limits = request.app.state.observatory.tap.limits
    return await read_sent(request, file_bytes=limits.upload_bytes, files=limits.uploads)


async def _owner_name(request: Request) -> str | None:
    if "authorization" not in request.headers and "cookie" not in request.headers:
        return None  # nobody to look up
    return account_of(await run_in_threadpool(caller, request))


def _jobs_url(request: Request) -> str:
    """Return the address of the job list this request came to."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return f"{base_url(request)}{path[: path.index('/async')]}/async"


def _see(url: str) -> Response:
    return RedirectResponse(url, 303, _NO_STORE)


def _xml(content: bytes) -> Response:
    return Response(content, media_type=_XML, headers=_NO_STORE)
