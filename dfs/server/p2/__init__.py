"""Phase 2 over HTTP: ESO's P2 API with its transport, what ESO's lacks, and the services beside it (finding charts, triggers).

Routers are thin: an endpoint reads numbers and bodies, asks the desk (`dfs.phase2.api`) with the rights of whoever calls, and answers.
"""

from __future__ import annotations

from itertools import chain

from dfs.server.p2 import (
    attachments,
    blocks,
    containers,
    first_form,
    grrmapi,
    instruments,
    item_desk,
    login,
    p2fc,
    run_desk,
    runs,
    schemas,
    templates,
)
from dfs.server.p2.endpoint import routes_of
from dfs.server.p2.openapi import components as _components
from dfs.server.p2.openapi import paths_of
from dfs.server.p2.timekeeping import beside

__all__ = ["beside", "components", "paths", "routes"]

_ENDPOINTS = list(
    chain.from_iterable(
        one.endpoints.all
        for one in (runs, containers, blocks, templates, attachments, instruments, run_desk, item_desk, first_form)
    )
)
routes = [*login.routes, *p2fc.routes, *grrmapi.routes, *routes_of(_ENDPOINTS)]
paths = {**login.paths, **p2fc.paths, **grrmapi.paths, **paths_of(_ENDPOINTS)}
components = _components(schemas.COMPONENTS)
