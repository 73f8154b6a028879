"""A document from which values are taken: what is left in the end was not carried over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dfs.errors import UsageError

__all__ = ["Path", "Taken"]

Path = tuple[str, ...]
_DEPTH_MOST = 12
_NUMBER_MOST = 1e15  # all that a calculator is told is smaller

# What says nothing about signal and noise: which plots are drawn, when the form was filled in.
_ASIDE = frozenset({"output", "application", "observatory", "instrumentName"})
# Last part of a name -> the values with which it changes nothing.
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "extinctionav": (0,),
    "separation": (0,),
    "baryvelcor": (0,),
    "barycentric": (0,),
    "aperturepix": (0,),
    "order": ([], None),
    "polarimetry": (None, "free", "off"),
    "mode": ("noao", "nexp", "ndit", "snr"),
    "isActive": (True,),
}


class Taken:
    """A nested document, and which of its values were used.

    Parameters
    ----------
    document
        As JSON has it.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._used: set[Path] = set()

    def take(self, *paths: Path) -> Any:
        """Return the first value there is at one of `paths`, and mark it as used; None: there is none, or it is null.

        Raises
        ------
        UsageError
            A number beyond all that can be meant.
        """
        for path in paths:
            value: Any = self._document
            for name in path:
                value = value.get(name) if isinstance(value, Mapping) else None
            if value is not None and not isinstance(value, Mapping):
                if isinstance(value, int | float) and not abs(value) <= _NUMBER_MOST:
                    raise UsageError("it is no number that can be computed with", where=".".join(path))
                self._used.add(path)
                return value
        return None

    def text(self, *paths: Path) -> str:
        """Return a value as text; empty: there is none."""
        value = self.take(*paths)
        return "" if value is None else str(value).strip()

    def left(self) -> list[str]:
        """Return what was not used and may matter, each as ``name = value``."""
        return [
            f"{'.'.join(path)} = {_shown(value)}"
            for path, value in _leaves(self._document, ())
            if path not in self._used and path[0] not in _ASIDE and not _is_neutral(path[-1], value)
        ]


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and len(path) < _DEPTH_MOST:
        for name, inner in value.items():
            yield from _leaves(inner, (*path, str(name)))
    elif path and value is not None and value != {}:
        yield path, value


def _is_neutral(name: str, value: Any) -> bool:
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in _NEUTRAL.get(name, ()))


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
