"""The functions a query may call: those of ADQL 2.1, and the user-defined ones this service declares.

The user-defined functions are those of the IVOA catalogue of ADQL user-defined functions (and DaCHS's ``gavo_`` forms in wide use)
that every engine can compute.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ADQL_GEOMETRY", "ADQL_OPTIONAL", "USER_FUNCTIONS", "UserFunction", "user_function"]

ADQL_GEOMETRY = (
    "AREA BOX CENTROID CIRCLE CONTAINS COORD1 COORD2 COORDSYS DISTANCE INTERSECTS POINT POLYGON REGION".split()  # noqa: SIM905 - words in a row read better
)
"""The geometric functions, for capabilities (``ivo://ivoa.net/std/TAPRegExt#features-adqlgeo``)."""

ADQL_OPTIONAL = {
    "features-adql-string": ("LOWER", "UPPER", "ILIKE"),
    "features-adql-sets": ("UNION", "EXCEPT", "INTERSECT"),
    "features-adql-common-table": ("WITH",),
    "features-adql-type": ("CAST",),
    "features-adql-conditional": ("COALESCE",),
    "features-adql-unit": ("IN_UNIT",),
    "features-adql-offset": ("OFFSET",),
}
"""Optional parts of ADQL 2.1 by the feature group of TAPRegExt that tells of them."""


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A user-defined function.

    Attributes
    ----------
    name
        In lower case, as queries call it (in any letter case).
    parameters
        Names and types: ``double``, ``long``, ``char``, ``point``.
    result
        Type of what it gives; ``flag`` is the integer 1 or 0.
    aggregate
        It is computed over the rows of a group.
    unit, ucd
        Of the result.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    result: str
    description: str
    aggregate: bool = False
    unit: str = ""
    ucd: str = ""

    @property
    def signature(self) -> str:
        """The form for capabilities: ``ivo_hasword(haystack VARCHAR, needle VARCHAR) -> INTEGER``."""
        types = {"double": "DOUBLE PRECISION", "long": "BIGINT", "point": "POINT", "flag": "INTEGER"}
        parameters = ", ".join(f"{name} {types.get(kind, 'VARCHAR')}" for name, kind in self.parameters)
        return f"{self.name}({parameters}) -> {types.get(self.result, 'VARCHAR')}"


_SPANS = (("low1", "double"), ("high1", "double"), ("low2", "double"), ("high2", "double"))
_BITS = (("x", "long"), ("y", "long"))

USER_FUNCTIONS: tuple[UserFunction, ...] = (
    UserFunction(
        "ivo_hasword",
        (("haystack", "char"), ("needle", "char")),
        "flag",
        "1 if the text has the word (or words) as a whole, letter case aside; 0 otherwise.",
    ),
    UserFunction(
        "ivo_hashlist_has",
        (("hashlist", "char"), ("item", "char")),
        "flag",
        "1 if a list of words joined by hashes (#) has the item, letter case aside; 0 otherwise.",
    ),
    UserFunction(
        "ivo_nocasematch",
        (("value", "char"), ("pattern", "char")),
        "flag",
        "1 if the text matches a pattern of LIKE, letter case aside; 0 otherwise.",
    ),
    UserFunction("ivo_interval_overlaps", _SPANS, "flag", "1 if two closed intervals share a value; 0 otherwise."),
    UserFunction(
        "ivo_interval_has",
        (("value", "double"), ("low", "double"), ("high", "double")),
        "flag",
        "1 if the value lies in the closed interval; 0 otherwise.",
    ),
    UserFunction(
        "ivo_healpix_index",
        (("order", "long"), ("lon", "double"), ("lat", "double")),
        "long",
        "Number of the HEALPix pixel, nested, of this order at a position (deg).",
        ucd="pos.healpix",
    ),
    UserFunction(
        "ivo_healpix_index",
        (("order", "long"), ("position", "point")),
        "long",
        "Number of the HEALPix pixel, nested, of this order at a position.",
        ucd="pos.healpix",
    ),
    UserFunction(
        "ivo_healpix_center",
        (("order", "long"), ("pixel", "long")),
        "point",
        "Centre of a HEALPix pixel, nested, of this order.",
        ucd="pos.eq",
    ),
    UserFunction(
        "gavo_specconv",
        (("value", "double"), ("unit", "char")),
        "double",
        "The value (wavelength, frequency, energy, wavenumber) in another unit, 'GHz' or 'keV'; its own is that of the column. Literal units.",
        ucd="em",
    ),
    UserFunction(
        "gavo_specconv",
        (("value", "double"), ("from_unit", "char"), ("unit", "char")),
        "double",
        "The same, for a value in a given unit.",
        ucd="em",
    ),
    UserFunction(
        "ivo_string_agg",
        (("text", "char"), ("delimiter", "constant")),
        "char",
        "The texts of a group, in order, with the delimiter between.",
        aggregate=True,
    ),
    UserFunction(
        "ivo_to_mjd",
        (("time", "char"),),
        "double",
        "Modified Julian date of a time in ISO 8601.",
        unit="d",
        ucd="time.epoch",
    ),
    UserFunction(
        "gavo_to_mjd",
        (("time", "char"),),
        "double",
        "Modified Julian date of a time in ISO 8601.",
        unit="d",
        ucd="time.epoch",
    ),
    UserFunction(
        "ivo_to_jd", (("time", "char"),), "double", "Julian date of a time in ISO 8601.", unit="d", ucd="time.epoch"
    ),
    UserFunction(
        "gavo_to_jd", (("time", "char"),), "double", "Julian date of a time in ISO 8601.", unit="d", ucd="time.epoch"
    ),
    UserFunction("bit_and", _BITS, "long", "Bits set in both whole numbers."),
    UserFunction("bit_or", _BITS, "long", "Bits set in one whole number or the other."),
    UserFunction("bit_xor", _BITS, "long", "Bits set in just one of two whole numbers."),
)
"""Every user-defined function; one name may stand twice, with other parameters."""

_BY_NAME: dict[str, tuple[UserFunction, ...]] = {
    name: tuple(one for one in USER_FUNCTIONS if one.name == name) for name in {one.name for one in USER_FUNCTIONS}
}


def user_function(name: str) -> tuple[UserFunction, ...]:
    """Return the forms of a user-defined function, letter case aside; empty when there is none."""
    return _BY_NAME.get(name.lower(), ())
