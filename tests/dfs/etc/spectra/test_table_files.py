"""Tables of strangers: what is looked at before astropy reads them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.table import Table

from dfs.errors import DataError, UsageError
from dfs.etc.spectra import table_files
from dfs.etc.spectra.files import samples_in


def votable(**options):
    file = io.BytesIO()
    made = Table({"wave": np.linspace(300.0, 1000.0, 10), "flux": np.ones(10)}, units={"wave": "nm", "flux": "Jy"})
    made.write(file, format="votable", **options)
    return file.getvalue()


@pytest.mark.parametrize("options", [{}, {"tabledata_format": "binary2"}])
def test_votables_are_read(options):
    assert samples_in(votable(**options), "a.vot", "a.vot").is_absolute


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"<VOTABLE", b'<!DOCTYPE a [<!ENTITY b "c">]><VOTABLE', "declarations"),
        (b"<TABLEDATA>", b'<BINARY><STREAM href="file:///etc/hostname"/></BINARY><TABLEDATA>', "elsewhere"),
        (b"<TABLE", b'<TABLE nrows="999999999"', "a size of"),
        (b"<FIELD", b'<FIELD arraysize="99999x99999"', "a size of"),
        (b"<FIELD", b'<FIELD arraysize="&#49;99999999"', "a size of"),
    ],
)
def test_votables_that_are_refused(old, new, words, monkeypatch):
    monkeypatch.setattr(Table, "read", None)  # astropy is not reached
    content = votable().replace(old, new, 1)
    with pytest.raises(DataError, match=words):
        samples_in(content, "a.vot", "a.vot")


def test_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(table_files, "SAMPLES_MOST", 5)
    for name, content in (("a.csv", b"wave,flux\n" + b"1,1\n" * 20), ("a.vot", votable())):
        with pytest.raises(DataError, match="too many rows"):
            samples_in(content, name, name)


def test_long_headers_are_refused():
    for content, words in ((b"# a\n" * 80_000, "comments"), (b"(" * 60_000 + b"[nm],flux\n1,2\n", "a line")):
        with pytest.raises(DataError, match=words):
            samples_in(content, "a.ecsv", "a.ecsv")


def test_csv_of_one_line_is_not_the_name_of_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.csv").write_text("wave,flux\n300,1\n400,1\n")
    for content in (b"b.csv", b"b.csv\n", b"https://localhost:1/a.csv"):
        with pytest.raises((DataError, UsageError)):
            samples_in(content, "a.csv", "a.csv")


def test_marks_and_other_encodings():
    for content in ("\ufeffwave,flux\n300,1\n400,1\n".encode(), b"# \xe9\nwave,flux\n300,1\n400,1\n"):
        assert samples_in(content, "a.csv", "a.csv").wavelength_nm.size == 2
