"""What an observer chooses of an instrument: its mode, and what stands in the beam."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MODES", "POLARIMETRY", "Choice"]

MODES = {
    "img": "Imaging",
    "lss": "Long-slit spectroscopy",
    "mos": "Multi-object spectroscopy (slitlets or masks)",
    "ipol": "Imaging polarimetry",
    "pmos": "Spectropolarimetry",
    "ech": "Echelle spectroscopy",
    "ifu": "Integral-field spectroscopy",
}
POLARIMETRY = ("off", "linear", "circular")


@dataclass(frozen=True, slots=True)
class Choice:
    """A set-up of an instrument as asked for; what is None is taken from the defaults of the mode.

    Attributes
    ----------
    instrument
        Name of a folder, case does not matter.
    mode
        One of `MODES`.
    filter, disperser, collimator, detector, read_mode
        By the names in ``optics.toml``, or a part that means one only (``300V`` for ``GRIS_300V``). `disperser` is a grism, a
        setting of an echelle (UVES ``DIC1-346``), an arm (X-SHOOTER ``VIS``) or a mode of an integral-field unit.
    slit_arcsec
        Width of the slit.
    binning
        Pixels along and across the dispersion (image: x, y).
    polarimetry
        One of `POLARIMETRY`.
    mirror_reflectivity
        Of each mirror of the telescope, instead of the measured curve.
    """

    instrument: str
    mode: str = "img"
    filter: str | None = None
    disperser: str | None = None
    slit_arcsec: float | None = None
    collimator: str | None = None
    detector: str | None = None
    read_mode: str | None = None
    binning: tuple[int, int] | None = None
    polarimetry: str = "off"
    mirror_reflectivity: float | None = None
