"""The calls of ESO's P2 API, over HTTP."""

# ruff: noqa: D102 - the calls are those of `dfs.phase2.api.Phase2Api`
from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dfs.phase2.api import Document, Upload, Versioned
from dfs.phase2.remote.wire import Wire

__all__ = ["P2Calls"]

_Documents = Versioned[list[Document]]


class P2Calls:
    """Runs, containers, blocks: `dfs.phase2.api.Phase2Api` over HTTP."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def user(self) -> Document:
        return _object(self._wire.json("GET", "/authenticatedUser"))

    def runs(self) -> list[Document]:
        return _list(self._wire.json("GET", "/obsRuns"))

    def run(self, run_id: int) -> Document:
        return _object(self._wire.json("GET", f"/obsRuns/{run_id}"))

    def phase1_targets(self, run_id: int) -> list[Document]:
        return _list(self._wire.json("GET", f"/obsRuns/{run_id}/phase1/targets"))

    def blocked_times(self, run_id: int) -> list[Document]:
        return _list(self._wire.json("GET", f"/obsRuns/{run_id}/phase1/blockedTimes"))

    def submit_run(self, run_id: int) -> None:
        self._wire.json("POST", f"/obsRuns/{run_id}/submit")

    def readme_schema(self, run_id: int) -> Document:
        return _object(self._wire.json("GET", f"/obsRuns/{run_id}/readme/schema"))

    def readme(self, run_id: int) -> Versioned[Document]:
        return self._wire.versioned("GET", f"/obsRuns/{run_id}/readme")

    def save_readme(self, run_id: int, readme: Document, version: str | None) -> Versioned[Document]:
        return self._wire.versioned("PUT", f"/obsRuns/{run_id}/readme", readme, version)

    def container(self, container_id: int) -> Versioned[Document]:
        return self._wire.versioned("GET", f"/containers/{container_id}")

    def save_container(self, container: Document, version: str | None) -> Versioned[Document]:
        return self._wire.versioned("PUT", f"/containers/{container['containerId']}", container, version)

    def delete_container(self, container_id: int, version: str | None) -> None:
        self._wire.json("DELETE", f"/containers/{container_id}", version=version)

    def create_item(self, container_id: int, item_type: str, name: str) -> Versioned[Document]:
        body = {"itemType": item_type, "name": name}
        return self._wire.versioned("POST", f"/containers/{container_id}/items", body)

    def items(self, container_id: int) -> _Documents:
        return self._wire.versioned("GET", f"/containers/{container_id}/items")

    def reorder_items(self, container_id: int, items: Sequence[Document], version: str | None) -> _Documents:
        return self._wire.versioned("PUT", f"/containers/{container_id}/items", list(items), version)

    def move_item(self, container_id: int, item_type: str, item_id: int) -> None:
        name = "obId" if item_type in {"OB", "CB"} else "containerId"
        self._wire.json("POST", f"/containers/{container_id}/items/append", {"itemType": item_type, name: item_id})

    def summary(self, container_id: int) -> list[Document]:
        return _list(self._wire.json("GET", f"/containers/{container_id}/items/summary"))

    def items_schedule(self, container_id: int) -> list[Document]:
        return _list(self._wire.json("GET", f"/containers/{container_id}/items/scheduling"))

    def container_schedule(self, container_id: int) -> Versioned[Document]:
        return self._wire.versioned("GET", f"/containers/{container_id}/schedule")

    def save_container_schedule(
        self, container_id: int, schedule: Document, version: str | None
    ) -> Versioned[Document]:
        return self._wire.versioned("PUT", f"/containers/{container_id}/schedule", schedule, version)

    def verify_container(self, container_id: int, *, submit: bool = False) -> Document:
        return _object(self._wire.json("POST", f"/containers/{container_id}/verify", {"submit": submit}))

    def revise_container(self, container_id: int) -> None:
        self._wire.json("POST", f"/containers/{container_id}/revise")

    def execution_times(self, container_id: int) -> list[Document]:
        return _list(self._wire.json("POST", f"/containers/{container_id}/items/executionTimes"))

    def export_container(self, container_id: int) -> Upload:
        return self._wire.download(f"/containers/{container_id}/export", f"{container_id}.zip").body

    def trigger_too(self, container_id: int, request: Document) -> Document:
        return _object(self._wire.json("POST", f"/containers/{container_id}/triggerToO", request))

    def sequence(self, instrument: str) -> _Documents:
        return self._wire.versioned("GET", f"/executionSequences/{quote(instrument, safe='')}")

    def save_sequence(self, instrument: str, sequence: Sequence[Document], version: str | None) -> _Documents:
        path = f"/executionSequences/{quote(instrument, safe='')}"
        return self._wire.versioned("PUT", path, list(sequence), version)

    def package_versions(self, instrument: str) -> list[str]:
        return [str(one) for one in self._wire.json("GET", f"/instrumentPackages/{quote(instrument, safe='')}/")]

    def instrument_constraints(self, instrument: str, version: str) -> Document:
        return _object(self._wire.json("GET", f"{_package(instrument, version)}/instrumentConstraints"))

    def signatures(self, instrument: str, version: str, phase: str = "phase2") -> list[Document]:
        path = f"{_package(instrument, version)}/templateSignatures"
        return _list(self._wire.json("GET", path, None, None, **{"for": phase}))

    def signature(self, instrument: str, version: str, name: str) -> Document:
        path = f"{_package(instrument, version)}/templateSignatures/{quote(name, safe='')}"
        return _object(self._wire.json("GET", path))

    def night_executions(self, instrument: str, night: str) -> list[Document]:
        return _list(self._wire.json("GET", f"/executions/{quote(instrument, safe='')}", night=night))

    def visibility(self, night: str, ob_ids: Sequence[int]) -> Document:
        body = {"night": night, "targets": [{"obId": one} for one in ob_ids]}
        return _object(self._wire.json("POST", "/visibility", body))


def _package(instrument: str, version: str) -> str:
    return f"/instrumentPackages/{quote(instrument, safe='')}/{quote(f'{version}', safe='')}"


def _object(document: Any) -> Document:
    return document if isinstance(document, dict) else {}


def _list(document: Any) -> list[Document]:
    return document if isinstance(document, list) else []
