"""What goes to a worker and what comes back: plain data that survives the way between processes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dfs.errors import DfsError
from dfs.model import QcValue
from dfs.products import WrittenProduct
from dfs.recipes.sof import SofEntry

__all__ = ["RESULT", "Order", "Outcome", "read_products", "write_products"]

RESULT = "products.json"


@dataclass(frozen=True, slots=True)
class Order:
    """One job, ready to run.

    Attributes
    ----------
    job
        Its id in the graph.
    recipe, frames, parameters, missing
        What the recipe gets.
    title
        Heading of the report.
    folder
        Where everything it makes goes; its own, empty.
    engine
        ``process`` or ``kernel``: where the notebook's cells are executed.
    """

    job: str
    recipe: str
    frames: tuple[SofEntry, ...]
    parameters: Mapping[str, Any]
    title: str
    folder: Path
    missing: tuple[str, ...] = ()
    engine: str = "process"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order.

    Attributes
    ----------
    products
        Product files in the order's folder.
    notebook, report, pictures
        Executed notebook, HTML report and the fragment for the summary; None when it did not come that far.
    error
        Why it failed; None when all went well.
    """

    job: str
    products: tuple[WrittenProduct, ...] = ()
    notebook: Path | None = None
    report: Path | None = None
    pictures: Path | None = None
    seconds: float = 0.0
    error: DfsError | None = field(default=None)


def write_products(products: tuple[WrittenProduct, ...], folder: Path) -> None:
    """Leave the list of `products` in `folder`, for whoever ordered them."""
    rows = [
        {
            "file": one.path.name,
            "category": one.category,
            "datasum": one.datasum,
            "data_md5": one.data_md5,
            "qc": [_plain(value) for value in one.qc],
            "sources": one.sources,
            "extrapolated_nm": one.extrapolated_nm,
        }
        for one in products
    ]
    (folder / RESULT).write_text(json.dumps(rows, allow_nan=False), encoding="utf-8")


def _plain(value: QcValue) -> dict[str, Any]:
    """Return a quality figure as JSON can say it: what is not a number was not measured."""
    fields = {name: getattr(value, name) for name in QcValue.__dataclass_fields__}
    numbers = {name: number for name, number in fields.items() if isinstance(number, float)}
    return fields | {name: number if math.isfinite(number) else None for name, number in numbers.items()}


def read_products(file: Path) -> tuple[WrittenProduct, ...]:
    """Return the list left by `write_products` in `file`, its products in the same folder; empty when there is none."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(
        WrittenProduct(
            path=file.parent / row["file"],
            category=row["category"],
            datasum=tuple(row["datasum"]),
            data_md5=row["data_md5"],
            qc=tuple(QcValue(**value) for value in row["qc"]),
            sources=tuple(row["sources"]),
            extrapolated_nm=None
            if row["extrapolated_nm"] is None
            else tuple((low, high) for low, high in row["extrapolated_nm"]),
        )
        for row in rows
    )
