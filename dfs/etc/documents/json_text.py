"""JSON as it may come in: of one meaning, finite, not too deep, and counted before it is read."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from dfs.etc.written import shown

__all__ = ["read_json_text"]

_DEPTH_MOST = 40  # ours has some ten levels
_CONTAINERS_MOST = 20_000  # objects and lists; a document has hundreds
_VALUES_MOST = 1_500_000  # a spectrum of 200,000 samples has 400,000
_INTEGER_MOST = 2**53 - 1  # what every reader of JSON holds exactly (RFC 8259, section 6)


def read_json_text(content: bytes) -> Any:
    """Return what JSON text says.

    Raises
    ------
    ValueError
        In one line: it is no JSON, a key stands twice, a number without bound, half a character, too many values or levels.
    """
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    text = text.removeprefix("\ufeff")
    if text.count("[") + text.count("{") > _CONTAINERS_MOST or text.count(",") > _VALUES_MOST:
        raise ValueError("it holds too many values")
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check(document)
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"it says {shown(twice)} twice")
    return found


def _check(document: Any) -> None:
    """Refuse what could be read here, but not kept or sent everywhere."""
    waiting = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict | list):
            if depth == _DEPTH_MOST:
                raise ValueError("it is nested too deeply")
            inner = value.values() if isinstance(value, dict) else value
            waiting.extend((one, depth + 1) for one in inner if type(one) is not float)
            if isinstance(value, dict):
                waiting.extend((name, depth) for name in value)
        elif isinstance(value, int) and abs(value) > _INTEGER_MOST:
            raise ValueError(f"a whole number is too large: up to {_INTEGER_MOST}")


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("a text holds half of a surrogate pair") from None


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is beyond every number")
    return value
