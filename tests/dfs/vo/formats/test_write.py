"""Rows written and read back by other people's readers."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import struct
import subprocess
import warnings
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import parse as parse_votable
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfs.errors import DataError, ServiceError, UsageError
from dfs.model.schema import ColumnSchema
from dfs.vo.formats import (
    FORMATS,
    InputParam,
    ServiceInfo,
    TableInfo,
    TableRows,
    error_document,
    negotiate,
    to_astropy,
    write,
)

SCALARS = {
    "boolean": (pa.bool_(), st.booleans()),
    "short": (pa.int16(), st.integers(-(2**15) + 1, 2**15 - 1)),
    "int": (pa.int32(), st.integers(-(2**31) + 1, 2**31 - 1)),
    "long": (pa.int64(), st.integers(-(2**63) + 1, 2**63 - 1)),
    "float": (pa.float32(), st.floats(width=32)),
    "double": (pa.float64(), st.floats()),
    "char": (pa.string(), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)),
    "unicodeChar": (
        pa.string(),
        st.text(
            st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["C", "Z"]), min_size=1
        ),
    ),
}
DALI = (pa.list_(pa.float64()), st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6))
COLUMNS = (
    *(
        ColumnSchema(f"c_{name}", name, f"a {name} < & >", arraysize="*" if "har" in name.lower() else "")
        for name in SCALARS
    ),
    ColumnSchema("outline", "double", "", unit="deg", ucd="pos.outline;obs", xtype="polygon", arraysize="*"),
)


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 6))
    kinds = [*SCALARS.values(), DALI]
    arrays = [
        pa.array(draw(st.lists(st.none() | values, min_size=rows, max_size=rows)), kind) for kind, values in kinds
    ]
    table = pa.Table.from_arrays(arrays, names=[one.name for one in COLUMNS])
    return TableRows(COLUMNS, table.to_batches(max_chunksize=draw(st.integers(1, 7))))


def _bytes(rows, name, **more):
    return b"".join(write(rows, negotiate(name), **more))


def _cells(rows):
    return pa.Table.from_batches(rows.source, rows.source[0].schema).to_pydict() if rows.source else {}


def _same(found, wanted, column):
    if wanted is None:
        return found is None
    if found is None:  # VOTable and FITS have no null apart from NaN
        return isinstance(wanted, float) and math.isnan(wanted)
    if isinstance(wanted, list):
        return np.array_equal(found, wanted)
    if column.datatype == "float":
        return struct.pack("f", found) == struct.pack("f", wanted) or (math.isnan(found) and math.isnan(wanted))
    return found == wanted or (isinstance(wanted, float) and math.isnan(wanted) and math.isnan(found))


def _unmasked(column, row):
    value = column[row]
    if value is np.ma.masked or np.all(np.ma.getmaskarray(np.ma.asarray(value))):
        return None
    if isinstance(value, np.ndarray) and value.ndim:
        return value.tolist() if value.size else None
    if isinstance(value, float | np.floating) and math.isnan(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables(), st.sampled_from(["votable", "votable/b2"]))
def test_votables_come_back_through_astropy(rows, name):
    table = parse_votable(io.BytesIO(_bytes(rows, name)), verify="exception").get_first_table()
    array = table.array
    wanted = _cells(rows)
    assert len(array) == sum(one.num_rows for one in rows.source)
    for column in COLUMNS:
        for row, value in enumerate(wanted.get(column.name, ())):
            assert _same(_unmasked(array[column.name], row), value or None if value == [] else value, column) or (
                value is None and _unmasked(array[column.name], row) in {"", None}
            ), (column.name, value, array[column.name][row])


@settings(max_examples=60, deadline=None)
@given(tables())
def test_fits_comes_back_through_astropy(rows):
    data = _bytes(rows, "fits")
    assert len(data) % 2880 == 0
    with fits.open(io.BytesIO(data), logical_as_bytes=True) as hdus:
        hdus.verify("exception")
        flags = [{b"T": True, b"F": False}.get(one) for one in hdus[1].data["c_boolean"].tolist()]
    assert flags == _cells(rows).get("c_boolean", [])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*contains NULL")  # astropy reads a null logical as false
        table = Table.read(io.BytesIO(data), hdu=1)
    for column in COLUMNS[1:7]:
        for row, value in enumerate(_cells(rows).get(column.name, ())):
            found = _unmasked(table[column.name], row)
            assert _same(found, value, column) or (value is None and found in {"", None}), (column.name, value, found)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_json_comes_back(rows):
    document = json.loads(_bytes(rows, "json"), parse_constant=pytest.fail)
    assert [one["name"] for one in document["columns"]] == [one.name for one in COLUMNS]
    assert document["overflow"] is False
    for number, column in enumerate(COLUMNS):
        wanted = _cells(rows).get(column.name, [])
        found = [row[number] for row in document["rows"]]
        for one, value in zip(found, wanted, strict=True):
            expected = None if isinstance(value, float) and not math.isfinite(value) else value
            assert one == expected or _same(one, expected, column)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_csv_comes_back(rows):
    text = _bytes(rows, "csv").decode()
    names, *lines = csv.reader(io.StringIO(text, newline=""))
    assert names == [one.name for one in COLUMNS]
    for number, column in enumerate(COLUMNS[:8]):
        for line, value in zip(lines, _cells(rows).get(column.name, []), strict=True):
            found = line[number]
            if value is None:
                assert found == ""
            elif column.datatype == "boolean":
                assert found == str(value).lower()
            elif "har" in column.datatype.lower():
                assert found.removeprefix("'" if found[1:2] in {*"=@+-"} else "") == value or found == value
            else:
                assert _same(float(found) if column.datatype in {"float", "double"} else int(found), value, column)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_parquet_comes_back(rows):
    table = pq.read_table(io.BytesIO(_bytes(rows, "parquet")))
    for column in COLUMNS:
        for found, value in zip(table[column.name].to_pylist(), _cells(rows).get(column.name, []), strict=True):
            assert _same(found, value, column)
    described = table.schema.metadata[b"IVOA.VOTable-Parquet.content"]
    assert [one.name for one in parse_votable(io.BytesIO(described)).get_first_table().fields] == table.column_names


@settings(max_examples=40, deadline=None)
@given(tables())
def test_an_astropy_table_has_the_values_and_what_is_said_of_them(rows):
    table = to_astropy(rows.columns, rows.batches())
    assert table["outline"].unit == "deg"
    assert table["outline"].meta == {"ucd": "pos.outline;obs", "xtype": "polygon"}
    for column in COLUMNS[:8]:
        for row, value in enumerate(_cells(rows).get(column.name, ())):
            found = table[column.name][row]
            assert (found is np.ma.masked) == (value is None)
            assert value is None or _same(found.item(), value, column)


TEXTS = ["a<b&c>d", 'quo"te', "com,ma", "", None, "\x01\x02bell", "line\nbreak\r\ttab", "Ünïcødé 𝒜 ☃", "]]>", "'", "\\"]
SMALL = TableRows(
    (ColumnSchema("t", "unicodeChar", "text", arraysize="*"), ColumnSchema("n", "int", "number", unit="m")),
    [pa.RecordBatch.from_arrays([pa.array(TEXTS), pa.array(range(len(TEXTS)), pa.int32())], names=["t", "n"])],
)


@pytest.mark.parametrize("name", ["votable", "votable/b2"])
def test_odd_texts_in_votables(name):
    found = parse_votable(io.BytesIO(_bytes(SMALL, name))).get_first_table().array["t"].tolist()
    replaced = "\ufffd\ufffdbell" if name == "votable" else "\x01\x02bell"
    assert [one or "" for one in found] == [{"\x01\x02bell": replaced}.get(one, one or "") for one in TEXTS]


def test_odd_texts_elsewhere():
    assert [row[0] for row in json.loads(_bytes(SMALL, "json"))["rows"]] == TEXTS
    lines = list(csv.reader(io.StringIO(_bytes(SMALL, "csv").decode(), newline="")))
    assert [line[0] for line in lines[1:]] == [one or "" for one in TEXTS]
    assert b"\n,4\r\n" in _bytes(SMALL, "csv")
    assert b'\n"",3\r\n' in _bytes(SMALL, "csv")
    rows = _bytes(SMALL, "tsv").decode().split("\n")
    assert all(row.count("\t") == 1 for row in rows[:-1])
    assert len(rows) == len(TEXTS) + 2


def test_html_and_text_show_and_do_not_run():
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data):
            seen.append(data)

        def handle_starttag(self, tag, attrs):
            assert tag != "script"

    rows = TableRows(
        (ColumnSchema("<b>", "char", '"x" <i>', arraysize="*"),),
        [pa.RecordBatch.from_arrays([pa.array(["<script>alert(1)</script>"])], names=["t"])],
    )
    Reader().feed(_bytes(rows, "html").decode())
    assert "<script>alert(1)</script>" in seen
    assert _bytes(rows, "text").decode().splitlines()[2].strip() == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+HYPERLINK(1)", "'+HYPERLINK(1)"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("-30 123", "-30 123"),
        ("+21 607", "+21 607"),
        ("BD+21 607 (A)", "BD+21 607 (A)"),
    ],
)
def test_formulas_are_disarmed_in_csv_and_nowhere_else(text, written):
    rows = TableRows(
        (ColumnSchema("t", "char", "", arraysize="*"),), [pa.RecordBatch.from_arrays([pa.array([text])], ["t"])]
    )
    assert _bytes(rows, "csv").decode().splitlines()[1] == written
    assert json.loads(_bytes(rows, "json"))["rows"] == [[text]]


@pytest.mark.parametrize("name", [one.name for one in FORMATS])
def test_no_rows_and_no_batches(name):
    for source in ([], [SMALL.source[0].slice(0, 0)]):
        assert _bytes(TableRows(SMALL.columns, source), name) or name == "csv/noheader"


def _infos(data):
    table = parse_votable(io.BytesIO(data))
    resource = table.resources[0]
    return [(one.name, one.value) for one in resource.infos], [
        (one.name, one.value) for one in resource.tables[0].infos
    ]


def test_overflow_is_said_after_the_table():
    data = _bytes(TableRows(SMALL.columns, SMALL.source, overflow=True), "votable")
    assert data.index(b'value="OK"') < data.index(b"<TABLE") < data.index(b"</TABLE>") < data.index(b'value="OVERFLOW"')
    assert json.loads(_bytes(TableRows(SMALL.columns, SMALL.source, overflow=True), "json"))["overflow"] is True


def _breaking():
    yield SMALL.source[0]
    raise ServiceError("the disk is gone")


def test_a_failure_midway_does_not_look_like_an_end():
    data = _bytes(TableRows(SMALL.columns, _breaking()), "votable")
    parse_votable(io.BytesIO(data))
    assert data.index(b"</TABLE>") < data.index(b'value="ERROR">the disk is gone')
    assert json.loads(_bytes(TableRows(SMALL.columns, _breaking()), "json"))["error"]["message"] == "the disk is gone"
    with pytest.raises(ServiceError):
        _bytes(TableRows(SMALL.columns, _breaking()), "csv")


@pytest.mark.parametrize("kind", ["votable", "votable/b2"])
def test_a_value_that_does_not_fit_ends_the_table_with_an_error(kind):
    columns = (ColumnSchema("n", "short", "a number"),)
    batches = [pa.RecordBatch.from_pydict({"n": values}) for values in ([1, 2], [70_000])]
    data = _bytes(TableRows(columns, batches), kind)
    parse_votable(io.BytesIO(data))
    assert b'value="ERROR">a value does not fit' in data


def test_an_error_document_is_read_by_pyvo():
    from pyvo.dal.query import DALQueryError, DALResults

    with pytest.raises(DALQueryError, match="no <such> table"):
        DALResults(parse_votable(io.BytesIO(error_document("no <such> table"))))


LINKS = ServiceInfo(
    "links",
    "https://example.org/datalink/links?a=1&b=2",
    "ivo://ivoa.net/std/DataLink#links-1.1",
    (
        InputParam("ID", ref="dp id", ucd="meta.id;meta.main"),
        InputParam("POL", options=("I", "Q"), description="which"),
    ),
    description="Links",
)

DATA = ServiceInfo(
    "data",
    "https://example.org/soda/sync",
    "ivo://ivoa.net/std/SODA#sync-1.0",
    (InputParam("ID", ref="C_CHAR"), InputParam("CIRCLE", "double", "3", unit="deg", xtype="circle", maximum="1 2 3")),
)


def test_services_are_found_by_pyvo():
    from pyvo.dal.adhoc import DatalinkResultsMixin
    from pyvo.dal.query import DALResults

    class Results(DatalinkResultsMixin, DALResults):
        pass

    rows = TableRows(
        (ColumnSchema("dp id", "char", "", arraysize="*"),),
        [pa.RecordBatch.from_arrays([pa.array(["A.1"])], ["dp id"])],
    )
    votable = parse_votable(
        io.BytesIO(_bytes(rows, "votable", services=[LINKS], infos=[TableInfo("QUERY", "SELECT 1<2")]))
    )
    adhoc = Results(votable).get_adhocservice_by_ivoid("ivo://ivoa.net/std/DataLink#links-1.1")
    params = {one.name: one for one in adhoc.params}
    assert params["accessURL"].value == LINKS.access_url
    inputs = next(one for one in adhoc.groups if one.name == "inputParams")
    assert inputs.entries[0].ref == votable.get_first_table().fields[0].ID


@pytest.mark.skipif(shutil.which("stilts") is None, reason="stilts is not installed: make system")
@pytest.mark.parametrize("name", ["votable", "votable/b2"])
def test_votlint_and_stilts_agree(name, tmp_path):
    path = tmp_path / "t.vot"
    # votlint 3.4 trips over a null, or any BINARY2, polygon (xtype): stilts itself reads them.
    columns = (*COLUMNS[:8], ColumnSchema("outline", "double", "", arraysize="*"))
    kinds = [pa.array([None, *([1] if "har" not in one.datatype.lower() else ["1 & 2"])]) for one in COLUMNS[1:8]]
    arrays = [
        pa.array([None, True]),
        *(one.cast(SCALARS[column.datatype][0]) for one, column in zip(kinds, COLUMNS[1:8], strict=True)),
        pa.array([None, [1.5, 2.5]]),
    ]
    rows = TableRows(columns, [pa.RecordBatch.from_arrays(arrays, names=[one.name for one in columns])])
    path.write_bytes(_bytes(rows, name, services=[LINKS, DATA], infos=[TableInfo("QUERY", 'a "quoted" <text>')]))
    lint = subprocess.run(["stilts", "votlint", str(path)], capture_output=True, text=True, check=False)
    assert lint.stdout + lint.stderr == ""
    assert b'ref="c_char"' in path.read_bytes()
    assert b"dp id" not in path.read_bytes()
    out = subprocess.run(
        ["stilts", "tpipe", f"in={path}", "ifmt=votable", "ofmt=csv", "omode=out"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = list(csv.reader(io.StringIO(out.stdout)))
    assert lines[1] == [""] * 9
    assert lines[2] == ["true", "1", "1", "1", "1.0", "1.0", "1 & 2", "1 & 2", "(1.5, 2.5)"]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (None, "votable"),
        ("", "votable"),
        ("*/*", "votable"),
        ("VOTable", "votable"),
        ("votable/td", "votable"),
        ("application/x-votable+xml", "votable"),
        ("application/x-votable+xml; serialization=TABLEDATA", "votable"),
        ("application/x-votable+xml;serialization=BINARY2", "votable/b2"),
        ("text/xml", "votable"),
        ("application/fits", "fits"),
        ("text/csv", "csv"),
        ('text/csv; header="absent"', "csv/noheader"),
        ("application/json;charset=utf-8", "json"),
        ("parquet", "parquet"),
        ("tsv", "tsv"),
        ("text/html", "html"),
    ],
)
def test_formats_are_known_by_many_names(asked, name):
    assert negotiate(asked).name == name
    assert negotiate(None, asked).name == name


def test_an_unknown_format_is_refused_with_those_there_are():
    with pytest.raises(UsageError) as error:
        negotiate("application/x-excel", "votable")
    assert error.value.where == "RESPONSEFORMAT"
    assert all(one.name in error.value.accepted for one in FORMATS)
    assert "\n" not in error.value.line()


def test_values_that_do_not_fit_are_refused():
    rows = TableRows((ColumnSchema("n", "short", ""),), [pa.RecordBatch.from_arrays([pa.array([40_000])], ["n"])])
    with pytest.raises(DataError, match="type short of column n"):
        _bytes(rows, "csv")
    narrow = TableRows(SMALL.columns, [SMALL.source[0].select(["t"])])
    with pytest.raises(DataError, match="1 columns"):
        _bytes(narrow, "csv")


def test_times_are_written_as_iso_8601():
    moment = pa.array([1643258789093], pa.timestamp("ms"))
    rows = TableRows(
        (ColumnSchema("t", "char", "", xtype="timestamp", arraysize="*"),),
        [pa.RecordBatch.from_arrays([moment], ["t"])],
    )
    assert _bytes(rows, "csv") == b"t\r\n2022-01-27T04:46:29.093\r\n"


def test_memory_stays_bounded():
    def many():
        array = pa.array(np.arange(10_000, dtype=np.float64))
        for _ in range(100):
            yield pa.RecordBatch.from_arrays([array], ["x"])

    for name in ("votable", "votable/b2", "csv", "json", "parquet", "text"):
        pieces = [len(one) for one in write(TableRows((ColumnSchema("x", "double", ""),), many()), negotiate(name))]
        assert max(pieces) < 2_000_000
        assert sum(pieces) > 1_000_000 or name == "parquet"


def test_astropy_units_that_are_unknown_do_not_stop():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = to_astropy(
            (ColumnSchema("x", "double", "d", unit="furlong/fortnight"),), [pa.record_batch({"x": [1.0, None]})]
        )
    assert str(table["x"].unit) == "furlong/fortnight"
    assert table["x"].mask.tolist() == [False, True]
