"""The canonical form of geometry after `check`, on which the engine's optimiser and `lower` agree.

Shapes are `exp.Anonymous` nodes; all angles are degrees, ICRS, without a coordinate system argument; a constant argument is one numeric
`exp.Literal` (its text may begin with ``-``), anything else is an expression over columns:

========================================  =====================================================================================
``adql_point(lon, lat)``                  a position
``adql_circle(lon, lat, radius)``         a cap
``adql_box(lon, lat, width, height)``     a cross of great circle arms, with sides at right angles to its ends (ADQL 2.1, 4.3.5)
``adql_polygon(lon1, lat1, lon2, ...)``   what great circle arcs enclose, the smaller side
``adql_region(text)``                     STC-S text: a literal, or a column of a table (xtype ``adql:REGION``)
========================================  =====================================================================================

Predicates are conditions (not the numbers 0 and 1; where a number is asked for they stand in ``CAST(... AS INT)``):

========================================  =====================================================================================
``adql_contains(inner, outer)``           `inner` lies within `outer`, border included
``adql_intersects(a, b)``                 they share a position; neither is an ``adql_point`` (this is made ``adql_contains``)
========================================  =====================================================================================

``CONTAINS(...) = 1`` becomes the bare predicate, ``= 0`` its `exp.Not`. Numbers are ``adql_distance(lon1, lat1, lon2, lat2)`` (deg),
``adql_area(shape)`` (deg**2), ``adql_centroid_lon(region)``, ``adql_centroid_lat(region)`` (deg), ``adql_healpix_lon(order, pixel)``, ``adql_healpix_lat(order, pixel)`` (deg).

A point, circle, polygon or box that the outermost SELECT makes is an array of numbers there, ``adql_array(shape)``, as ADQL 2.1 (3.6) and
DALI have it (xtype ``point``, ``circle``, ``polygon``): numbers in astropy and pyvo, an area that TOPCAT plots. Within a query (derived tables,
set operators, GROUP BY), and for published columns of regions and REGION(...), a geometry is STC-S text (xtype ``adql:REGION``):
``CIRCLE ICRS 10 -5 0.5``.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

__all__ = ["ALL_CALLS", "NUMBERS", "PREDICATES", "SHAPES", "arguments", "call", "constant", "is_call", "number"]

NUMBERS = ("adql_distance", "adql_area", "adql_array", "adql_centroid_lon", "adql_centroid_lat")
PREDICATES = ("adql_contains", "adql_intersects")
SHAPES = ("adql_point", "adql_circle", "adql_box", "adql_polygon", "adql_region")
ALL_CALLS = (*SHAPES, *PREDICATES, *NUMBERS)


def call(name: str, *parts: Any) -> exp.Anonymous:
    """Return the node of a canonical function."""
    node: exp.Anonymous = exp.Anonymous(this=name, expressions=list(parts))
    return node


def is_call(node: Any, *names: str) -> bool:
    """Return whether `node` calls one of the functions `names` (any canonical shape, if none is named)."""
    return isinstance(node, exp.Anonymous) and node.args["this"] in (names or SHAPES)


def arguments(node: Any) -> list[Any]:
    """Return the arguments of a call."""
    found: list[Any] = node.args["expressions"]
    return found


def number(value: float) -> exp.Literal:
    """Return a number as a node; the text of a float comes back as the same float."""
    node: exp.Literal = exp.Literal(this=repr(value), is_string=False)
    node.meta["type"] = "double" if isinstance(value, float) else "long"
    return node


def constant(node: Any) -> float | int | None:
    """Return the number that a node is; None when it is anything but a literal (`check` has worked out what is made of numbers only)."""
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    text = str(node.this)
    return int(text) if text.lstrip("-").isdigit() else float(text)
