"""Uploaded tables: what other people's writers make is read, what is broken or hostile is refused."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import time
import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io.votable import from_table, writeto
from astropy.table import MaskedColumn, Table
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.model.schema import ColumnSchema
from dfs.vo.formats import TableRows, UploadLimits, negotiate, read_upload, write

TABLE = Table(
    {
        "id": np.array([1, -2, 2**40], dtype=np.int64),
        "ra": np.array([10.5, np.nan, 359.999999999]),
        "mag": MaskedColumn(np.array([1, 2, 3], dtype=np.int16), mask=[False, True, False]),
        "name": ["a & b", "Ünï", ""],
        "flag": [True, False, True],
        "spot": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    }
)
TABLE["ra"].unit = "deg"
TABLE["ra"].description = "right ascension"
TABLE["ra"].meta["ucd"] = "pos.eq.ra"


def votable(serialization, table=TABLE):
    out = io.BytesIO()
    if serialization == "binary":  # has no null for numbers
        table = table.filled(2)
    writeto(from_table(table), out, tabledata_format=serialization)
    return out.getvalue()


def rows(upload):
    return upload.table.to_pydict()


@pytest.mark.parametrize("serialization", ["tabledata", "binary", "binary2"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_votables_of_astropy(serialization, pack):
    upload = read_upload("mine", pack(votable(serialization)))
    found = rows(upload)
    assert found["id"] == [1, -2, 2**40]
    assert found["ra"][0] == 10.5
    assert found["ra"][1] is None or np.isnan(found["ra"][1])
    assert found["mag"] == [1, 2 if serialization == "binary" else None, 3]
    assert found["name"] == ["a & b", "Ünï", None]
    assert found["flag"] == [True, False, True]
    assert found["spot"] == [[1, 2], [3, 4], [5, 6]]
    ra = upload.columns[1]
    assert (ra.name, ra.datatype, ra.unit, ra.ucd, ra.description) == (
        "ra",
        "double",
        "deg",
        "pos.eq.ra",
        "right ascension",
    )
    assert [one.datatype for one in upload.columns][:3] == ["long", "double", "short"]
    assert [str(one.type) for one in upload.table.schema] == [
        "int64", "double", "int16", "large_string", "bool", "fixed_size_list<item: double>[2]"
    ]  # fmt: skip


def test_fits_of_astropy():
    out = io.BytesIO()
    table = TABLE.copy()
    table["name"] = ["a & b", "x", ""]
    table.write(out, format="fits")
    upload = read_upload("mine", out.getvalue())
    assert rows(upload)["id"] == [1, -2, 2**40]
    assert rows(upload)["name"] == ["a & b", "x", None]
    assert rows(upload)["mag"] == [1, None, 3]
    assert rows(upload)["spot"] == [[1, 2], [3, 4], [5, 6]]
    assert upload.columns[1].unit == "deg"


def test_parquet_and_csv():
    table = pa.table({"n": pa.array([1, None], pa.int32()), "t": pa.array([1, 2], pa.timestamp("s")), "s": ["é", None]})
    out = io.BytesIO()
    pq.write_table(table, out)
    upload = read_upload("mine", out.getvalue())
    assert rows(upload) == {
        "n": [1, None],
        "t": ["1970-01-01T00:00:01.000", "1970-01-01T00:00:02.000"],
        "s": ["é", None],
    }
    assert [one.datatype for one in upload.columns] == ["int", "char", "unicodeChar"]
    upload = read_upload("mine", b'ra,dec,name,at\r\n1.5,2,"a,""b""\nc",2022-01-01\r\n,3,"",\r\n')
    assert rows(upload) == {"ra": [1.5, None], "dec": [2, 3], "name": ['a,"b"\nc', ""], "at": ["2022-01-01", None]}
    assert [one.datatype for one in upload.columns] == ["double", "long", "char", "char"]


@pytest.mark.parametrize("name", ["votable", "votable/b2", "csv", "fits", "parquet"])
def test_what_we_write_we_read(name):
    columns = (
        ColumnSchema("x", "double", "", unit="deg", ucd="pos"),
        ColumnSchema("n", "int", ""),
        ColumnSchema("s", "char", "", arraysize="*"),
    )
    batch = pa.record_batch({"x": [1.25, None], "n": pa.array([None, -7], pa.int32()), "s": ["a<b", "c"]})
    upload = read_upload("mine", b"".join(write(TableRows(columns, [batch]), negotiate(name))))
    found = rows(upload)
    assert found["n"] == [None, -7]
    assert found["s"] == ["a<b", "c"]
    assert found["x"][0] == 1.25
    assert found["x"][1] is None or np.isnan(found["x"][1])
    assert name == "csv" or upload.columns[0].unit == "deg"
    assert name == "csv" or upload.columns[0].ucd == "pos"


HEAD = '<VOTABLE version="1.4"><RESOURCE><TABLE>'
TAIL = "</TABLE></RESOURCE></VOTABLE>"


def small(cells, field='datatype="double"', rows_more=""):
    row = "".join(f"<TR><TD>{one}</TD></TR>" for one in cells)
    return f'{HEAD}<FIELD name="x" {field}/><DATA><TABLEDATA>{row}{rows_more}</TABLEDATA></DATA>{TAIL}'.encode()


@pytest.mark.parametrize(
    ("cells", "field", "wanted"),
    [
        (["1", " 2.5 ", "", "+3", "+Inf", "-INF"], 'datatype="double"', [1, 2.5, None, 3, float("inf"), float("-inf")]),
        (["0x1f", "-4", ""], 'datatype="int"', [31, -4, None]),
        (["255"], 'datatype="unsignedByte"', [255]),
        (["T", "false", "?", "", "1"], 'datatype="boolean"', [True, False, None, None, True]),
        (["a &lt; b", "<![CDATA[<x>]]>", ""], 'datatype="char" arraysize="*"', ["a < b", "<x>", None]),
        (["1 2", "3 4"], 'datatype="float" arraysize="2"', [[1, 2], [3, 4]]),
        (["1 2 3", "", "4"], 'datatype="float" arraysize="*"', [[1, 2, 3], None, [4]]),
    ],
)
def test_cells(cells, field, wanted):
    assert rows(read_upload("t", small(cells, field)))["x"] == wanted


@pytest.mark.parametrize("name", ["votable/b2", "votable"])
def test_every_type_in_bytes(name):
    kinds = {
        "boolean": True,
        "short": -2,
        "int": 3,
        "long": 2**60,
        "float": 0.5,
        "double": -0.25,
        "char": "abc",
        "unicodeChar": "é𝒜",
    }
    columns = (
        *(ColumnSchema(f"c_{one}", one, "", arraysize="*" if "har" in one.lower() else "") for one in kinds),
        ColumnSchema("lists", "double", "", arraysize="*"),
        ColumnSchema("pairs", "float", "", arraysize="2"),
    )
    values = [*kinds.values(), [1.0, 2.0, 3.0], [4.0, 5.0]]
    batch = pa.record_batch([pa.array([one, None, one]) for one in values], names=[one.name for one in columns])
    upload = read_upload("t", b"".join(write(TableRows(columns, [batch]), negotiate(name))))
    for one, value in zip(columns, values, strict=True):
        first, second, third = upload.table[one.name].to_pylist()
        assert first == third == value
        assert second is None
    assert [one.datatype for one in upload.columns] == [one.datatype for one in columns]


def test_a_declared_null_is_null():
    data = small(["-999", "1"], 'datatype="int"').replace(b"/><DATA", b'><VALUES null="-999"/></FIELD><DATA')
    assert rows(read_upload("t", data))["x"] == [None, 1]


def test_only_the_first_table_counts():
    data = small(["1"]).replace(
        b"</RESOURCE>",
        b'<TABLE><FIELD name="y" datatype="int"/><DATA><TABLEDATA><TR><TD>9</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE>',
    )
    assert rows(read_upload("t", data)) == {"x": [1.0]}


LAUGHS = '<!DOCTYPE v [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
) + "]>"  # fmt: skip


def hostile():
    inside = small(["&x;"])
    yield "billion laughs", LAUGHS.encode() + small(["&m;"]), "declarations of its own"
    yield (
        "one large entity",
        f'<!DOCTYPE v [<!ENTITY x "{"A" * 100_000}">]>'.encode() + small(["&x;" * 10_000]),
        "declarations",
    )
    yield "file", b'<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + inside, "declarations"
    yield "parameter", b'<!DOCTYPE v [<!ENTITY % p SYSTEM "http://127.0.0.1:9/e"> %p;]>' + inside, "declarations"
    yield (
        "utf-16",
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE v [<!ENTITY x "y">]>' + inside.decode()).encode("utf-16"),
        "declar",
    )
    yield "outer DTD", b'<!DOCTYPE VOTABLE SYSTEM "http://127.0.0.1:9/votable.dtd">' + inside, "entities"
    yield (
        "elsewhere",
        small([]).replace(b"<TABLEDATA></TABLEDATA>", b'<BINARY><STREAM href="file:///etc/passwd"/></BINARY>'),
        "fetched",
    )
    yield "gzip bomb", gzip.compress(bytes(200 << 20)), "too large when decompressed"
    yield "gzip cut off", gzip.compress(os.urandom(1000))[:500], "cut off"
    yield "no gzip", b"\x1f\x8b" + b"x" * 50, "broken"
    yield "deep", b"<VOTABLE>" + b"<GROUP>" * 100_000, "nested deeper"
    yield "open", small(["1"])[:-20], "XML is broken"
    yield "other XML", b"<html></html>", "is a html"
    yield (
        "prefix",
        b'<v:VOTABLE xmlns:v="x"><v:TABLE><v:FIELD name="x" datatype="int"/><v:TABLEDATA><v:TR><v:TD>1</v:TD></v:TR></v:TABLEDATA></v:TABLE></v:VOTABLE>',
        "prefix",
    )
    yield "short row", small([], rows_more="<TR></TR>"), "row 1 has 0 cells"
    yield "not a number", small(["1", "abc"]), "'abc' in column x is no double"
    yield "too large", small(["70000"], 'datatype="short"'), "too large for short"
    yield "type", small(["1"], 'datatype="floatComplex"'), "type 'floatComplex'"
    yield "array size", small(["1 2 3"], 'datatype="float" arraysize="2"'), "not of 2 values"
    yield "no identifier", small(["1"]).replace(b'"x"', b'"x; DROP TABLE y"'), "no identifier"
    yield "no name", small(["1"]).replace(b'name="x"', b""), "no identifier"
    yield "no columns", f"{HEAD}{TAIL}".encode(), "no table with FIELDs"
    yield "twice", small([]).replace(b"<DATA", b'<FIELD name="X" datatype="int"/><DATA'), "two columns are called"
    for name, stream in (("cut off", "AAAA"), ("length", "AH////8="), ("no base64", "A")):
        data = small([], 'datatype="char" arraysize="*"')
        rows_of = f'<BINARY2><STREAM encoding="base64">{stream}</STREAM></BINARY2>'.encode()
        yield f"binary2 {name}", data.replace(b"<TABLEDATA></TABLEDATA>", rows_of), "broken"
    yield (
        "many columns",
        (HEAD + "".join(f'<FIELD name="c{n}" datatype="int"/>' for n in range(600)) + TAIL).encode(),
        "too many columns",
    )
    yield "csv twice", b"a,a\n1,2\n", "two columns are called a"
    yield "csv ragged", b"a,b\n1\n", "CSV is broken"
    yield "csv names", b"a b,c\n1,2\n", "no identifier"
    yield "nothing", b"", "empty"
    yield "picture", b"\x89PNG\r\n\x1a\n\0\0\0", "not known"
    yield "fits", b"SIMPLE  =                    T" + b" " * 2850, "FITS"
    yield "parquet", b"PAR1" + bytes(50), "Parquet file is broken"


@pytest.mark.parametrize(("data", "said"), [pytest.param(data, said, id=name) for name, data, said in hostile()])
def test_the_hostile_is_refused_in_one_line_fast_and_small(data, said):
    tracemalloc.start()
    start = time.process_time()
    try:
        with pytest.raises(UsageError) as error:
            read_upload("t", data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said in error.value.line()
    assert "\n" not in error.value.line()
    assert len(error.value.line()) < 600
    assert peak < 256 << 20
    assert time.process_time() - start < 20  # not a measurement: a quadratic or exponential course would take minutes


def test_limits(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a\n" + b"1\n" * 100)
    assert read_upload("t", path, UploadLimits(bytes=202, rows=100)).table.num_rows == 100
    with path.open("rb") as stream, pytest.raises(UsageError, match="100 rows are too many"):
        read_upload("t", stream, UploadLimits(rows=99))
    with pytest.raises(UsageError, match="too large"):
        read_upload("t", path, UploadLimits(bytes=201))
    with pytest.raises(UsageError, match="too many rows"):
        read_upload("t", small(["1"] * 100), UploadLimits(rows=99))
    with pytest.raises(UsageError, match="name is no identifier"):
        read_upload("tap_upload.t; --", path)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 500), st.sampled_from(["tabledata", "binary", "binary2"]))
def test_damage_is_refused_or_read_but_nothing_else(noise, place, serialization):
    data = votable(serialization)
    at = place * len(data) // 500
    damaged = data[:at] + noise + data[at + len(noise) :]
    with contextlib.suppress(UsageError):
        upload = read_upload("t", damaged)
        assert upload.table.num_columns == len(upload.columns)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "count"), [("testdata", 100), ("testdata_binary", 100), ("emptyset", 0), ("emptyset_binary", 0)]
)
def test_real_votables_of_stil(test_data, name, count):
    path = test_data / "adql" / "vollt" / f"{name}.vot"
    upload = read_upload("t", path)
    theirs = Table.read(path, format="votable")
    assert upload.table.num_rows == count == len(theirs)
    assert [one.name for one in upload.columns] == theirs.colnames
    for one in theirs.colnames:
        assert upload.table[one].to_pylist() == theirs[one].tolist()


@pytest.mark.parametrize("pack", ["csv", "parquet"])
def test_columns_are_counted_before_they_are_read(pack):
    content = b",".join(b"a%d" % n for n in range(2_000_000)) + b"\n"
    if pack == "parquet":
        file = io.BytesIO()
        pq.write_table(pa.table({f"a{n}": [1] for n in range(600)}), file)
        content = file.getvalue()
    with pytest.raises(UsageError, match=r"\d+ columns are too many"):
        read_upload("t", content)
