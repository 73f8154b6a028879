"""Draws a whole night: for every exposure of the plan the light, the frame, the header, and what is true of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import ServiceError
from dfs.progress import Progress, Silent
from dfs_sims.camera import Source, TangentPlane, field_illumination, image_electrons
from dfs_sims.detector import bias_state, read_out, ron_adu
from dfs_sims.exposure import Exposure
from dfs_sims.field import draw_field, draw_stars
from dfs_sims.figures import figures
from dfs_sims.geometry import SHAPE, dispersion
from dfs_sims.headers import header_cards, header_pointing, written_at
from dfs_sims.horizon import pointing
from dfs_sims.lamps import arc_electrons, flat_electrons
from dfs_sims.night_sky import sky_continuum, sky_lines
from dfs_sims.photons import photons
from dfs_sims.plan import night_plan
from dfs_sims.raw_fits import write_raw
from dfs_sims.spectrograph import SlitView, StarView, diffuse_electrons, fine_rows, star_electrons, star_trace
from dfs_sims.targets import Target, field_figures, galaxy, standard, star
from dfs_sims.throughput import area_m2, grism_efficiency, zero_point
from dfs_sims.truth import DetectorTruth, ExposureTruth, NightTruth, SpectrumTruth

__all__ = ["draw_night"]

Array = NDArray[np.float64]

_FILTER = "g#782"
_TWILIGHT_ADU = (41000.0, 37000.0, 33000.0, 28000.0)  # levels of good sky flats; the real one has 38000


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The light of one exposure (expected electrons, None: dark) and what is true of it."""

    light: Array | None
    truth: dict[str, Any]
    seeing: float = 0.9


def draw_night(folder: Path, *, seed: int = 1, progress: Progress | None = None) -> NightTruth:
    """Draw the demonstration night of EFOSC2 into `folder`; see `dfs_sims.efosc2_night`."""
    progress = progress or Silent()
    _make(folder)
    plan = night_plan(np.random.default_rng([seed, 0]))
    sources = draw_field(field_figures(), np.random.default_rng([seed, 1]))
    progress.begin("drawing a night of EFOSC2", len(plan))
    exposures = []
    for exposure in plan:
        exposures.append(_draw(exposure, folder, seed, sources))
        progress.step(exposure.dp_id)
    progress.end()
    truth = _night_truth(folder, seed, tuple(exposures), sources)
    truth.write(folder.parent / "truth.json")
    return truth


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(
            f"the folder for the simulated night could not be made ({error.strerror or error})",
            where=str(folder),
            hint="name another folder",
        ) from error


def _draw(exposure: Exposure, folder: Path, seed: int, sources: tuple[Source, ...]) -> ExposureTruth:
    """Draw one exposure, write its frame, and return what is true of it."""
    random = np.random.default_rng([seed, 100 + exposure.index])
    bias = bias_state(random)
    scene = _SCENES[exposure.kind](exposure, sources, random)
    imaging = exposure.kind in ("image", "sky_flat")
    pixels = read_out(scene.light, exposure.seconds, bias, random, imaging=imaging)
    path = folder / f"{exposure.dp_id}.fits"
    write_raw(path, header_cards(exposure, seed=seed, seeing=scene.seeing), pixels, written_at(exposure))
    return ExposureTruth(
        dp_id=exposure.dp_id,
        path=str(path),
        kind=exposure.kind,
        object=exposure.block.target,
        exposure_s=exposure.seconds,
        bias_level_adu=bias.level_adu,
        bias_slope_adu=bias.slope_adu,
        **scene.truth,
    )


def _dark(exposure: Exposure, sources: tuple[Source, ...], random: np.random.Generator) -> _Scene:  # noqa: ARG001
    return _Scene(None, {})


