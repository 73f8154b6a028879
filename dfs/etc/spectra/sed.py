"""What the spectrum of a target looks like, as something that can be compared, written down and read back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from dfs.errors import UsageError
from dfs.etc.spectra.samples import Samples
from dfs.etc.written import float_of, shown

__all__ = ["FORMS", "Sed", "names_file"]

FORMS = (
    "flat_lambda",
    "flat_nu",
    "powerlaw:INDEX",
    "blackbody:KELVIN",
    "template:NAME",
    "line:NM[:FWHM_NM[:ERG_S_CM2]]",
    "file:PATH",
)
_SAME = {"uniform": "flat_lambda"}
_PLAIN = ("flat_lambda", "flat_nu")
_HOTTEST, _STEEPEST = 1e9, 20.0


@dataclass(frozen=True, slots=True)
class Sed:
    """The shape of a spectrum; a line and a table in physical units have their brightness too.

    Attributes
    ----------
    kind
        First word of one of `FORMS`, or ``table``.
    value
        Kelvin of the black body; index of the power law, of flux per wavelength; wavelength of the line
        (nm, at rest; as it is quoted: in air from 200 to 2000 nm, else in vacuum).
    name
        Of the template; path of the file.
    fwhm_nm
        Of the line; 0: too narrow to be resolved.
    line_flux
        Of the line, erg s-1 cm-2 (extended: arcsec-2).
    samples
        Of the file or the table.
    """

    kind: str
    value: float = 0.0
    name: str = ""
    fwhm_nm: float = 0.0
    line_flux: float | None = None
    samples: Samples | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise UsageError(f"{self.kind} of {self.value}", where="sed", accepted="a finite number")
        if self.kind == "blackbody" and not 0.0 < self.value <= _HOTTEST:
            accepted = f"a temperature above 0, up to {_HOTTEST:g} K"
            raise UsageError(f"a black body of {self.value:g} K", where="sed", accepted=accepted)
        if self.kind == "powerlaw" and abs(self.value) > _STEEPEST:
            accepted = f"an index of -{_STEEPEST:g} to {_STEEPEST:g}"
            raise UsageError(f"a power law of index {self.value:g}", where="sed", accepted=accepted)
        if self.kind == "line":
            _check_line(self)

    @classmethod
    def of(cls, given: Any, *, files: bool = True) -> Sed:
        """Return the spectrum that `given` describes.

        Parameters
        ----------
        given
            One of `FORMS`, a `Sed`, an astropy table, a specutils spectrum, or a pair (wavelengths, fluxes) with units.
        files
            Whether ``file:PATH`` may be read; False where the text comes from a stranger.

        Raises
        ------
        UsageError
            A form or a value that cannot be.
        NotFoundError
            A template or a file that is not there.
        """
        if isinstance(given, cls):
            return given
        if not isinstance(given, str):
            from dfs.etc.spectra.tables import samples_of

            return cls("table", samples=samples_of(given))
        kind, rest = _parted(given)
        if kind in _PLAIN and not rest:
            return cls(kind)
        if kind in {"powerlaw", "blackbody"} and rest:
            return cls(kind, value=_number(rest, given))
        if kind == "line" and rest:
            return _line(rest, given)
        if kind == "template" and rest:
            from dfs.etc.spectra.templates import template_name

            return cls(kind, name=template_name(rest))
        if kind == "table" and rest:
            return cls(kind, samples=Samples.unpacked(rest))
        if kind == "file" and rest:
            if not files:
                raise UsageError("a file cannot be named here", where="sed", hint="send the spectrum itself")
            from dfs.etc.spectra.files import read_samples

            return cls(kind, name=rest, samples=read_samples(rest))
        raise UsageError(
            f"no spectrum {shown(given)}", where="sed", accepted=", ".join(FORMS), hint=_meant(given.strip())
        )

    @property
    def text(self) -> str:
        """The form that `of` reads back."""
        if self.kind in {"powerlaw", "blackbody"}:
            return f"{self.kind}:{_short(self.value)}"
        if self.kind == "line":
            flux = "" if self.line_flux is None else f":{_short(self.line_flux)}"
            width = f":{_short(self.fwhm_nm)}" if self.fwhm_nm or flux else ""
            return f"line:{_short(self.value)}{width}{flux}"
        if self.kind in {"template", "file"}:
            return f"{self.kind}:{self.name}"
        if self.kind == "table" and self.samples is not None:
            return f"table:{self.samples.packed()}"
        return self.kind

    @property
    def label(self) -> str:
        """A short name for messages and plots."""
        return "given as a table" if self.kind == "table" else self.text

    @property
    def is_absolute(self) -> bool:
        """Whether it has its own brightness, so that no magnitude is needed."""
        return self.line_flux is not None or (self.samples is not None and self.samples.is_absolute)


def names_file(given: Any) -> bool:
    """Tell whether `Sed.of` would read a file."""
    return isinstance(given, str) and _parted(given)[0] == "file"


def _parted(text: str) -> tuple[str, str]:
    """Return the kind of a form, in one spelling, and the rest."""
    kind, _, rest = text.strip().partition(":")
    kind = kind.strip().lower()
    return _SAME.get(kind, kind), rest


def _meant(text: str) -> str:
    """Return the form of a text that names a template only, or nearly one of the forms."""
    from dfs.etc.spectra.curves import curve_names

    known = {name.lower(): f"template:{name}" for name in curve_names("templates")}
    kind, _, rest = text.lower().partition(":")
    forms = {form.partition(":")[0]: form for form in FORMS}
    near = get_close_matches(kind, forms, 1, 0.6)
    if text.lower() in known:
        return f"did you mean {known[text.lower()]}?"
    if not near:
        return ""
    has_value = ":" in forms[near[0]]
    return f"did you mean {f'{near[0]}:{rest}' if has_value and rest else forms[near[0]]}?"


def _check_line(sed: Sed) -> None:
    if sed.value <= 0.0:
        raise UsageError(f"a line at {sed.value:g} nm", where="sed", accepted="a wavelength above 0 nm")
    if not 0.0 <= sed.fwhm_nm < sed.value:
        raise UsageError(f"a line {sed.fwhm_nm:g} nm wide", where="sed", accepted="0 (not resolved) or more nm")
    if sed.line_flux is not None and not 0.0 < sed.line_flux < math.inf:
        raise UsageError(f"a line of {sed.line_flux:g} erg/s/cm2", where="line_flux", accepted="a flux above 0")


def _line(rest: str, given: str) -> Sed:
    parts = rest.split(":")
    if len(parts) > 3:
        raise UsageError(f"no spectrum {shown(given)}", where="sed", accepted=FORMS[5])
    numbers = [_number(part, given) for part in parts]
    return Sed(
        "line",
        value=numbers[0],
        fwhm_nm=numbers[1] if len(numbers) > 1 else 0.0,
        line_flux=numbers[2] if len(numbers) > 2 else None,
    )


def _number(text: str, given: str) -> float:
    try:
        return float_of(text)
    except ValueError:
        raise UsageError(
            f"{shown(text)} in {shown(given)} is not a number", where="sed", accepted=", ".join(FORMS)
        ) from None


def _short(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return repr(value).removesuffix(".0")
