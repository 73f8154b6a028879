"""Targets as people name them: a point or an extended source, its spectrum, its brightness."""

from __future__ import annotations

from typing import Any, Literal

from dfs.errors import UsageError
from dfs.etc.quantities import number, optional_number
from dfs.etc.request import Target
from dfs.etc.spectra.brightness import magnitude_of
from dfs.etc.spectra.sed import FORMS, Sed

__all__ = ["Extended", "Point"]

_LINE_FLUX = "erg s-1 cm-2"
_OWN = {  # kind of spectrum -> its parameters, in the order of its text
    "flat_lambda": (),
    "flat_nu": (),
    "uniform": (),
    "powerlaw": ("index",),
    "blackbody": ("T",),
    "template": ("name",),
    "line": ("at", "fwhm", "flux"),
    "file": ("file",),
}


def Point(  # noqa: N802 - a noun of the interface
    sed: Any = "flat_lambda",
    *,
    mag: Any = None,
    band: str = "V",
    system: Literal["vega", "ab"] | None = None,
    redshift: float = 0.0,
    **parameters: Any,
) -> Target:
    """Return a point source.

    Parameters
    ----------
    sed
        ``flat_lambda`` (or ``uniform``), ``flat_nu``, ``powerlaw``, ``blackbody``, ``template``, ``line``, ``file``, with the parameter
        beside it; or all in one text (``blackbody:5800``); or a table, a specutils spectrum, or a pair (wavelengths, fluxes).
    mag
        Number, or a quantity in mag or ABmag. None: the spectrum has its own brightness.
    band, system
        Of the magnitude: one of `dfs.etc.spectra.bands.bands`; ``vega`` (unless `mag` is in ABmag) or ``ab``.
    redshift
        Applied to the spectrum before it is scaled.
    **parameters
        ``T`` (K) of the black body; ``index`` of the power law (of flux per wavelength); ``name`` of the template; ``at``, ``fwhm`` (nm;
        left out: not resolved) and ``flux`` (erg/s/cm2) of the line; ``file``. Numbers in these units, or quantities.

    Raises
    ------
    UsageError, NotFoundError
        A kind, a parameter, a unit or a value that cannot be: which, and what is accepted.

    Examples
    --------
    >>> from dfs import etc
    >>> etc.Point("blackbody", T=5800, mag=22, band="V").sed.text
    'blackbody:5800'
    """
    return _target(sed, parameters, mag, band, system, redshift, extended=False, diameter=None)


def Extended(  # noqa: N802 - a noun of the interface
    sed: Any = "flat_lambda",
    *,
    mag: Any = None,
    band: str = "V",
    system: Literal["vega", "ab"] | None = None,
    redshift: float = 0.0,
    diameter: Any = None,
    **parameters: Any,
) -> Target:
    """Return a source of even surface brightness: `mag` in mag/arcsec2, fluxes in erg/s/cm2/arcsec2; see `Point`.

    Parameters
    ----------
    sed, mag, band, system, redshift, **parameters
        As of `Point`, of one square arcsecond.
    diameter
        In arcsec; None: it fills the slit and the aperture.
    """
    return _target(sed, parameters, mag, band, system, redshift, extended=True, diameter=diameter)


def _target(
    sed: Any,
    parameters: dict[str, Any],
    mag: Any,
    band: str,
    system: str | None,
    redshift: float,
    *,
    extended: bool,
    diameter: Any,
) -> Target:
    from dfs.etc.spectra.bands import band as known_band

    shape = _sed(sed, parameters, extended=extended)
    magnitude, said = magnitude_of(mag, system, extended=extended)
    if magnitude is None and not shape.is_absolute:
        raise UsageError(
            f"the target has no brightness: {shape.label} is a shape only", where="mag", accepted="a magnitude"
        )
    if magnitude is not None and shape.kind == "line":
        raise UsageError("an emission line has a flux, not a magnitude", where="mag", accepted="flux in erg/s/cm2")
    return Target(
        sed=shape,
        magnitude=magnitude,
        band=known_band(band).name,
        system=said,
        extended=extended,
        diameter_arcsec=optional_number(diameter, "arcsec", "diameter", 1e-3, 1e6),
        redshift=number(redshift, "", "redshift", -0.999999),
    )


def _sed(sed: Any, parameters: dict[str, Any], *, extended: bool) -> Sed:
    given = {name: value for name, value in parameters.items() if value is not None}
    kind = sed.strip().lower() if isinstance(sed, str) else ""
    wanted = _OWN.get(kind, ())
    for name in given:
        if name not in wanted:
            accepted = ", ".join(wanted) or "none"
            raise UsageError(f"{_what(sed)} has no {name}", where=name, accepted=f"its parameters: {accepted}")
    if kind not in _OWN:
        return Sed.of(sed)
    missing = [name for name in wanted if name not in given and name != "fwhm"]
    if missing:
        raise UsageError(f"{kind} needs {' and '.join(missing)}", where="sed", accepted=", ".join(FORMS))
    if kind == "line":
        unit = f"{_LINE_FLUX} arcsec-2" if extended else _LINE_FLUX
        return Sed(
            kind,
            value=number(given["at"], "nm", "at"),
            fwhm_nm=number(given.get("fwhm", 0.0), "nm", "fwhm"),
            line_flux=number(given["flux"], unit, "flux"),
        )
    if kind == "blackbody":
        return Sed(kind, value=number(given["T"], "K", "T"))
    if kind == "powerlaw":
        return Sed(kind, value=number(given["index"], "", "index"))
    return Sed.of(f"{kind}:{given[wanted[0]]}" if wanted else kind)


def _what(sed: Any) -> str:
    return sed if isinstance(sed, str) else f"a spectrum given as {type(sed).__name__}"
