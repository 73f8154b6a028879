"""What the observatory says of blocks: findings, execution times; lists that print themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from dfs.phase2.client.trees import Document

__all__ = ["Execution", "Findings"]

_ORDER = {"error": 0, "warning": 1, "info": 2}


class Findings(Sequence[Document]):
    """Findings, the gravest first; true when there is none of severity error."""

    def __init__(self, found: Iterable[Mapping[str, Any]]) -> None:
        self._found = sorted((dict(one) for one in found), key=lambda one: _ORDER.get(str(one.get("severity")), 3))

    @property
    def errors(self) -> list[Document]:
        """Those that keep a block from being submitted."""
        return [one for one in self._found if one.get("severity") == "error"]

    @property
    def warnings(self) -> list[Document]:
        """Those that a support astronomer will ask about."""
        return [one for one in self._found if one.get("severity") == "warning"]

    @property
    def ok(self) -> bool:
        """Whether nothing keeps it from being submitted."""
        return not self.errors

    @overload
    def __getitem__(self, index: int) -> Document: ...
    @overload
    def __getitem__(self, index: slice) -> list[Document]: ...
    def __getitem__(self, index: int | slice) -> Document | list[Document]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._found)

    def __repr__(self) -> str:
        if not self._found:
            return "nothing found: ready to submit"
        return "\n".join(_line(one) for one in self._found)


class Execution:
    """How long blocks take.

    Attributes
    ----------
    documents
        ``obId``, ``exposureTime``, ``executionTime`` (s), and for a single block ``parts``.
    """

    def __init__(self, documents: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> None:
        self.documents = [dict(documents)] if isinstance(documents, Mapping) else [dict(one) for one in documents]

    @property
    def exposure_s(self) -> float:
        """Open shutter, s."""
        return float(sum(one.get("exposureTime", 0) for one in self.documents))

    @property
    def execution_s(self) -> float:
        """With all overheads, s."""
        return float(sum(one.get("executionTime", 0) for one in self.documents))

    @property
    def parts(self) -> list[Document]:
        """What it is made of: label, seconds, source."""
        return [part for one in self.documents for part in one.get("parts", ())]

    def __repr__(self) -> str:
        lines = [f"{one['label']:<50} {one['seconds']:>8.0f} s  {one.get('source', '')}" for one in self.parts]
        total = f"{self.execution_s:.0f} s, {self.exposure_s:.0f} s of them open shutter"
        many = f" ({len(self.documents)} blocks)" if len(self.documents) > 1 else ""
        return "\n".join([*lines, total + many])


def _line(one: Mapping[str, Any]) -> str:
    accepted = f"; accepted: {one['accepted']}" if one.get("accepted") else ""
    fix = one.get("fix") or {}
    mend = f"; {fix['label']}" if isinstance(fix, Mapping) and fix.get("label") else ""
    return f"{str(one.get('severity', '')).upper()}: {one.get('path', '')}: {one.get('message', '')}{accepted}{mend}"
