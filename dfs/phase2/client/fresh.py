"""Documents of what is made here: blocks, containers, templates with the defaults of the observatory's instrument package."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.api import Phase2Desk
from dfs.phase2.client.trees import Document
from dfs.phase2.documents import read_limits

__all__ = ["Fresh"]

_TARGET = {"name": "No name", "ra": "00:00:00.000", "dec": "00:00:00.000", "equinox": "J2000", "epoch": 2000.0}
_MOTIONS = dict.fromkeys(("properMotionRa", "properMotionDec", "differentialRa", "differentialDec"), 0.0)


class Fresh:
    """Makes documents for a run.

    Parameters
    ----------
    desk
        Tells defaults; what it told is kept.
    run
        The run's document.
    """

    def __init__(self, desk: Phase2Desk, run: Mapping[str, Any]) -> None:
        self._desk = desk
        self._run = run
        self._signatures: dict[str, Document] = {}
        self._defaults: Document | None = None

    @property
    def version(self) -> str:
        """Version of the instrument package, as calls of the API want it."""
        return str(self._run["ipVersion"])

    def block(self, number: int, name: str, kind: str) -> Document:
        """Return a new block: constraints of phase 1, else the instrument's defaults."""
        if not name.strip():
            raise UsageError("a block without name", where="name", accepted="a name")
        if kind not in {"OB", "CB"}:
            raise UsageError(f"no kind of block {kind!r}", where="kind", accepted="OB, CB")
        return {
            "obId": number,
            "itemType": kind,
            "obStatus": "P",
            "name": name,
            "exposureTime": 0,
            "executionTime": 0,
            "runId": self._run["runId"],
            "instrument": self._run["instrument"],
            "ipVersion": self._run["ipVersion"],
            "migrate": False,
            "grade": "?",
            "userPriority": 1,
            "parentContainerId": None,
            "obsDescription": {"name": "No name", "userComments": "", "instrumentComments": ""},
            **({"target": {**_TARGET, **_MOTIONS}} if kind == "OB" else {}),
            "constraints": {"name": "No Name", **self._constraints()},
            "templates": [],
            "absolute": [],
            "sidereal": [],
            "schedule": {},
            "ephemeris": "",
            "charts": [],
            "versions": {},
        }

    def container(self, number: int, name: str, kind: str) -> Document:
        """Return a new container."""
        if not name.strip():
            raise UsageError(f"a {kind} without name", where="name", accepted="a name")
        status = {} if kind == "Folder" else {"containerStatus": "P", "userPriority": 1}
        return {
            "containerId": number,
            "itemType": kind,
            "name": name,
            "runId": self._run["runId"],
            "parentContainerId": None,
            "itemCount": 0,
            **status,
            "schedule": {},
            "items": [],
            "versions": {},
        }

    def template(self, number: int, name: str) -> Document:
        """Return a template with all its parameters at their defaults.

        Raises
        ------
        NotFoundError
            The instrument has no template of this name; tells the likeliest meant.
        """
        signature = self.signature(name)
        parameters = [
            {"name": one["name"], "type": one["type"], "value": one.get("default")} for one in signature["parameters"]
        ]
        return {"templateId": number, "templateName": name, "type": signature["type"], "parameters": parameters}

    def signature(self, name: str) -> Document:
        """Return the signature of a template."""
        if name not in self._signatures:
            known = [str(one["templateName"]) for one in self._desk.signatures(self._run["instrument"], self.version)]
            if name not in known:
                near = get_close_matches(name, known, n=3) or known
                raise NotFoundError(
                    f"{self._run['instrument']} has no template {name!r}", where="template", accepted=", ".join(near)
                )
            self._signatures[name] = self._desk.signature(self._run["instrument"], self.version, name)
        return self._signatures[name]

    def _constraints(self) -> Document:
        if self._defaults is None:
            told = self._desk.instrument_constraints(self._run["instrument"], self.version)
            self._defaults = {one["name"]: one.get("default") for one in told.get("observingConstraints", ())}
            limits = read_limits(self._run.get("observingConstraints") or {})
            self._defaults |= {
                key: value for key, value in limits.items() if key in self._defaults and value is not None
            }
        return {key: value for key, value in self._defaults.items() if value is not None}
