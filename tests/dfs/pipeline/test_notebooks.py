"""The notebooks that are shipped."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from dfs.pipeline.perform import notebook_of
from dfs.recipes import registry

PLUGIN = Path(__file__).parent / "plugin"
NAMES = ("recipe", "bias", "flat_image", "flat_spectrum", "arc", "standard", "science_spectrum", "science_image")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_valid_stripped_and_typed(name):
    """It validates, holds no outputs, and its parameters are the ones the pipeline gives, each with its type."""
    path = notebook_of(name)
    assert path.stem == name
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    (parameters,) = (cell for cell in code if "parameters" in cell.metadata.get("tags", []))
    typed = [one for one in ast.parse(parameters.source).body if isinstance(one, ast.AnnAssign)]
    assert [one.target.id for one in typed] == ["recipe", "frames", "parameters", "missing", "output_folder"]
    if name != "recipe":
        assert ast.literal_eval(typed[0].value) == name


def test_every_recipe_of_ours_has_its_notebook():
    """And one of others is served by the common one."""
    own = [name for name in registry.names() if not name.startswith("tiny")]
    assert all(notebook_of(name).stem == name for name in own)
    assert notebook_of("tiny_bias").stem == "recipe"


def test_an_ordinary_kernel_does_the_same(observatory, draw, monkeypatch):
    """One job in a Jupyter kernel: done, with its report; a failure comes back as the error it was."""
    monkeypatch.setenv("PYTHONPATH", str(PLUGIN))
    for minutes in (0, 1):
        night = draw(minutes, "BIAS").parent
    for minutes in (600, 601):
        draw(minutes, "BIAS", "FAIL")
    report = observatory.pipeline.reduce(night, workers=0, engine="kernel")
    assert [one.state for one in report.ordered()] == ["done", "failed"]
    (failure,) = report.failures()
    assert (failure.keyword, failure.message) == ("EXPTIME", "every pixel is saturated")
