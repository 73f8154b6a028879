"""What can be chosen of an instrument, and the figures of each part: plain data read from its ``optics.toml``.

Each noun carries `assumed`: what of its figures was not read in a document, one text each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dfs.instruments.optics.curves import Curve

__all__ = [
    "Collimator",
    "Defaults",
    "Detector",
    "Disperser",
    "Element",
    "Filter",
    "Mode",
    "Optics",
    "Polarimeter",
    "ReadMode",
    "Telescope",
]

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Telescope:
    """A telescope: sizes in metres; `mirrors` before the instrument, each with the reflectivity of the curve."""

    name: str
    label: str
    site: str
    diameter_m: float
    obstruction_m: float
    mirrors: int
    reflectivity: Curve
    temperature_k: float
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """Something in the beam that is always there, or in some set-ups only (empty: in all).

    `curve` or `value` is the fraction that it passes; `includes` names elements that the curve holds too (``telescope``,
    ``detector``): they are divided out of it, so that each stands for itself. A warm one has temperature and emissivity.
    """

    name: str
    curve: Curve | None = None
    value: float = 1.0
    includes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    dispersers: tuple[str, ...] = ()
    collimators: tuple[str, ...] = ()
    temperature_k: float | None = None
    emissivity: float = 0.0
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: what it is called and passes; `range_nm` cuts a spectrum taken through it."""

    name: str
    label: str
    curve: Curve | None = None
    value: float = 1.0
    includes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disperser:
    """A grism, a setting of an echelle, an arm, or a mode of an integral-field unit.

    Attributes
    ----------
    ranges
        Order filter (``none`` without) -> (shortest, longest) wavelength used; the first filter is the default.
    polynomial, pivot
        Wavelength (nm) against unbinned pixel - pivot, lowest order first. Empty: `dispersion_nm` or `sampling` tells.
    dispersion_nm
        nm per unbinned pixel, constant.
    sampling
        Wavelength / (nm per unbinned pixel), constant: what an echelle has.
    dispersion
        A curve of nm per unbinned pixel.
    resolution
        (slit in arcsec, resolving power), of one or two slits, at `resolution_at_nm`.
    resolution_law
        ``pixels``: the line is as many pixels wide at all wavelengths (grisms). ``constant``: the resolving power is (echelles).
    fwhm
        A curve of the line's width (nm) that no slit changes, or of ``resolution``.
    gaps_nm
        (shortest, longest) wavelengths that fall between chips.
    detectors, slits_arcsec, slit_length_arcsec, pixel_arcsec
        Where the disperser has its own; else those of the mode.
    """

    name: str
    label: str
    ranges: Mapping[str, Pair]
    curve: Curve | None = None
    value: float = 1.0
    includes: tuple[str, ...] = ()
    polynomial: tuple[float, ...] = ()
    pivot: float = 0.0
    dispersion_nm: float | None = None
    sampling: float | None = None
    dispersion: Curve | None = None
    resolution: tuple[Pair, ...] = ()
    resolution_at_nm: float | None = None
    resolution_law: Literal["pixels", "constant"] = "pixels"
    fwhm: Curve | None = None
    gaps_nm: tuple[Pair, ...] = ()
    detectors: tuple[str, ...] = ()
    slits_arcsec: tuple[float, ...] = ()
    slit_arcsec: float | None = None
    slit_length_arcsec: float | None = None
    pixel_arcsec: Pair | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collimator:
    """A collimator or camera: sky angle of an unbinned pixel (along the dispersion or x, across it or y)."""

    name: str
    label: str
    pixel_arcsec: Pair
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadMode:
    """A way to read a detector. `binnings`: (along the dispersion or x, across it or y); `full_well_e` None: of the detector."""

    name: str
    label: str
    binnings: tuple[tuple[int, int], ...]
    ron_e: float
    gain_e_per_adu: float
    full_well_e: float | None = None
    linear_e: float | None = None
    dark_e_per_s: float | None = None
    shortest_s: float | None = None
    overhead_s: float = 0.0
    ron_by_dit: tuple[Pair, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector: `nx`, `ny` unbinned pixels (along the dispersion or x, across it or y), figures of an unbinned pixel.

    `converter_adu` is where its converter ends; `efficiency` None: the curve of another element holds it.
    """

    name: str
    label: str
    nx: int
    ny: int
    efficiency: Curve | None
    dark_e_per_s: float
    full_well_e: float
    read_modes: Mapping[str, ReadMode]
    converter_adu: float | None = None
    linear_e: float | None = None
    shortest_s: float = 0.0
    infrared: bool = False
    pixel_arcsec: Pair | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Polarimeter:
    """Retarder plate and beam splitter: the fraction passed in all beams together, and how many beams share it."""

    name: str
    label: str
    curve: Curve | None
    value: float
    beams: int
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a mode takes where nothing is said; None: the first there is."""

    filter: str | None = None
    disperser: str | None = None
    slit_arcsec: float | None = None
    collimator: str | None = None
    detector: str | None = None
    read_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode of observation and what can be chosen in it, by name.

    `slits_arcsec` is a list; where it is empty `slit_range_arcsec` says which widths can be cut, and where that is None there is
    no slit. `filters` are those of an image, order filters belong to the disperser.
    """

    name: str
    label: str
    kind: Literal["image", "spectrum", "cube"]
    filters: tuple[str, ...]
    dispersers: tuple[str, ...]
    collimators: tuple[str, ...]
    detectors: tuple[str, ...]
    polarimetry: tuple[str, ...]
    slits_arcsec: tuple[float, ...] = ()
    slit_range_arcsec: Pair | None = None
    slit_length_arcsec: float | None = None
    image_fwhm_arcsec: float = 0.0
    defaults: Defaults = field(default_factory=Defaults)
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Optics:
    """An instrument: everything by name, in the order of the file.

    Attributes
    ----------
    name, label, version
        Of the instrument; stamp of its figures.
    medium
        ``air`` or ``vacuum``: of all wavelengths here.
    telescope, elements
        In the order of the light; the disperser's order filter, the disperser and the detector come after the elements.
    modes, collimators, detectors, filters, dispersers, polarimeters
        What can be chosen.
    sources
        Figure -> where it comes from.
    """

    name: str
    label: str
    version: str
    medium: Literal["air", "vacuum"]
    telescope: Telescope
    elements: tuple[Element, ...]
    modes: Mapping[str, Mode]
    collimators: Mapping[str, Collimator]
    detectors: Mapping[str, Detector]
    filters: Mapping[str, Filter]
    dispersers: Mapping[str, Disperser]
    polarimeters: Mapping[str, Polarimeter]
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
