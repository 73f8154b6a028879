"""Reads ``frames.toml``: keys, classification, grouping, association."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dfs.instruments.entries import Entry, read_toml
from dfs.instruments.rules import Condition, FrameClass, FrameRules, MatchRule, Need

__all__ = ["TESTS", "read_rules"]

TESTS = ("equals", "not", "contains", "present", "below", "above")


def read_rules(path: Path) -> FrameRules:
    """Return the rules in the ``frames.toml`` at `path`; `DataError` names the entry that is wrong."""
    root = read_toml(path)
    keys = _keys(root.table("keys"))
    products = [_product_class(category) for category in root.texts("products", [])]
    needs = {name: _need(name, entry, keys) for name, entry in root.tables("need")}
    classes = [_frame_class(entry, keys, needs) for entry in root.array("class")]
    root.done()
    rules = FrameRules(keys=keys, classes=(*products, *classes))
    _check_names(root, rules)
    return rules


def _keys(entry: Entry) -> dict[str, tuple[str, ...]]:
    return {
        name: entry.texts(name) if isinstance(entry.values[name], list) else (entry.text(name),)
        for name in entry.values
    }


def _product_class(category: str) -> FrameClass:
    return FrameClass(name=category, conditions=(Condition("ESO PRO CATG", "equals", (category,)),), is_product=True)


def _frame_class(entry: Entry, keys: dict[str, tuple[str, ...]], needs: dict[str, Need]) -> FrameClass:
    needed = entry.texts("needs", [])
    for name in needed:
        if name not in needs:
            raise entry.error(f"{name!r} is not among the needs", "needs", ", ".join(needs))
    one = FrameClass(
        name=entry.text("name"),
        conditions=_conditions(entry.table("when")),
        mode=entry.optional_text("mode"),
        setup=_known_keys(entry, "setup", keys),
        group_by=_known_keys(entry, "group_by", keys),
        minimum=entry.whole("minimum", 1),
        recipe=entry.optional_text("recipe"),
        needs=tuple(needs[name] for name in needed),
    )
    entry.done()
    return one


def _conditions(entry: Entry) -> tuple[Condition, ...]:
    if not entry.values:
        raise entry.error("a class without condition takes every frame")
    return tuple(condition for keyword in entry.values for condition in _tests(entry, keyword))


def _tests(entry: Entry, keyword: str) -> list[Condition]:
    given = entry.get(keyword, (str, int, float, bool, list, dict), "a value, a list of values, or a table of tests")
    tests = given if isinstance(given, dict) else {"equals": given}
    unknown = [test for test in tests if test not in TESTS]
    if unknown or not tests:
        raise entry.error(f"test {', '.join(unknown)!r} is not known", keyword, ", ".join(TESTS))
    return [Condition(keyword, test, _as_values(entry, keyword, test, value)) for test, value in tests.items()]


def _as_values(entry: Entry, keyword: str, test: str, value: Any) -> tuple[Any, ...]:
    values = tuple(value) if isinstance(value, list) else (value,)
    wanted: tuple[type, ...] = {
        "below": (int, float),
        "above": (int, float),
        "present": (bool,),
        "contains": (str,),
    }.get(test, (str, int, float, bool))
    if not values or not all(isinstance(one, wanted) for one in values):
        names = " or ".join(kind.__name__ for kind in wanted)
        raise entry.error(f"{test} = {value!r} is not accepted", keyword, names)
    return values


def _known_keys(entry: Entry, field: str, keys: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    names = entry.texts(field, [])
    for name in names:
        if name not in keys:
            raise entry.error(f"key {name!r} is not in [keys]", field, ", ".join(keys))
    return names


def _need(name: str, entry: Entry, keys: dict[str, tuple[str, ...]]) -> Need:
    made_from = entry.texts("made_from")
    minimum = entry.whole("minimum", 1)
    rules = tuple(_match_rule(rule, keys, made_from, minimum) for rule in entry.array("rule"))
    if not rules or [rule.level for rule in rules] != sorted(rule.level for rule in rules):
        raise entry.error("wrong or missing", "rule", "match rules, best level first")
    need = Need(
        kind=entry.text("kind", name),
        made_from=made_from,
        minimum=minimum,
        rules=rules,
        required=entry.flag("required", default=True),
    )
    entry.done()
    return need


def _match_rule(entry: Entry, keys: dict[str, tuple[str, ...]], made_from: tuple[str, ...], minimum: int) -> MatchRule:
    days = entry.figures("days")
    if len(days) != 2 or days[0] > days[1]:
        raise entry.error(f"{list(days)!r} is not accepted", "days", "[earliest, latest] in days after the frame")
    of_rule = entry.texts("made_from", [])
    if not set(of_rule) <= set(made_from):
        raise entry.error(f"{', '.join(of_rule)} is not in the need's made_from", "made_from", ", ".join(made_from))
    rule = MatchRule(
        level=entry.whole("level"),
        keys=_known_keys(entry, "keys", keys),
        days=(days[0], days[1]),
        minimum=entry.whole("minimum", minimum),
        made_from=of_rule,
    )
    entry.done()
    return rule


def _check_names(root: Entry, rules: FrameRules) -> None:
    raw = {one.name for one in rules.classes if not one.is_product}
    products = {one.name for one in rules.classes if one.is_product}
    for one in rules.classes:
        for need in one.needs:
            if need.kind not in products:
                raise root.error(
                    f"{one.name} needs {need.kind}, which is no product here", "class", ", ".join(products)
                )
            if not set(need.made_from) <= raw:
                raise root.error(f"{need.kind} is made from {need.made_from}, not all of them classes", "class")
