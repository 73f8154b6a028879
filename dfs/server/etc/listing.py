"""What can be asked, for programs that draw their own form."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dfs.etc.controls.catalogue import controls_document, instrument_document, instruments_document, templates_document
from dfs.etc.eso_json import instrument_of

__all__ = ["routes"]

_HEADERS = {"Cache-Control": "public, max-age=300"}


def instruments(_request: Request) -> Response:
    """Answer with the instruments."""
    return _told({"instruments": instruments_document()})


def instrument(request: Request) -> Response:
    """Answer with all that can be chosen of one."""
    return _told(instrument_document(instrument_of(request.path_params["instrument"])))


def templates(_request: Request) -> Response:
    """Answer with spectra and bands."""
    return _told(templates_document())


def controls(_request: Request) -> Response:
    """Answer with the controls."""
    return _told({"controls": controls_document()})


def _told(document: dict[str, Any]) -> Response:
    return JSONResponse(document, headers=_HEADERS)


routes = [
    Route("/etc/instruments", instruments),
    Route("/etc/instruments/{instrument}", instrument),
    Route("/etc/templates", templates),
    Route("/etc/controls", controls),
]
