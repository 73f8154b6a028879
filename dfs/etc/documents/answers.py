"""A result as a document: what ``dfs etc --json`` prints, the server answers, and a file keeps; and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.etc.documents.mapping import inputs, request_of
from dfs.etc.result import Result, Saturation

if TYPE_CHECKING:
    from dfs.instruments.optics import LightPath

__all__ = ["SCHEMA", "document_of", "result_of"]

SCHEMA = "dfs.etc/1"
_NUMBERS = (
    "snr",
    "exposure_s",
    "at_nm",
    "aperture_pixels",
    "aperture_arcsec2",
    "encircled_fraction",
    "image_quality_arcsec",
    "dark_e",
    "ron_e",
)
_ARRAYS = (
    "wavelength_nm",
    "snr_per_pixel",
    "target_e",
    "sky_e",
    "throughput",
    "atmosphere",
    "slit_fraction",
    "image_quality_nm",
    "flux",
    "sky_radiance",
)
# Terms of the variance whose names are no plain words -> their keys in a document.
_KEYS = {"read-out": "read_out", "sky fit": "sky_fit"}
_TERMS = {key: term for term, key in _KEYS.items()}


def document_of(result: Result) -> dict[str, Any]:
    """Return a result as plain values that JSON can say: what is not finite is None.

    Keys: ``inputs`` (fed back they give the same answer), ``results``, ``assumed``, ``notes``, ``versions``.  Units are in the names,
    or those of `Result`; wavelengths are in ``results.medium``. Terms of ``results.variance`` (electrons squared) are in snake case:
    ``read_out``, ``sky_fit``.
    """
    saturation = {name: _plain(value) for name, value in asdict(result.saturation).items()}
    return {
        "inputs": inputs(result.request),
        "results": {
            **{name: _plain(getattr(result, name)) for name in _NUMBERS},
            "kind": result.light.kind,
            "medium": result.light.medium,
            **{name: _listed(getattr(result, name)) for name in _ARRAYS},
            "variance": {_KEYS.get(term, term): _listed(values) for term, values in result.variance.items()},
            "saturation": saturation,
            "sky_magnitudes": {band: _plain(value) for band, value in result.sky_magnitudes.items()},
        },
        "assumed": list(result.assumed),
        "notes": list(result.notes),
        "versions": dict(result.versions),
    }


def result_of(document: Mapping[str, Any]) -> Result:
    """Return the result that a document of `document_of` holds: of another machine, or of another day.

    Raises
    ------
    DataError
        Something is missing in it, or of the wrong kind.
    """
    from dfs.instruments.optics import light_path

    try:
        request = request_of(document["inputs"], files=False)
        held = document["results"]
        saturation = held["saturation"]
        band = saturation.get("saturated_nm")
        terms: dict[str, Any] = {name: _number(held[name]) for name in _NUMBERS}
        terms |= {name: _array(held[name]) for name in _ARRAYS}
        light = light_path(request.choice)
        _check_alike(light, terms["wavelength_nm"].size, document.get("versions", {}))
        return Result(
            request=request,
            light=light,
            **terms,
            variance={_TERMS.get(term, str(term)): _array(values) for term, values in held["variance"].items()},
            saturation=Saturation(
                peak_e=_number(saturation["peak_e"]),
                peak_nm=_number(saturation["peak_nm"]),
                full_well_e=_number(saturation["full_well_e"]),
                is_saturated=bool(saturation["is_saturated"]),
                longest_safe_s=_number(saturation["longest_safe_s"], missing=math.inf),
                saturated_nm=None if band is None else (_number(band[0]), _number(band[1])),
            ),
            sky_magnitudes={str(name): _number(value) for name, value in held["sky_magnitudes"].items()},
            notes=tuple(map(str, document.get("notes", ()))),
            assumed=tuple(map(str, document.get("assumed", ()))),
            versions={str(name): str(value) for name, value in document.get("versions", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise DataError(f"no answer of the calculator: {error}", where="results") from None


def _check_alike(light: LightPath, size: int, versions: Mapping[str, Any]) -> None:
    """Refuse an answer with other elements than the instrument has here: another version of its figures made it."""
    here = 1 if light.kind == "image" else light.wavelength_nm.size
    if size != here:
        raise DataError(
            f"an answer of {size} elements, where the instrument has {here}: it was made with {_stamps(versions)}",
            where="results",
            hint=f"here: {_stamps(light.versions)}",
        )


def _stamps(versions: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {stamp}" for name, stamp in versions.items()) or "unknown versions"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    return float(value) if math.isfinite(value) else None


def _listed(values: Any) -> list[float | None]:
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if np.all(np.isfinite(array)):
        return list(array.tolist())
    return [value if math.isfinite(value) else None for value in array.tolist()]


def _number(value: Any, missing: float = math.nan) -> float:
    return missing if value is None else float(value)


def _array(values: Any) -> NDArray[np.float64]:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)
