"""The tutorials run from the first cell to the last, with no more than an observatory."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

TUTORIALS = Path(__file__).resolve().parents[2] / "notebooks" / "tutorials"
SHOWN = {"archive": "SELECT", "etc": "two thirds", "phase2": "open shutter"}  # words that a tutorial's outputs hold


@pytest.mark.filterwarnings("ignore")  # papermill's and the kernel client's own
@pytest.mark.parametrize("name", sorted(one.stem for one in TUTORIALS.glob("*.ipynb")))
def test_a_tutorial_runs(name: str, root: Path, tmp_path: Path) -> None:
    """In a fresh kernel; what it shows are tables, figures and lines of text, and never an error."""
    done = tmp_path / f"{name}.ipynb"
    papermill.execute_notebook(
        TUTORIALS / f"{name}.ipynb", done, parameters={"root": str(root)}, cwd=tmp_path, progress_bar=False
    )
    cells = [cell for cell in nbformat.read(done, as_version=4).cells if cell.cell_type == "code"]
    shown = "".join(str(output) for cell in cells for output in cell.outputs)
    assert SHOWN[name] in shown
    assert shown.count("application/vnd.bokehjs_exec.v0+json") >= 2
    assert "UserWarning" not in shown
