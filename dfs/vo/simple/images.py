"""Images and cubes by the parameters of SIA 2.0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dfs.errors import UsageError
from dfs.vo.simple.query import (
    Parameters,
    SimpleQuery,
    any_of,
    between,
    equal_to_any,
    interval,
    overlaps,
    printed,
    region_condition,
)

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["image_query"]

_SPANS = {"BAND": ("em_min", "em_max"), "TIME": ("t_min", "t_max")}
_NUMBERS = {
    "FOV": "s_fov",
    "SPATRES": "s_resolution",
    "EXPTIME": "t_exptime",
    "TIMERES": "t_resolution",
    "SPECRP": "em_res_power",
}
_WORDS = {
    "ID": "obs_publisher_did",
    "COLLECTION": "obs_collection",
    "FACILITY": "facility_name",
    "INSTRUMENT": "instrument_name",
    "TARGET": "target_name",
    "FORMAT": "access_format",
}
_TYPES = ("image", "cube")
_STATES = frozenset(["I", "Q", "U", "V", "RR", "LL", "RL", "LR", "XX", "YY", "XY", "YX", "POLI", "POLA"])


def image_query(given: Iterable[tuple[str, str]]) -> SimpleQuery:
    """Return the query of a SIA2 request: values of one parameter are alternatives, parameters limit one another.

    Raises
    ------
    UsageError
        A value that the standard does not allow.
    """
    from sqlglot import exp

    parameters = Parameters(given)
    said = [condition for condition in _conditions(parameters) if condition is not None]
    query = exp.select("*").from_(exp.table_("ObsCore", db="ivoa")).where(*said)
    form = parameters.one("RESPONSEFORMAT")
    return SimpleQuery(printed(query), parameters.one("MAXREC"), form)


def _conditions(parameters: Parameters) -> Iterable[exp.Expression | None]:
    yield _alternatives(
        [region_condition(text, "s_ra", "s_dec", "s_region", "POS") for text in parameters.every("POS")]
    )
    for name, (low, high) in _SPANS.items():
        yield _alternatives([overlaps(low, high, interval(text, name)) for text in parameters.every(name)])
    for name, column in _NUMBERS.items():
        yield _alternatives([between(column, interval(text, name)) for text in parameters.every(name)])
    for name, column in _WORDS.items():
        values = parameters.every(name)
        yield equal_to_any(column, values) if values else None
    yield _alternatives([_polarised(text) for text in parameters.every("POL")])
    yield equal_to_any("dataproduct_type", [_type(one) for one in parameters.every("DPTYPE")] or _TYPES)
    yield _alternatives([between("calib_level", _level(text)) for text in parameters.every("CALIB")])


def _alternatives(conditions: list[exp.Expression]) -> exp.Expression | None:
    return any_of(conditions) if conditions else None


def _polarised(state: str) -> exp.Expression:
    from sqlglot import exp

    if state.upper() not in _STATES:
        raise UsageError(f"{state[:40]!r} is no polarization state", where="POL", accepted=", ".join(sorted(_STATES)))
    return exp.column("pol_states").like(exp.Literal.string(f"%/{state.upper()}/%"))


def _type(text: str) -> str:
    if text.lower() not in _TYPES:
        raise UsageError(f"{text[:40]!r} is no type that SIA2 knows", where="DPTYPE", accepted="image, cube")
    return text.lower()


def _level(text: str) -> tuple[float, float]:
    if text not in {"0", "1", "2", "3", "4"}:
        raise UsageError(f"{text[:40]!r} is no calibration level", where="CALIB", accepted="0, 1, 2, 3, 4")
    return int(text), int(text)
