"""Spectra of stars, galaxies, quasars and nebulae, by name."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from dfs.errors import NotFoundError
from dfs.etc.spectra.curves import curve, curve_names, meta
from dfs.etc.spectra.samples import Samples

__all__ = ["Template", "template", "template_name", "templates"]


@dataclass(frozen=True, slots=True)
class Template:
    """A spectrum of the library.

    Attributes
    ----------
    name
        ``G2V``, ``elliptical``, ``quasar``.
    samples
        The spectrum, relative, at rest, in vacuum.
    label, source, remark
        What it is, who published it, what to know of it.
    """

    name: str
    samples: Samples
    label: str
    source: str
    remark: str


def templates() -> dict[str, str]:
    """Return the names of the templates and what they are."""
    return {name: meta("templates", name).get("label", name) for name in curve_names("templates")}


def template_name(text: str) -> str:
    """Return the name of the library that a text means, whatever its case; `NotFoundError` lists those there are."""
    names = curve_names("templates")
    wanted = text.strip().lower()
    for name in names:
        if name.lower() == wanted:
            return name
    near = get_close_matches(wanted, [name.lower() for name in names], 1, 0.5)
    hint = f"did you mean {template_name(near[0])}?" if near else ""
    raise NotFoundError(f"no template is called {text!r}", where="sed", accepted=", ".join(names), hint=hint)


@cache
def template(name: str) -> Template:
    """Return a template by its name."""
    known = template_name(name)
    table = curve("templates", known)
    samples = Samples.checked(table.wavelength_nm, table.value, origin=f"template {known}")
    return Template(known, samples, table.meta.get("label", known), table.meta["source"], table.meta.get("remark", ""))
