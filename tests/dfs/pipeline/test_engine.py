"""Notebooks executed in this process."""

from __future__ import annotations

import sys

import nbformat
import papermill
import pytest

from dfs.errors import Cancelled
from dfs.pipeline.engine import engine_name


def run(tmp_path, *sources, parameters=None):
    """Execute a notebook of these cells and return it, as it is saved."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    output = tmp_path / "out.ipynb"
    try:
        papermill.execute_notebook(
            notebook, str(output), parameters, engine_name=engine_name("process"), progress_bar=False
        )
    finally:
        if output.exists():
            nbformat.validate(nbformat.read(output, as_version=4))
    return nbformat.read(output, as_version=4)


def test_everything_a_cell_shows_is_kept(tmp_path):
    """Print, standard error, display and the last value."""
    cell = "import sys\nfrom IPython.display import display, HTML\nprint(x)\nprint('e', file=sys.stderr)\ndisplay(HTML('<i>'))\n[x]"
    notebook = run(tmp_path, "x = 1", cell, parameters={"x": 2})
    outputs = notebook.cells[-1].outputs
    assert [one.output_type for one in outputs] == ["stream", "stream", "display_data", "execute_result"]
    assert outputs[0].text == "2\n"
    assert outputs[2].data["text/html"] == "<i>"
    assert outputs[3].data["text/plain"] == "[2]"


def test_each_run_has_its_own_names(tmp_path):
    """What one notebook defines another does not see, and neither do we."""
    run(tmp_path, "x = 1", "here = 5")
    main = sys.modules["__main__"]
    with pytest.raises(papermill.PapermillExecutionError, match="here"):
        run(tmp_path, "x = 1", "here")
    assert sys.modules["__main__"] is main
    assert not [name for name in sys.modules if name.startswith("dfs_notebook")]


def test_an_error_ends_the_notebook_and_stands_in_it(tmp_path, capsys):
    """Its cell holds it, later cells are not executed, the terminal sees nothing."""
    with pytest.raises(papermill.PapermillExecutionError):
        run(tmp_path, "x = 1", "1/0", "print('later')")
    notebook = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    errors = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [one.ename for one in errors if one.output_type == "error"] == ["ZeroDivisionError"]
    assert all("later" not in str(one) for one in errors)
    assert capsys.readouterr() == ("", "")


def test_a_syntax_error_is_an_error_too(tmp_path):
    """A cell that does not parse fails the notebook."""
    with pytest.raises(papermill.PapermillExecutionError, match="SyntaxError"):
        run(tmp_path, "x = 1", "for")


@pytest.mark.parametrize(
    ("cell", "error"),
    [("raise KeyboardInterrupt", KeyboardInterrupt), ("from dfs.errors import Cancelled\nraise Cancelled", Cancelled)],
)
def test_a_stop_is_no_fault_of_the_notebook(tmp_path, cell, error):
    """Ctrl-C and cancel come out as what they are."""
    with pytest.raises(error):
        run(tmp_path, "x = 1", cell)
