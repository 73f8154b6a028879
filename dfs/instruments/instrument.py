"""What an instrument is, as data read from its folder.

Every figure in a folder names its source; one that is only assumed says ``assumed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dfs.errors import DataError, NotFoundError
from dfs.instruments.rules import FrameRules
from dfs.model import Header, Table
from dfs.model.header import text

__all__ = ["Detector", "Filter", "Grism", "Instrument", "QcParameter", "Slit"]


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector as its frames show it; sizes in unbinned pixels.

    Attributes
    ----------
    name
        Value of the keyword that identifies it, or ``default``.
    nx, ny
        Light-sensitive size.
    pixel_scale_arcsec
        Sky angle of one unbinned pixel.
    saturation_adu
        Level from which a raw pixel counts as saturated.
    gain_keyword
        The header keyword that gives **e-/ADU** (at ESO: ``CONAD``; ``GAIN`` is its inverse).
    ron_keyword
        The header keyword that claims the read-out noise in electrons.
    bad_columns, bad_rows
        Half-open ranges of unbinned pixels (0-based) known bad, with a source in the folder.
    light_columns, light_rows
        Half-open range of raw, unbinned pixels that see light, where measured frames contradict their headers; None: what
        the header says.
    dark_columns, dark_rows
        Likewise the raw, unbinned columns (rows) that give the bias level of a frame.
    gains
        e-/ADU measured on frames, by read-out mode: what to take where a night's own flats cannot tell.
    """

    name: str
    nx: int
    ny: int
    pixel_scale_arcsec: float
    saturation_adu: float
    gain_keyword: str = "ESO DET OUT1 CONAD"
    ron_keyword: str = "ESO DET OUT1 RON"
    bad_columns: tuple[tuple[int, int], ...] = ()
    bad_rows: tuple[tuple[int, int], ...] = ()
    light_columns: tuple[int, int] | None = None
    light_rows: tuple[int, int] | None = None
    dark_columns: tuple[int, int] | None = None
    dark_rows: tuple[int, int] | None = None
    gains: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grism:
    """A grism as used with this instrument.

    Attributes
    ----------
    dispersion_axis
        ``"x"`` or ``"y"`` of the raw frame.
    wavelength_increases
        True when wavelength grows with the pixel index along that axis.
    range_nm
        Nominal (shortest, longest) wavelength on the detector.
    dispersion_nm
        Mean dispersion, nm per unbinned pixel.
    guess
        Polynomial of wavelength (nm, in `medium`) against (unbinned pixel - guess_pivot) along the *increasing-wavelength*
        direction of the light-sensitive area, lowest order first: the starting point of the arc fit.
    resolution
        Resolving power with a 1 arcsec slit.
    """

    name: str
    dispersion_axis: Literal["x", "y"]
    wavelength_increases: bool
    range_nm: tuple[float, float]
    dispersion_nm: float
    guess: tuple[float, ...] = ()
    guess_pivot: float = 0.0
    resolution: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Slit:
    """A long slit: its header name, width and length."""

    name: str
    width_arcsec: float
    length_arcsec: float | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: header name, the band it stands for, central wavelength and width."""

    name: str
    band: str
    central_nm: float | None = None
    width_nm: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class QcParameter:
    """A quality parameter: unit, meaning and the estimator written out."""

    name: str
    unit: str
    description: str
    estimator: str
    frame_class: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument, as read from its folder.

    Attributes
    ----------
    name
        Our name, e.g. ``EFOSC2``.
    header_names
        Values of INSTRUME that mean this instrument, e.g. ``("EFOSC",)``.
    dp_prefix
        Prefix of the DP IDs of its raw frames, e.g. ``EFOSC``.
    telescope, site
        ``ESO-NTT``, ``lasilla``; the site names the extinction curve in `dfs.sky`.
    collecting_area_m2
        Of the telescope.
    detectors, grisms, filters, slits
        By header name.
    lines
        Arc line lists by lamp set (``"HeAr"``): `Table` with ``wavelength_nm`` (air), ``ion``, ``intensity``, ``blend``.
    rules
        Classification, grouping, association.
    qc
        Quality parameters by name.
    """

    name: str
    header_names: tuple[str, ...]
    dp_prefix: str
    telescope: str
    site: str
    collecting_area_m2: float
    detectors: Mapping[str, Detector]
    grisms: Mapping[str, Grism]
    filters: Mapping[str, Filter]
    slits: Mapping[str, Slit]
    lines: Mapping[str, Table]
    rules: FrameRules
    qc: Mapping[str, QcParameter]
    keywords: Mapping[str, str] = field(default_factory=dict)  # role -> keyword: grism, filter, slit, detector, lamp
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)  # figure -> where it comes from

    def detector(self, header: Header) -> Detector:
        """Return the detector that took the frame with `header`."""
        name = str(header.get(self.keywords.get("detector", ""), "")).strip()
        return self.detectors.get(name) or self.detectors["default"]

    def measured_gain(self, header: Header) -> float | None:
        """Return the gain (e-/ADU) that frames of this read-out mode have shown; None when none was measured."""
        mode = str(header.get(self.keywords.get("readout", ""), "")).strip()
        return self.detector(header).gains.get(mode)

    def grism(self, header: Header, where: str = "") -> Grism:
        """Return the grism named in `header`; `DataError` lists those known."""
        name = text(header, self.keywords["grism"], where)
        try:
            return self.grisms[name]
        except KeyError:
            raise DataError(
                f"grism {name!r} is not known for {self.name}",
                where=where,
                keyword=self.keywords["grism"],
                accepted=", ".join(self.grisms),
                hint=f"add it to {self.name.lower()}/instrument.toml",
            ) from None

    def parameter(self, name: str) -> QcParameter:
        """Return the quality parameter `name`."""
        try:
            return self.qc[name]
        except KeyError:
            raise NotFoundError(f"{self.name} has no quality parameter {name!r}", accepted=", ".join(self.qc)) from None
