"""The observing night a frame belongs to: the date of the local noon before it."""

from __future__ import annotations

from datetime import datetime, timedelta

from dfs.errors import DataError
from dfs.model import Header

__all__ = ["night_of"]

# East longitude in degrees, when the header has no ESO TEL GEOLON (which is where these come from).  A degree is four
# minutes of time: for a date that turns at noon, two decimals are plenty.
_LONGITUDES = {"lasilla": -70.73, "paranal": -70.40}
_MJD_ZERO = datetime(1858, 11, 17)  # noqa: DTZ001 - UTC throughout


def night_of(header: Header, site: str, where: str = "") -> str:
    """Return the night of a frame, ``2022-01-26`` for the night from 26 to 27 January.

    The day turns at noon of local mean solar time, UTC + longitude / 15 h (La Silla: 16:43 UTC).  ESO turns it at noon of the
    civil clock, up to 1.7 h earlier; nothing is exposed on sky between the two.

    Parameters
    ----------
    header
        MJD-OBS, and ESO TEL GEOLON where the telescope writes it.
    site
        ``lasilla`` or ``paranal``, for frames that do not tell the longitude.
    where
        The file, for messages.

    Raises
    ------
    DataError
        No MJD-OBS, or the longitude is unknown.
    """
    mjd, longitude = header.get("MJD-OBS"), header.get("ESO TEL GEOLON", _LONGITUDES.get(site))
    if isinstance(mjd, bool | str) or mjd is None:
        raise DataError(
            "MJD-OBS is missing or no number", where=where, keyword="MJD-OBS", accepted="a modified Julian date"
        )
    if isinstance(longitude, bool | str) or longitude is None:
        raise DataError(f"the longitude of site {site!r} is unknown", where=where, keyword="ESO TEL GEOLON")
    local_noon_count = _MJD_ZERO + timedelta(days=float(mjd) + float(longitude) / 360.0 - 0.5)
    return local_noon_count.date().isoformat()
