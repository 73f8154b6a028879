"""What a spreadsheet would run is text in our CSV, and comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st

from dfs.phase2.formats.tables.formulas import guarded, unguarded
from dfs.phase2.formats.tables.grid import read_text
from dfs.phase2.formats.tables.writing import table_bytes


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+cmd|'x'!A0", "-2+3+cmd", "\tx", "'=x"], ids=range(6)
)
def test_formulas_are_text(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-36:08:25.400", "+12:00:00", "-0.5", "-1.5e-3", "NGC 253", "'quoted'", ""], ids=str)
def test_coordinates_numbers_and_names_stay(text):
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text())
def test_what_was_guarded_comes_back(text):
    assert unguarded(guarded(text)) == text


def test_a_csv_runs_nothing_and_is_read_back():
    table = Table({"name": ["=cmd|' /C calc'!A0", "NGC 253"], "ra": ["1:0:0", "2:0:0"], "dec": ["-1:0:0", "+2:0:0"]})
    content = table_bytes(table, "run.csv").decode()
    assert not [cell for row in csv.reader(io.StringIO(content)) for cell in row if cell.startswith(("=", "@"))]
    assert [row["name"] for _, row in read_text(content).rows] == list(table["name"])
    assert "=cmd" in table_bytes(table, "run.ecsv").decode().replace("'=cmd", "")
