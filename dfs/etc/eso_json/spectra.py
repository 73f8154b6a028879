"""The target of ESO's document: its shape on the sky and its spectrum."""

from __future__ import annotations

import re
from typing import Any

from dfs.errors import NotFoundError
from dfs.etc.eso_json.taking import Taken

__all__ = ["spectrum_of"]

_KELVIN = re.compile(r"p?(\d{4,5}(?:\.\d+)?):")  # 5750:4.5, or p4000:g+4.0:m0.0:...
_AT = ("target", "sed", "spectrum", "params")


def spectrum_of(taken: Taken, notes: list[str]) -> dict[str, Any]:
    """Return spectrum, redshift and extent as controls."""
    said: dict[str, Any] = {
        "sed": _sed(taken, notes),
        "redshift": taken.take(("target", "sed", "redshift", "redshift"), ("target", "redshift", "redshift")),
    }
    morphology = taken.text(("target", "morphology", "morphologytype"))
    if morphology == "extended":
        said["extended"] = True
        kind = taken.text(("target", "morphology", "extendedtype"))
        if kind not in {"", "infinite"}:
            notes.append(f"the profile {kind[:60]} is not computed: the target has an even surface brightness")
    elif morphology not in {"", "point"}:
        notes.append(f"not carried over: target.morphology.morphologytype = {morphology[:60]}")
    return said


def _sed(taken: Taken, notes: list[str]) -> str | None:
    kind = taken.text(("target", "sed", "sedtype"))
    if kind == "emissionline":
        at = ("target", "sed", "emissionline", "params")
        return f"line:{taken.text((*at, 'lambda'))}:{taken.text((*at, 'fwhm')) or '0'}"
    form = taken.text(("target", "sed", "spectrum", "spectrumtype"))
    match form:
        case "":
            return None
        case "uniform" | "flat":
            return "flat_lambda"
        case "blackbody":
            return f"blackbody:{taken.text((*_AT, 'temperature'))}"
        case "powerlaw":
            exponent = taken.take((*_AT, "exponent"))
            return "flat_lambda" if exponent == 0 else f"powerlaw:{exponent}"
        case "upload":
            return "table"  # it is not in the document: whoever computes has to bring it
        case "template":
            return _template(taken, notes)
    notes.append(f"not carried over: target.sed.spectrum.spectrumtype = {form[:60]}")
    return None


def _template(taken: Taken, notes: list[str]) -> str:
    """Return the template of that name here; a model atmosphere becomes the black body of its temperature."""
    from dfs.etc.spectra.templates import template_name

    catalogue = taken.text((*_AT, "catalog"), (*_AT, "ctlg"))
    name = taken.text((*_AT, "id"), (*_AT, "spectype"))
    taken.take((*_AT, "objtype"))
    try:
        return f"template:{template_name(name)}"
    except NotFoundError:
        kelvin = _KELVIN.match(name)
        if kelvin is None:
            return f"template:{name}"  # refused with the list of those there are
    notes.append(f"the template {catalogue} {name[:60]} is not here: a black body of {kelvin[1]} K stands for it")
    return f"blackbody:{kelvin[1]}"
