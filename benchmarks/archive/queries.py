"""The queries of the benchmark: each time with other constants, the same ones for every service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rows import INSTRUMENTS

__all__ = ["COLUMNS", "QUERIES", "Query", "upload_votable"]

COLUMNS = [
    "dataproduct_type",
    "calib_level",
    "obs_collection",
    "obs_id",
    "obs_publisher_did",
    "obs_creator_did",
    "obs_title",
    "obs_release_date",
    "access_url",
    "access_format",
    "access_estsize",
    "target_name",
    "s_ra",
    "s_dec",
    "s_fov",
    "s_region",
    "s_resolution",
    "s_xel1",
    "s_xel2",
    "s_pixel_scale",
    "t_min",
    "t_max",
    "t_exptime",
    "t_resolution",
    "t_xel",
    "em_min",
    "em_max",
    "em_res_power",
    "em_xel",
    "o_ucd",
    "o_calib_status",
    "facility_name",
    "instrument_name",
    "proposal_id",
    "dp_id",
    "n_obs",
    "snr",
    "filter",
]
_SELECTED = ", ".join(COLUMNS)
_UPLOADED = 1_000
_UPLOAD_RADIUS_DEG = 18 / 3600


@dataclass(frozen=True)
class Query:
    """A query of the benchmark.

    Attributes
    ----------
    name
        As the table shows it.
    make
        Gives its text for a random generator and a table's name.
    target_ms, target_cpu_ms
        What is to be reached.
    upload
        Whether 1,000 positions go with it.
    compared
        Whether every service must give the same rows.
    """

    name: str
    make: Callable[[np.random.Generator, str], str]
    target_ms: float
    target_cpu_ms: float
    upload: bool = False
    compared: bool = True


def _place(rng: np.random.Generator) -> str:
    return f"{rng.uniform(0, 360):.5f}, {np.degrees(np.arcsin(rng.uniform(-1, 0.6))):.5f}"


def _cone(rng: np.random.Generator, table: str) -> str:
    return f"SELECT {_SELECTED} FROM {table} WHERE 1 = CONTAINS(POINT('ICRS', s_ra, s_dec), CIRCLE('ICRS', {_place(rng)}, 0.1))"


def _intersects(rng: np.random.Generator, table: str) -> str:
    return f"SELECT {_SELECTED} FROM {table} WHERE 1 = INTERSECTS(s_region, CIRCLE('ICRS', {_place(rng)}, 0.1))"


def _top(rng: np.random.Generator, table: str) -> str:
    begin = rng.uniform(52_000, 58_900)
    return (
        f"SELECT TOP 100 {_SELECTED} FROM {table} WHERE instrument_name = '{rng.choice(INSTRUMENTS)}' "
        f"AND t_min BETWEEN {begin:.4f} AND {begin + 365:.4f} ORDER BY t_min"
    )


def _group(_rng: np.random.Generator, table: str) -> str:
    return f"SELECT instrument_name, COUNT(*) AS n FROM {table} GROUP BY instrument_name"


def _many(_rng: np.random.Generator, table: str) -> str:
    return f"SELECT TOP 10000 {_SELECTED} FROM {table}"


def _match(_rng: np.random.Generator, table: str) -> str:
    return (
        f"SELECT u.n, o.dp_id FROM TAP_UPLOAD.u AS u JOIN {table} AS o "
        f"ON 1 = CONTAINS(POINT('ICRS', o.s_ra, o.s_dec), CIRCLE('ICRS', u.ra, u.dec, {_UPLOAD_RADIUS_DEG!r}))"
    )


QUERIES = (
    Query("cone 0.1 deg", _cone, 10, 10),
    Query("INTERSECTS(s_region, CIRCLE)", _intersects, 12, 12),
    Query("TOP 100 by instrument and date", _top, 8, 8),
    Query("COUNT GROUP BY", _group, 7, 7),
    Query("10,000 rows", _many, 80, 60, compared=False),
    Query("upload of 1,000 positions, 18 arcsec", _match, 25, 25, upload=True),
)


def upload_votable(rng: np.random.Generator) -> bytes:
    """Return 1,000 random positions as a VOTable."""
    from io import BytesIO

    from astropy.table import Table

    dec = np.degrees(np.arcsin(rng.uniform(-1, 0.6, _UPLOADED)))
    table = Table(
        {"n": np.arange(_UPLOADED), "ra": np.round(rng.uniform(0, 360, _UPLOADED), 6), "dec": np.round(dec, 6)}
    )
    stream: Any = BytesIO()
    table.write(stream, format="votable")
    return bytes(stream.getvalue())