def _flat(exposure: Exposure, sources: tuple[Source, ...], random: np.random.Generator) -> _Scene:  # noqa: ARG001
    view = SlitView(exposure.slit, figures()["flexure"]["calibration_px"] * random.standard_normal())
    brightness = 1.0 + figures()["flat_lamp"]["exposure_scatter"] * random.standard_normal()
    return _Scene(flat_electrons(view) * exposure.seconds * brightness, {"flexure_px": view.flexure_px})


def _arc(exposure: Exposure, sources: tuple[Source, ...], random: np.random.Generator) -> _Scene:  # noqa: ARG001
    view = SlitView(exposure.slit, figures()["flexure"]["calibration_px"] * random.standard_normal())
    return _Scene(arc_electrons(view) * exposure.seconds, {"flexure_px": view.flexure_px})


def _twilight(exposure: Exposure, sources: tuple[Source, ...], random: np.random.Generator) -> _Scene:  # noqa: ARG001
    """Return a sky flat: an even sky with a slight gradient, and the brighter stars that already show."""
    level = _TWILIGHT_ADU[exposure.number - 1] * figures()["detector"]["gain_e_per_adu"]
    ra, dec = header_pointing(exposure)
    airmass, seeing = pointing(ra, dec, exposure.middle).airmass, _seeing(random)
    # The field stays the same while the telescope moves a little, as in a real series.
    field = np.random.default_rng([int(exposure.block.number), 7])
    block = exposure.block
    few = draw_stars((block.ra_deg, block.dec_deg), 2.6, field.uniform(13.5, 17.5, 12), field, "star")
    stars = image_electrons(few, TangentPlane(ra, dec), seeing, airmass, _FILTER)
    tilt_x, tilt_y = random.normal(0.0, 0.003, 2)
    x, y = np.linspace(-1, 1, SHAPE[1]), np.linspace(-1, 1, SHAPE[0])[:, np.newaxis]
    sky = level * (1.0 + tilt_x * x + tilt_y * y) * field_illumination()
    return _Scene(sky + stars * exposure.seconds, {"airmass": airmass, "seeing_arcsec": seeing}, seeing)


def _image(exposure: Exposure, sources: tuple[Source, ...], random: np.random.Generator) -> _Scene:
    """Return an image of the field: the telescope points nearly, not quite, where the header says."""
    ra, dec = header_pointing(exposure)
    error = figures()["pointing"]["error_arcsec"] / 3600.0 * random.standard_normal(2)
    true_ra, true_dec = ra + float(error[0] / np.cos(np.radians(dec))), dec + float(error[1])
    airmass, seeing = pointing(ra, dec, exposure.middle).airmass, _seeing(random)
    light = image_electrons(sources, TangentPlane(true_ra, true_dec), seeing, airmass, _FILTER) * exposure.seconds
    truth = {
        "airmass": airmass,
        "seeing_arcsec": seeing,
        "pointing_deg": (true_ra, true_dec),
        "header_pointing_deg": (ra, dec),
        "zero_point_ab": zero_point(airmass, _FILTER),
    }
    return _Scene(light, truth, seeing)


def _spectrum(exposure: Exposure, sources: tuple[Source, ...], random: np.random.Generator) -> _Scene:  # noqa: ARG001
    """Return a target behind the slit, with the sky."""
    target = next(one for one in (standard(), galaxy(), star()) if one.name == exposure.block.target)
    airmass = pointing(target.ra_deg, target.dec_deg, exposure.middle).airmass
    view, behind = _bent(exposure, target, airmass, random)
    fine = fine_rows()
    starlight, passed = star_electrons(view, behind, photons(target.flux(fine.wavelength_nm), fine.wavelength_nm))
    light = (starlight + _sky(view, airmass)) * exposure.seconds
    at = np.arange(320.0, 601.0, 20.0)
    transmission = np.interp(at, fine.wavelength_nm, passed)
    truth = {
        "airmass": airmass,
        "seeing_arcsec": behind.seeing,
        "flexure_px": view.flexure_px,
        "centring_px": behind.centring_arcsec / figures()["geometry"]["scale_arcsec"],
        "trace_px": tuple(float(value) for value in star_trace(view, behind)[::100]),
        "slit_transmission": {f"{one:.0f}": float(part) for one, part in zip(at, transmission, strict=True)},
    }
    return _Scene(light, truth, behind.seeing)


