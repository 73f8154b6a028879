"""Every control of the calculator as data: command line, page, documents and links are all drawn from this one list."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Literal

from dfs.errors import UsageError
from dfs.etc.controls.choices import Option, choices
from dfs.etc.request import EXTRACTIONS
from dfs.instruments.optics.choice import MODES, POLARIMETRY

__all__ = ["CONTROLS", "GROUPS", "RIVALS", "Control", "Option", "choices", "control"]

GROUPS = {
    "instrument": "Instrument",
    "target": "Target",
    "sky": "Sky",
    "exposure": "Exposure",
    "extraction": "Extraction",
}

# Of each group one value counts: who gives another of the group takes the first back.
RIVALS = (
    ("mag", "line_flux"),
    ("exposure", "snr"),
    ("seeing", "image_quality"),
    ("fli", "days_from_new_moon"),
)


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that can be set.

    Attributes
    ----------
    name
        Key in documents and links; the option of the command line is the same with dashes.
    group
        One of `GROUPS`.
    label, help
        For people: a few words, and a sentence.
    kind
        ``number``, ``whole`` (a whole number), ``flag`` (on or off), ``choice`` (of a list) or ``text``.
    unit
        In which plain numbers are understood, as astropy writes it.
    low, high
        Smallest and largest number accepted.
    accepted
        Values of a choice; empty: the instrument says which.
    default
        What counts where nothing is given; None: open, or the instrument's.
    """

    name: str
    group: str
    label: str
    kind: Literal["number", "whole", "flag", "choice", "text"]
    help: str
    unit: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    accepted: tuple[str, ...] = ()
    default: Any = None

    @property
    def option(self) -> str:
        """Return the option of the command line."""
        return f"--{self.name.replace('_', '-')}"


_TINY = 1e-6  # nothing lasts, or measures, zero

