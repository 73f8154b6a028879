"""Headers of EFOSC2 and FORS2 frames as files without pixels."""

from __future__ import annotations

from pathlib import Path

import pytest
from astropy.io import fits

EFOSC2 = {
    "INSTRUME": "EFOSC",
    "EXPTIME": 10.0,
    "OBJECT": "TARGET",
    "ESO DET WIN1 BINX": 2,
    "ESO DET WIN1 BINY": 2,
    "ESO DET WIN1 NX": 1030,
    "ESO DET WIN1 NY": 1030,
    "ESO DET READ SPEED": "fastL",
    "ESO INS GRIS1 NAME": "Gr#3",
    "ESO INS SLIT1 NAME": "slit#1.2",
    "ESO INS FILT1 NAME": "Free",
    "ESO TPL START": "2022-01-26T19:00:00",
}
KINDS = {
    "BIAS": (
        "CALIB",
        "DARK",
        "IMAGE",
        {"EXPTIME": 0.0, "ESO INS GRIS1 NAME": "Gr#1", "ESO INS SLIT1 NAME": "Holes_Mask"},
    ),
    "FLAT_LSS": ("CALIB", "FLAT", "SPECTRUM", {}),
    "ARC": ("CALIB", "WAVE", "SPECTRUM", {}),
    "STD_LSS": ("SCIENCE", "STD", "SPECTRUM", {"ESO INS SLIT1 NAME": "slit#5.0"}),
    "SCIENCE_LSS": ("SCIENCE", "OBJECT", "SPECTRUM", {}),
    "FLAT_SKY_IMG": ("CALIB", "SKY,FLAT", "IMAGE", {"ESO INS GRIS1 NAME": "Free", "ESO INS SLIT1 NAME": "Free"}),
    "FLAT_DOME_IMG": ("CALIB", "FLAT", "IMAGE", {"ESO INS GRIS1 NAME": "Free", "ESO INS SLIT1 NAME": "Free"}),
    "SCIENCE_IMG": ("SCIENCE", "OBJECT", "IMAGE", {"ESO INS GRIS1 NAME": "Free", "ESO INS SLIT1 NAME": "Free"}),
}


@pytest.fixture
def night(tmp_path):
    """Return a function that adds a frame of a kind to the folder ``night``, with keywords changed, and gives its path."""
    folder = tmp_path / "night"
    folder.mkdir()
    count = iter(range(10_000))

    def add(kind: str, mjd: float = 59605.8, **changes: object) -> Path:
        category, dpr_type, technique, own = KINDS[kind]
        words = {"ESO DPR CATG": category, "ESO DPR TYPE": dpr_type, "ESO DPR TECH": technique}
        header = fits.PrimaryHDU().header
        for keyword, value in {**EFOSC2, **words, "MJD-OBS": mjd, **own, **changes}.items():
            if value is not None:
                header[f"HIERARCH {keyword}" if " " in keyword else keyword] = value
        path = folder / f"EFOSC.{next(count):04d}.fits"
        fits.PrimaryHDU(header=header).writeto(path)
        return path

    add.folder = folder
    return add
