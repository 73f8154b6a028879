"""What is true of a simulated night: everything a reduction should find, in one document the recipes never see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from dfs.errors import ServiceError
from dfs_sims.camera import Source
from dfs_sims.geometry import wavelength_nm
from dfs_sims.targets import SpectralLine

__all__ = ["DetectorTruth", "ExposureTruth", "NightTruth", "SpectrumTruth"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DetectorTruth:
    """The detector: gain, read-out noise of one pixel (pick-up and rounding included), dark current of a binned pixel."""

    gain_e_per_adu: float
    ron_adu: float
    ron_e: float
    bias_level_adu: float
    dark_e_per_h: float


@dataclass(frozen=True, slots=True)
class ExposureTruth:
    """One exposure.

    Attributes
    ----------
    dp_id, path, kind, object, exposure_s
        What it is.
    bias_level_adu, bias_slope_adu
        Level in the overscan rows; rise from the first row to the last.
    airmass, seeing_arcsec
        Of mid-exposure; FWHM at 500 nm in the zenith.
    flexure_px
        Shift of the slit's image along +y against the solution; None without grism.
    centring_px
        Shift of the star's light against the slit's image, along +y.
    trace_px
        Raw x of the star's spectrum on rows 0, 100, ... 1000.
    slit_transmission
        Part of the star's light that passed the slit, by wavelength (nm).
    pointing_deg, header_pointing_deg
        Right ascension and declination of the reference pixel: true, and as the header has it.
    zero_point_ab
        AB magnitude outside the atmosphere of one electron per second in this image.
    """

    dp_id: str
    path: str
    kind: str
    object: str
    exposure_s: float
    bias_level_adu: float
    bias_slope_adu: float
    airmass: float | None = None
    seeing_arcsec: float | None = None
    flexure_px: float | None = None
    centring_px: float | None = None
    trace_px: tuple[float, ...] = ()
    slit_transmission: Mapping[str, float] | None = None
    pointing_deg: tuple[float, float] | None = None
    header_pointing_deg: tuple[float, float] | None = None
    zero_point_ab: float | None = None


@dataclass(frozen=True, slots=True)
class SpectrumTruth:
    """A long-slit target: f_lambda (erg s^-1 cm^-2 angstrom^-1) outside the atmosphere against nm in air, and its lines."""

    name: str
    ra_deg: float
    dec_deg: float
    wavelength_nm: tuple[float, ...]
    flux: tuple[float, ...]
    lines: tuple[SpectralLine, ...]

    def flux_at(self, wavelength: Array) -> Array:
        """Return f_lambda at `wavelength` (nm in air), linear between the samples."""
        return np.asarray(np.interp(wavelength, self.wavelength_nm, self.flux))


@dataclass(frozen=True, slots=True)
class NightTruth:
    """A simulated night.

    Attributes
    ----------
    seed, folder
        What was drawn, where the raw frames are.
    detector
        True figures of the detector.
    dispersion
        Polynomial coefficients, lowest order first: nm in air against raw row (0-based) at `reference_column`, no flexure.
    reference_column, smile_px, tilt
        Light of row r of the reference column lies at column x on the row y with y + (a + b y) (x - reference)^2 - tilt (x - reference)
        = r; smile_px is (a, b).
    zero_point_ab
        AB magnitude outside the atmosphere that gives one electron per second without atmosphere.
    exposures, spectra, sources
        Frames in order of time; long-slit targets; the imaged field.
    """

    seed: int
    folder: str
    detector: DetectorTruth
    dispersion: tuple[float, ...]
    reference_column: float
    smile_px: tuple[float, float]
    tilt: float
    zero_point_ab: float
    exposures: tuple[ExposureTruth, ...]
    spectra: tuple[SpectrumTruth, ...]
    sources: tuple[Source, ...]

    def wavelength_nm(self, x: Array, y: Array, flexure_px: float = 0.0) -> Array:
        """Return the wavelength (nm in air) at raw pixels (`x`, `y`), 0-based, of an exposure with `flexure_px`."""
        return wavelength_nm(x, y, flexure_px)

    def polynomial(self) -> Polynomial:
        """Return wavelength (nm in air) against raw row at the reference column."""
        return Polynomial(self.dispersion)

    def of(self, kind: str) -> tuple[ExposureTruth, ...]:
        """Return the exposures of one kind."""
        return tuple(one for one in self.exposures if one.kind == kind)

    def spectrum(self, name: str) -> SpectrumTruth:
        """Return the target called `name`; KeyError lists those there are."""
        for one in self.spectra:
            if one.name == name:
                return one
        raise KeyError(f"no target {name!r}; there are {', '.join(one.name for one in self.spectra)}")

    def write(self, path: Path) -> None:
        """Write everything as JSON; the file appears whole or not at all."""
        staging = path.with_name(f".{path.name}.part")
        document: dict[str, Any] = {"schema": "dfs_sims.truth/1", **asdict(self)}
        try:
            staging.write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")
            staging.replace(path)
        except OSError as error:
            staging.unlink(missing_ok=True)
            raise ServiceError(
                f"the truth of the simulated night could not be written ({error.strerror or error})",
                where=str(path),
                hint="free space or change permissions, then draw the night again",
            ) from error
