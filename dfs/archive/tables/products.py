"""What a science product is: the columns of ObsCore that its header does not give by a keyword of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from dfs.archive.tables.common import ivo_id
from dfs.archive.tables.footprints import Footprint, footprint_of, sky_images
from dfs.archive.tables.making import Maker
from dfs.archive.tables.spectral import band_of
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_number, as_text, as_whole, finite

__all__ = ["DATALINK_FORMAT", "MAKERS", "is_science_product", "kind_of"]

DATALINK_FORMAT = "application/x-votable+xml;content=datalink"

# PRODCATG -> (dataproduct_type, dataproduct_subtype, calib_level); the longest that fits counts.
_KINDS = {
    "SCIENCE.IMAGE": ("image", None, 2),
    "SCIENCE.IMAGE.FLUXMAP": ("image", "fluxmap", 2),
    "SCIENCE.MEFIMAGE": ("image", "pawprint", 2),
    "SCIENCE.SPECTRUM": ("spectrum", None, 2),
    "SCIENCE.CUBE": ("cube", None, 2),
    "SCIENCE.CUBE.IFS": ("cube", "ifs", 2),
    "SCIENCE.VISIBILITY": ("visibility", None, 2),
    "SCIENCE.SRCTBL": ("measurements", "srctbl", 2),
    "SCIENCE.CATALOG": ("measurements", "catalog", 4),
    "SCIENCE.CATALOGTILE": ("measurements", "catalogtile", 4),
    "SCIENCE.MCATALOG": ("measurements", "mcatalog", 4),
}
_DEEPER = {"deep": 3, "tile": 3}  # subtypes that combine observations
_LETTER = re.compile(r"\(\w+\)$|(?<=\.[0-9A-Z]{4})\.\d{3}$")
_SECONDS_PER_DAY = 86400.0


def is_science_product(row: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
    """Tell whether a file is a science product: no raw frame, calibration, report or ancillary file."""
    return row["kind"] == "product" and kind_of(header) is not None


def kind_of(header: Mapping[str, Any]) -> tuple[str, str | None, int] | None:
    """Return (type, subtype, level) of a science product by its PRODCATG; None for what is none."""
    category = as_text(header.get("PRODCATG")) or ""
    fitting = [name for name in _KINDS if category == name or category.startswith(f"{name}.")]
    if not fitting:
        return None
    kind, subtype, level = _KINDS[max(fitting, key=len)]
    subtype = (as_text(header.get("IMATYPE")) or subtype or "").lower() or None if kind == "image" else subtype
    told = as_whole(header.get("PRODLVL"), 8)
    return kind, subtype, told if told is not None and 0 <= told <= 4 else max(level, _DEEPER.get(subtype or "", 0))


def _kinds(truth: Truth) -> list[tuple[str, str | None, int]]:
    return truth.once("kinds", lambda: [kind_of(header) or ("", None, 2) for header in truth.headers])


def _footprints(truth: Truth) -> list[Footprint]:
    pairs = zip(truth.headers, truth.extensions(), strict=True)
    return truth.once("footprints", lambda: [footprint_of(*pair) for pair in pairs])


def _collections(truth: Truth) -> list[str]:
    """Return the collection: of the observatory's own products the instrument, of others the programme without its run."""
    from dfs.archive.tables.common import MAKERS as COMMON

    found = []
    for origin, programme, instrument in zip(
        _makers_of_products(truth), truth.file("programme"), COMMON["instrument"](truth), strict=True
    ):
        own = instrument if origin == "IDP" else _LETTER.sub("", as_text(programme) or "")
        found.append(own or instrument or "OTHER")
    return found


def _makers_of_products(truth: Truth) -> list[str]:
    return [told if told in ("IDP", "EDP") else "IDP" for told in truth.keyword("P3ORIG")]


def _observations(truth: Truth) -> list[str]:
    numbers = (as_text(value) for value in truth.keyword("OBID1", "ESO OBS ID"))
    return [number or dp_id for number, dp_id in zip(numbers, truth.file("dp_id"), strict=True)]


def _creator_dids(truth: Truth) -> list[str | None]:
    names = (as_text(value) for value in truth.keyword("ORIGFILE", "PIPEFILE"))
    return [f"ivo://eso.org/origfile?{name}" if name else None for name in names]


def _titles(truth: Truth) -> list[str | None]:
    of_tables = [next((one.get("TITLE") for one in found if one.get("TITLE")), None) for found in truth.extensions()]
    return [as_text(own) or as_text(other) for own, other in zip(truth.keyword("TITLE"), of_tables, strict=True)]


def _elapsed(truth: Truth) -> list[float | None]:
    spans = zip(truth.numbers("MJD-OBS"), _ends(truth), strict=True)
    return [
        round((end - begin) * _SECONDS_PER_DAY, 6) if begin is not None and end is not None and end >= begin else None
        for begin, end in spans
    ]


def _ends(truth: Truth) -> list[float | None]:
    """Return the end of the last exposure: MJD-END, else start and exposure time."""
    times = zip(*(truth.numbers(keyword) for keyword in ("MJD-END", "MJD-OBS", "EXPTIME")), strict=True)
    return [
        end if end is not None else None if begin is None else begin + (exposure or 0.0) / _SECONDS_PER_DAY
        for end, begin, exposure in times
    ]


