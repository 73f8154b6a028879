"""The Python that makes a calculation: short, with units, and complete."""

from __future__ import annotations

import json
from typing import Any

from dfs.etc.controls.control import CONTROLS
from dfs.etc.documents.inline_spectrum import SPECTRUM
from dfs.etc.documents.mapping import inputs
from dfs.etc.request import Request

__all__ = ["script"]

_UNITS = {"arcsec": "u.arcsec", "s": "u.s", "nm": "u.nm", "deg": "u.deg", "mm": "u.mm", "d": "u.d"}
_TARGET = ("sed", "redshift", "mag", "band", "system", "diameter")
_SKY = tuple(name for name, one in CONTROLS.items() if one.group == "sky")
_WIDTH = 110


def script(request: Request, connect: str | None = None) -> str:
    """Return a Python script that asks `request` again and prints the answer.

    Parameters
    ----------
    connect
        Address of a server that shall answer; None: this machine computes.
    """
    said = inputs(request)
    spectrum = said.pop(SPECTRUM, None)
    if said.pop("line_flux", None) is not None:
        said["sed"] = request.target.sed.text  # with its flux
    lines = ["from astropy import units as u", ""]
    lines += ["from dfs import connect, etc"] if connect else ["from dfs import etc"]
    lines += ["", f"calculator = {f'connect({_shown(connect)}).etc' if connect else 'etc.Calculator()'}"]
    if spectrum is not None:
        lines += _spectrum(spectrum)
    lines += _call("target", "etc.Extended" if said.pop("extended") else "etc.Point", _target(said, spectrum))
    lines += _call(
        "sky", "etc.Sky", [_argument(name, said[name], name == "sky_model") for name in _SKY if name in said]
    )
    rest = [name for name in said if name not in {*_TARGET, *_SKY, "instrument"}]
    arguments = [
        _shown(said["instrument"]),
        *(_argument(name, said[name]) for name in rest),
        "target=target",
        "sky=sky",
    ]
    lines += _call("result", "calculator", arguments)
    lines += ['print(f"S/N {result.snr:.2f} at {result.at_nm:.1f} nm in {result.exposure_s:.1f} s")']
    return "\n".join(lines) + "\n"


def _target(said: dict[str, Any], spectrum: Any) -> list[str]:
    names = [name for name in _TARGET if name in said and not (spectrum is not None and name == "sed")]
    return ([] if spectrum is None else ["sed=spectrum"]) + [_argument(name, said[name]) for name in names]


def _argument(name: str, value: Any, is_model: bool = False) -> str:
    """Return ``name=value``, with its unit."""
    unit = _UNITS.get(CONTROLS[name].unit)
    shown = _shown(value) if unit is None or isinstance(value, str) else f"{value!r} * {unit}"
    return f"{'model' if is_model else name}={shown}"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _call(name: str, function: str, arguments: list[str]) -> list[str]:
    """Return ``name = function(arguments)``, broken where it is long."""
    line = f"{name} = {function}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{name} = {function}(", *(f"    {one}," for one in arguments), ")"]


def _spectrum(spectrum: dict[str, Any]) -> list[str]:
    """Return the lines that make the user's spectrum, number by number."""
    unit = "" if spectrum["unit"] == "relative" else f" * u.Unit({_shown(spectrum['unit'])})"
    return [
        *_listed("wavelength", spectrum["wavelength_nm"], " * u.nm  # in vacuum"),
        *_listed("flux", spectrum["flux"], unit or " * u.dimensionless_unscaled"),
        "spectrum = (wavelength, flux)",
    ]


def _listed(name: str, values: list[float], tail: str) -> list[str]:
    rows = [", ".join(map(repr, values[start : start + 5])) for start in range(0, len(values), 5)]
    return [f"{name} = [", *(f"    {row}," for row in rows), f"]{tail}"]
