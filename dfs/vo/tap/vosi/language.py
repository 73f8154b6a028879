"""What our ADQL can do, in the words of TAPRegExt 1.0 and of ADQL 2.1, appendix on optional features."""

from __future__ import annotations

from dfs.vo.adql.functions import ADQL_GEOMETRY, ADQL_OPTIONAL, USER_FUNCTIONS
from dfs.vo.tap.vosi.capabilities import Feature

__all__ = ["features"]

# ADQL 2.1 came to name this list after validators (taplint of STILTS 3.4) had learnt theirs; COALESCE works none the less.
_UNTOLD = frozenset({"features-adql-conditional"})
_BASE = "ivo://ivoa.net/std/TAPRegExt#"


def features() -> tuple[Feature, ...]:
    """Return the optional features of the language, and the functions that are no part of the standard."""
    geometry = [Feature(f"{_BASE}features-adqlgeo", form) for form in ADQL_GEOMETRY]
    optional = [
        Feature(_BASE + kind, form) for kind, forms in ADQL_OPTIONAL.items() if kind not in _UNTOLD for form in forms
    ]
    ours = [Feature(f"{_BASE}features-udf", one.signature, one.description) for one in USER_FUNCTIONS]
    return (*geometry, *optional, *ours)
