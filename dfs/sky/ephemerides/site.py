"""Where the telescopes stand, and what they cannot point at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dfs.errors import UsageError

__all__ = ["LA_SILLA", "PARANAL", "Pointing", "Site", "pointing_of", "site_of"]

_EQUATOR_KM, _FLATTENING = 6378.137, 1 / 298.257223563  # WGS 84


@dataclass(frozen=True, slots=True)
class Site:
    """A place on Earth: geodetic latitude and longitude in degrees (north and east positive), height above sea in metres."""

    name: str
    latitude_deg: float
    longitude_deg: float
    height_m: float
    source: str = ""

    @property
    def axis_distances_km(self) -> tuple[float, float]:
        """Return the distance from the Earth's axis and the height above the equator's plane (km), on the ellipsoid of WGS 84."""
        latitude = np.radians(self.latitude_deg)
        squeeze = (1 - _FLATTENING) ** 2
        radius = _EQUATOR_KM / np.sqrt(np.cos(latitude) ** 2 + squeeze * np.sin(latitude) ** 2)
        height = self.height_m / 1000.0
        return float((radius + height) * np.cos(latitude)), float((radius * squeeze + height) * np.sin(latitude))


@dataclass(frozen=True, slots=True)
class Pointing:
    """What a telescope cannot reach: below `lowest_deg`, and closer to the zenith than `zenith_gap_deg`."""

    lowest_deg: float
    zenith_gap_deg: float
    source: str


PARANAL = Site("Paranal", -24.6276, -70.4051, 2648.0, "TEL GEOLAT, GEOLON, GEOELEV of ISAAC.2006-04-13T06:32:38.944")
LA_SILLA = Site("La Silla", -29.2584, -70.7345, 2377.0, "TEL GEOLAT, GEOLON, GEOELEV of EFOSC.2022-01-27T04:46:29.093")

_UT = Pointing(20.0, 3.0, "eso.org, Paranal Science Operations, At the Telescope: zenith distance 3 to 70 deg")
_SURVEY = Pointing(20.0, 3.0, "assumed: as the Unit Telescopes")
_NTT = Pointing(20.0, 1.0, "assumed: alt-azimuth mount")
_EQUATORIAL = Pointing(20.0, 0.0, "assumed: equatorial mount")
_TELESCOPES = {
    **dict.fromkeys(("UT1", "UT2", "UT3", "UT4", "VLTI"), (PARANAL, _UT)),
    **dict.fromkeys(("VISTA", "VST"), (PARANAL, _SURVEY)),
    **dict.fromkeys(("LSNTT", "NTT"), (LA_SILLA, _NTT)),
    **dict.fromkeys(("LS3P6", "LS2P2", "3P6", "2P2"), (LA_SILLA, _EQUATORIAL)),
}


def site_of(telescope: str) -> Site:
    """Return where `telescope` (the P2 API's name: ``UT1``, ``VISTA``, ``LSntt`` ...; empty: Paranal) stands; `UsageError` else."""
    return _entry(telescope)[0]


def pointing_of(telescope: str) -> Pointing:
    """Return what `telescope` can point at."""
    return _entry(telescope)[1]


def _entry(telescope: str) -> tuple[Site, Pointing]:
    name = telescope.strip().upper().replace("ESO-VLT-U", "UT") or "UT1"
    try:
        return _TELESCOPES[name]
    except KeyError:
        accepted = "UT1, UT2, UT3, UT4, VLTI, VISTA, VST, LSntt, LS3p6, LS2p2"
        raise UsageError(f"no telescope is called {telescope!r}", where="telescope", accepted=accepted) from None
