"""From Python values to what JSON can say."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from dfs.clock import isoformat

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return `value` made of dicts, lists, strings, numbers, booleans and None.

    Not-a-number and infinity become None; paths absolute strings; aware times UTC ISO 8601 with a ``Z``; numpy scalars and
    arrays their Python values; dataclasses dicts; enumerations their values; any other iterable a list, sets sorted.

    Raises
    ------
    TypeError
        When a value has no place in JSON: a fault of the command, not of its user.
    """
    match value:
        case None | bool() | str():
            return value
        case Enum():
            return plain(value.value)
        case int():
            return int(value)
        case float():
            return float(value) if math.isfinite(value) else None
        case Path():
            return str(value.absolute())
        case datetime():
            return f"{isoformat(value)}Z"
    return _container(value)


def _container(value: Any) -> Any:
    """Return a container of any kind as a list or a dict."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(one) for one in value)
    if hasattr(value, "tolist"):  # numpy, without importing it
        return plain(value.tolist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no place in JSON: {value!r}")
