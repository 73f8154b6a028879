"""From a request to ESO's document."""

from __future__ import annotations

from math import acos, cos, degrees, pi
from typing import Any

from dfs.errors import UsageError
from dfs.etc.documents.mapping import inputs
from dfs.etc.eso_json.instruments import CCDS, TIMES, eso_name, written_key
from dfs.etc.request import Request

__all__ = ["GENERATIONS", "write_eso"]

GENERATIONS = (1, 2)
_MONTH_D = 14.765  # from new moon to full moon
_CLASSES = {"img": "img", "lss": "lss", "mos": "mos", "ipol": "img", "pmos": "mos", "ech": "ech", "ifu": "ifu"}
# What ESO's document has no place for, and the value with which nothing is lost.
_HERE_ALONE = {
    "sky_model": "components",
    "extraction": "eso",
    "extrapolate": False,
    "mirror_reflectivity": None,
    "diameter": None,
}


def write_eso(request: Request, generation: int = 2) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return `request` as ESO's calculator reads it, and what of it could not be carried over.

    Parameters
    ----------
    generation
        1: with ``seeingiqao`` (to 2024); 2: with ``seeing`` (from 2025).

    Raises
    ------
    UsageError
        No such generation, or a spectrum that ESO's document cannot hold.
    """
    if generation not in GENERATIONS:
        raise UsageError(f"no generation {generation!r}", where="generation", accepted="1, 2")
    said = inputs(request)
    notes: list[str] = []
    document = {
        "instrumentName": eso_name(said["instrument"]).lower(),
        "target": _target(said, notes, generation),
        "sky": _sky(said, notes, generation),
        **_seeing(said, notes, generation),
        "instrument": _instrument(said),
        "timesnr": _time(said, generation),
        "output": {"snr": {"snr": True}},
    }
    notes += [
        f"not carried over: {name} = {said[name]}" for name, same in _HERE_ALONE.items() if said.get(name, same) != same
    ]
    return document, tuple(notes)


def _target(said: dict[str, Any], notes: list[str], generation: int) -> dict[str, Any]:
    extended = {"morphologytype": "extended", "extendedtype": "infinite"}
    brightness: dict[str, Any] = {"mag": said.get("mag"), "magband": said["band"], "magsys": _system(said["system"])}
    if said.get("mag") is None:
        notes.append("not carried over: the brightness: public samples show magnitudes alone")
        brightness = {}
    told = (
        {"brightnesstype": "mag", **(brightness if generation == 2 else {"params": brightness})} if brightness else {}
    )
    sed = {**_sed(said), "extinctionav": 0}
    if said["redshift"]:
        sed["redshift"] = {"redshift": said["redshift"], "baryvelcor": 0}
    return {"morphology": extended if said["extended"] else {"morphologytype": "point"}, "sed": sed, "brightness": told}


def _system(system: str) -> str:
    return "AB" if system == "ab" else system


def _sed(said: dict[str, Any]) -> dict[str, Any]:
    kind, _, rest = said["sed"].partition(":")
    match kind:
        case "line":
            at, _, width = rest.partition(":")
            return {
                "sedtype": "emissionline",
                "emissionline": {"params": {"lambda": float(at), "fwhm": float(width or 0)}},
            }
        case "flat_lambda":
            form: dict[str, Any] = {"spectrumtype": "powerlaw", "params": {"exponent": 0}}
        case "flat_nu":
            form = {"spectrumtype": "powerlaw", "params": {"exponent": -2}}
        case "powerlaw":
            form = {"spectrumtype": "powerlaw", "params": {"exponent": float(rest)}}
        case "blackbody":
            form = {"spectrumtype": "blackbody", "params": {"temperature": float(rest)}}
        case "template":
            form = {"spectrumtype": "template", "params": {"catalog": "", "id": rest}}
        case _:
            hint = "ESO's calculator takes a spectrum as a file beside its document"
            raise UsageError("a spectrum of your own has no place in ESO's document", where="sed", hint=hint)
    return {"sedtype": "spectrum", "spectrum": form}


def _sky(said: dict[str, Any], notes: list[str], generation: int) -> dict[str, Any]:
    lit = said.get("fli")
    if lit is None:
        days = said.get("days_from_new_moon")
        lit = 0.0 if days is None else (1.0 - cos(pi * min(days, _MONTH_D) / _MONTH_D)) / 2.0
    if generation == 2:
        if "moon_altitude" in said:
            notes.append(f"not carried over: moon_altitude = {said['moon_altitude']:g} deg")
        return {
            "airmass": said["airmass"],
            "fli": lit,
            "moonDistance": said["moon_distance"],
            "waterVapour": said["pwv"],
            "airglowEnabled": said["airglow"],
        }
    sky = {
        "airmass": said["airmass"],
        "moon_fli": lit,
        "moon_sun_sep": degrees(acos(1.0 - 2.0 * lit)),
        "moon_target_sep": said["moon_distance"],
        "pwv": said["pwv"],
        "incl_airglow": "Y" if said["airglow"] else "N",
        "msolflux": said["solar_flux"],
    }
    return sky | ({"moon_alt": said["moon_altitude"]} if "moon_altitude" in said else {})


def _seeing(said: dict[str, Any], notes: list[str], generation: int) -> dict[str, Any]:
    from dfs.sky.image_quality import TURBULENCE_ARCSEC

    if "image_quality" in said:
        notes.append(
            f"not carried over: image_quality = {said['image_quality']:g} arcsec (the seeing is written as 0.8)"
        )
    seeing = said.get("seeing", 0.8)
    if generation == 1:
        return {"seeingiqao": {"mode": "noao", "params": {"seeing": seeing}, "aperturepix": 0}}
    category = min(TURBULENCE_ARCSEC, key=lambda one: abs(TURBULENCE_ARCSEC[one] - seeing))
    if TURBULENCE_ARCSEC[category] != seeing:
        notes.append(
            f"a seeing of {seeing:g} arcsec is written as category {category} ({TURBULENCE_ARCSEC[category]:g})"
        )
    if said["solar_flux"] != 130.0:
        notes.append(f"not carried over: solar_flux = {said['solar_flux']:g}")
    return {"seeing": {"turbulence_category": category, "aperturepix": 0}}


def _instrument(said: dict[str, Any]) -> dict[str, Any]:
    polarised = {"off": "nopol", "linear": "linpol", "circular": "cirpol"}[said["polarimetry"]]
    name = said["instrument"]
    written = {"ins_configuration": f"{_CLASSES[said['mode']]}_{polarised}"}
    for control in ("filter", "grism", "slit", "collimator", "read_mode"):
        if said.get(control) not in {None, "none"}:
            shown = f"COLL_{said[control]}" if control == "collimator" else said[control]
            written[written_key(name, control)] = shown
    ccd = next((letter for letter, detector in CCDS.items() if detector == said.get("detector")), None)
    return written | ({"SEQ.CCD": ccd} if ccd else {})


def _time(said: dict[str, Any], generation: int) -> dict[str, Any]:
    first = {part: keys[0] for part, keys in TIMES.items()}
    if "snr" in said:
        time = {first["dit"]: said["dit"]} if "dit" in said else {}
        at = {"wavelengthmin": said["at"], "wavelengthmax": said["at"], "method": "mean"} if "at" in said else {}
        asked = {"snr": said["snr"], **at}
        return {"inputtype": "snr", "snr": asked, **time} if generation == 1 or at else {"snr": said["snr"], **time}
    if "ndit" in said and "dit" in said:
        return {first["dit"]: said["dit"], first["ndit"]: said["ndit"]} | (
            {first["count"]: said["count"]} if said["count"] > 1 else {}
        )
    return {first["exposure"]: said["exposure"] / said["count"], first["count"]: said["count"]}
