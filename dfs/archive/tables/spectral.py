"""The wavelengths of a product, in vacuum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dfs.archive.tables.optics import waveband
from dfs.archive.tables.values import as_number, as_text, as_whole
from dfs.sky.refraction import air_to_vacuum_nm

__all__ = ["Band", "band_of", "is_in_air"]

_METRES_PER_NM = 1e-9
_AIR_FROM_NM = 185.0  # below, air is opaque and its index unknown

# Filters that every observatory names alike: (central wavelength, width at half maximum) in nm.
# U to I: Bessell (2005, ARA&A 43, 293, table 1); u to z: Fukugita et al. (1996, AJ 111, 1748); J, H, Ks: Cohen et al. (2003, AJ 126,
# 1090).  Y: Hillenbrand et al. (2002, PASP 114, 708).
_COMMON = {
    "U": (366.3, 65.0),
    "B": (436.1, 89.0),
    "V": (544.8, 84.0),
    "R": (640.7, 158.0),
    "I": (798.0, 154.0),
    "u": (355.1, 59.9),
    "g": (468.6, 137.9),
    "r": (616.6, 138.2),
    "i": (748.0, 153.5),
    "z": (893.2, 95.6),
    "Y": (1035.0, 100.0),
    "J": (1235.0, 162.0),
    "H": (1662.0, 251.0),
    "Ks": (2159.0, 262.0),
}


@dataclass(frozen=True, slots=True)
class Band:
    """Range (m, vacuum), resolving power and number of samples; None where unknown."""

    low_m: float | None = None
    high_m: float | None = None
    resolving_power: float | None = None
    samples: int | None = None


def band_of(header: Mapping[str, Any], extensions: Sequence[Mapping[str, Any]], kind: str) -> Band:
    """Return the band of a product: WAVELMIN and WAVELMAX, else its filter's.

    Parameters
    ----------
    header, extensions
        Of the product.
    kind
        Its ObsCore dataproduct_type.
    """
    low, high = as_number(header.get("WAVELMIN")), as_number(header.get("WAVELMAX"))
    power = as_number(header.get("SPEC_RES"))
    if low is None or high is None:
        low, high = waveband(header) if kind in {"image", "measurements"} else (None, None)
        low, high = (low, high) if low is not None else _common(header)
    elif is_in_air(header, extensions):
        low, high = (float(air_to_vacuum_nm(one)) if one > _AIR_FROM_NM else one for one in (low, high))
    if low is None or high is None or not 0 < low <= high:
        return Band(resolving_power=power, samples=_samples(extensions, header, kind))
    if power is None and high > low and kind in {"image", "measurements"}:
        power = round((low + high) / 2 / (high - low), 4)
    metres = [float(f"{one * _METRES_PER_NM:.10g}") for one in (low, high)]
    return Band(metres[0], metres[1], power, _samples(extensions, header, kind))


def is_in_air(header: Mapping[str, Any], extensions: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether wavelengths are those in air: a table says so by its UCD, a WCS by AWAV."""
    columns = (as_text(one.get("TUCD1")) or "" for one in extensions)
    axes = (as_text(one.get("CTYPE3")) or "" for one in (header, *extensions))
    return any("obs.atmos" in ucd for ucd in columns) or any(axis.startswith("AWAV") for axis in axes)


def _common(header: Mapping[str, Any]) -> tuple[float | None, float | None]:
    band = _COMMON.get((as_text(header.get("FILTER")) or "").partition("_")[0])
    return (None, None) if band is None else (band[0] - band[1] / 2, band[0] + band[1] / 2)


def _samples(extensions: Sequence[Mapping[str, Any]], header: Mapping[str, Any], kind: str) -> int | None:
    match kind:
        case "image":
            return 1
        case "spectrum":
            return next((as_whole(one["NELEM"]) for one in extensions if "NELEM" in one), None)
        case "cube":
            return next((as_whole(one["NAXIS3"]) for one in (header, *extensions) if "NAXIS3" in one), None)
        case "visibility":
            return as_whole(header.get("NUM_CHAN"))
        case _:
            return None
