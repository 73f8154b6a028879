"""``dfs recipe``: EsoRex's habits, a set-of-frames file in, products out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dfs.cli.output import Group, Terminal, pass_terminal
from dfs.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dfs.recipes.contract import Recipe
    from dfs.recipes.runner import RunResult

__all__ = ["recipe"]


@click.group("recipe", cls=Group)
def recipe() -> None:
    """List, show and run recipes.

    \b
    Example:
        dfs recipe run bias night.sof --method=median --output-dir=out
    """


@recipe.command("list")
@pass_terminal
def list_recipes(terminal: Terminal) -> None:
    """List the recipes in the order of a reduction.

    \b
    Example:
        dfs recipe list --json
    """
    from dfs.recipes.registry import all_recipes

    rows = [
        {"name": one.name, "origin": "dfs", "instrument": name, "version": one.version, "summary": one.summary}
        for one in all_recipes()
        for name in one.instruments
    ]

    def show(console: Console) -> None:
        for one in all_recipes():
            console.print(f"{one.name:<18} {one.version:<6} {', '.join(one.instruments):<16} {one.summary}")

    terminal.emit({"recipes": rows}, show)


@recipe.command("show")
@click.argument("name")
@pass_terminal
def show_recipe(terminal: Terminal, name: str) -> None:
    """Show inputs, parameters and products of recipe NAME.

    \b
    Example:
        dfs recipe show science_spectrum
    """
    from dfs.recipes.registry import find

    found = find(name)
    document = {
        "name": found.name,
        "origin": "dfs",
        "version": found.version,
        "summary": found.summary,
        "description": found.description,
        "instruments": found.instruments,
        "inputs": found.inputs,
        "parameters": _parameters(found),
        "products": found.products,
    }
    terminal.emit(document, lambda console: _print(console, found))


@recipe.command("run", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("name")
@click.argument("sof", type=click.Path(path_type=Path))
@click.option("--output-dir", type=click.Path(path_type=Path), default=Path(), help="Where the products go.")
@click.pass_context
def run(context: click.Context, name: str, sof: Path, output_dir: Path) -> None:
    """Run recipe NAME on the frames listed in SOF, with any of its parameters as --PARAM=VALUE.

    SOF is a text file of lines PATH TAG. Nothing is archived: the products are files in the output folder.

    \b
    Example:
        dfs recipe run bias bias.sof --kappa=4 --output-dir=out
    """
    from dfs.recipes.registry import find
    from dfs.recipes.runner import run_recipe
    from dfs.recipes.sof import read_sof

    terminal = context.ensure_object(Terminal)
    found = find(name)
    parameters = _parse(context.args, found)
    result = run_recipe(found, read_sof(sof), parameters, output_dir.absolute(), progress=terminal.progress())
    terminal.emit(_document(result), lambda console: _print_result(console, result))


def _parse(arguments: list[str], found: Recipe) -> dict[str, str]:
    """Return the recipe's parameters among the command line's leftovers: ``--kappa=4``, ``--kappa 4``, ``--bias.kappa=4``."""
    values: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        option = rest.pop(0)
        if not option.startswith("--"):
            raise UsageError(
                f"{option!r} is not an option", accepted="--PARAM=VALUE", hint=f"see: dfs recipe show {found.name}"
            )
        name, equals, value = option[2:].partition("=")
        if not equals:
            value = rest.pop(0) if rest and not rest[0].startswith("--") else "true"
        values[name.removeprefix(f"{found.name}.").replace("-", "_")] = value
    return values


def _parameters(found: Recipe) -> list[dict[str, Any]]:
    schema = found.parameters.model_json_schema()["properties"]
    return [
        {
            "name": name,
            "default": field.get_default(),
            "meaning": field.description,
            "type": str(getattr(field.annotation, "__name__", field.annotation)),
            "range": {key: value for key, value in schema[name].items() if "imum" in key or key in {"enum", "pattern"}},
        }
        for name, field in found.parameters.model_fields.items()
    ]


def _print(console: Console, found: Recipe) -> None:
    console.print(f"{found.name} {found.version}  ({', '.join(found.instruments)})\n  {found.summary}\n")
    if found.description:
        console.print(f"{found.description}\n")
    console.print("Inputs (tag, how many, what)")
    for one in found.inputs:
        many = f"{one.minimum}..{'n' if one.maximum is None else one.maximum}"
        console.print(f"  {one.tag:<20} {many:<6} {'raw' if one.raw else 'calibration':<12} {one.meaning}")
    console.print("\nParameters (default, range)")
    for row in _parameters(found):
        default = "" if row["default"] is None else row["default"]
        accepted = _accepted(row["range"]) or row["type"].replace(" | None", ", may be empty")
        console.print(f"  --{row['name']}={default}  [{accepted}]\n      {row['meaning']}", markup=False)
    console.print(f"\nProducts\n  {', '.join(found.products)}")


def _accepted(limits: dict[str, Any]) -> str:
    """Return a range as people write it: ``0.5 to 10``, ``above 0``, ``optimal | sum``; empty when there is none."""
    if "enum" in limits:
        return " | ".join(map(str, limits["enum"]))
    if "pattern" in limits:
        return str(limits["pattern"]).strip("^$()").replace("|", " | ")
    if {"minimum", "maximum"} <= limits.keys():
        return f"{limits['minimum']:g} to {limits['maximum']:g}"
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    return ", ".join(f"{words[name]} {limits[name]:g}" for name in words if name in limits)


def _document(result: RunResult) -> dict[str, Any]:
    return {
        "recipe": result.recipe,
        "version": result.version,
        "parameters": result.parameters,
        "seconds": result.seconds,
        "products": [
            {
                "path": one.path,
                "pro_catg": one.category,
                "datasum": one.datasum,
                "inputs": one.sources,
                "extrapolated_nm": one.extrapolated_nm,
                "qc": one.qc,
            }
            for one in result.products
        ],
    }


def _print_result(console: Console, result: RunResult) -> None:
    for one in result.products:
        console.print(f"{one.category:<22} {one.path}")
        for value in one.qc:
            if value.value is not None:
                error = f" +- {value.error:.3g}" if value.error is not None else ""
                claim = f"   (header {value.header_keyword}: {value.header_value})" if value.header_keyword else ""
                console.print(f"    {value.name:<28} {value.value:.6g}{error} {value.unit}{claim}", markup=False)
    console.print(f"{result.seconds:.1f} s")
