"""Rows of ivoa.ObsCore drawn at random, as an archive of twenty years would have them: for the benchmark of queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfs.archive.index.columns import arrow_schema
from dfs.model.schema import TableSchema

__all__ = ["INSTRUMENTS", "draw_rows"]

INSTRUMENTS = [f"INST{number:02d}" for number in range(30)]
_FIELDS = 3_000  # half of all rows lie in fields that were observed often
_CHUNK = 50_000


def draw_rows(table: TableSchema, count: int, seed: int = 1) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Draw `count` rows, the same for the same seed, in the order of their observation."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 360, _FIELDS), np.degrees(np.arcsin(rng.uniform(-1, 0.6, _FIELDS)))
    schema = arrow_schema(table, placed=False)
    for at in range(0, count, _CHUNK):
        size = min(_CHUNK, count - at)
        values = _drawn(rng, centres, at, size, count)
        columns = [_column(values.get(one.name), one, size) for one in schema]
        yield table.name, pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(values: Any, field: pa.Field, size: int) -> pa.Array:
    if values is None:
        return pa.nulls(size, field.type)
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(field.type)


def _drawn(rng: np.random.Generator, centres: Any, at: int, size: int, count: int) -> dict[str, Any]:
    numbers = np.arange(at, at + size)
    field = rng.integers(0, _FIELDS, size)
    alone = rng.uniform(size=size) < 0.5
    dec = np.where(
        alone, np.degrees(np.arcsin(rng.uniform(-1, 0.6, size))), centres[1][field] + rng.normal(0, 0.2, size)
    )
    dec = np.clip(dec, -89.5, 89.5)
    ra = (
        np.where(
            alone, rng.uniform(0, 360, size), centres[0][field] + rng.normal(0, 0.2, size) / np.cos(np.radians(dec))
        )
        % 360
    )
    dec, ra = np.round(dec, 6), np.round(ra, 6)
    half = rng.uniform(0.05, 0.5, size)
    t_min = np.round(52_000 + 7_300 * (numbers + rng.uniform(0, 1, size)) / count, 8)
    exposure = np.round(10 ** rng.uniform(0, 3.7, size), 3)
    names = pc.binary_join_element_wise("ADP.2020-01-01T00:00:", pa.array(numbers).cast(pa.string()), "")
    kind = rng.choice(["image", "spectrum", "cube", "measurements"], size, p=[0.3, 0.6, 0.08, 0.02])
    return {
        "dataproduct_type": kind,
        "calib_level": rng.choice([2, 3, 4], size, p=[0.8, 0.18, 0.02]),
        "obs_collection": _pick(rng, [f"COLLECTION-{n}" for n in range(40)], size),
        "obs_id": names,
        "obs_publisher_did": pc.binary_join_element_wise("ivo://eso.org/ID?", names, ""),
        "obs_creator_did": pc.binary_join_element_wise("ivo://eso.org/origfile?r.", names, "_0000.fits", ""),
        "obs_title": _pick(rng, [f"Spectra of field {n} with a title of some length" for n in range(500)], size),
        "obs_release_date": _pick(
            rng, [f"20{n % 20 + 5:02d}-{n % 12 + 1:02d}-01T00:00:00.000Z" for n in range(240)], size
        ),
        "access_url": pc.binary_join_element_wise(
            "http://archive.eso.org/datalink/links?ID=ivo://eso.org/ID?", names, ""
        ),
        "access_format": pa.array(["application/x-votable+xml;content=datalink"] * size),
        "access_estsize": rng.integers(100, 500_000, size),
        "target_name": _pick(rng, [f"HD {n}" for n in range(20_000)], size),
        "s_ra": ra,
        "s_dec": dec,
        "s_fov": np.round(half * 2, 6),
        "s_region": _polygons(ra, dec, half),
        "s_resolution": np.round(rng.uniform(0.5, 2, size), 3),
        "s_xel1": rng.integers(1, 9_000, size),
        "s_xel2": rng.integers(1, 9_000, size),
        "s_pixel_scale": np.round(rng.uniform(0.1, 0.3, size), 4),
        "t_min": t_min,
        "t_max": t_min + exposure / 86_400,
        "t_exptime": exposure,
        "t_resolution": exposure,
        "t_xel": np.ones(size, dtype=np.int64),
        "em_min": np.round(rng.uniform(3e-7, 5e-7, size), 10),
        "em_max": np.round(rng.uniform(6e-7, 2e-6, size), 10),
        "em_res_power": np.round(10 ** rng.uniform(1, 5, size), 1),
        "em_xel": rng.integers(1, 300_000, size),
        "o_ucd": pa.array(["phot.flux.density;em.wl"] * size),
        "o_calib_status": _pick(rng, ["absolute", "normalized", "uncalibrated"], size),
        "facility_name": _pick(rng, [f"ESO-VLT-U{n}" for n in range(1, 5)], size),
        "instrument_name": _pick(rng, INSTRUMENTS, size),
        "proposal_id": _pick(rng, [f"{100 + n % 12}.{n:04X}.001" for n in range(5_000)], size),
        "dp_id": names,
        "n_obs": rng.integers(1, 30, size),
        "snr": np.round(10 ** rng.uniform(0, 3, size), 1),
        "_file": names,
    }


def _pick(rng: np.random.Generator, values: list[str], size: int) -> pa.Array:
    return pa.array(values).take(pa.array(rng.integers(0, len(values), size)))


def _polygons(ra: Any, dec: Any, half: Any) -> Any:
    wide = half / np.cos(np.radians(dec))
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    parts: list[Any] = ["POLYGON ICRS"]
    for east, north in corners:
        parts += [np.round((ra + east * wide) % 360, 6), np.round(np.clip(dec + north * half, -90, 90), 6)]
    texts = [pa.array(one).cast(pa.string()) if isinstance(one, np.ndarray) else one for one in parts]
    return pc.binary_join_element_wise(*texts, " ")