_INSTRUMENT = (
    Control("instrument", "instrument", "Instrument", "choice", "Which instrument, e.g. FORS2."),
    Control("mode", "instrument", "Mode", "choice", "How it observes.", accepted=tuple(MODES)),
    Control("filter", "instrument", "Filter", "choice", "Filter; with a grism the filter that sorts the orders."),
    Control(
        "grism", "instrument", "Grism", "choice", "Grism, setting of an echelle, arm, or mode of an integral field."
    ),
    Control("slit", "instrument", "Slit width", "number", "Width of the slit.", "arcsec", 0.01, 100.0),
    Control("collimator", "instrument", "Collimator", "choice", "Collimator: standard or high resolution."),
    Control("detector", "instrument", "Detector", "choice", "Detector."),
    Control("read_mode", "instrument", "Read mode", "choice", "How the detector is read."),
    Control("binning", "instrument", "Binning", "choice", "Detector pixels read as one, e.g. 2x2."),
    Control(
        "polarimetry",
        "instrument",
        "Polarimetry",
        "choice",
        "What is measured of the polarisation.",
        accepted=POLARIMETRY,
        default="off",
    ),
    Control(
        "mirror_reflectivity",
        "instrument",
        "Mirror reflectivity",
        "number",
        "Of each mirror of the telescope, instead of the measured curve.",
        low=0.01,
        high=1.0,
    ),
)
_TARGET = (
    Control(
        "sed",
        "target",
        "Spectrum",
        "text",
        "flat_lambda, flat_nu, blackbody:T, powerlaw:INDEX, template:NAME, line:NM[:FWHM_NM], or file:PATH.",
        default="flat_lambda",
    ),
    Control(
        "redshift", "target", "Redshift", "number", "Applied before the brightness.", low=-0.1, high=20.0, default=0.0
    ),
    Control(
        "mag", "target", "Magnitude", "number", "Brightness in the band; per arcsec2 when extended.", "mag", -30.0, 50.0
    ),
    Control("band", "target", "Band", "choice", "Band of the magnitude.", default="V"),
    Control("system", "target", "System", "choice", "Magnitude system.", accepted=("vega", "ab"), default="vega"),
    Control("extended", "target", "Extended", "flag", "Of even surface brightness, not a point.", default=False),
    Control(
        "diameter",
        "target",
        "Diameter",
        "number",
        "Of an extended target; open: larger than everything.",
        "arcsec",
        0.01,
        1e5,
    ),
    Control(
        "line_flux",
        "target",
        "Line flux",
        "number",
        "Of an emission line; per arcsec2 when extended.",
        "erg s-1 cm-2",
        1e-30,
        1.0,
    ),
)
_SKY = (
    Control("airmass", "sky", "Air mass", "number", "Of the target.", low=1.0, high=3.0, default=1.2),
    Control("seeing", "sky", "Seeing", "number", "FWHM at the zenith and 500 nm.", "arcsec", 0.1, 10.0, default=0.8),
    Control(
        "image_quality",
        "sky",
        "Image quality",
        "number",
        "FWHM on the detector, instead of the seeing.",
        "arcsec",
        0.05,
        10.0,
    ),
    Control("fli", "sky", "Moon illumination", "number", "Lit fraction of the Moon's disk.", low=0.0, high=1.0),
    Control(
        "days_from_new_moon", "sky", "Days from new moon", "number", "Instead of the illumination.", "d", 0.0, 14.77
    ),
    Control("moon_distance", "sky", "Moon distance", "number", "From the target.", "deg", 0.0, 180.0, default=60.0),
    Control("moon_altitude", "sky", "Moon altitude", "number", "Above the horizon; open: typical.", "deg", -90.0, 90.0),
    Control(
        "airglow",
        "sky",
        "Airglow continuum",
        "flag",
        "The glow between the lines, as ESO's switch has it; lines stay.",
        default=True,
    ),
    Control("pwv", "sky", "Water vapour", "number", "Precipitable, at the zenith.", "mm", 0.0, 30.0, default=2.5),
    Control(
        "solar_flux",
        "sky",
        "Solar flux",
        "number",
        "Monthly mean at 10.7 cm, in solar flux units.",
        "",
        50.0,
        400.0,
        default=130.0,
    ),
    Control(
        "sky_model",
        "sky",
        "Sky model",
        "choice",
        "Components, or the table of magnitudes by days from new moon.",
        accepted=("components", "classic"),
        default="components",
    ),
)
_EXPOSURE = (
    Control("exposure", "exposure", "Exposure time", "number", "Total time on the target.", "s", _TINY, 1e7),
    Control("snr", "exposure", "Signal-to-noise", "number", "Asked, instead of the exposure time.", "", _TINY, 1e7),
    Control("at", "exposure", "Wavelength", "number", "Where the signal-to-noise is asked.", "nm", 200.0, 30_000.0),
    Control("dit", "exposure", "DIT", "number", "One integration of an infrared detector.", "s", _TINY, 1e5),
    Control("ndit", "exposure", "NDIT", "whole", "Integrations averaged to one exposure.", low=1, high=1_000_000),
    Control(
        "count",
        "exposure",
        "Exposures",
        "whole",
        "Read-outs that the time is divided into.",
        low=1,
        high=1_000_000,
        default=1,
    ),
)
_EXTRACTION = (
    Control(
        "extraction",
        "extraction",
        "Extraction",
        "choice",
        "The aperture of ESO's calculator, or what the recipes here do.",
        accepted=EXTRACTIONS,
        default="eso",
    ),
    Control(
        "extrapolate",
        "extraction",
        "Extrapolate",
        "flag",
        "Let a spectrum that is too short go on as it ends.",
        default=False,
    ),
)

CONTROLS: dict[str, Control] = {one.name: one for one in (*_INSTRUMENT, *_TARGET, *_SKY, *_EXPOSURE, *_EXTRACTION)}


def control(name: str) -> Control:
    """Return the control called `name`; `UsageError` names the nearest."""
    found = CONTROLS.get(name)
    if found is None:
        near = difflib.get_close_matches(name, CONTROLS, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no {name[:60]!r}", where="inputs", accepted=", ".join(CONTROLS), hint=hint)
    return found
