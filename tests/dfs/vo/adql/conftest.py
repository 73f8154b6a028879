"""Two small tables for the tests of the language."""

from __future__ import annotations

import pytest

from dfs.model.schema import ColumnSchema, TableSchema


def text(name: str, **more: str) -> ColumnSchema:
    return ColumnSchema(name, "char", f"the {name}", arraysize="*", **more)


@pytest.fixture(scope="session")
def tables() -> dict[str, TableSchema]:
    """Return a table of raw frames and one of products, by their names in lower case."""
    raw = TableSchema(
        "dbo.raw",
        "raw frames",
        (
            text("dp_id", ucd="meta.id;meta.main"),
            text("object"),
            ColumnSchema("ra", "double", "right ascension", unit="deg", ucd="pos.eq.ra;meta.main"),
            ColumnSchema("dec", "double", "declination", unit="deg", ucd="pos.eq.dec;meta.main"),
            text("s_region", xtype="adql:REGION"),
            ColumnSchema("exposure", "float", "exposure time", unit="s", ucd="time.duration;obs.exposure"),
            ColumnSchema("period", "short", "period"),
            ColumnSchema("ob_id", "long", "number of the observation block"),
            text("exp_start", xtype="timestamp"),
            text("target"),
            text("filter"),
            text("date_obs", xtype="timestamp"),
        ),
    )
    products = TableSchema(
        "ivoa.ObsCore",
        "products",
        (
            text("dp_id", ucd="meta.id;meta.main"),
            text("obs_collection"),
            ColumnSchema("s_ra", "double", "right ascension", unit="deg", ucd="pos.eq.ra"),
            ColumnSchema("s_dec", "double", "declination", unit="deg", ucd="pos.eq.dec"),
            text("s_region", xtype="adql:REGION"),
            ColumnSchema("em_min", "double", "shortest wavelength", unit="m", ucd="em.wl;stat.min"),
            ColumnSchema("em_max", "double", "longest wavelength", unit="m", ucd="em.wl;stat.max"),
            ColumnSchema("t_exptime", "float", "exposure time", unit="s"),
            ColumnSchema("calib_level", "int", "level"),
            ColumnSchema("public", "boolean", "anybody may have it"),
        ),
    )
    return {one.name.lower(): one for one in (raw, products)}
