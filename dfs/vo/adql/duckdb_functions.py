"""The functions that lowered queries call and DuckDB has not: regions given as STC-S text, and HEALPix.

Arguments of most calls are a column and a constant: rows are put together by the argument that has fewer values.
"""

from __future__ import annotations

from typing import Any

__all__ = ["register_functions"]


def register_functions(connection: Any) -> None:
    """Register ``region_*`` and ``healpix_index`` with a connection of DuckDB.

    Text that is no region intersects nothing, and its area and centre are NULL: one bad row does not end a search.
    """
    functions = {
        "region_intersects": (_intersects, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
        "region_contains": (_contains, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
        "region_area": (_area, ["VARCHAR"], "DOUBLE"),
        "region_centroid_ra": (_centroid_ra, ["VARCHAR"], "DOUBLE"),
        "region_centroid_dec": (_centroid_dec, ["VARCHAR"], "DOUBLE"),
        "healpix_index": (_healpix, ["INTEGER", "DOUBLE", "DOUBLE"], "BIGINT"),
    }
    for name, (body, parameters, result) in functions.items():
        connection.create_function(name, body, parameters, result, type="arrow", null_handling="special")


def _intersects(first: Any, second: Any) -> Any:
    from dfs.sky.regions import intersects_many

    return _by_region(first, second, intersects_many)


def _by_region(texts: Any, regions: Any, compare: Any) -> Any:
    """Compare `texts` with each different region once; intersection has no direction, so the sides may change places."""
    import pyarrow.compute as pc

    if len(pc.unique(texts)) < len(pc.unique(regions)):
        texts, regions = regions, texts
    return _with_each(texts, regions, compare)


def _with_each(texts: Any, regions: Any, compare: Any) -> Any:
    """Compare `texts` with each different one of `regions`."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    found = np.zeros(len(texts), dtype=bool)
    for text in pc.unique(regions).to_pylist():
        region = _region(text)
        if region is not None:
            rows = np.flatnonzero(pc.fill_null(pc.equal(regions, text), fill_value=False))
            found[rows] = compare(_plain(texts).take(pa.array(rows)), region)
    nulls = pc.or_(pc.is_null(texts), pc.is_null(regions))
    return pa.array(found, mask=np.asarray(nulls))


def _contains(inner: Any, outer: Any) -> Any:
    import pyarrow.compute as pc

    from dfs.sky.regions import around_many, within_many

    if len(pc.unique(inner)) < len(pc.unique(outer)):
        return _with_each(outer, inner, around_many)
    return _with_each(inner, outer, within_many)


def _area(texts: Any) -> Any:
    from dfs.sky.regions import areas_deg2

    return _measured(texts, areas_deg2(_plain(texts)))


def _centroid_ra(texts: Any) -> Any:
    from dfs.sky.regions import centroids

    return _measured(texts, centroids(_plain(texts))[0])


def _centroid_dec(texts: Any) -> Any:
    from dfs.sky.regions import centroids

    return _measured(texts, centroids(_plain(texts))[1])


def _measured(texts: Any, values: Any) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    return pa.array(values, mask=np.asarray(pc.is_null(texts)) | ~np.isfinite(values))


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


def _plain(texts: Any) -> Any:
    return texts.combine_chunks() if hasattr(texts, "combine_chunks") else texts


def _region(text: str | None) -> Any:
    from dfs.errors import UsageError
    from dfs.sky.regions import parse

    if text is None:
        return None
    try:
        return parse(text)
    except UsageError:
        return None
