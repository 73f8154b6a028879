"""What ESO's API lacks, for a run: it whole, many changes at once, its history, undo, comments."""

from __future__ import annotations

import time
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from dfs.phase2.api import Change
from dfs.server.p2.arriving import MEGABYTE, JsonForm
from dfs.server.p2.call import Call, document, nothing
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import NOTHING
from dfs.server.p2.news import news_of
from dfs.server.p2.schemas import ID, TEXT, listed, obj, ref, text

__all__ = ["endpoints"]

endpoints = Endpoints("Phase 2: beyond ESO's API, runs")
_RUN = "/ext/runs/{runId}"
_CHANGE = obj(
    {
        "action": text(40, description="create-item, save-ob, save-template, move, delete ...; see docs/phase2-api.md"),
        "subject": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
        "body": {},
        "version": {"type": ["string", "null"], "maxLength": 200},
    },
    ("action", "subject"),
)
_APPLY = JsonForm(
    obj({"changes": listed(_CHANGE, 200_000)}, ("changes",)),
    {
        "changes": [
            {
                "action": "create-item",
                "subject": -1,
                "body": {"containerId": 1, "itemType": "Folder", "name": "deep field"},
            }
        ]
    },
    most=64 * MEGABYTE,
)
_UNDO = JsonForm(obj({"operation": text(26, shortest=1)}, ("operation",)), {"operation": "..."})
_COMMENT = JsonForm(
    obj(
        {
            "text": text(10_000, shortest=1),
            "item_id": {"type": ["integer", "null"], "minimum": 0, "maximum": 2**31 - 1},
            "path": text(200),
        },
        ("text",),
    ),
    {"text": "Is the slit wide enough?", "path": "templates[0].INS.SLIT"},
)
_RUN_DOCUMENT = JsonForm(obj(), {"progId": "116.28N5.001", "instrument": "FORS2", "mode": "SM", "period": 116})
_SUBJECT = {
    "name": "subject",
    "in": "query",
    "required": False,
    "description": "item:7, template:5, run:1",
    "schema": TEXT,
}
_WAIT_MOST_S = 25
_WHOLE = {"type": "integer", "minimum": 0}
_SINCE = {
    "name": "since",
    "in": "query",
    "required": False,
    "description": "revision that you have seen",
    "schema": {**_WHOLE, "default": 0},
}
_WAIT = {
    "name": "wait",
    "in": "query",
    "required": False,
    "description": "seconds",
    "schema": {**_WHOLE, "maximum": _WAIT_MOST_S, "default": 0},
}
_NEWS = obj({"revision": _WHOLE, "changes": listed(ref("Entry"))}, ("revision", "changes"))
_LIMIT = {
    "name": "limit",
    "in": "query",
    "required": False,
    "schema": {"type": "integer", "minimum": 0, "maximum": 10_000, "default": 100},
}


@endpoints.at(
    "GET",
    f"{_RUN}/tree",
    "A run whole: containers, blocks, templates, windows, versions",
    reply=obj({}, ("run", "root", "revision")),
)
def tree(call: Call) -> Response:
    """Answer with it."""
    return document(call.desk.tree(call.number("runId")))


@endpoints.at(
    "POST",
    f"{_RUN}/apply",
    "Make many changes, or none: one transaction",
    form=_APPLY,
    reply=obj({"created": obj()}, ("created",)),
)
def apply(call: Call) -> Response:
    """Make them; answer with the numbers that new items have got, by those they had in the request."""
    changes = [_change(one) for one in call.body["changes"]]
    created = call.desk.apply(call.number("runId"), changes)
    return document({"created": {str(given): number for given, number in created.items()}})


def _change(document: dict[str, Any]) -> Change:
    return Change(document["action"], int(document["subject"]), document.get("body", {}), document.get("version"))


@endpoints.at(
    "GET", f"{_RUN}/revision", "A number that grows with every change", reply=obj({"revision": _WHOLE}, ("revision",))
)
def revision(call: Call) -> Response:
    """Answer with it."""
    return document({"revision": call.desk.revision(call.number("runId"))})


