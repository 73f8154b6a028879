"""What is asked of the calculator: a target, a sky, an instrument set up, and an exposure or a signal-to-noise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dfs.etc.spectra.sed import Sed
    from dfs.instruments.optics import Choice

__all__ = ["EXTRACTIONS", "Exposure", "Request", "Sky", "Target"]

EXTRACTIONS = ("eso", "as-reduced")


@dataclass(frozen=True, slots=True)
class Target:
    """Light of the target outside the atmosphere.

    Attributes
    ----------
    sed
        Shape of the spectrum.
    magnitude, band, system
        Its brightness: in the band, in ``vega`` or ``ab``; mag/arcsec2 when extended. None: the spectrum has its own scale.
    extended
        True: of even surface brightness.
    diameter_arcsec
        Of an extended target; None: it fills the slit and the aperture.
    redshift
        Applied to the spectrum before it is scaled.
    """

    sed: Sed
    magnitude: float | None = None
    band: str = "V"
    system: Literal["vega", "ab"] = "vega"
    extended: bool = False
    diameter_arcsec: float | None = None
    redshift: float = 0.0


@dataclass(frozen=True, slots=True)
class Sky:
    """The night: where the target stands, the turbulence, the Moon.

    Attributes
    ----------
    airmass
        1 to 3.
    seeing_arcsec
        FWHM at the zenith and 500 nm; used unless `image_quality_arcsec` is given.
    image_quality_arcsec
        FWHM at the detector at the reference wavelength (of the band, or of the middle of the spectrum) and the air mass asked.
    illumination
        Lit fraction of the Moon's disk (FLI); None: from `days_from_new_moon`.
    days_from_new_moon
        0 to 14.77; None: from `illumination`. Both None: no Moon.
    moon_distance_deg, moon_altitude_deg
        From the target; above the horizon (None: open, and up where it can be).
    airglow
        False leaves out the continuum of the airglow between its lines, as the switch of ESO's calculators does; lines stay.
    pwv_mm, solar_flux_sfu
        Precipitable water vapour at the zenith; monthly mean of the solar flux.
    model
        ``components``: the sky model. ``classic``: the table of magnitudes by days from new moon.
    """

    airmass: float = 1.2
    seeing_arcsec: float | None = 0.8
    image_quality_arcsec: float | None = None
    illumination: float | None = None
    days_from_new_moon: float | None = None
    moon_distance_deg: float = 60.0
    moon_altitude_deg: float | None = None
    airglow: bool = True
    pwv_mm: float = 2.5
    solar_flux_sfu: float = 130.0
    model: Literal["components", "classic"] = "components"


@dataclass(frozen=True, slots=True)
class Exposure:
    """How long, or how good.

    Attributes
    ----------
    time_s
        Total time on the target, read out in `count` parts; None where `snr` is asked.
    snr
        Signal-to-noise wanted, at `at_nm`.
    at_nm
        Wavelength of interest, in the medium of the instrument; None: the reference wavelength.
    dit_s, ndit
        Infrared: one integration and their number; their product is the time of one exposure. None: a usual DIT that leaves the
        brightest pixel linear (`dfs.etc.engine.plan.usual_dit`), and as many as the time asks.
    count
        Exposures (read-outs) that the time is divided into.
    """

    time_s: float | None = None
    snr: float | None = None
    at_nm: float | None = None
    dit_s: float | None = None
    ndit: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    """A whole question.

    Attributes
    ----------
    choice, target, sky, exposure
        See their classes.
    extraction
        One of `EXTRACTIONS`: the aperture of ESO's calculator, or what the recipes of this package do.
    extrapolate
        True: a spectrum that does not cover the instrument's range goes on as its last value; else it is refused.
    """

    choice: Choice
    target: Target
    sky: Sky = field(default_factory=Sky)
    exposure: Exposure = field(default_factory=Exposure)
    extraction: Literal["eso", "as-reduced"] = "eso"
    extrapolate: bool = False
