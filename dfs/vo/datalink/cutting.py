"""Whether a file can be cut, along which axes and within which limits: told by its stored headers, for the SODA descriptor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dfs.archive.describe import EXTENSIONS
from dfs.archive.tables.footprints import footprint_of, sky_images
from dfs.archive.tables.spectral import band_of
from dfs.sky.regions import Circle, Polygon, Region, Union, bounding_circle
from dfs.vo.formats import InputParam, ServiceInfo

__all__ = ["cutting_service"]

_SODA = "ivo://ivoa.net/std/SODA#sync-1.0"
_SPECTRAL = ("WAVE", "AWAV", "FREQ", "ENER", "WAVN")


def cutting_service(
    header: Mapping[str, Any], category: str | None, identifier: str, name: str, url: str
) -> ServiceInfo | None:
    """Return the descriptor of the service that cuts a file; None when its headers tell of no axis to cut along.

    Parameters
    ----------
    header
        As stored: with the headers of the extensions, where there are some.
    category
        PRO CATG.
    identifier
        Sent as ``ID``.
    name
        XML ID of the descriptor.
    url
        Of the service.
    """
    extensions = header.get(EXTENSIONS) or []
    is_spectrum = category == "SCIENCE_SPECTRUM" or str(header.get("PRODCATG", "")).startswith("SCIENCE.SPECTRUM")
    on_sky = bool(sky_images(header, extensions))
    in_band = is_spectrum or any(_has_spectral_axis(one) for one in (header, *extensions))
    if not (on_sky or in_band):
        return None
    params = [InputParam("ID", value=identifier, ucd="meta.id;meta.main", description="The file to be cut")]
    if on_sky:
        params += _sky_params(_region(header, extensions))
    if in_band:
        params.append(_band_param(header, extensions))
    return ServiceInfo(
        name,
        url,
        _SODA,
        tuple(params),
        description="Parts of the file by position and wavelength",
        content_type="application/fits",
    )


def _region(header: Mapping[str, Any], extensions: list[Mapping[str, Any]]) -> Region | None:
    rings = footprint_of(header, extensions).polygons
    shapes = tuple(Polygon(tuple((float(ra), float(dec)) for ra, dec in ring)) for ring in rings)
    if not shapes:
        return None
    return shapes[0] if len(shapes) == 1 else Union(shapes)


def _sky_params(region: Region | None) -> list[InputParam]:
    circle = _circle(region) if region is not None else None
    ring = region.vertices if isinstance(region, Polygon) else ()
    return [
        InputParam(
            "CIRCLE",
            "double",
            "3",
            unit="deg",
            ucd="phys.angArea;obs",
            xtype="circle",
            maximum=f"{circle.ra:.7f} {circle.dec:.7f} {circle.radius:.7f}" if circle is not None else "",
            description="Right ascension, declination (ICRS) and radius",
        ),
        InputParam(
            "POLYGON",
            "double",
            "*",
            unit="deg",
            ucd="phys.angArea;obs",
            xtype="polygon",
            maximum=" ".join(f"{one:.7f}" for place in ring for one in place),
            description="Right ascension and declination (ICRS) of each corner",
        ),
        InputParam(
            "POS",
            ucd="phys.angArea;obs",
            description="CIRCLE ra dec r, RANGE ra ra dec dec, or POLYGON ra dec ...; deg, ICRS",
        ),
    ]


def _circle(region: Region) -> Circle | None:
    x, y, z, radius = bounding_circle(region)
    if not math.isfinite(radius):
        return None
    return Circle(
        math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y))), min(radius, 180.0)
    )


def _band_param(header: Mapping[str, Any], extensions: list[Mapping[str, Any]]) -> InputParam:
    band = band_of(header, extensions, "spectrum")
    return InputParam(
        "BAND",
        "double",
        "2",
        unit="m",
        ucd="em.wl;stat.interval",
        xtype="interval",
        maximum=f"{band.low_m!r} {band.high_m!r}" if band.low_m is not None else "",
        description="Shortest and longest wavelength, in vacuum",
    )


def _has_spectral_axis(header: Mapping[str, Any]) -> bool:
    axes = header.get("NAXIS")
    if not isinstance(axes, int):
        return False
    return any(str(header.get(f"CTYPE{axis}", ""))[:4] in _SPECTRAL for axis in range(1, axes + 1))
