"""What our ADQL can do, in the words of TAPRegExt 1.0 and of ADQL 2.1, appendix on optional features."""

from __future__ import annotations

from dfs.vo.tap.vosi.capabilities import Feature

__all__ = ["features"]

_BASE = "ivo://ivoa.net/std/TAPRegExt#features-"
_OPTIONAL = {
    "adqlgeo": (
        "POINT", "CIRCLE", "BOX", "POLYGON", "CONTAINS", "INTERSECTS", "DISTANCE", "AREA", "CENTROID", "COORD1",
        "COORD2", "COORDSYS",
    ),
    "adql-string": ("LOWER", "UPPER", "ILIKE"),
    "adql-conditional": ("COALESCE",),
    "adql-sets": ("UNION", "EXCEPT", "INTERSECT"),
    "adql-common-table": ("WITH",),
    "adql-type": ("CAST",),
    "adql-unit": ("IN_UNIT",),
    "adql-offset": ("OFFSET",),
}  # fmt: skip


def features() -> tuple[Feature, ...]:
    """Return the optional features of the language, and the functions of our own."""
    return tuple(Feature(_BASE + kind, form) for kind, forms in _OPTIONAL.items() for form in forms)
