"""JSON as it may come in: complete, of one meaning, not too deep, with numbers and texts that every store can hold."""

from __future__ import annotations

import json
import math
from typing import Any

from dfs.errors import UsageError

__all__ = ["read_json"]

_DEPTH_MOST = 40  # ours have some ten levels
_INTEGER_MOST = 2**53 - 1  # what every reader of JSON holds exactly (RFC 8259, section 6)


def read_json(content: bytes) -> Any:
    """Return what `content` says; nothing at all, and ``null``, are None.

    Raises
    ------
    UsageError
        It is no JSON, or holds what JSON cannot say (NaN, infinity), numbers without bound, or text that is none.
    """
    if not content.strip():
        return None
    try:
        document = json.loads(content, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        said = "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
        raise UsageError(f"the body is no JSON: {said}", where="body") from None
    _check(document)
    return document


def _check(document: Any) -> None:
    """Refuse what could be read here, but not kept everywhere."""
    waiting = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict | list):
            if depth == _DEPTH_MOST:
                raise _too_deep()
            inner = value.values() if isinstance(value, dict) else value
            waiting.extend((one, depth + 1) for one in inner)
            if isinstance(value, dict):
                for name in value:
                    _check_text(name)
        elif isinstance(value, int) and abs(value) > _INTEGER_MOST:
            raise UsageError("a whole number is too large", where="body", accepted=f"up to {_INTEGER_MOST}")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise UsageError("a text holds the character U+0000", where="body")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UsageError("a text holds half of a surrogate pair", where="body", accepted="Unicode") from None


def _no_number(name: str) -> float:
    raise UsageError(f"{name} is no number in JSON", where="body", accepted="finite numbers, or null")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise UsageError(f"{text[:40]} is beyond every number", where="body", accepted="finite numbers")
    return number


def _too_deep() -> UsageError:
    return UsageError("the body is nested too deeply", where="body", accepted=f"{_DEPTH_MOST} levels")