@endpoints.at(
    "GET", f"{_RUN}/changes", "What was saved since a revision; waits for it", reply=_NEWS, parameters=(_SINCE, _WAIT)
)
async def changes(call: Call) -> Response:
    """Answer with the entries of the history after ``since``; with ``wait`` as soon as there are some, or the seconds are over."""
    run_id, since, wait_s = call.number("runId"), call.count("since", 0, 2**53), call.count("wait", 0, _WAIT_MOST_S)
    news, closing = news_of(call.request), call.request.app.state.closing
    deadline = time.monotonic() + wait_s
    known = await run_in_threadpool(call.desk.revision, run_id)
    while known == since and time.monotonic() < deadline and not closing.is_set():
        if await call.request.is_disconnected():
            break
        await news.pause(closing)
        known = await news.revision(run_id, call.desk.revision)
    found = await run_in_threadpool(call.desk.changes_since, run_id, since) if known > since else []
    return document({"revision": max((one["sequence"] for one in found), default=known), "changes": found})


@endpoints.at(
    "GET",
    f"{_RUN}/history",
    "What was changed, newest first, with bodies before and after",
    reply=listed(ref("Entry")),
    parameters=(_SUBJECT, _LIMIT),
)
def history(call: Call) -> Response:
    """Answer with the entries."""
    return document(
        call.desk.history(call.number("runId"), call.query("subject", "") or None, call.count("limit", 100, 10_000))
    )


@endpoints.at(
    "POST",
    f"{_RUN}/undo",
    "Take an operation back: its bodies of before become new versions",
    form=_UNDO,
    reply=listed(ref("Entry")),
)
def undo(call: Call) -> Response:
    """Take it back; answer with what that changed."""
    return document(call.desk.undo(call.number("runId"), call.body["operation"]))


@endpoints.at("GET", f"{_RUN}/comments", "What was said about the run and what is in it", reply=listed(ref("Comment")))
def comments(call: Call) -> Response:
    """Answer with the comments."""
    return document(call.desk.comments(call.number("runId")))


@endpoints.at("POST", f"{_RUN}/comments", "Say something", form=_COMMENT, reply=ref("Comment"), statuses=(201,))
def comment(call: Call) -> Response:
    """Keep the comment."""
    about = call.body.get("item_id")
    said = call.desk.comment(
        call.number("runId"), call.body["text"], None if about is None else int(about), call.body.get("path", "")
    )
    return document(said, 201)


@endpoints.at("POST", f"{_RUN}/comments/{{commentId}}/resolve", "It is settled", form=NOTHING, statuses=(204,))
def resolve(call: Call) -> Response:
    """Settle the comment."""
    call.desk.resolve_comment(call.number("runId"), call.number("commentId"))
    return nothing()


@endpoints.at("POST", "/ext/runs", "Make a run (operators)", form=_RUN_DOCUMENT, reply=ref("Run"), statuses=(201,))
def create_run(call: Call) -> Response:
    """Make it."""
    return document(call.desk.create_run(call.body), 201)


@endpoints.at(
    "PUT",
    _RUN,
    "Change a run: title, validity, allocation ... (operators), waivers (support)",
    form=_RUN_DOCUMENT,
    reply=ref("Run"),
)
def set_run(call: Call) -> Response:
    """Change it."""
    return document(call.desk.set_run(call.number("runId"), call.body))


@endpoints.at(
    "POST", f"{_RUN}/open", "Let its user change a notified run again (support)", form=NOTHING, reply=ref("Run")
)
def open_run(call: Call) -> Response:
    """Open it."""
    return document(call.desk.open_run(call.number("runId")))


@endpoints.at("POST", f"{_RUN}/end", "End a run before its time (operators)", form=NOTHING, reply=ref("Run"))
def end_run(call: Call) -> Response:
    """End it: what was not executed is terminated."""
    return document(call.desk.end_run(call.number("runId")))


@endpoints.at(
    "POST", "/ext/keepTime", "Do what time does: blocks expire, runs end (operators)", form=NOTHING, reply=listed(ID)
)
def keep_time(call: Call) -> Response:
    """Do what is due; answer with the items that it changed."""
    return document(call.desk.keep_time())
