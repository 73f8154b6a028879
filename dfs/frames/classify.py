"""What a frame is, by the classification rules of its instrument."""

from __future__ import annotations

from collections.abc import Mapping

from dfs.instruments import Condition, FrameClass, FrameRules
from dfs.model import Header, HeaderValue

__all__ = ["classify", "holds", "key_value", "setup_of", "unclassified"]


def classify(header: Header, rules: FrameRules) -> FrameClass | None:
    """Return the first class of `rules` whose conditions all hold for `header`, or None."""
    return next((one for one in rules.classes if all(holds(test, header) for test in one.conditions)), None)


def holds(condition: Condition, header: Header) -> bool:
    """Return whether `condition` holds; a missing keyword satisfies only ``present = false`` and ``not``."""
    found = header.get(condition.keyword)
    values = condition.values
    match condition.test:
        case "present":
            return (found is not None) == bool(values[0])
        case "not":
            return found not in values
        case "equals":
            return found in values and found is not None
        case "contains":
            return isinstance(found, str) and any(str(value) in found for value in values)
        case "below":
            return _is_number(found) and float(found) < float(values[0])  # type: ignore[arg-type]
        case "above":
            return _is_number(found) and float(found) > float(values[0])  # type: ignore[arg-type]
    raise ValueError(condition.test)  # the loader refuses unknown tests


def _is_number(value: HeaderValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def key_value(header: Header, keywords: tuple[str, ...]) -> HeaderValue:
    """Return the value of a key: that of its keyword, or of several joined by ``x`` (``?`` for one missing); None for none."""
    if len(keywords) == 1:
        return header.get(keywords[0])
    values = [header.get(keyword) for keyword in keywords]
    if all(value is None for value in values):
        return None
    return "x".join(map(_part, values))


def _part(value: HeaderValue) -> str:
    if value is None:
        return "?"
    return f"{value:g}" if isinstance(value, float) else str(value)


def setup_of(header: Header, rules: FrameRules, names: tuple[str, ...]) -> Mapping[str, HeaderValue]:
    """Return short name -> value of the keys called `names`."""
    return {name: key_value(header, rules.keys[name]) for name in names}


def unclassified(header: Header, name: str, rules: FrameRules) -> str:
    """Return one line that says why no class of the instrument called `name`, which has these `rules`, fits."""
    words = ("CATG", "TYPE", "TECH")
    missing = [f"ESO DPR {word}" for word in words if header.get(f"ESO DPR {word}") is None]
    if missing:
        return f"not classified: keyword {missing[0]} is missing"
    for one in rules.classes:
        absent = _absent(one, header)
        if absent is not None:
            return f"not classified: keyword {absent} is missing, which {one.name} frames have"
    said = ", ".join(f"DPR {word} = {header[f'ESO DPR {word}']}" for word in words)
    return f"not classified: no class of {name} fits {said}"


def _absent(frame_class: FrameClass, header: Header) -> str | None:
    """Return the keyword whose absence alone keeps `header` out of `frame_class`, or None."""
    failing = [test for test in frame_class.conditions if not holds(test, header)]
    needed = [test.keyword for test in failing if test.test in {"present", "below", "above"}]
    absent = [keyword for keyword in needed if header.get(keyword) is None]
    return absent[0] if absent and len(absent) == len(failing) else None
