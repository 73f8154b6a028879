"""The functions that lowered queries call and DuckDB has not: regions given as STC-S text, and HEALPix.

Each takes whole Arrow arrays. In most calls one argument is the same in all rows: it is read once, and the other side compared with it in one go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["register_functions"]

_FEW = 8  # different regions in a batch that are quicker taken one after the other than row by row


def register_functions(connection: Any) -> None:
    """Register ``region_*`` and ``healpix_*`` with a connection of DuckDB.

    Text that is no region intersects nothing, and its area and centre are NULL: one bad row does not end a search.
    """
    functions = {
        "region_intersects": (_intersects, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
        "region_contains": (_contains, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
        "region_holds": (_holds, ["VARCHAR", "DOUBLE", "DOUBLE"], "BOOLEAN"),
        "region_area": (_area, ["VARCHAR"], "DOUBLE"),
        "region_centroid_ra": (_centroid_ra, ["VARCHAR"], "DOUBLE"),
        "region_centroid_dec": (_centroid_dec, ["VARCHAR"], "DOUBLE"),
        "healpix_index": (_healpix, ["INTEGER", "DOUBLE", "DOUBLE"], "BIGINT"),
        "healpix_lon": (_healpix_lon, ["BIGINT", "BIGINT"], "DOUBLE"),
        "healpix_lat": (_healpix_lat, ["BIGINT", "BIGINT"], "DOUBLE"),
    }
    for name, (body, parameters, result) in functions.items():
        connection.create_function(name, body, parameters, result, type="arrow", null_handling="special")


def _intersects(first: Any, second: Any) -> Any:
    from dfs.sky.regions import intersects_each, intersects_many

    first, second = _whole(first), _whole(second)
    few, many = (first, second) if _different(first) < _different(second) else (second, first)
    if _different(few) <= _FEW:
        found = _one_by_one(few, lambda region, rows: intersects_many(_rows(many, rows), region))
    else:
        found = intersects_each(first, second)
    return _flags(found, first, second)


def _contains(inner: Any, outer: Any) -> Any:
    """Tell which regions lie within others."""
    from dfs.sky.regions import around_many, contains_each, within_many

    inner, outer = _whole(inner), _whole(outer)
    if min(_different(inner), _different(outer)) > _FEW:
        found = contains_each(outer, inner)
    elif _different(inner) < _different(outer):
        found = _one_by_one(inner, lambda region, rows: around_many(_rows(outer, rows), region))
    else:
        found = _one_by_one(outer, lambda region, rows: within_many(_rows(inner, rows), region))
    return _flags(found, inner, outer)


def _holds(regions: Any, ra: Any, dec: Any) -> Any:
    """Tell which regions hold a position."""
    import pyarrow.compute as pc

    from dfs.sky.regions import Point, contains_points, intersects_many, place_in_each

    regions, ra, dec = _whole(regions), _whole(ra), _whole(dec)
    lon, lat = (pc.fill_null(one, float("nan")).to_numpy(zero_copy_only=False) for one in (ra, dec))
    if _different(regions) <= _FEW:
        found = _one_by_one(regions, lambda region, rows: contains_points(region, lon[rows], lat[rows]))
    elif _different(ra) == _different(dec) == 1 and abs(lat[0]) <= 90 and abs(lon[0]) < float("inf"):
        found = intersects_many(regions, Point(float(lon[0]), float(lat[0])))
    else:
        found = place_in_each(regions, lon, lat)
    return _flags(found, regions, ra, dec)


def _one_by_one(texts: Any, compare: Callable[[Any, Any], Any]) -> Any:
    """Compare each different region of `texts` with what stands in its rows."""
    import numpy as np
    import pyarrow.compute as pc

    found = np.zeros(len(texts), dtype=bool)
    coded = pc.dictionary_encode(texts)
    code = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    for number, text in enumerate(coded.dictionary.to_pylist()):
        region = _region(text)
        if region is not None:
            rows = np.flatnonzero(code == number)
            found[rows] = compare(region, rows)
    return found


def _area(texts: Any) -> Any:
    from dfs.sky.regions import areas_deg2

    return _numbers(areas_deg2(_whole(texts)))


def _centroid_ra(texts: Any) -> Any:
    from dfs.sky.regions import centroids

    return _numbers(centroids(_whole(texts))[0])


def _centroid_dec(texts: Any) -> Any:
    from dfs.sky.regions import centroids

    return _numbers(centroids(_whole(texts))[1])


def _healpix(order: Any, lon: Any, lat: Any) -> Any:
    import numpy as np
    import pyarrow as pa
    from astropy_healpix.healpy import ang2pix

    orders, lons, lats = (np.asarray(one.to_numpy(zero_copy_only=False), dtype=float) for one in (order, lon, lat))
    good = np.isfinite(lons) & (np.abs(lats) <= 90) & (orders >= 0) & (orders <= 29)
    found = np.zeros(len(orders), dtype=np.int64)
    for one in np.unique(orders[good]):
        rows = good & (orders == one)
        found[rows] = ang2pix(2 ** int(one), lons[rows], lats[rows], nest=True, lonlat=True)
    return pa.array(found, mask=~good)


def _healpix_lon(order: Any, pixel: Any) -> Any:
    return _numbers(_centres(order, pixel)[0])


def _healpix_lat(order: Any, pixel: Any) -> Any:
    return _numbers(_centres(order, pixel)[1])


def _centres(order: Any, pixel: Any) -> Any:
    """Return longitudes and latitudes (deg) of the centres of HEALPix pixels; NaN where there is no such pixel."""
    import numpy as np
    import pyarrow.compute as pc
    from astropy_healpix.healpy import pix2ang

    orders, pixels = (pc.fill_null(_whole(one), -1).to_numpy(zero_copy_only=False) for one in (order, pixel))
    found = np.full((2, len(orders)), np.nan)
    for one in np.unique(orders[(orders >= 0) & (orders <= 29)]):
        rows = (orders == one) & (pixels >= 0) & (pixels < 12 * 4 ** int(one))
        found[:, rows] = pix2ang(2 ** int(one), pixels[rows], nest=True, lonlat=True)
    return found


def _whole(array: Any) -> Any:
    return array.combine_chunks() if hasattr(array, "chunks") else array


def _rows(texts: Any, rows: Any) -> Any:
    """Return some rows; all, which most calls want, without a copy."""
    import pyarrow as pa

    return texts if len(rows) == len(texts) else texts.take(pa.array(rows))


def _different(array: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.count_distinct(array, mode="only_valid").as_py())


def _flags(found: Any, *inputs: Any) -> Any:
    """Return the outcome of a comparison; NULL where an input is."""
    import numpy as np
    import pyarrow as pa

    return pa.array(found, mask=np.logical_or.reduce([np.asarray(one.is_null()) for one in inputs]))


def _numbers(values: Any) -> Any:
    """Return numbers; NULL where one is not finite."""
    import numpy as np
    import pyarrow as pa

    return pa.array(values, mask=~np.isfinite(values))


def _region(text: str | None) -> Any:
    from dfs.errors import UsageError
    from dfs.sky.regions import parse

    if text is None:
        return None
    try:
        return parse(text)
    except UsageError:
        return None
