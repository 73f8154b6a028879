"""The photometric zero point of an image from catalogue stars in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.model import Frame, Table
from dfs.recipes.steps.image_wcs import Affine, CelestialFrame
from dfs.recipes.steps.register import displacement, fit_affine, mutual_nearest

__all__ = ["Catalogue", "Tie", "ZeroPoint", "read_catalogue", "tie", "zero_point"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Reference stars.

    Attributes
    ----------
    name
        Where they come from.
    ra_deg, dec_deg
        Positions (ICRS or FK5, the difference is below 0.1 arcsec).
    mag, mag_error
        Magnitudes in the filter of the image; NaN where unknown. Without errors in the catalogue they are 0.
    system
        ``"AB"``, ``"VEGA"`` or ``""`` where the catalogue does not say.
    """

    name: str
    ra_deg: Array
    dec_deg: Array
    mag: Array
    mag_error: Array
    system: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Tie:
    """How catalogue and image were matched.

    Attributes
    ----------
    frame
        The celestial frame after the tie.
    star, source
        Indices of matched catalogue stars and sources.
    shift_arcsec
        Catalogue less header position, (East, North).
    rms_arcsec
        Root mean square distance per axis after the tie; None for fewer than 3 stars.
    error_arcsec
        Standard error of the tie per axis; None likewise.
    """

    frame: CelestialFrame
    star: NDArray[np.intp]
    source: NDArray[np.intp]
    shift_arcsec: tuple[float, float]
    rms_arcsec: float | None
    error_arcsec: float | None


@dataclass(frozen=True, slots=True)
class ZeroPoint:
    """Magnitude of a source that gives one unit of flux per second, at the air mass of the image.

    Attributes
    ----------
    mag, error
        Zero point and its standard error.
    scatter
        Robust standard deviation of the stars about it; None for one star.
    stars, rejected
        Stars used, and left out as outliers.
    system
        As the catalogue has it.
    """

    mag: float
    error: float
    scatter: float | None
    stars: int
    rejected: int
    system: str


def read_catalogue(frame: Frame, band: str = "") -> Catalogue:
    """Return the catalogue in `frame`.

    Parameters
    ----------
    frame
        Content a `Table` with columns RA, DEC (deg) and MAG, perhaps MAG_ERR and BAND (names in any case).
    band
        Of a table with a column BAND only its rows of this band are taken.

    Raises
    ------
    DataError
        Not a table, a column is missing, or no row is left.
    """
    table = frame.content
    if not isinstance(table, Table):
        raise DataError(
            "a catalogue must be a table", where=frame.name, accepted="columns RA, DEC, MAG, [MAG_ERR, BAND]"
        )
    columns = {one.name.upper(): one.values for one in table.columns}
    for wanted in ("RA", "DEC", "MAG"):
        if wanted not in columns:
            raise DataError(
                f"column {wanted} is missing",
                where=frame.name,
                keyword=wanted,
                accepted="columns RA, DEC (deg), MAG and perhaps MAG_ERR, BAND",
            )
    chosen = np.ones(len(table), dtype=bool)
    if "BAND" in columns:
        chosen &= np.array([str(one).strip() == band for one in columns["BAND"]], dtype=bool)
    ra, dec, mag = (np.asarray(columns[name], dtype=np.float64)[chosen] for name in ("RA", "DEC", "MAG"))
    error = np.asarray(columns["MAG_ERR"], dtype=np.float64)[chosen] if "MAG_ERR" in columns else np.zeros(len(ra))
    if not np.any(np.isfinite(ra) & np.isfinite(dec)):
        raise DataError(
            f"no star of band {band!r}" if "BAND" in columns else "no star", where=frame.name, keyword="BAND"
        )
    cards = {card.keyword: card.value for card in table.cards} | dict(frame.header)
    system = str(cards.get("PHOTSYS") or "").strip().upper()
    return Catalogue(frame.name, ra, dec, mag, np.nan_to_num(error), system if system in ("AB", "VEGA") else "")


