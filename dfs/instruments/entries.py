"""Strict reading of a TOML table: every key is asked for once, every figure has a source, nothing is left over."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dfs.errors import DataError

__all__ = ["Entry", "read_toml"]

_NOTHING = object()


def read_toml(path: Path) -> Entry:
    """Return the root table of the TOML file `path`; `DataError` names file and line."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError("the file is missing", where=str(path), hint="every instrument folder has one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not valid TOML: {error}", where=str(path)) from error
    return Entry(values, path)


class Entry:
    """A TOML table that is read key by key.

    Parameters
    ----------
    values
        The table.
    path
        The file, for messages.
    name
        Dotted name of the table within the file, empty for the root.
    """

    def __init__(self, values: Mapping[str, Any], path: Path, name: str = "") -> None:
        self.values = values
        self.path = path
        self.name = name
        self._asked: set[str] = set()
        self._figures: list[str] = []

    def error(self, message: str, key: str = "", accepted: str = "") -> DataError:
        """Return a `DataError` that names file, table and key."""
        place = ".".join(part for part in (self.name, key) if part)
        return DataError(message, where=f"{self.path} [{place}]" if place else str(self.path), accepted=accepted)

    def get(self, key: str, kinds: type | tuple[type, ...], accepted: str, default: Any = _NOTHING) -> Any:
        """Return the value of `key`, which must be one of `kinds`."""
        self._asked.add(key)
        value = self.values.get(key, _NOTHING)
        if value is _NOTHING:
            if default is _NOTHING:
                raise self.error("the entry is missing", key, accepted)
            return default
        is_wrong_bool = isinstance(value, bool) and bool not in (kinds if isinstance(kinds, tuple) else (kinds,))
        if is_wrong_bool or not isinstance(value, kinds):
            raise self.error(f"{value!r} is not accepted", key, accepted)
        return value

    def text(self, key: str, default: Any = _NOTHING) -> str:
        """Return a string."""
        return str(self.get(key, str, "a string", default))

    def optional_text(self, key: str) -> str | None:
        """Return a string or None."""
        value = self.get(key, str, "a string", None)
        return None if value is None else str(value)

    def flag(self, key: str, default: Any = _NOTHING) -> bool:
        """Return a boolean."""
        return bool(self.get(key, bool, "true or false", default))

    def whole(self, key: str, default: Any = _NOTHING) -> int:
        """Return an integer that counts (no physical figure, needs no source)."""
        return int(self.get(key, int, "a whole number", default))

    def texts(self, key: str, default: Any = _NOTHING) -> tuple[str, ...]:
        """Return a list of strings."""
        values = self.get(key, list, "a list of strings", default)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{values!r} is not accepted", key, "a list of strings")
        return tuple(values)

    def figure(self, key: str, default: Any = _NOTHING) -> float:
        """Return a physical figure, which must have a source."""
        value = float(self.get(key, (int, float), "a number", default))
        self._note(key)
        return value

    def optional_figure(self, key: str) -> float | None:
        """Return a physical figure or None."""
        value = self.get(key, (int, float), "a number", None)
        self._note(key)
        return None if value is None else float(value)

    def figures(self, key: str, default: Any = _NOTHING) -> tuple[float, ...]:
        """Return a list of physical figures."""
        values = self.get(key, list, "a list of numbers", default)
        if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            raise self.error(f"{values!r} is not accepted", key, "a list of numbers")
        self._note(key)
        return tuple(float(value) for value in values)

    def pair(self, key: str, default: Any = _NOTHING) -> tuple[float, float]:
        """Return two increasing physical figures."""
        values = self.figures(key, default)
        if len(values) != 2 or values[0] >= values[1]:
            raise self.error(f"{list(values)!r} is not accepted", key, "two increasing numbers")
        return values[0], values[1]

    def table(self, key: str, default: Any = _NOTHING) -> Entry:
        """Return the table called `key`."""
        value = self.get(key, dict, "a table", default)
        return Entry(value, self.path, f"{self.name}.{key}" if self.name else key)

    def tables(self, key: str) -> Iterator[tuple[str, Entry]]:
        """Yield name and table of every table below `key`, in the order of the file."""
        below = self.table(key, {})
        for name in below.values:
            yield name, below.table(name)

    def array(self, key: str) -> Iterator[Entry]:
        """Yield the tables of the array `key`, in the order of the file."""
        for index, value in enumerate(self.get(key, list, "an array of tables", [])):
            if not isinstance(value, dict):
                raise self.error(f"{value!r} is not accepted", key, "an array of tables")
            name = str(value.get("name", value.get("kind", index)))
            yield Entry(value, self.path, ".".join(part for part in (self.name, key, name) if part))

    def sources(self) -> dict[str, str]:
        """Return figure -> source for every figure read so far; `DataError` names a figure without one.

        ``source`` is one text for all figures of the table, or a table of them: figure -> text, with ``others`` for the rest.
        """
        given = self.get("source", (str, dict), "a text, or a table figure -> text", None)
        by_figure = given if isinstance(given, dict) else {"others": given}
        found = {}
        for key in self._figures:
            source = by_figure.get(key, by_figure.get("others"))
            if not isinstance(source, str) or not source.strip():
                raise self.error("the figure has no source", key, 'source = "..." (or "assumed")')
            found[f"{self.name}.{key}"] = source
        stray = set(by_figure) - {"others"} - set(self._figures)
        if stray:
            raise self.error(f"source of {', '.join(sorted(stray))}, which is no figure here", "source")
        return found

    def done(self) -> None:
        """Raise `DataError` when the table has keys that nobody asked for."""
        unknown = [key for key in self.values if key not in self._asked]
        if unknown:
            raise self.error("the entry is not known", unknown[0], ", ".join(sorted(self._asked)))

    def _note(self, key: str) -> None:
        if key in self.values:
            self._figures.append(key)
