"""Coordinate frames that texts of regions name, and the way from them to ICRS."""

from __future__ import annotations

import math

from dfs.errors import UsageError

__all__ = ["FRAMES", "SAME_AS_ICRS", "to_icrs"]

# FK5 at J2000 differs from ICRS by 20 mas, less than the last digits of outlines; archives use the names for one another.
SAME_AS_ICRS = frozenset({"ICRS", "J2000", "FK5", "UNKNOWNFRAME"})
FRAMES = SAME_AS_ICRS | {"GALACTIC", "GALACTIC_II", "FK4", "B1950", "ECLIPTIC"}

# Rows: axes of galactic coordinates in ICRS, Hipparcos and Tycho Catalogues vol. 1 (ESA SP-1200, 1997), section 1.5.3.
_GALACTIC = (
    (-0.0548755604162154, -0.8734370902348850, -0.4838350155487132),
    (+0.4941094278755837, -0.4448296299600112, +0.7469822444972189),
    (-0.8676661490190047, -0.1980763734312015, +0.4559837761750669),
)


def to_icrs(frame: str, longitude: float, latitude: float) -> tuple[float, float]:
    """Return right ascension and declination (deg) of a position in `frame`; `UsageError` for frames not known here."""
    name = frame.upper()
    if name in SAME_AS_ICRS:
        return longitude, latitude
    if name.startswith("GALACTIC"):
        return _from_galactic(longitude, latitude)
    if name in {"FK4", "B1950"}:
        return _from_fk4(longitude, latitude)
    raise UsageError(f"the frame {frame} is not supported", accepted="ICRS, J2000, FK5, FK4, GALACTIC")


def _from_galactic(longitude: float, latitude: float) -> tuple[float, float]:
    lon, lat = math.radians(longitude), math.radians(latitude)
    vector = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    x, y, z = (sum(_GALACTIC[row][axis] * vector[row] for row in range(3)) for axis in range(3))
    return math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y)))


def _from_fk4(longitude: float, latitude: float) -> tuple[float, float]:
    from astropy.coordinates import SkyCoord

    there = SkyCoord(longitude, latitude, unit="deg", frame="fk4").icrs
    return float(there.ra.deg), float(there.dec.deg)