def _bent(exposure: Exposure, target: Target, airmass: float, random: np.random.Generator) -> tuple[SlitView, StarView]:
    """Return how slit and star are seen: the instrument bends, the star stands not quite in the middle of the slit."""
    bends: dict[str, Any] = figures()["flexure"]
    wide = exposure.kind == "standard"
    shift = bends["science_mean_px"] + (bends["wide_slit_px"] if wide else 0.0)
    shift += bends["science_scatter_px"] * random.standard_normal()
    centring = bends["centring_wide_arcsec" if wide else "centring_arcsec"] * random.standard_normal()
    seeing = _seeing(random)
    return SlitView(exposure.slit, float(shift)), StarView(target.column_px, seeing, airmass, float(centring))


def _sky(view: SlitView, airmass: float) -> Array:
    """Return electrons per second from the night sky behind the slit."""
    fine = fine_rows()
    scale: float = figures()["geometry"]["scale_arcsec"]
    solid_angle = scale * view.width_px * scale  # arcsec^2 of one pixel column behind the slit
    continuum = sky_continuum(fine.wavelength_nm, airmass) * grism_efficiency(fine.wavelength_nm) * fine.nm_per_row
    lines_nm, lines = sky_lines(airmass)
    factor = area_m2() * solid_angle
    return diffuse_electrons(view, continuum * factor, lines_nm, lines * grism_efficiency(lines_nm) * factor)


def _seeing(random: np.random.Generator) -> float:
    seeing: dict[str, Any] = figures()["seeing"]
    return float(seeing["fwhm_arcsec"] + seeing["scatter_arcsec"] * random.standard_normal())


def _night_truth(
    folder: Path, seed: int, exposures: tuple[ExposureTruth, ...], sources: tuple[Source, ...]
) -> NightTruth:
    detector, geometry = figures()["detector"], figures()["geometry"]
    return NightTruth(
        seed=seed,
        folder=str(folder),
        detector=DetectorTruth(
            gain_e_per_adu=detector["gain_e_per_adu"],
            ron_adu=ron_adu(),
            ron_e=ron_adu() * detector["gain_e_per_adu"],
            bias_level_adu=detector["bias_level_adu"],
            dark_e_per_h=detector["dark_e_per_h"],
        ),
        dispersion=tuple(float(one) for one in dispersion().convert(domain=[-1, 1]).coef),
        reference_column=geometry["reference_column"],
        smile_px=(geometry["smile_px"][0], geometry["smile_px"][1]),
        tilt=geometry["tilt"],
        zero_point_ab=zero_point(0.0, _FILTER),
        exposures=exposures,
        spectra=tuple(_spectrum_truth(one) for one in (standard(), galaxy(), star())),
        sources=sources,
    )


def _spectrum_truth(target: Target) -> SpectrumTruth:
    wavelength = np.arange(300.0, 625.0, 0.1)
    return SpectrumTruth(
        name=target.name,
        ra_deg=target.ra_deg,
        dec_deg=target.dec_deg,
        wavelength_nm=tuple(float(one) for one in np.round(wavelength, 3)),
        flux=tuple(float(one) for one in target.flux(wavelength)),
        lines=target.lines,
    )


_SCENES: dict[str, Callable[[Exposure, tuple[Source, ...], np.random.Generator], _Scene]] = {
    "bias": _dark,
    "flat": _flat,
    "arc": _arc,
    "sky_flat": _twilight,
    "standard": _spectrum,
    "spectrum": _spectrum,
    "image": _image,
}
