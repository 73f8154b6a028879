"""The header of a raw frame, complete and consistent: times, sidereal time, air mass and angles belong together."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from dfs.clock import isoformat
from dfs_sims.camera import TangentPlane
from dfs_sims.exposure import Exposure, kinds
from dfs_sims.figures import DATA
from dfs_sims.horizon import LATITUDE_DEG, Pointing, moon, pointing, sidereal_seconds
from dfs_sims.raw_fits import card

__all__ = ["header_cards", "header_pointing", "written_at"]

# Headers of run 108.22F6.001: ABSROT = POSANG - PARANG - ALT + constant.
_ROTATOR_OFFSET_DEG = -174.6
_DOME_NORTH_DEG = 180.0


def header_cards(exposure: Exposure, *, seed: int, seeing: float) -> list[str]:
    """Return the cards of the raw frame of `exposure`, 80 characters each, without checksums and END.

    Parameters
    ----------
    exposure
        The exposure.
    seed
        Of the night, for ESO SIM SEED.
    seeing
        What the seeing monitor says (arcsec).
    """
    values = _values(exposure, seed, seeing)
    kind = exposure.kind
    wanted = {
        "": True,
        "target": exposure.block.has_target,
        "spectrum": kind in ("spectrum", "standard"),
        "lamp": kind == "arc",
    }
    return [
        card(keyword, value.format_map(values), comment)
        for when, keyword, value, comment in _template()
        if wanted[when]
    ]


def header_pointing(exposure: Exposure) -> tuple[float, float]:
    """Return right ascension and declination (deg) that the header gives: target and offset, or where the dome is faced."""
    block = exposure.block
    if not block.has_target and exposure.kind != "sky_flat":
        altitude = kinds()[exposure.kind]["altitude"]
        return sidereal_seconds(exposure.mjd) / 240.0, LATITUDE_DEG + 90.0 - altitude
    east, north = exposure.offset_arcsec
    return block.ra_deg + east / 3600.0 / math.cos(math.radians(block.dec_deg)), block.dec_deg + north / 3600.0


def written_at(exposure: Exposure) -> str:
    """Return when the file of `exposure` was written: after exposure and read-out."""
    return isoformat(exposure.start + timedelta(seconds=exposure.seconds + 4.0))


@cache
def _runs() -> Mapping[str, Mapping[str, str]]:
    """Return run and observer of the frames of each target, from ``data/runs.toml``."""
    return tomllib.loads((DATA / "runs.toml").read_text(encoding="utf-8"))


@cache
def _template() -> tuple[tuple[str, str, str, str], ...]:
    """Return (when, keyword, value, comment) of every card, from ``data/header.txt``."""
    lines = (DATA / "header.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in lines if line and not line.startswith("#"))
    return tuple((when, keyword, value, comment) for when, keyword, value, comment in rows)


def _values(exposure: Exposure, seed: int, seeing: float) -> dict[str, Any]:
    kind: Mapping[str, Any] = kinds()[exposure.kind]
    ra, dec = header_pointing(exposure)
    moon_ra, moon_dec = moon(exposure.mjd)
    catg, type_, tech = kind["dpr"]
    return {
        "seed": seed,
        "seeing": seeing,
        "ra": ra,
        "dec": dec,
        "moon_ra": moon_ra,
        "moon_dec": moon_dec,
        "catg": catg,
        "type": type_,
        "tech": tech,
        "object": kind.get("object", exposure.block.target),
        "instrument_k": 288.7,
        "air_c": 15.0,
        **_times(exposure),
        **_telescope(exposure, ra, dec),
        **_coordinates(exposure, ra, dec),
        **_setup(exposure, kind),
        **_block(exposure, kind),
    }


def _times(exposure: Exposure) -> dict[str, Any]:
    shutter = exposure.kind != "bias"
    # The shutter keeps time to a few milliseconds; the header gives the real time, UIT1 the time asked for.
    real = exposure.seconds
    return {
        "written": written_at(exposure),
        "exptime": real,
        "asked": round(real, 2),
        "dark_time": real + 0.0615 if not shutter else real + 0.085,
        "shutter_open": 0.044 if shutter else 0.0,
        "shutter_close": 0.050 if shutter else 0.0,
        "integrations": 2 if exposure.kind == "arc" else 1,
        "mjd": exposure.mjd,
        "date_obs": isoformat(exposure.start),
        "utc": (exposure.mjd % 1.0) * 86400.0,
        "lst": sidereal_seconds(exposure.mjd),
    }


def _telescope(exposure: Exposure, ra: float, dec: float) -> dict[str, Any]:
    tracks = exposure.block.has_target or exposure.kind == "sky_flat"
    if tracks:
        start, end = pointing(ra, dec, exposure.mjd), pointing(ra, dec, exposure.mjd_end)
    else:
        # Faced to the north inside the dome; the telescope's software writes air mass 1 and no parallactic angle.
        start = end = Pointing(kinds()[exposure.kind]["altitude"], _DOME_NORTH_DEG, 0.0, 1.0)
    angle = exposure.block.position_angle_deg
    return {
        "altitude": start.altitude_deg,
        "azimuth": start.azimuth_deg,
        "airmass_start": start.airmass,
        "airmass_end": end.airmass,
        "parallactic_start": start.parallactic_deg,
        "parallactic_end": end.parallactic_deg,
        "absrot_start": _rotator(angle, start) if tracks else 0.0,
        "absrot_end": _rotator(angle, end) if tracks else 0.0,
        "dome": "FULLY-OPEN" if tracks else "CLOSED",
        "tracking": "NORMAL" if tracks else "OFF",
        "guiding": "ON" if exposure.block.has_target else "OFF",
        "target_type": "M" if tracks else "ALTAZ",
    }


def _rotator(position_angle: float, where: Pointing) -> float:
    angle = position_angle - where.parallactic_deg - where.altitude_deg + _ROTATOR_OFFSET_DEG
    return (angle + 180.0) % 360.0 - 180.0


def _coordinates(exposure: Exposure, ra: float, dec: float) -> dict[str, Any]:
    block = exposure.block
    target_ra, target_dec = (block.ra_deg, block.dec_deg) if block.has_target else (ra, dec)
    values: dict[str, Any] = {
        "position_angle": block.position_angle_deg,
        "has_wcs": "T" if block.has_target else "F",
        "target_alpha": _sexagesimal(target_ra / 15.0),
        "target_delta": _sexagesimal(target_dec),
        "guide_ra": ra + 0.11,
        "guide_dec": dec + 0.06,
    }
    if not block.has_target:
        pixels = {
            "ctype1": "PIXEL",
            "ctype2": "PIXEL",
            "crval1": "1.0",
            "crval2": "1.0",
            "crpix1": "0.5",
            "crpix2": "0.5",
        }
        return {**values, **pixels}
    plane = TangentPlane(ra, dec, block.position_angle_deg)
    (cd11, cd12), (cd21, cd22) = plane.cd()
    return {
        **values,
        "ctype1": "RA---TAN",
        "ctype2": "DEC--TAN",
        "crval1": f"{ra:.6f}",
        "crval2": f"{dec:.6f}",
        "crpix1": f"{plane.reference_px[0] + 1.0:.3f}",
        "crpix2": f"{plane.reference_px[1] + 1.0:.3f}",
        "cd1_1": cd11,
        "cd1_2": cd12,
        "cd2_1": cd21,
        "cd2_2": cd22,
    }


def _sexagesimal(value: float) -> float:
    """Return hours or degrees as the number hhmmss.sss."""
    total = round(abs(value) * 3600.0, 3)
    hours, minutes = int(total // 3600), int(total % 3600 // 60)
    return math.copysign(10000 * hours + 100 * minutes + total % 60.0, value)


def _setup(exposure: Exposure, kind: Mapping[str, Any]) -> dict[str, Any]:
    wheel = kinds()["wheel"]
    grism, filter_name = kind.get("grism", "Free"), kind.get("filter", "Free")
    slit = kind.get("slit", exposure.slit)
    return {
        "grism": grism,
        "grism_id": wheel["grism"][grism][0],
        "grism_no": wheel["grism"][grism][1],
        "filter": filter_name,
        "filter_id": wheel["filter"][filter_name][0],
        "filter_no": wheel["filter"][filter_name][1],
        "slit": slit,
        "slit_encoder": wheel["slit"][slit][0],
        "slit_no": wheel["slit"][slit][1],
        "exposure_type": kind.get("exposure_type", "Normal"),
        "exposure_number": 17121 + 30 * exposure.index,
    }


def _block(exposure: Exposure, kind: Mapping[str, Any]) -> dict[str, Any]:
    block = exposure.block
    run = _runs().get(block.target, _runs()["other"])
    start = isoformat(block.start)[:19]
    root = kind["image_name"].removesuffix(".fits")
    return {
        "programme": run["programme"],
        "observer": run["observer"],
        "ob_id": block.number,
        "ob_name": block.name,
        "ob_start": start,
        "template_start": start,
        "template_number": 2 if block.has_target else 1,
        "execution_s": round((exposure.seconds + 30.0) * exposure.of + 120.0),
        "image_name": kind["image_name"],
        "template": kind["template"],
        "template_name": kind["template_name"],
        "template_version": kind.get("template_version", "1.0"),
        "exposure_in_template": exposure.number,
        "exposures": exposure.of,
        "original_name": f"{root}{exposure.start:%j}_{exposure.file_number:04d}.fits",
        "dp_id": exposure.dp_id,
    }
