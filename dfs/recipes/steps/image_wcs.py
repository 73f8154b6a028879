"""The celestial coordinates of an image: read from the raw header as a claim, checked, moved, and written complete.

What the frames themselves say about the claim (two dithered EFOSC2 frames of run 108.22F6.001, 2x2 binned): the stars moved by
(-41.4, -21.0) binned pixels where the header's pointing moved by (+41.5 East, +20.8 North) of its own pixels of 0.2408 arcsec.
So its CD matrix is in degrees per *binned* pixel, +x is East, +y is North, and CDELT (2.0, the binning) is no coordinate increment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from astropy.wcs import WCS
from numpy.typing import ArrayLike, NDArray

from dfs.errors import DataError
from dfs.model import Card, Header
from dfs.model.header import number, text

__all__ = ["POINTING_RMS_ARCSEC", "Affine", "CelestialFrame", "celestial_frame", "pixel_mapping"]

Array = NDArray[np.float64]

# How far header positions may be off, arcsec per axis. NTT with EFOSC2: ESO's page on the pointing model gives 1, but in the frames
# of run 108.22F6.001 the two candidates for the target of Q1010-0100 (a galaxy and the point source upon it) lie 2.1 and 3.9
# from where the header puts it. UTs: ESO's page on their performance, 3 rms.
POINTING_RMS_ARCSEC = {
    "ESO-NTT": 3.0,
    "ESO-VLT-U1": 3.0,
    "ESO-VLT-U2": 3.0,
    "ESO-VLT-U3": 3.0,
    "ESO-VLT-U4": 3.0,
}
_SCALE_TOLERANCE = 0.05  # claimed and nominal pixel scale may differ by this fraction
_FARTHEST_DEG = 10.0  # from the image to its reference point; a field is half a degree at most


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A linear map of pixels: ``(x', y') = matrix @ (x, y) + shift``; coordinates count from 0 at the centre of a pixel."""

    matrix: Array
    shift: Array

    def __call__(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Return the images of the points (`x`, `y`)."""
        (a, b), (c, d) = self.matrix
        u, v = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        return a * u + b * v + self.shift[0], c * u + d * v + self.shift[1]

    def after(self, first: Affine) -> Affine:
        """Return the map that applies `first` and then this one."""
        return Affine(self.matrix @ first.matrix, self.matrix @ first.shift + self.shift)

    @classmethod
    def translation(cls, dx: float = 0.0, dy: float = 0.0) -> Affine:
        """Return the shift by (`dx`, `dy`)."""
        return cls(np.eye(2), np.array([dx, dy], dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class CelestialFrame:
    """A tangential (TAN) projection, FITS paper II (Calabretta & Greisen 2002, A&A 395, 1077).

    Attributes
    ----------
    crval
        Right ascension and declination (deg) of the reference point.
    crpix
        Its pixel (x, y), counted from 0 at the centre of the first pixel (FITS counts from 1).
    cd
        Degrees per pixel, ``[[CD1_1, CD1_2], [CD2_1, CD2_2]]``.
    radesys, equinox
        Reference system.
    """

    crval: tuple[float, float]
    crpix: tuple[float, float]
    cd: Array
    radesys: str = "ICRS"
    equinox: float = 2000.0

    def sky(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Return right ascension and declination (deg) of pixels (`x`, `y`)."""
        ra, dec = self._astropy().all_pix2world(np.asarray(x, np.float64), np.asarray(y, np.float64), 0)
        return np.asarray(ra), np.asarray(dec)

    def pixel(self, ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Array, Array]:
        """Return the pixel (x, y) of positions (deg); NaN for those more than 90 degrees away."""
        x, y = self._astropy().wcs_world2pix(np.asarray(ra_deg, np.float64), np.asarray(dec_deg, np.float64), 0)
        near = self._cosine(ra_deg, dec_deg) > 0
        return np.where(near, x, np.nan), np.where(near, y, np.nan)

    def moved(self, dx: float, dy: float) -> CelestialFrame:
        """Return the frame of an image whose pixel (0, 0) is pixel (-`dx`, -`dy`) of this one."""
        return replace(self, crpix=(self.crpix[0] + dx, self.crpix[1] + dy))

    def corrected(self, truth: Affine) -> CelestialFrame:
        """Return the frame that gives pixel p the position this one gives to ``truth(p)``.

        Fitting `truth` from measured positions to the positions a catalogue predicts in this frame is how a catalogue
        replaces the telescope's pointing.
        """
        inverse = np.linalg.inv(truth.matrix)
        x, y = inverse @ (np.array(self.crpix) - truth.shift)
        return replace(self, crpix=(float(x), float(y)), cd=self.cd @ truth.matrix)

    @property
    def pixel_scale_arcsec(self) -> float:
        """Return the side of a square of a pixel's area, in arcsec."""
        return float(3600.0 * np.sqrt(abs(np.linalg.det(self.cd))))

    @property
    def parity(self) -> int:
        """Return 1 when East lies clockwise of North by the pixel axes (+x East for +y North), -1 for the usual sky view."""
        return 1 if np.linalg.det(self.cd) > 0 else -1

    def cards(self) -> tuple[Card, ...]:
        """Return the complete set of FITS cards; there is no CDELT and no PC."""
        (cd11, cd12), (cd21, cd22) = (tuple(float(value) for value in row) for row in self.cd)
        cards = [
            Card("WCSAXES", 2, "Number of coordinate axes"),
            Card("CTYPE1", "RA---TAN", "Gnomonic projection"),
            Card("CTYPE2", "DEC--TAN", "Gnomonic projection"),
            Card("CRVAL1", self.crval[0], "[deg] Right ascension of the reference point"),
            Card("CRVAL2", self.crval[1], "[deg] Declination of the reference point"),
            Card("CRPIX1", self.crpix[0] + 1.0, "[pixel] Reference point, axis 1"),
            Card("CRPIX2", self.crpix[1] + 1.0, "[pixel] Reference point, axis 2"),
            Card("CUNIT1", "deg", "Unit of axis 1"),
            Card("CUNIT2", "deg", "Unit of axis 2"),
            Card("CD1_1", cd11, "[deg/pixel] Transformation matrix"),
            Card("CD1_2", cd12, "[deg/pixel] Transformation matrix"),
            Card("CD2_1", cd21, "[deg/pixel] Transformation matrix"),
            Card("CD2_2", cd22, "[deg/pixel] Transformation matrix"),
            Card("RADESYS", self.radesys, "Coordinate system"),
        ]
        return (*cards, Card("EQUINOX", self.equinox, "[yr] Equinox of the coordinates"))

    def _astropy(self) -> WCS:
        wcs = WCS(naxis=2)
        wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
        wcs.wcs.cunit = ["deg", "deg"]
        wcs.wcs.crval = self.crval
        wcs.wcs.crpix = [self.crpix[0] + 1.0, self.crpix[1] + 1.0]
        wcs.wcs.cd = self.cd
        return wcs

    def _cosine(self, ra_deg: ArrayLike, dec_deg: ArrayLike) -> Array:
        """Return the cosine of the angle between positions and the reference point."""
        ra0, dec0 = np.radians(self.crval)
        ra, dec = np.radians(np.asarray(ra_deg, np.float64)), np.radians(np.asarray(dec_deg, np.float64))
        return np.asarray(np.sin(dec0) * np.sin(dec) + np.cos(dec0) * np.cos(dec) * np.cos(ra - ra0))


def celestial_frame(
    header: Header, *, pixel_scale_arcsec: float, trimmed: tuple[int, int] = (0, 0), where: str = ""
) -> CelestialFrame:
    """Return the celestial frame a raw header claims, for the trimmed image.

    Parameters
    ----------
    header
        Raw primary header with a TAN projection and a CD matrix.
    pixel_scale_arcsec
        Nominal side of a pixel as read out (binning included), to tell whether the CD matrix is meant for it.
    trimmed
        Raw (x, y) index of the first pixel kept; the header's CRPIX counts raw pixels.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        A keyword is missing, the projection is not TAN, the matrix is singular or of another scale.
    """
    for keyword, wanted in (("CTYPE1", "RA---TAN"), ("CTYPE2", "DEC--TAN")):
        found = text(header, keyword, where)
        if found != wanted:
            raise DataError(
                f"{keyword} = {found!r} gives no celestial coordinates",
                where=where,
                keyword=keyword,
                accepted=wanted,
                hint="leave the frame out, or write the world coordinates of the pointing into its header",
            )
    frame = CelestialFrame(
        crval=(number(header, "CRVAL1", where), number(header, "CRVAL2", where)),
        crpix=(number(header, "CRPIX1", where) - 1.0 - trimmed[0], number(header, "CRPIX2", where) - 1.0 - trimmed[1]),
        cd=np.array([[number(header, f"CD{i}_{j}", where) for j in (1, 2)] for i in (1, 2)]),
        radesys=str(header.get("RADESYS") or header.get("RADECSYS") or "FK5"),
        equinox=number(header, "EQUINOX", where) if header.get("EQUINOX") else 2000.0,
    )
    _check_reference(frame, pixel_scale_arcsec, where)
    finite = np.all(np.isfinite(frame.cd)) and np.all(np.isfinite([*frame.crval, *frame.crpix]))
    ratio = frame.pixel_scale_arcsec / pixel_scale_arcsec if finite else np.nan
    if not abs(ratio - 1.0) < _SCALE_TOLERANCE:
        raise DataError(
            f"the CD matrix means {ratio * pixel_scale_arcsec:.4f} arcsec per pixel, the instrument has "
            f"{pixel_scale_arcsec:.4f}",
            where=where,
            keyword="CD1_1",
            accepted=f"within {_SCALE_TOLERANCE:.0%} of the instrument's scale at this binning",
            hint="correct the CD matrix (degrees per binned pixel)",
        )
    return frame


def _check_reference(frame: CelestialFrame, pixel_scale_arcsec: float, where: str) -> None:
    """Raise `DataError` where the reference point is no place on the sky, or one far from the image."""
    farthest = _FARTHEST_DEG * 3600.0 / pixel_scale_arcsec
    for keyword, value, low, high in (
        ("CRVAL1", frame.crval[0], -360.0, 360.0),
        ("CRVAL2", frame.crval[1], -90.0, 90.0),
        ("CRPIX1", frame.crpix[0], -farthest, farthest),
        ("CRPIX2", frame.crpix[1], -farthest, farthest),
    ):
        if not low <= value <= high:
            raise DataError(
                f"{keyword} = {value:g} is impossible",
                where=where,
                keyword=keyword,
                accepted=f"{low:.0f} to {high:.0f}",
                hint="leave the frame out, or write the world coordinates of the pointing into its header",
            )


def pixel_mapping(reference: CelestialFrame, frame: CelestialFrame, shape: tuple[int, int]) -> Affine:
    """Return the affine map from pixels of `reference` to pixels of `frame`, exact to second order over `shape` (ny, nx)."""
    ny, nx = shape
    x = np.array([0.0, nx - 1.0, 0.0, nx - 1.0, 0.5 * (nx - 1)])
    y = np.array([0.0, 0.0, ny - 1.0, ny - 1.0, 0.5 * (ny - 1)])
    u, v = frame.pixel(*reference.sky(x, y))
    if not (np.all(np.isfinite(u)) and np.all(np.isfinite(v))):
        return Affine.translation(np.inf, np.inf)
    design = np.column_stack([x, y, np.ones_like(x)])
    (a, b, dx), (c, d, dy) = np.linalg.lstsq(design, np.column_stack([u, v]), rcond=None)[0].T
    return Affine(np.array([[a, b], [c, d]]), np.array([dx, dy]))
