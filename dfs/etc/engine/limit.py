"""How faint: the magnitude (of a line: the flux) at which an exposure still gives a signal-to-noise."""

from __future__ import annotations

from dataclasses import replace

from scipy.optimize import brentq

from dfs.errors import UsageError
from dfs.etc.engine.calculation import calculate
from dfs.etc.request import Request
from dfs.etc.result import Result

__all__ = ["FAINTEST", "limit"]

FAINTEST = 45.0  # magnitudes; nothing is seen there
_BRIGHTEST = -5.0
_FLUXES = (1e-25, 1e-5)  # of a line, erg s-1 cm-2
_TOLERANCE = 1e-9  # magnitudes


def limit(request: Request, snr: float) -> Result:
    """Return the answer for the faintest target that reaches a signal-to-noise; its ``request.target`` says how bright that is.

    Parameters
    ----------
    request
        The question, with a time; the brightness in it does not matter.
    snr
        Signal-to-noise at the wavelength of interest.

    Raises
    ------
    UsageError
        No time, a spectrum in units of its own, or a signal-to-noise that no brightness of sense gives.
    """
    if not 0.0 < snr < float("inf"):
        raise UsageError(f"a signal-to-noise of {snr:g}", where="limit", accepted="a number above 0")
    if request.exposure.snr is not None:
        raise UsageError("a limit is that of an exposure time", where="snr", accepted="exposure, or dit and ndit")
    if request.target.magnitude is None and request.target.sed.kind != "line":
        hint = "give it a magnitude: only its shape counts then"
        raise UsageError("the spectrum has its own brightness", where="limit", hint=hint)
    faint = _as_bright(request, FAINTEST)
    divided = replace(faint, exposure=calculate(faint).request.exposure)  # an open DIT is that of the sky
    if not _snr(divided, _BRIGHTEST) > snr > _snr(divided, FAINTEST):
        raise UsageError(f"no target gives a signal-to-noise of {snr:g} in this exposure", where="limit")
    found = brentq(lambda magnitude: _snr(divided, magnitude) - snr, _BRIGHTEST, FAINTEST, xtol=_TOLERANCE)
    return calculate(_as_bright(divided, float(found)))


def _snr(request: Request, magnitude: float) -> float:
    return calculate(_as_bright(request, magnitude)).snr


def _as_bright(request: Request, magnitude: float) -> Request:
    """Return the request with another brightness; a line has magnitudes between its fluxes, evenly in the logarithm."""
    target = request.target
    if target.sed.kind != "line":
        return replace(request, target=replace(target, magnitude=magnitude))
    faintest, brightest = _FLUXES
    share = (FAINTEST - magnitude) / (FAINTEST - _BRIGHTEST)
    sed = replace(target.sed, line_flux=faintest * (brightest / faintest) ** share)
    return replace(request, target=replace(target, sed=sed))
