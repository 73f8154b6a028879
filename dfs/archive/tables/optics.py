"""What stood in the beam: names of filters, grisms, gratings and slits, and the wavelengths they let through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dfs.archive.tables.making import Maker
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_text

__all__ = ["MAKERS", "path_of", "waveband"]

_FREE = {"free", "open", "out", "none", "empty", "clear", "no", "-", "hole"}
# INS for most instruments, INS1 ... where there are several arms; a number where there are several wheels.
_ARMS = ("INS", "INS1", "INS2", "INS3", "INS4")
_PLACES = {
    kind: tuple(f"ESO {arm} {kind}{wheel} NAME" for arm in _ARMS for wheel in ("", *range(1, 7)))
    for kind in ("FILT", "GRIS", "GRAT", "SLIT")
}
# Instruments whose wheels hold mixed elements tell what stands where by a type.
_MIXED = tuple((f"ESO INS OPTI{wheel} TYPE", f"ESO INS OPTI{wheel} NAME") for wheel in range(1, 15))
_TYPES = {
    "FILTER": "FILT",
    "FILT": "FILT",
    "GRISM": "GRIS",
    "GRIS": "GRIS",
    "GRATING": "GRAT",
    "GRAT": "GRAT",
    "SLIT": "SLIT",
}


_RELEVANT = frozenset(keyword for places in _PLACES.values() for keyword in places) | {keyword for keyword, _ in _MIXED}


def path_of(header: Mapping[str, Any], kind: str) -> str | None:
    """Return the names of all elements of a kind in the beam, with commas, free places left out; None when there is none.

    Parameters
    ----------
    header
        Primary header.
    kind
        ``FILT``, ``GRIS``, ``GRAT`` or ``SLIT``.
    """
    there = _RELEVANT & header.keys()
    return _path(header, there, kind)


def _path(header: Mapping[str, Any], there: Collection[str], kind: str) -> str | None:
    if not there:
        return None
    found = [header[keyword] for keyword in _PLACES[kind] if keyword in there]
    found += [header.get(name) for keyword, name in _MIXED if keyword in there and _type(header[keyword]) == kind]
    names = [as_text(name) for name in found]
    return ",".join(dict.fromkeys(name for name in names if name and name.lower() not in _FREE)) or None


def _type(value: object) -> str | None:
    return _TYPES.get(value) if isinstance(value, str) else None


def waveband(header: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return (shortest, longest) wavelength in nm: of the grism, else of the filter, of an instrument whose optics are known."""
    from dfs import instruments

    instrument = instruments.of(header)
    if instrument is None:
        return None, None
    grism = instrument.grisms.get(as_text(header.get(instrument.keywords.get("grism", ""))) or "")
    if grism is not None:
        return grism.range_nm
    band = instrument.filters.get(as_text(header.get(instrument.keywords.get("filter", ""))) or "")
    if band is None or band.central_nm is None or band.width_nm is None:
        return None, None
    return band.central_nm - band.width_nm / 2, band.central_nm + band.width_nm / 2


def _paths(truth: Truth, kind: str) -> list[str | None]:
    there = truth.once("optics", lambda: [_RELEVANT & header.keys() for header in truth.headers])
    return [_path(header, found, kind) for header, found in zip(truth.headers, there, strict=True)]


def _bands(truth: Truth) -> list[tuple[float | None, float | None]]:
    return truth.once("bands", lambda: [waveband(header) for header in truth.headers])


MAKERS: dict[str, Maker] = {
    "filter_path": lambda truth: _paths(truth, "FILT"),
    "gris_path": lambda truth: _paths(truth, "GRIS"),
    "grat_path": lambda truth: _paths(truth, "GRAT"),
    "slit_path": lambda truth: _paths(truth, "SLIT"),
    "lambda_min": lambda truth: [low for low, _ in _bands(truth)],
    "lambda_max": lambda truth: [high for _, high in _bands(truth)],
}
