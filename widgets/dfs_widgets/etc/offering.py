"""What there is to choose from: instruments and bands, read when first asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dfs.instruments.optics import Optics

__all__ = ["bands", "instruments", "optics_of"]


def optics_of(name: str) -> Optics | None:
    """Return what can be chosen of an instrument; None where there is none of this name."""
    from dfs.instruments.optics import names, optics

    known = {one.lower(): one for one in names()}
    found = known.get(name.strip().lower())
    return None if found is None else optics(found)


@cache
def instruments() -> dict[str, str]:
    """Return name -> label of every instrument there is."""
    from dfs.instruments.optics import names, optics

    return {one.upper(): optics(one).label for one in names()}


@cache
def bands() -> tuple[str, ...]:
    """Return the photometric bands."""
    from dfs.etc.spectra.bands import bands as known

    return known()
