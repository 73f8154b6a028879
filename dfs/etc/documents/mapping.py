"""The one flat mapping of names to plain values that says a whole question, and back: every document, link and command is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dfs.errors import DfsError, UsageError
from dfs.etc.controls.choices import instrument_name, mode_of
from dfs.etc.controls.control import CONTROLS, RIVALS, control
from dfs.etc.controls.values import binning_of, value_of, without_area
from dfs.etc.documents.inline_spectrum import SPECTRUM, read_spectrum, written_spectrum
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.spectra.sed import Sed
from dfs.instruments.optics.choice import Choice

__all__ = ["SPECTRUM", "inputs", "merged", "request_of", "values_of", "whole"]


def inputs(request: Request) -> dict[str, Any]:
    """Return `request` as the flat mapping, plain values only; what is open is left out.

    A user's spectrum stands under `SPECTRUM`: wavelengths (vacuum nm), fluxes and their unit.
    """
    choice, exposure = request.choice, request.exposure
    binning = None if choice.binning is None else f"{choice.binning[0]}x{choice.binning[1]}"
    said: dict[str, Any] = {
        "instrument": choice.instrument,
        "mode": choice.mode,
        "filter": choice.filter,
        "grism": choice.disperser,
        "slit": choice.slit_arcsec,
        "collimator": choice.collimator,
        "detector": choice.detector,
        "read_mode": choice.read_mode,
        "binning": binning,
        "polarimetry": choice.polarimetry,
        "mirror_reflectivity": choice.mirror_reflectivity,
        **_of_target(request.target),
        **_of_sky(request.sky),
        "exposure": None if exposure.snr is not None else exposure.time_s,
        "snr": exposure.snr,
        "at": exposure.at_nm,
        "dit": exposure.dit_s,
        "ndit": exposure.ndit,
        "count": exposure.count,
        "extraction": request.extraction,
        "extrapolate": request.extrapolate,
    }
    return {name: value for name, value in said.items() if value is not None}


def request_of(
    given: Mapping[str, Any], *, files: bool = True, target: Target | None = None, sky: Sky | None = None
) -> Request:
    """Return the question that the flat mapping says.

    Parameters
    ----------
    given
        Keys of `dfs.etc.controls.control.CONTROLS`, and `SPECTRUM`; values plain, as text (also with a unit), or quantities; None is open.
    files
        Whether ``file:PATH`` may be read; False where the mapping comes from a stranger.
    target, sky
        Instead of what the mapping says of them.

    Raises
    ------
    UsageError
        An unknown key (the nearest is named), a value that cannot be, two that contradict each other, or one that is missing.
    """
    try:
        said = values_of(given)
    except UsageError as error:
        raise _with_shortest(error, given) from None
    said["instrument"] = instrument_name(said.get("instrument"))
    for some in RIVALS:
        both = [name for name in some if name in said]
        if len(both) > 1:
            raise UsageError(
                f"{' and '.join(both)} exclude each other", where=both[1], accepted=f"one of {', '.join(some)}"
            )
    return Request(
        choice=_choice(said),
        target=_target(said, files=files) if target is None else target,
        sky=_sky(said) if sky is None else sky,
        exposure=_exposure(said),
        extraction=said.get("extraction", "eso"),
        extrapolate=said.get("extrapolate", False),
    )


def whole(request: Request) -> Request:
    """Return `request` with every name of the set-up whole and every default of the instrument filled in."""
    from dfs.instruments.optics import light_path

    return replace(request, choice=light_path(request.choice).choice)


def values_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mapping with every value checked and plain, without what is None; see `request_of`."""
    said: dict[str, Any] = {}
    for name, written in given.items():
        value = written
        if value is None:
            continue
        if name == SPECTRUM:
            said[name] = value
            continue
        if not isinstance(name, str):
            raise UsageError(f"{name!r} is no name", where="inputs")
        if name == "mag":
            value = without_area(value, extended=value_of(CONTROLS["extended"], given.get("extended") or False))
        said[name] = value_of(control(name), value)
    return said


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes` over it: a change takes back its rivals, and None takes back what it names."""
    out = set(changes)
    for some in RIVALS:
        if any(changes.get(name) is not None for name in some):
            out.update(some)
    if changes.get("sed") is not None:
        out |= {SPECTRUM, "line_flux"}
    if changes.get("exposure") is not None or changes.get("snr") is not None:
        out.add("ndit")  # follows from the time and the DIT
    if changes.get("ndit") is not None:
        out |= {"exposure", "snr"}
    kept = {name: value for name, value in base.items() if name not in out}
    return {**kept, **{name: value for name, value in changes.items() if value is not None}}


def _with_shortest(error: UsageError, given: Mapping[str, Any]) -> UsageError:
    """Return an error of a time with the shortest that the detector asked for can take, where it is told."""
    if error.where not in {"exposure", "dit"}:
        return error
    from dfs.instruments.optics import light_path

    one = CONTROLS[error.where]
    try:
        said = values_of({name: value for name, value in given.items() if _is_of_instrument(name)})
        said["instrument"] = instrument_name(said.get("instrument"))
        shortest = light_path(_choice(said)).readout.shortest_s
    except DfsError:
        return error  # what is wrong of the instrument is told when the time is right
    accepted = f"a number in {one.unit}, {shortest:g} to {one.high:g}"
    return UsageError(error.message, where=error.where, accepted=accepted, hint=error.hint)


def _is_of_instrument(name: object) -> bool:
    return name in CONTROLS and CONTROLS[str(name)].group == "instrument"


def _choice(said: Mapping[str, Any]) -> Choice:
    return Choice(
        instrument=said["instrument"],
        mode=said.get("mode") or mode_of(said),
        filter=said.get("filter"),
        disperser=said.get("grism"),
        slit_arcsec=said.get("slit"),
        collimator=said.get("collimator"),
        detector=said.get("detector"),
        read_mode=said.get("read_mode"),
        binning=binning_of(said.get("binning")),
        polarimetry=said.get("polarimetry", "off"),
        mirror_reflectivity=said.get("mirror_reflectivity"),
    )


def _target(said: Mapping[str, Any], *, files: bool) -> Target:
    sed, extended = _sed(said, files=files), said.get("extended", False)
    if said.get("diameter") is not None and not extended:
        raise UsageError("a point source has no diameter", where="diameter", hint="say that it is extended")
    if "mag" in said and sed.kind == "line":
        raise UsageError("an emission line has a flux, not a magnitude", where="mag", hint="line_flux in erg/s/cm2")
    if "mag" not in said and not sed.is_absolute:
        raise UsageError(
            "the target has no brightness",
            where="mag",
            accepted="a magnitude, the flux of an emission line, or a spectrum in physical units",
        )
    return Target(
        sed=sed,
        magnitude=said.get("mag"),
        band=said.get("band", "V"),
        system=said.get("system", "vega"),
        extended=extended,
        diameter_arcsec=said.get("diameter"),
        redshift=said.get("redshift", 0.0),
    )


def _sed(said: Mapping[str, Any], *, files: bool) -> Sed:
    text = said.get("sed", "flat_lambda")
    if SPECTRUM in said:
        kind, _, name = text.partition(":")
        samples = read_spectrum(said[SPECTRUM])
        return Sed("file", name=name, samples=samples) if kind == "file" else Sed("table", samples=samples)
    if text == "table":
        raise UsageError("the spectrum itself is missing", where=SPECTRUM, accepted="wavelength_nm, flux, unit")
    sed = Sed.of(text, files=files)
    if said.get("line_flux") is None:
        return sed
    if sed.kind != "line":
        raise UsageError(f"{sed.kind} has no line flux", where="line_flux", hint="an emission line: sed = line:NM")
    return replace(sed, line_flux=said["line_flux"])


def _of_target(target: Target) -> dict[str, Any]:
    sed = target.sed
    said: dict[str, Any] = {"sed": replace(sed, line_flux=None).text if sed.kind == "line" else sed.text}
    if sed.samples is not None:
        said["sed"] = f"file:{sed.name}" if sed.kind == "file" else "table"
        said[SPECTRUM] = written_spectrum(sed.samples)
    return {
        **said,
        "redshift": target.redshift,
        "mag": target.magnitude,
        "band": target.band,
        "system": target.system,
        "extended": target.extended,
        "diameter": target.diameter_arcsec,
        "line_flux": sed.line_flux,
    }


def _of_sky(sky: Sky) -> dict[str, Any]:
    return {
        "airmass": sky.airmass,
        "seeing": sky.seeing_arcsec if sky.image_quality_arcsec is None else None,
        "image_quality": sky.image_quality_arcsec,
        "fli": sky.illumination,
        "days_from_new_moon": sky.days_from_new_moon if sky.illumination is None else None,
        "moon_distance": sky.moon_distance_deg,
        "moon_altitude": sky.moon_altitude_deg,
        "airglow": sky.airglow,
        "pwv": sky.pwv_mm,
        "solar_flux": sky.solar_flux_sfu,
        "sky_model": sky.model,
    }


def _sky(said: Mapping[str, Any]) -> Sky:
    quality = said.get("image_quality")
    return Sky(
        airmass=said.get("airmass", 1.2),
        seeing_arcsec=said.get("seeing", 0.8) if quality is None else None,
        image_quality_arcsec=quality,
        illumination=said.get("fli"),
        days_from_new_moon=said.get("days_from_new_moon"),
        moon_distance_deg=said.get("moon_distance", 60.0),
        moon_altitude_deg=said.get("moon_altitude"),
        airglow=said.get("airglow", True),
        pwv_mm=said.get("pwv", 2.5),
        solar_flux_sfu=said.get("solar_flux", 130.0),
        model=said.get("sky_model", "components"),
    )


def _exposure(said: Mapping[str, Any]) -> Exposure:
    time_s, snr, dit_s, ndit = (said.get(name) for name in ("exposure", "snr", "dit", "ndit"))
    if time_s is None and snr is None and (dit_s is None or ndit is None):
        raise UsageError(
            "neither an exposure nor a signal-to-noise is asked",
            where="exposure",
            accepted="exposure, snr, or dit and ndit",
        )
    return Exposure(time_s, snr, said.get("at"), dit_s, ndit, said.get("count", 1))