def _axis(truth: Truth, axis: int) -> list[int | None]:
    """Return the number of pixels along an axis of the first image on the sky; of a spectrum 1."""
    images = [sky_images(*pair) for pair in zip(truth.headers, truth.extensions(), strict=True)]
    kinds = _kinds(truth)
    return [
        as_whole(found[0].get(f"NAXIS{axis}")) if found else 1 if kind[0] == "spectrum" else None
        for found, kind in zip(images, kinds, strict=True)
    ]


def _scales(truth: Truth) -> list[float | None]:
    """Return the side of a pixel in arcsec: the root of the area that the CD matrix spans, else CDELT2."""
    found: list[float | None] = []
    for pair in zip(truth.headers, truth.extensions(), strict=True):
        image = next(iter(sky_images(*pair)), {})
        a, b, c, d = (as_number(image.get(f"CD{i}_{j}")) for i, j in ((1, 1), (1, 2), (2, 1), (2, 2)))
        area = None if a is None or d is None else abs(a * d - (b or 0.0) * (c or 0.0))
        step = as_number(image.get("CDELT2"))
        side = area**0.5 if area else abs(step) if area is None and step else None
        found.append(round(side * 3600.0, 6) if side else None)
    return found


def _galactic(truth: Truth) -> tuple[list[float | None], list[float | None]]:
    from dfs.sky.systems import galactic

    centres = np.array([one.centre or (np.nan, np.nan) for one in _footprints(truth)], dtype=np.float64).reshape(-1, 2)
    longitude, latitude = galactic(centres[:, 0], centres[:, 1])
    return finite(np.round(longitude, 6).tolist()), finite(np.round(latitude, 6).tolist())


def _filters(truth: Truth) -> list[str | None]:
    from dfs.archive.tables.optics import path_of

    found = []
    for header in truth.headers:
        numbered = (as_text(header.get(f"FILTER{number}")) for number in range(1, 30))
        told = as_text(header.get("FILTER"))
        found.append((",".join(one for one in numbered if one) if told == "MULTI" else told) or path_of(header, "FILT"))
    return found


def _calibrations(truth: Truth) -> list[str | None]:
    return [told.lower() if isinstance(told, str) and told else None for told in truth.keyword("FLUXCAL")]


def _observables(truth: Truth) -> list[str | None]:
    """Return what was measured: the UCD of a spectrum's flux column, else flux or counts by the calibration."""
    found = []
    for kind, extensions, status in zip(_kinds(truth), truth.extensions(), _calibrations(truth), strict=True):
        own = next((as_text(one["TUCD2"]) for one in extensions if "TUCD2" in one), None)
        general = "phot.flux.density" if status == "absolute" else "phot.count"
        of_kind = {"measurements": None, "visibility": "stat.fourier", "spectrum": own or general}
        word = of_kind.get(kind[0], general)
        found.append(word.replace(";meta.main", "") if word else None)
    return found


MAKERS: dict[str, Maker] = {
    "dataproduct_type": lambda truth: [kind for kind, _, _ in _kinds(truth)],
    "dataproduct_subtype": lambda truth: [subtype for _, subtype, _ in _kinds(truth)],
    "calib_level": lambda truth: [level for _, _, level in _kinds(truth)],
    "obs_collection": _collections,
    "obs_id": _observations,
    "ivo_id": lambda truth: [ivo_id(dp_id) for dp_id in truth.file("dp_id")],
    "obs_creator_did": _creator_dids,
    "obs_title": _titles,
    "datalink_format": lambda truth: [DATALINK_FORMAT] * len(truth),
    "preview_url": lambda truth: [f"/previews/{dp_id}" for dp_id in truth.file("dp_id")],
    "nothing": lambda truth: [None] * len(truth),
    "s_ra": lambda truth: [one.centre[0] if one.centre else None for one in _footprints(truth)],
    "s_dec": lambda truth: [one.centre[1] if one.centre else None for one in _footprints(truth)],
    "s_fov": lambda truth: [one.diameter for one in _footprints(truth)],
    "s_region": lambda truth: [one.text() for one in _footprints(truth)],
    "s_xel1": lambda truth: _axis(truth, 1),
    "s_xel2": lambda truth: _axis(truth, 2),
    "s_pixel_scale": _scales,
    "s_gal_lon": lambda truth: _galactic(truth)[0],
    "s_gal_lat": lambda truth: _galactic(truth)[1],
    "t_max": _ends,
    "t_resolution": _elapsed,
    "em_min": lambda truth: [one.low_m for one in _bands(truth)],
    "em_max": lambda truth: [one.high_m for one in _bands(truth)],
    "em_res_power": lambda truth: [one.resolving_power for one in _bands(truth)],
    "em_xel": lambda truth: [one.samples for one in _bands(truth)],
    "filter": _filters,
    "o_ucd": _observables,
    "o_calib_status": _calibrations,
    "p3orig": _makers_of_products,
    "multi_ob": lambda truth: ["M" if "OBID2" in header else "S" for header in truth.headers],
}


def _bands(truth: Truth) -> list[Any]:
    triples = zip(truth.headers, truth.extensions(), _kinds(truth), strict=True)
    return truth.once("em_bands", lambda: [band_of(header, found, kind[0]) for header, found, kind in triples])