def tie(
    catalogue: Catalogue, frame: CelestialFrame, x: Array, y: Array, shape: tuple[int, int], *, near_px: float
) -> Tie | None:
    """Return the match of catalogue stars with sources, and the celestial frame it gives; None when nothing agrees.

    Displacements within `near_px` of the header are voted on first, then all. Three and more matched stars replace the header's
    pointing, six and more its rotation and scale; one or two identify themselves but leave the frame as it is.

    Parameters
    ----------
    catalogue
        Reference stars.
    frame
        What the header claims.
    x, y
        Sources (pixels from 0), brightest first.
    shape
        (ny, nx) of the image.
    near_px
        How far off the header normally is.
    """
    u, v = frame.pixel(catalogue.ra_deg, catalogue.dec_deg)
    ny, nx = shape
    inside = np.flatnonzero((u > -near_px) & (v > -near_px) & (u < nx + near_px) & (v < ny + near_px))
    order = inside[np.argsort(catalogue.mag[inside], kind="stable")]
    stars, sources = np.column_stack([u[order], v[order]]), np.column_stack([x, y])
    shift = displacement(stars[:100], sources[:200], near_px=near_px)
    if shift is None:
        return None
    mapping = Affine.translation(*shift)  # where a catalogue star is expected -> where it is seen
    for radius in (3.0, 2.0, 2.0):
        i, j = mutual_nearest(np.column_stack(mapping(*stars.T)), sources, radius)
        if not len(i):
            return None
        mapping = fit_affine(stars[i], sources[j], np.ones(len(i)), "similarity" if len(i) >= 6 else "shift")
    i, j = mutual_nearest(np.column_stack(mapping(*stars.T)), sources, 2.0)
    return _tied(frame, mapping, order[i], j, stars[i], sources[j])


def _tied(
    frame: CelestialFrame,
    mapping: Affine,
    star: NDArray[np.intp],
    source: NDArray[np.intp],
    expected: Array,
    seen: Array,
) -> Tie:
    scale = frame.pixel_scale_arcsec
    east, north = 3600.0 * frame.cd @ (expected - seen).mean(axis=0)
    if len(star) < 3:
        return Tie(frame, star, source, (float(east), float(north)), None, None)
    residual = seen - np.column_stack(mapping(*expected.T))
    rms = scale * float(np.sqrt((residual**2).sum() / (2 * len(star) - (4 if len(star) >= 6 else 2))))
    inverse = np.asarray(np.linalg.inv(mapping.matrix), dtype=np.float64)
    back = Affine(inverse, -inverse @ mapping.shift)
    return Tie(frame.corrected(back), star, source, (float(east), float(north)), rms, rms / float(np.sqrt(len(star))))


def zero_point(mag: Array, mag_error: Array, flux: Array, flux_error: Array, system: str = "") -> ZeroPoint | None:
    """Return the zero point ``m + 2.5 log10(flux)`` of matched stars, or None without a usable one.

    Weighted mean with weights 1 / (error^2 + scatter^2), where the scatter that errors do not explain (flat field, colour terms) is that
    which makes the reduced chi-square 1 (Paule & Mandel 1982, J. Res. NBS 87, 377). Stars more than 3 total errors from the
    median are left out. The error is that of the weighted mean, the unexplained scatter included.

    Parameters
    ----------
    mag, mag_error
        Catalogue.
    flux, flux_error
        Total flux per second of the same stars.
    system
        Magnitude system, handed through.
    """
    usable = np.isfinite(mag) & np.isfinite(mag_error) & (flux > 5.0 * flux_error) & np.isfinite(flux_error)
    if not usable.any():
        return None
    values = mag[usable] + 2.5 * np.log10(flux[usable])
    errors = np.hypot(mag_error[usable], 1.0857 * flux_error[usable] / flux[usable])
    off = np.abs(values - np.median(values))
    keep = off <= 4.0 * np.maximum(np.maximum(1.4826 * np.median(off), errors), 0.005)
    extra = 0.0
    for _ in range(10):
        middle = float(np.median(values[keep]))
        extra = _unexplained(values[keep], errors[keep])
        now = np.abs(values - middle) <= 3.0 * np.maximum(np.hypot(errors, extra), 0.005)
        if keep.sum() <= 2 or not now.any() or np.array_equal(now, keep):
            break
        keep = now
    weight = 1.0 / np.maximum(np.hypot(errors[keep], extra), 1e-4) ** 2
    mean = float((weight * values[keep]).sum() / weight.sum())
    scatter = 1.4826 * float(np.median(np.abs(values[keep] - mean))) if keep.sum() > 1 else None
    return ZeroPoint(mean, float(1.0 / np.sqrt(weight.sum())), scatter, int(keep.sum()), int((~keep).sum()), system)


def _unexplained(values: Array, errors: Array) -> float:
    """Return the scatter that, added to `errors` in quadrature, makes chi-square equal to the degrees of freedom; 0 for two stars."""
    if len(values) < 3:
        return 0.0

    def excess(scatter: float) -> float:
        weight = 1.0 / np.maximum(errors**2 + scatter**2, 1e-8)
        mean = (weight * values).sum() / weight.sum()
        return float((weight * (values - mean) ** 2).sum()) - (len(values) - 1)

    low, high = 0.0, float(np.ptp(values))
    if excess(low) <= 0:
        return 0.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high
