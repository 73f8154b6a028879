"""Reading a curve strictly."""

from pathlib import Path

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.instruments.optics.curves import read_curve

HEAD = '# %ECSV 1.0\n# meta:\n#   source: "a manual"\n# schema: astropy-2.0\n'


def write(folder: Path, rows: str, head: str = HEAD) -> Path:
    path = folder / "one.ecsv"
    path.write_text(head + rows, encoding="utf-8")
    return path


def test_a_curve_is_linear_and_ends_as_asked(tmp_path: Path) -> None:
    curve = read_curve(write(tmp_path, "wavelength_nm qe\n400 0.5\n500 0.7\n"))
    assert (curve.name, curve.quantity, curve.source) == ("one", "qe", "a manual")
    np.testing.assert_allclose(curve.at([300, 450, 600]), [0.5, 0.6, 0.7])
    np.testing.assert_allclose(curve.at([300, 450, 600], 0.0), [0.0, 0.6, 0.0])
    assert curve.assumed == ""


def test_what_is_assumed_is_told(tmp_path: Path) -> None:
    head = HEAD.replace("a manual", "assumed (of a similar one)")
    curve = read_curve(write(tmp_path, "wavelength_nm qe\n400 0.5\n500 0.7\n", head))
    assert curve.assumed == "curve one: assumed (of a similar one)"


@pytest.mark.parametrize(
    ("rows", "head", "told"),
    [
        ("wavelength_nm qe\n400 0.5\n500 0.7\n", "# %ECSV 1.0\n", "no source"),
        ("wavelength_nm qe\n500 0.5\n400 0.7\n", HEAD, "ascend"),
        ("wavelength_nm qe\n4000 0.5\n5000 0.7\n", HEAD, "ascend"),
        ("wavelength_nm qe\n400 0.5\n500 70\n", HEAD, "within 0 and 1"),
        ("wavelength_nm qe\n400 0.5\n500 nan\n", HEAD, "within 0 and 1"),
        ("wavelength_nm qe\n400 half\n500 0.7\n", HEAD, "not a table"),
        ("wavelength_nm a b\n400 0.5 1\n500 0.7 1\n", HEAD, "columns"),
        ("", HEAD, "not a table"),
    ],
)
def test_a_wrong_curve_is_named(tmp_path: Path, rows: str, head: str, told: str) -> None:
    path = write(tmp_path, rows, head)
    with pytest.raises(DataError, match=told) as caught:
        read_curve(path)
    assert "one.ecsv" in caught.value.where


def test_a_missing_curve_lists_those_there(tmp_path: Path) -> None:
    write(tmp_path, "wavelength_nm qe\n400 0.5\n500 0.7\n")
    with pytest.raises(DataError, match="missing") as caught:
        read_curve(tmp_path / "two.ecsv")
    assert caught.value.accepted == "one"
