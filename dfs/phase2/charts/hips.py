"""Sky surveys over the network: cut-outs made by the CDS's service from HiPS, as FITS."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from dfs.errors import NotFoundError, ServiceError
from dfs.phase2.charts.backgrounds import Painted
from dfs.phase2.charts.stretch import ink_of, sky_of
from dfs.phase2.charts.tangent import Tangent

__all__ = ["SURVEYS", "HipsCutout"]

_SERVICE = "https://alasky.cds.unistra.fr/hips-image-services/hips2fits"
_PIXELS = 800

# name for people -> HiPS, wavelength (um): CDS's list of HiPS
SURVEYS = {
    "DSS2 red": ("CDS/P/DSS2/red", "0.66 um"),
    "DSS2 blue": ("CDS/P/DSS2/blue", "0.48 um"),
    "2MASS J": ("CDS/P/2MASS/J", "1.24 um"),
    "2MASS H": ("CDS/P/2MASS/H", "1.66 um"),
    "2MASS K": ("CDS/P/2MASS/K", "2.16 um"),
    "PanSTARRS r": ("CDS/P/PanSTARRS/DR1/r", "0.62 um"),
    "SkyMapper r": ("CDS/P/skymapper-R", "0.62 um"),
}


class HipsCutout:
    """A survey's cut-out.

    Parameters
    ----------
    survey
        One of `SURVEYS`, or the identifier of a HiPS.
    client
        An ``httpx.Client``, for tests and proxies.
    timeout_s
        How long to wait.
    """

    def __init__(self, survey: str = "DSS2 red", client: Any = None, timeout_s: float = 20.0) -> None:
        self._name = survey
        self._hips, self._band = SURVEYS.get(survey, (survey, ""))
        self._client = client
        self._timeout = timeout_s

    def paint(self, plane: Tangent) -> Painted:
        """Return the cut-out.

        Raises
        ------
        NotFoundError
            The survey does not reach there.
        ServiceError
            The service cannot be reached, or does not answer with an image.
        """
        from astropy.io import fits
        from scipy.ndimage import zoom

        pixels = min(_PIXELS, plane.pixels)
        content = self._fetched(plane, pixels)
        try:
            counts = np.asarray(fits.getdata(io.BytesIO(content)), dtype=np.float32)[::-1]
        except (OSError, TypeError) as error:
            raise ServiceError(f"{self._name} came as no FITS image", where=_SERVICE) from error
        if not np.isfinite(counts).any() or not np.nanstd(counts) > 0:
            raise NotFoundError(f"{self._name} does not show {plane.ra_deg:.5f} {plane.dec_deg:+.5f}")
        level, spread = sky_of(counts)
        ink = zoom(ink_of((counts - level) / spread), plane.pixels / pixels, order=1, grid_mode=True, mode="nearest")
        return Painted(np.clip(ink, 0.0, 1.0), self._name, self._band)

    def _fetched(self, plane: Tangent, pixels: int) -> bytes:
        import httpx

        query: dict[str, str | float] = {
            "hips": self._hips,
            "ra": plane.ra_deg,
            "dec": plane.dec_deg,
            "fov": plane.side_deg,
            "width": pixels,
            "height": pixels,
            "projection": "TAN",
            "format": "fits",
        }
        try:
            get = self._client.get if self._client is not None else httpx.get
            answer = get(_SERVICE, params=query, timeout=self._timeout)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            hint = "draw the chart from the archive, a FITS file or a catalogue of stars"
            raise ServiceError(f"{self._name} cannot be fetched: {error}", where=_SERVICE, hint=hint) from error
        return bytes(answer.content)
