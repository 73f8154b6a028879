"""Keywords of the sections of an OBX file, and what they are called in phase 2."""

from __future__ import annotations

__all__ = ["CONSTRAINTS", "CONSTRAINT_TEXTS", "DESCRIPTION", "SCHEDULE", "SECTIONS", "TARGET"]

# keyword -> attribute of `Target`
TARGET = {
    "TARGET.NAME": "name",
    "propRA": "proper_motion_ra",
    "propDec": "proper_motion_dec",
    "diffRA": "differential_ra",
    "diffDec": "differential_dec",
    "equinox": "equinox",
    "epoch": "epoch",
    "ra": "ra",
    "dec": "dec",
}

# keyword -> name of the constraint in the P2 API; a constraint not listed here goes by its own name
CONSTRAINTS = {
    "seeing": "seeing",
    "sky_transparency": "skyTransparency",
    "air_mass": "airmass",
    "fractional_lunar_illumination": "fli",
    "moon_angular_distance": "moonDistance",
    "strehlratio": "strehlRatio",
    "twilight": "twilight",
    "watervapour": "waterVapour",
    "atm": "atm",
    "contrast": "contrast",
    "baseline": "baseline",
}

CONSTRAINT_TEXTS = frozenset({"skyTransparency", "atm", "baseline"})  # never numbers

# keyword of the first section -> key of a block's description
DESCRIPTION = {"userComments": "userComments", "InstrumentComments": "instrumentComments"}

# keywords of ours for what IMPEX 2.0 has no word for: other readers pass over them
SCHEDULE = ("groupContribution", "earliestAfterPrevious", "latestAfterPrevious")

# keywords that begin a section; the first section is begun by IMPEX.VERSION
SECTIONS = frozenset(
    {
        "TARGET.NAME",
        "CONSTRAINT.SET.NAME",
        "OBSERVATION.DESCRIPTION.NAME",
        "ACQUISITION.TEMPLATE.NAME",
        "TEMPLATE.NAME",
    }
)
