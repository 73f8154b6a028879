"""Reads overheads and the time models of templates; every figure has its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dfs.instruments.entries import Entry
from dfs.instruments.packages.specs import TemplateSignature
from dfs.instruments.packages.timing import MODELS, Integration, Overhead, Step, TimeModel

__all__ = ["check_time", "read_overhead", "read_time"]


def read_overhead(name: str, entry: Entry) -> Overhead:
    """Return an overhead."""
    by = entry.get("by", (str, list), "a parameter, or a list of them", [])
    table = entry.get("table", dict, "a table value -> seconds", {})
    wrong = [key for key, value in table.items() if not isinstance(value, int | float) or value < 0]
    if wrong:
        raise entry.error(f"{table[wrong[0]]!r} is not accepted", f"table.{wrong[0]}", "seconds")
    if bool(by) != bool(table):
        raise entry.error("by and table belong together", "by")
    overhead = Overhead(
        name=name,
        seconds=entry.figure("seconds"),
        label=entry.text("label"),
        source=entry.text("source"),
        by=(by,) if isinstance(by, str) else tuple(by),
        table={key: float(value) for key, value in table.items()},
    )
    if overhead.seconds < 0:
        raise entry.error(f"{overhead.seconds:g} is not accepted", "seconds", "0 or more")
    entry.sources()
    entry.done()
    return overhead


def read_time(template: Entry, root: Entry) -> TimeModel | None:
    """Return how long a template takes: written out, or ``[time.x]`` by name (``use`` with changes); None: nothing said."""
    given = template.get("time", (str, dict), "a name from [time], or a table", None)
    if given is None:
        return None
    known = root.get("time", dict, "a table", {})
    name = given if isinstance(given, str) else given.get("use")
    if name is not None and name not in known:
        raise template.error(f"there is no time {name!r}", "time", ", ".join(known))
    values = {**known.get(name, {}), **(given if isinstance(given, dict) else {})}
    return _time(Entry(values, template.path, f"time.{name}" if name else f"{template.name}.time"))


def check_time(entry: Entry, signature: TemplateSignature, overheads: Mapping[str, Overhead]) -> None:
    """Raise `DataError` when the time of a template names a parameter or an overhead that is not there."""
    if signature.time is None:
        return
    for name in _overheads(signature.time):
        if name not in overheads:
            raise entry.error(f"there is no overhead {name!r}", "time", ", ".join(overheads))
    used = {name for key in _overheads(signature.time) for name in overheads[key].by}
    for name in (*_parameters(signature.time), *used):
        if name not in signature.parameters:
            raise entry.error(f"its time depends on {name}, which is none of its parameters", "time")


def _time(entry: Entry) -> TimeModel:
    entry.get("use", str, "a name from [time]", None)
    model = entry.text("model")
    if model not in MODELS:
        raise entry.error(f"{model!r} is not accepted", "model", ", ".join(MODELS))
    single = "exposure" in entry.values
    integrations = [_integration(entry)] if single else [_arm(one) for one in entry.array("arms")]
    steps = tuple(_step(one) for one in entry.array("steps"))
    entry.done()
    return TimeModel(model, tuple(integrations), steps)


def _arm(entry: Entry) -> Integration:
    integration = _integration(entry)
    entry.done()
    return integration


def _integration(entry: Entry) -> Integration:
    return Integration(
        exposure=entry.text("exposure"),
        count=_factors(entry, "count"),
        subs=entry.text("subs", ""),
        readout=entry.text("readout", ""),
        sub_readout=entry.text("sub_readout", ""),
        label=entry.text("label", ""),
        when=_when(entry),
    )


def _step(entry: Entry) -> Step:
    step = Step(entry.text("overhead"), _factors(entry, "times"), entry.whole("less", 0), _when(entry))
    entry.done()
    return step


def _factors(entry: Entry, key: str) -> tuple[str | float, ...]:
    factors = entry.get(key, list, "a list of parameters and numbers", [])
    if not all(isinstance(one, str | int | float) for one in factors):
        raise entry.error(f"{factors!r} is not accepted", key, "a list of parameters and numbers")
    return tuple(factors)


def _when(entry: Entry) -> dict[str, tuple[Any, ...]]:
    given = entry.get("when", dict, "a table parameter -> value or values", {})
    return {name: tuple(value) if isinstance(value, list) else (value,) for name, value in given.items()}


def _overheads(time: TimeModel) -> Iterator[str]:
    yield from (step.overhead for step in time.steps)
    for one in time.integrations:
        yield from (name for name in (one.readout, one.sub_readout) if name)


def _parameters(time: TimeModel) -> Iterator[str]:
    for step in time.steps:
        yield from (one for one in step.times if isinstance(one, str))
        yield from step.when
    for one in time.integrations:
        yield one.exposure
        yield from (factor for factor in (*one.count, one.subs) if isinstance(factor, str) and factor)
        yield from one.when
