"""The user, his runs, their READMEs."""

from __future__ import annotations

from starlette.responses import Response

from dfs.server.p2.call import Call, document, nothing, versioned
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import NOTHING, README
from dfs.server.p2.schemas import TEXT, listed, obj, ref

__all__ = ["endpoints"]

endpoints = Endpoints("Phase 2: runs")
_RUN = "/obsRuns/{runId}"


@endpoints.at("GET", "/authenticatedUser", "Who am I", reply=obj({"username": TEXT}, ("username",)))
def user(call: Call) -> Response:
    """Answer with the account's name and what is known of it."""
    return document(call.desk.user())


@endpoints.at("GET", "/obsRuns", "The runs you own, and those delegated to you", reply=listed(ref("Run")))
def runs(call: Call) -> Response:
    """Answer with them."""
    return document(call.desk.runs())


@endpoints.at("GET", _RUN, "A run", reply=ref("Run"))
def run(call: Call) -> Response:
    """Answer with it."""
    return document(call.desk.run(call.number("runId")))


@endpoints.at("GET", f"{_RUN}/phase1/targets", "Its targets of phase 1", reply=listed(obj()))
def phase1_targets(call: Call) -> Response:
    """Answer with them."""
    return document(call.desk.phase1_targets(call.number("runId")))


@endpoints.at("GET", f"{_RUN}/phase1/blockedTimes", "When its telescope is blocked", reply=listed(obj()))
def blocked_times(call: Call) -> Response:
    """Answer with the intervals."""
    return document(call.desk.blocked_times(call.number("runId")))


@endpoints.at(
    "POST", f"{_RUN}/submit", "Notify the observatory: the run is ready for review", form=NOTHING, statuses=(204,)
)
def submit(call: Call) -> Response:
    """Hand the run over for review."""
    call.desk.submit_run(call.number("runId"))
    return nothing()


@endpoints.at("GET", f"{_RUN}/readme/schema", "Schema of its README", reply=obj())
def readme_schema(call: Call) -> Response:
    """Answer with it."""
    return document(call.desk.readme_schema(call.number("runId")))


@endpoints.at("GET", f"{_RUN}/readme", "Its README, with defaults where nothing was written", reply=obj())
def readme(call: Call) -> Response:
    """Answer with it."""
    return versioned(call.desk.readme(call.number("runId")))


@endpoints.at("PUT", f"{_RUN}/readme", "Save its README", form=README, reply=obj(), is_guarded=True)
def save_readme(call: Call) -> Response:
    """Save it."""
    return versioned(call.desk.save_readme(call.number("runId"), call.body, call.version))
