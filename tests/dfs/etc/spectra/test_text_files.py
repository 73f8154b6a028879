"""Spectra as text: what is read, and what is refused instead of being read as something else."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError, UsageError
from dfs.etc.spectra import text_files
from dfs.etc.spectra.text_files import decoded, read_text


def read(text):
    return read_text(text if isinstance(text, bytes) else text.encode(), "a.txt", "a.txt")


@pytest.mark.parametrize(
    "text",
    [
        "300 1\n1000 2\n",
        "\ufeff300 1\n1000 2\n",
        b"# \xe9toile\n300 1\n1000 2\n",
        "300;1\n1000;2\n",
        "300, 1\n1000, 2\n",
        "300,1,\n1000,2,\n",
        "300\t1\r\n1000\t2\r\n",
        "3.0D2 1.0d0\n1.0D3 2.0D+0\n",
        "300 1 # hot\n1000 2 # cold, 5 K\n",
        "300 1 0.1 good\n1000 2 0.1 bad\n",
    ],
)
def test_ways_to_write_two_columns(text):
    samples = read(text)
    assert list(samples.wavelength_nm) == [300.0, 1000.0]
    assert list(samples.flux) == [1.0, 2.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("300,5 1\n1000,5 1\n", "line 1 may be read in two ways"),
        ("300,5;1,2\n1000,5;1\n", "line 1 may be read in two ways"),
        ("300 1\n400 1 2\n", "line 2 has 3 columns, those before it 2"),
        ("300,1\n400,5,1\n", "line 2 has 3 columns"),
        ("300 1\n1_000 1\n", "line 2 is not two numbers"),
        ("300 1\n\N{ARABIC-INDIC DIGIT THREE}00 1\n", "line 2 is not two numbers"),
        (b"300 1\n\0\n", "no text"),
        ("1 " * 10_000, "line 1 is too long"),
        ("300 nan\n400 1\n", "not a number as flux"),
        ("300 1e308\n400 1e308\n", r"a flux of at most 1e\+308"),
        ("300 1e-320\n400 1e-320\n", "a flux of at most"),
        ("# nm Jy\n300 1e300\n400 1e300\n", "a flux of at most"),
        ("300 1\n1e300 1\n", "wavelengths of 300 to"),
        ("# " + "[a(" * 60_000 + "\n300 x\n", "no numbers"),
    ],
)
def test_what_is_refused(text, words):
    with pytest.raises((DataError, UsageError), match=words):
        read(text)


@pytest.mark.parametrize("line", ["\n", "1 1\n", "# a\n"])
def test_reading_stops_at_the_limit(line, monkeypatch):
    monkeypatch.setattr(text_files, "_LINES_MOST", 60)
    monkeypatch.setattr(text_files, "SAMPLES_MOST", 50)
    looked = []
    words = text_files._words
    monkeypatch.setattr(text_files, "_words", lambda *given: looked.append(1) or words(*given))
    with pytest.raises(DataError, match="too many rows"):
        read(line * 100_000)
    assert len(looked) <= 51


def test_units_in_the_heading_may_be_of_either_encoding():
    assert decoded("# µm".encode(), "a") == decoded("# µm".encode("latin-1"), "a") == "# µm"
    assert read("# µm Jy\n0.3 1\n0.4 1\n").wavelength_nm == pytest.approx(np.array([300.0, 400.0]))
