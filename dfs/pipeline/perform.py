"""One job, performed: its notebook executed, the report made, the products in its folder."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbconvert import HTMLExporter

from dfs.errors import Cancelled, DfsError, NotFoundError, ServiceError
from dfs.pipeline.engine import engine_name
from dfs.pipeline.notebook import PICTURES, read_failure
from dfs.pipeline.orders import RESULT, Order, Outcome, read_products
from dfs.pipeline.page import page
from dfs.recipes import registry

__all__ = ["notebook_of", "perform"]

# In the wheel the notebooks lie beside this file, in a checkout in notebooks/pipelines.
_FOLDERS = (Path(__file__).parent / "notebooks", Path(__file__).parents[2] / "notebooks" / "pipelines")


def perform(order: Order) -> Outcome:
    """Carry out `order` and return what became of it; its own errors come back inside the outcome.

    Parameters are checked before the notebook starts.
    """
    started = time.monotonic()
    notebook, report = order.folder / "notebook.ipynb", order.folder / "report.html"
    error: DfsError | None = None
    try:
        registry.find(order.recipe).parse(dict(order.parameters))
        _execute(order, notebook)
        _report(notebook, report, order.title)
    except Cancelled:
        raise
    except DfsError as raised:
        error = raised
    except papermill.PapermillExecutionError as raised:
        error = read_failure(order.folder) or _unexpected(raised, order)
    except OSError as raised:
        error = ServiceError(raised.strerror or str(raised), where=str(raised.filename or order.folder))
    return Outcome(
        job=order.job,
        products=() if error else read_products(order.folder / RESULT),
        notebook=notebook if notebook.exists() else None,
        report=report if error is None else None,
        pictures=None if error else order.folder / PICTURES,
        seconds=round(time.monotonic() - started, 3),
        error=error,
    )


def notebook_of(recipe: str) -> Path:
    """Return the notebook of `recipe`: its own, or the one that serves every recipe."""
    for name in (recipe, "recipe"):
        for folder in _FOLDERS:
            if (folder / f"{name}.ipynb").is_file():
                return folder / f"{name}.ipynb"
    raise NotFoundError("the pipeline's notebooks are not installed", where=str(_FOLDERS[0]), hint="install dfs again")


def _execute(order: Order, output: Path) -> None:
    """Execute the job's notebook with papermill; an error of a cell raises and stands in the notebook."""
    values: dict[str, Any] = {
        "recipe": order.recipe,
        "frames": [[str(entry.path), entry.tag, entry.name or ""] for entry in order.frames],
        "parameters": dict(order.parameters),
        "missing": list(order.missing),
        "output_folder": str(order.folder),
    }
    papermill.execute_notebook(
        nbformat.read(notebook_of(order.recipe), as_version=4),
        _literal(output),
        parameters=values,
        engine_name=engine_name(order.engine),
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,
    )


def _literal(path: Path) -> str:
    """Return `path` for papermill, which would fill in what stands in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _report(notebook: Path, report: Path, title: str) -> None:
    body, _ = _exporter().from_notebook_node(nbformat.read(notebook, as_version=4))
    report.write_text(page(title, body), encoding="utf-8")


@cache
def _exporter() -> HTMLExporter:
    # The bare template: no fonts, no scripts, nothing from a network.
    return HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)


def _unexpected(error: papermill.PapermillExecutionError, order: Order) -> DfsError:
    return ServiceError(
        f"unexpected {error.ename}: {error.evalue}",
        where=f"recipe {order.recipe}",
        hint="the executed notebook shows where",
    )
