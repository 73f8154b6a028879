"""No header, however broken, stops its row from being made: what is wrong is null, and nothing raises."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from dfs.archive.describe import EXTENSIONS, describe
from dfs.archive.tables import ambient, obscore, raw
from dfs.archive.tables.declaration import declaration
from dfs.archive.tables.values import as_number, as_text, as_whole

from .conftest import truth_of

NOBODY = cast("Connection", None)  # rows of public files need no database
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["RA---TAN", "1e400", "2022-13-45T99:99:99", "MULTI", "SCIENCE.CUBE", "nan", "-", "+0"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@cache
def keywords_read() -> list[str]:
    """Every keyword that a declaration names, and those that makers read."""
    tables = [declaration(name) for name in ("raw", "obscore", "ssa", *ambient._TABLES)]
    tables += [raw.instrument_table(name) for name in ("efosc", "fors2", "other")]
    origins = [origin for table in tables for origin in table.origins.values()]
    named = {
        name.replace("{moment}", "START") for origin in origins if origin.kind == "keyword" for name in origin.names
    }
    return sorted(
        named
        | {
            "INSTRUME",
            "TELESCOP",
            "TELESC1",
            "RA",
            "DEC",
            "EQUINOX",
            "DATE-OBS",
            "MJD-OBS",
            "MJD-END",
            "EXPTIME",
            "PRODCATG",
        }
        | {
            "PRODLVL",
            "IMATYPE",
            "WAVELMIN",
            "WAVELMAX",
            "SPEC_RES",
            "FILTER",
            "FILTER1",
            "FLUXCAL",
            "P3ORIG",
            "OBID1",
            "TITLE",
        }
        | {"NAXIS", "NAXIS1", "NAXIS2", "NAXIS3", "CTYPE1", "CTYPE2", "CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2", "CUNIT1"}
        | {"CD1_1", "CD1_2", "CD2_1", "CD2_2", "CDELT1", "CDELT2", "FPRA1", "FPDE1", "HDUCLAS2", "OBSERVER", "PI-COI"}
        | {
            "ESO INS GRIS1 NAME",
            "ESO INS FILT1 NAME",
            "ESO INS OPTI3 TYPE",
            "ESO DET DIT",
            "ESO DET NDIT",
            "ESO TEL GEOLAT",
        }
        | {EXTENSIONS}
    )


def rows_of(header: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    truth = truth_of(header, kind=kind)
    found = []
    for family in (raw, obscore, ambient):
        for _, batch in family.rows(NOBODY, truth):
            batch.validate(full=True)
            found += batch.to_pylist()
    return found


def check(row: Mapping[str, Any]) -> None:
    for name, value in row.items():
        if isinstance(value, float):
            assert math.isfinite(value), name
        if isinstance(value, str):
            assert value.isascii(), name
            assert value.isprintable(), name
    for name in ("ra", "s_ra"):
        assert row.get(name) is None or 0 <= row[name] <= 360
    for name in ("dec", "s_dec"):
        assert row.get(name) is None or -90 <= row[name] <= 90


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.deferred(lambda: st.sampled_from(keywords_read())), ODD, max_size=40))
@example({"RA": float("nan"), "DEC": float("inf")})
@example({"MJD-OBS": 1e300, "DATE-OBS": "9999-12-31T23:59:59.9999"})
@example({"EXPTIME": 10**400, "ESO OBS ID": 2**63})
def test_a_header_of_nonsense_makes_a_row(header: dict[str, Any]) -> None:
    found = rows_of(header, "raw")
    assert [row["dp_id"] for row in found[:2]] == ["TEST.0000"] * 2
    for row in found:
        check(row)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["SCIENCE.IMAGE", "SCIENCE.SPECTRUM", "SCIENCE.CUBE.IFS", "SCIENCE.SRCTBL", "SCIENCE.CATALOG"]),
    st.dictionaries(st.deferred(lambda: st.sampled_from(keywords_read())), ODD, max_size=40),
    st.lists(st.dictionaries(st.deferred(lambda: st.sampled_from(keywords_read())), ODD, max_size=15), max_size=2),
)
def test_a_product_of_nonsense_makes_a_row(category: str, header: dict[str, Any], extensions: list[Any]) -> None:
    found = rows_of({**header, "PRODCATG": category, EXTENSIONS: extensions}, "product")
    assert found[0]["dp_id"] == "TEST.0000"
    assert found[0]["dataproduct_type"]
    assert found[0]["obs_id"]
    assert found[0]["obs_collection"]
    for row in found:
        check(row)


@pytest.mark.real
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_real_header_with_faults_keeps_what_is_right(real_frames: Path, data: st.DataObject) -> None:
    whole = real_header(real_frames / "EFOSC.2022-01-28T04:54:24.341.fits.gz")
    faults = data.draw(st.dictionaries(st.sampled_from(keywords_read()), ODD, max_size=8))
    intact = rows_of(whole, "raw")[0]
    broken = rows_of({**whole, **faults}, "raw")[0]
    check(broken)
    touched = {
        column
        for column, origin in declaration("raw").origins.items()
        if origin.kind != "made" and faults.keys() & set(origin.names)
    }
    of_keywords = {column for column, origin in declaration("raw").origins.items() if origin.kind == "keyword"}
    for column in of_keywords - touched:
        assert broken[column] == intact[column], column


@cache
def real_header(path: Path) -> Mapping[str, Any]:
    return describe(path).keywords or {}


@given(ODD)
def test_values_keep_what_fits_and_drop_the_rest(value: Any) -> None:
    text, number, whole = as_text(value), as_number(value), as_whole(value, 31)
    assert text is None or (text == text.strip() != "" and text.isascii() and text.isprintable())
    assert number is None or math.isfinite(number)
    assert whole is None or -(2**31) <= whole < 2**31
    if isinstance(value, bool) or value is None:
        assert (text, number, whole) == (None, None, None)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31:
        assert number == whole == value
