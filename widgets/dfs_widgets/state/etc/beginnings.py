"""What is asked before anybody says more."""

from __future__ import annotations

from typing import Any

__all__ = ["FIRST", "LINE_FLUX", "SHAPES", "SPECTRUM"]

FIRST: dict[str, Any] = {
    "instrument": "FORS2",
    "mode": "lss",
    "grism": "300V",
    "slit": 1.0,
    "sed": "blackbody:5800",
    "mag": 20.0,
    "exposure": 600.0,
    "days_from_new_moon": 3.0,
}
SHAPES = {  # kind of spectrum -> what it is until more is said
    "flat_lambda": "flat_lambda",
    "flat_nu": "flat_nu",
    "blackbody": "blackbody:5800",
    "powerlaw": "powerlaw:-1",
    "template": "",
    "line": "line:656.28:0.2",
}
LINE_FLUX = 1e-16  # erg s-1 cm-2
SPECTRUM = "spectrum"  # kind of a user's own
