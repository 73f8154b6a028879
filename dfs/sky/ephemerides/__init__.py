"""Sun, Moon, sidereal time and horizontal coordinates by formulae of our own: vectorised, offline, for any year from 1972 to 2100."""

from dfs.sky.ephemerides.directions import coordinates, direction, from_b1950, moved
from dfs.sky.ephemerides.local_sky import (
    LocalSky,
    airmass_of,
    altitude_of,
    azimuth_of,
    horizontal,
    local_sky,
    separation,
)
from dfs.sky.ephemerides.night import Night, night, night_of
from dfs.sky.ephemerides.scales import mjd_of, moment_of
from dfs.sky.ephemerides.site import LA_SILLA, PARANAL, Pointing, Site, pointing_of, site_of
from dfs.sky.ephemerides.track import Track, read_track

__all__ = [
    "LA_SILLA",
    "PARANAL",
    "LocalSky",
    "Night",
    "Pointing",
    "Site",
    "Track",
    "airmass_of",
    "altitude_of",
    "azimuth_of",
    "coordinates",
    "direction",
    "from_b1950",
    "horizontal",
    "local_sky",
    "mjd_of",
    "moment_of",
    "moved",
    "night",
    "night_of",
    "pointing_of",
    "read_track",
    "separation",
    "site_of",
]
