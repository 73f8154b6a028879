"""What a pipeline notebook says: open a run, look at its products, write them.

.. code-block:: python

    run = open_run("bias", frames, parameters, missing)
    products = run.products()
    run.figures()
    run.quality()
    run.write(output_folder)

The notebook's parameters were checked before it started; here they are checked once more, for people who run it by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dfs.errors import DfsError
from dfs.model import Product
from dfs.pipeline.orders import write_products
from dfs.pipeline.page import Html, figure_html, loader_html, picture_html, table_html
from dfs.pipeline.pictures import Shown, figures, thumbnails
from dfs.pipeline.quality_table import quality_html
from dfs.recipes import registry
from dfs.recipes.runner import Run, prepare
from dfs.recipes.sof import SofEntry

__all__ = ["PICTURES", "NotebookRun", "open_run", "pieces_of", "read_failure"]

_FAILURE = "failure.json"
PICTURES = "pictures.json"


def open_run(
    recipe: str,
    frames: Sequence[Sequence[str]],
    parameters: Mapping[str, Any] | None = None,
    missing: Sequence[str] = (),
    output_folder: str | Path = ".",
) -> NotebookRun:
    """Read the frames of a run.

    Parameters
    ----------
    recipe
        Its name.
    frames
        (path, tag) or (path, tag, name) of each input; the name is what provenance calls it.
    parameters
        Those that differ from the recipe's defaults.
    missing
        Calibrations the run goes without.
    output_folder
        Where `NotebookRun.write` puts the products.

    Raises
    ------
    UsageError, DataError, NotFoundError
        As `dfs.recipes.runner.prepare`.
    """
    entries = [SofEntry(Path(one[0]), one[1], (one[2] or None) if len(one) > 2 else None) for one in frames]
    folder = Path(output_folder).resolve()
    with _failures_kept(folder):
        return NotebookRun(prepare(registry.find(recipe), entries, parameters, missing=missing), entries, folder)


class NotebookRun:
    """A recipe with its frames, step by step; each step shows what it did."""

    def __init__(self, run: Run, entries: Sequence[SofEntry], folder: Path) -> None:
        self._run = run
        self._entries = entries
        self._folder = folder
        self._products: list[Product] | None = None

    def products(self) -> list[Product]:
        """Run the recipe (once) and return its products."""
        if self._products is None:
            with _failures_kept(self._folder):
                self._products = self._run.products()
        return self._products

    def figures(self) -> Html:
        """Return the figures of all products, ready to be shown."""
        drawn = [figure_html(one) for product in self.products() for one in figures(Shown.of(product))]
        return Html("".join([loader_html(), *drawn]) if drawn else "")

    def quality(self) -> Html:
        """Return the table of quality figures: what was measured, what the header claims, and how it was measured."""
        return quality_html((product.category, value) for product in self.products() for value in product.qc)

    def write(self) -> Html:
        """Write the products into the output folder: all of them, or none."""
        with _failures_kept(self._folder):
            written = self._run.write(self.products(), self._folder)
            self._write_pictures()
            write_products(written, self._folder)
        rows = [(one.category, one.path.name, " ".join(one.datasum), one.data_md5) for one in written]
        return table_html(("product", "file", "DATASUM", "DATAMD5"), rows)

    def _write_pictures(self) -> None:
        """Leave each product's figures for the summary page, while its pixels are at hand."""
        pieces = pieces_of([Shown.of(product) for product in self.products()])
        (self._folder / PICTURES).write_text(json.dumps(pieces), encoding="utf-8")

    def _repr_html_(self) -> str:
        run = self._run
        frames = [(entry.tag, frame.name) for entry, frame in zip(self._entries, run.frames.frames, strict=True)]
        changed = run.parameters.model_fields_set
        parameters = [
            (name, value, "set" if name in changed else "default", type(run.parameters).model_fields[name].description)
            for name, value in run.parameters.model_dump().items()
        ]
        absent = "".join(f"<p><strong>{kind} is missing; the products say so.</strong></p>" for kind in run.missing)
        return (
            f"<p>{run.recipe.name} {run.recipe.version}: {run.recipe.summary}</p>{absent}"
            + table_html(("input", "file"), frames)
            + table_html(("parameter", "value", "", "meaning"), parameters)
        )


def pieces_of(products: Sequence[Shown]) -> dict[str, list[str]]:
    """Return the pictures of products as pieces of HTML by category: thumbnails of images, figures of all else."""
    pieces: dict[str, list[str]] = {}
    for shown in products:
        small = [picture_html(png, caption) for png, caption in thumbnails(shown)]
        drawn = [] if small else [figure_html(one) for one in figures(shown)]
        pieces.setdefault(shown.category, []).append("".join(small + drawn))
    return pieces


def read_failure(folder: Path) -> DfsError | None:
    """Return the error that ended the run whose output folder this is; None when it left none."""
    from dfs import errors

    try:
        said = json.loads((folder / _FAILURE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    error: DfsError = getattr(errors, said.pop("type"))(said.pop("message"))
    for name, value in said.items():
        setattr(error, name, value)
    return error


@contextmanager
def _failures_kept(folder: Path) -> Iterator[None]:
    """Leave the error that ends a run in `folder`: out of a kernel, a notebook says only its text."""
    try:
        yield
    except DfsError as error:
        said = {"type": type(error).__name__, "message": error.message, "where": error.where}
        said |= {"accepted": error.accepted, "hint": error.hint, "keyword": getattr(error, "keyword", "")}
        with suppress(OSError):  # no folder, or no room: then the error itself must do
            (folder / _FAILURE).write_text(json.dumps(said), encoding="utf-8")
        raise
