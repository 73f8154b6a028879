"""From ESO's document to the flat mapping."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians
from typing import Any

from dfs.errors import UsageError
from dfs.etc.eso_json.exposures import exposure_of
from dfs.etc.eso_json.instruments import CCDS, KEYS, instrument_of, our_part
from dfs.etc.eso_json.spectra import spectrum_of
from dfs.etc.eso_json.taking import Taken
from dfs.etc.quantities import number
from dfs.instruments.optics.choice import MODES

__all__ = ["is_eso", "read_eso"]

_PARTS = ("target", "sky", "seeing", "seeingiqao", "timesnr", "instrument")
_NO_AO = frozenset({"", "noao", "nopol", "seeing"})


def is_eso(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is one of ESO's calculator: a question, or an answer with the question in it."""
    if isinstance(document.get("input"), Mapping) and "data" in document:
        return True
    return "instrumentName" in document or any(isinstance(document.get(part), Mapping) for part in _PARTS)


def read_eso(document: Mapping[str, Any], instrument: str | None = None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what ESO's document asks as the flat mapping, and what of it could not be carried over.

    Parameters
    ----------
    document
        A question of either generation, or an answer, in which the question stands.
    instrument
        As the address names it, where the document does not.

    Raises
    ------
    UsageError
        No instrument is named, or a part is no object.
    """
    asked = document["input"] if isinstance(document.get("input"), Mapping) and "data" in document else document
    for part in _PARTS:
        if part in asked and not isinstance(asked[part], Mapping) and asked[part] is not None:
            raise UsageError(f"{part} is no object", where=part, accepted="a document of ESO's calculator")
    taken = Taken(asked)
    notes: list[str] = []
    said: dict[str, Any] = {"instrument": _instrument(taken, instrument)}
    said |= _set_up(taken, notes)
    said |= spectrum_of(taken, notes)
    said |= _brightness(taken)
    said |= _sky(taken, notes)
    said |= exposure_of(taken, notes)
    notes += [f"not carried over: {one}" for one in taken.left()]
    return {name: value for name, value in said.items() if value is not None}, tuple(notes)


def _instrument(taken: Taken, given: str | None) -> str:
    named = taken.text(
        ("instrumentName",), ("instrument", "name"), ("instrument", "driver"), ("application", "instrument")
    )
    if not named and not given:
        raise UsageError("which instrument?", where="instrumentName", accepted="e.g. fors, hawki, uves, muse")
    return instrument_of(given or named)


def _set_up(taken: Taken, notes: list[str]) -> dict[str, Any]:
    """Return the choices of the instrument."""
    said: dict[str, Any] = {}
    for control, keys in KEYS.items():
        value = taken.take(*(("instrument", key) for key in keys))
        said[control] = our_part(control, value) if isinstance(value, str) else value
    ccd = taken.take(("instrument", "SEQ.CCD"))
    said["detector"] = CCDS.get(str(ccd), ccd)
    configuration = taken.text(("instrument", "ins_configuration"))
    mode, _, rest = configuration.lower().partition("_")
    polarised = {"lin": "linear", "pol": "linear", "cir": "circular"}.get(rest[:3])
    mode = "mos" if mode == "mxu" else mode
    if polarised:
        said["polarimetry"] = polarised
        mode = {"img": "ipol", "mos": "pmos", "lss": "pmos"}.get(mode, mode)
    if mode in MODES:
        said["mode"] = mode
    elif configuration:
        notes.append(f"not carried over: instrument.ins_configuration = {configuration[:60]}")
    if not polarised and rest not in _NO_AO:
        notes.append(f"{rest[:60]} is not computed: the image is limited by the seeing")
    return said


def _brightness(taken: Taken) -> dict[str, Any]:
    """Return magnitude, band, system."""
    taken.take(("target", "brightness", "brightnesstype"))
    said = {
        "mag": _of(taken, "mag"),
        "band": _of(taken, "magband"),
        "system": str(_of(taken, "magsys") or "vega").lower(),
    }
    if str(said["band"]).endswith("Ks"):
        said["band"] = "K"
    return said


def _of(taken: Taken, name: str) -> Any:
    return taken.take(("target", "brightness", name), ("target", "brightness", "params", name))


def _sky(taken: Taken, notes: list[str]) -> dict[str, Any]:
    """Return the night, in the words of either generation."""
    said: dict[str, Any] = {
        "airmass": taken.take(("sky", "airmass")),
        "fli": taken.take(("sky", "fli"), ("sky", "moon_fli")),
        "moon_distance": taken.take(("sky", "moonDistance"), ("sky", "moon_target_sep")),
        "moon_altitude": taken.take(("sky", "moonAltitude"), ("sky", "moon_alt")),
        "pwv": taken.take(("sky", "waterVapour"), ("sky", "pwv")),
        "solar_flux": taken.take(("sky", "msolflux")),
        "airglow": taken.take(("sky", "airglowEnabled")),
    }
    separation = taken.take(("sky", "moon_sun_sep"))
    if said["fli"] is None and isinstance(separation, int | float):
        said["fli"] = (1.0 - cos(radians(separation))) / 2.0
    if said["airglow"] is None and (airglow := taken.text(("sky", "incl_airglow"))):
        said["airglow"] = airglow.upper() == "Y"
    return said | _turbulence(taken, notes)


def _turbulence(taken: Taken, notes: list[str]) -> dict[str, Any]:
    from dfs.sky.image_quality import seeing_of_category

    mode = taken.text(("seeingiqao", "mode"), ("seeing", "mode"))
    if mode not in _NO_AO:
        notes.append(f"adaptive optics ({mode[:60]}) are not computed: the image is limited by the seeing")
    places = (("seeing",), ("seeingiqao", "params"), ("seeingiqao",))
    quality = taken.take(*((*place, name) for place in places for name in ("iq", "image_quality")))
    if quality is not None:
        return {"image_quality": quality}
    seeing = taken.take(*((*place, "seeing") for place in places))
    if seeing is not None:
        return {"seeing": seeing}
    category = taken.take(*((*place, "turbulence_category") for place in places))
    if category is None:
        return {}
    return {"seeing": seeing_of_category(int(number(category, "", "turbulence_category", 0, 100)))}
