"""Endpoints as data: where, what comes, what goes, and the function between; made into routes and into the OpenAPI document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.access import Anonymous
from dfs.access.failures import NotSignedInError
from dfs.server.context import acting, caller
from dfs.server.p2.arriving import Form, received
from dfs.server.p2.call import Call
from dfs.server.p2.news import news_of
from dfs.server.p2.schema import Schema

__all__ = ["BASE", "Endpoint", "Endpoints", "routes_of"]

BASE = "/p2/api/v1"
Answer = Callable[[Call], Response | Awaitable[Response]]
_A = TypeVar("_A", bound=Answer)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint.

    Attributes
    ----------
    path
        With the names of its numbers and texts in braces.
    answer
        Called in a thread; a coroutine is awaited where it is made.
    form
        What comes with it; None: nothing that is looked at.
    reply
        Schema of a good answer; None: it has no body.
    statuses
        Of good answers.
    is_guarded
        It wants the version that the caller has seen (``If-Match``).
    parameters
        Behind the question mark, as OpenAPI describes them.
    media_type
        Of a good answer.
    """

    method: str
    path: str
    summary: str
    tag: str
    answer: Answer
    form: Form | None = None
    reply: Schema | None = None
    statuses: tuple[int, ...] = (200,)
    is_guarded: bool = False
    parameters: tuple[dict[str, Any], ...] = ()
    media_type: str = "application/json"

    async def serve(self, request: Request) -> Response:
        """Read `request`, and answer it with the rights of whoever sent it."""
        if self.form is not None and self.form.is_large:
            await run_in_threadpool(_signed_in, request)  # nobody's megabytes are kept
        content = await received(request, self.form)
        answered = await run_in_threadpool(self._work, request, content)
        if not isinstance(answered, Response):
            return await answered
        if self.method != "GET":
            news_of(request).tell()
        return answered

    def _work(self, request: Request, content: bytes) -> Response | Awaitable[Response]:
        _signed_in(request)
        body = None if self.form is None else self.form.read(request, content)
        return self.answer(Call(request, acting(request), body))


def _signed_in(request: Request) -> None:
    if isinstance(caller(request), Anonymous):
        raise NotSignedInError(
            "sign in first", accepted="Authorization: Bearer <token>", hint="a token comes from POST /p2/api/login"
        )


class Endpoints:
    """Endpoints of one subject, declared one after the other.

    Parameters
    ----------
    tag
        What they are about, for people.
    base
        Path before theirs.
    """

    def __init__(self, tag: str, base: str = BASE) -> None:
        self.tag, self.base = tag, base
        self.all: list[Endpoint] = []

    def at(self, method: str, path: str, summary: str, **options: Any) -> Callable[[_A], _A]:
        """Declare the endpoint that the function below answers; `options` as of `Endpoint`."""

        def declare(answer: _A) -> _A:
            self.all.append(Endpoint(method, self.base + path, summary, self.tag, answer, **options))
            return answer

        return declare


def routes_of(endpoints: Iterable[Endpoint]) -> list[Route]:
    """Return a route for each path, in the order in which the paths first come."""
    order: dict[str, int] = {}
    for one in endpoints:
        order.setdefault(one.path, len(order))
    by_path = sorted(endpoints, key=lambda one: order[one.path])
    return [_route(path, list(some)) for path, some in groupby(by_path, key=lambda one: one.path)]


def _route(path: str, endpoints: Sequence[Endpoint]) -> Route:
    by_method = {one.method: one for one in endpoints}

    async def serve(request: Request) -> Response:
        return await by_method["GET" if request.method == "HEAD" else request.method].serve(request)

    return Route(path, serve, methods=list(by_method))
