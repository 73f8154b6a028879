"""What is attached to a block: its ephemeris, its finding charts."""

from __future__ import annotations

from starlette.responses import Response

from dfs.errors import UsageError
from dfs.server.p2.arriving import JsonForm
from dfs.server.p2.call import Call, document, file, nothing
from dfs.server.p2.endpoint import Endpoints
from dfs.server.p2.incoming import CHART, EPHEMERIS
from dfs.server.p2.schemas import ID, TEXT, listed, obj

__all__ = ["endpoints"]

endpoints = Endpoints("Phase 2: attachments")
_EPHEMERIS = "/obsBlocks/{obId}/ephemeris"
_CHARTS = "/obsBlocks/{obId}/findingCharts"
_ONE = f"{_CHARTS}/{{index}}"
_CHARTS_MOST = 5
_TO_BLOCK = JsonForm(obj({"obId": ID}, ("obId",)), {"obId": 1})


@endpoints.at("GET", _EPHEMERIS, "The ephemeris of a moving target", reply=TEXT, media_type="text/plain")
def ephemeris(call: Call) -> Response:
    """Send the file; an empty one, with a version too, when there is none yet."""
    found = call.desk.ephemeris(call.number("obId"))
    return file(found.body, "text/plain", found.version)


@endpoints.at("PUT", _EPHEMERIS, "Save it", form=EPHEMERIS, statuses=(204,), is_guarded=True)
def save_ephemeris(call: Call) -> Response:
    """Save it."""
    return nothing(call.desk.save_ephemeris(call.number("obId"), call.body, call.version))


@endpoints.at("DELETE", _EPHEMERIS, "Take it away", statuses=(204,), is_guarded=True)
def delete_ephemeris(call: Call) -> Response:
    """Delete it."""
    call.desk.delete_ephemeris(call.number("obId"), call.version)
    return nothing()


@endpoints.at("GET", _CHARTS, "Names of the finding charts, in order", reply=listed(TEXT))
def charts(call: Call) -> Response:
    """Answer with the names."""
    return document(call.desk.charts(call.number("obId")))


@endpoints.at("POST", _CHARTS, "Attach a finding chart: JPEG, at most 1 MiB, at most five", form=CHART, statuses=(201,))
def add_chart(call: Call) -> Response:
    """Attach it."""
    call.desk.add_chart(call.number("obId"), call.body)
    return document(None, 201)


@endpoints.at("GET", _ONE, "A finding chart", reply=TEXT, media_type="image/jpeg")
def chart(call: Call) -> Response:
    """Send the picture."""
    return file(call.desk.chart(call.number("obId"), _index(call)), "image/jpeg")


@endpoints.at("DELETE", _ONE, "Take a finding chart away; those behind it move up", statuses=(204,))
def delete_chart(call: Call) -> Response:
    """Delete it."""
    call.desk.delete_chart(call.number("obId"), _index(call))
    return nothing()


@endpoints.at("POST", f"{_ONE}/duplicate", "Attach it to another block, too", form=_TO_BLOCK, statuses=(204,))
def duplicate_chart(call: Call) -> Response:
    """Copy it."""
    call.desk.duplicate_chart(call.number("obId"), _index(call), int(call.body["obId"]))
    return nothing()


def _index(call: Call) -> int:
    text = call.text("index")
    if text not in {str(number) for number in range(1, _CHARTS_MOST + 1)}:
        raise UsageError(
            f"{text[:20]!r} is no number of a finding chart", where="index", accepted=f"1 to {_CHARTS_MOST}"
        )
    return int(text)
