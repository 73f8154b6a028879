"""What an observation block points at."""

from __future__ import annotations

from dataclasses import dataclass

from dfs.model.sexagesimal import dec_deg, ra_deg

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """A target as a PI gives it (names and units are those of ESO's P2 API).

    Attributes
    ----------
    ra, dec
        ``HH:MM:SS.sss`` and ``[-]DD:MM:SS.sss``, at `equinox` and `epoch`.
    equinox
        ``J2000`` or ``B1950``.
    epoch
        Year of the position, for proper motion.
    proper_motion_ra, proper_motion_dec
        arcsec/yr; RA in true arcseconds on the sky.
    differential_ra, differential_dec
        Tracking rate in arcsec/s, on top of the sidereal one.
    """

    name: str = "No name"
    ra: str = "00:00:00.000"
    dec: str = "00:00:00.000"
    equinox: str = "J2000"
    epoch: float = 2000.0
    proper_motion_ra: float = 0.0
    proper_motion_dec: float = 0.0
    differential_ra: float = 0.0
    differential_dec: float = 0.0

    @property
    def ra_deg(self) -> float:
        """Right ascension in degrees, as written (no motion applied)."""
        return ra_deg(self.ra)

    @property
    def dec_deg(self) -> float:
        """Declination in degrees, as written (no motion applied)."""
        return dec_deg(self.dec)

    @property
    def is_set(self) -> bool:
        """Tell whether the position is anything but the one a new block has."""
        return (self.ra_deg, self.dec_deg) != (0.0, 0.0)
