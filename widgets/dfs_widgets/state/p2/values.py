"""What is typed into a field, as a value; and the other way."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from dfs.errors import UsageError

__all__ = ["read_days", "read_value", "read_windows", "write_days", "write_value"]

_LISTS = {"keywordlist": "keyword", "intlist": "integer", "numlist": "number"}
_TRUE, _FALSE = {"t", "true", "yes", "1"}, {"f", "false", "no", "0"}
_DURATION = re.compile(r"(\d+\.?\d*)\s*(d|days?|h|hours?|m|min|minutes?|s|sec)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:\d\d)?|24:00(:00)?")
_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}


def read_value(kind: str, typed: Any, where: str = "") -> Any:
    """Return the value of type `kind` (a parameter type of the P2 API) that was typed.

    Raises
    ------
    UsageError
        It is no such value.  Whether the value is one that is accepted there is for the rules to say.
    """
    if kind in _LISTS:
        parts = typed if isinstance(typed, list) else re.split(r"[\s,;]+", str(typed).strip())
        return [read_value(_LISTS[kind], one, where) for one in parts if one != ""]
    if kind == "boolean":
        return _boolean(typed, where)
    text = str(typed).strip() if kind != "string" else str(typed)
    if kind in {"integer", "number"}:
        return _number(kind, text, where)
    return text


def _boolean(typed: Any, where: str) -> bool:
    if isinstance(typed, bool):
        return typed
    text = str(typed).strip().lower()
    if text not in _TRUE | _FALSE:
        raise UsageError(f"{typed!r} is neither true nor false", where=where, accepted="T, F")
    return text in _TRUE


def _number(kind: str, text: str, where: str) -> int | float | None:
    if text == "":
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise UsageError(
            f"{text!r} is no number", where=where, accepted=f"a number, such as {7 if kind == 'integer' else 0.7}"
        ) from None
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - nan
        raise UsageError(f"{text!r} is no number", where=where, accepted="a finite number")
    if kind == "integer":
        if not value.is_integer():
            raise UsageError(f"{text!r} is no whole number", where=where, accepted="a whole number")
        return int(value)
    return int(value) if value.is_integer() and re.fullmatch(r"[+-]?\d+", text) else value


def write_value(value: Any) -> str:
    """Return a value as its field shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):
        return " ".join(write_value(one) for one in value)
    return str(value)


def read_windows(kind: str, typed: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return time windows as they are saved: ``absolute`` ones as ISO 8601 to the minute, ``sidereal`` ones as ``HH:MM``.

    Raises
    ------
    UsageError
        One of them is not complete, or no time.
    """
    return [{end: _moment(kind, str(one.get(end) or "").strip()) for end in ("from", "to")} for one in typed]


def _moment(kind: str, text: str) -> str:
    if kind == "sidereal":
        if not _CLOCK.fullmatch(text):
            raise UsageError(f"{text!r} is no sidereal time", where=kind, accepted="HH:MM, 00:00 to 24:00")
        return text[:5].rjust(5, "0")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time", where=kind, accepted="YYYY-MM-DDTHH:MM in UT") from None
    at = at if at.tzinfo is None else at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M}"


def read_days(text: str, where: str = "") -> float | None:
    """Return a span of time in seconds from ``14d``, ``2.5 h``, ``1d 6h``, a bare number of days; None for nothing."""
    text = text.strip().lower()
    if text in {"", "-", "–"}:
        return None
    if not re.fullmatch(rf"({_DURATION.pattern}\s*)+", text):
        raise UsageError(f"{text!r} is no span of time", where=where, accepted="14d, 12h, 1d 6h, 90min")
    return sum(float(one[1]) * _SECONDS[(one[2] or "d")[0]] for one in _DURATION.finditer(text))


def write_days(seconds: float | None) -> str:
    """Return a span of time as it is read in a table: ``14d``, ``1d 6h``, ``90min``."""
    if seconds is None:
        return ""
    whole = round(seconds / 60.0)
    days, rest = divmod(whole, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days}d" if days else "", f"{hours}h" if hours else "", f"{minutes}min" if minutes else ""]
    return " ".join(one for one in parts if one) or "0"
