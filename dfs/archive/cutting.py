"""What is cut out of a file, from Python's values to the words of SODA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError

__all__ = ["soda_parameters"]


def soda_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters of a cut-out as SODA takes them: angles in degrees, wavelengths in metres.

    Parameters
    ----------
    parameters
        ``circle``, ``polygon``, ``pos``, ``band``; see `dfs.archive.client.ArchiveClient.cutout`.

    Raises
    ------
    UsageError
        There is none of them, or another.
    """
    said = {name.upper(): _words(name, value) for name, value in parameters.items()}
    if not said:
        raise UsageError("nothing to cut at was given", accepted="circle, polygon, pos, band")
    return said


def _words(name: str, value: Any) -> str:
    if name not in {"circle", "polygon", "pos", "band"}:
        raise UsageError(f"a cut-out has no parameter {name!r}", accepted="circle, polygon, pos, band")
    if isinstance(value, str):
        return value
    try:
        numbers = _metres(value) if name == "band" else [float(one) for one in value]
    except (TypeError, ValueError) as error:
        accepted = "wavelengths, or metres" if name == "band" else "degrees"
        raise UsageError(f"{name} = {value!r}: {error}", where=name, accepted=accepted) from error
    return " ".join(map(repr, numbers))


def _metres(band: Any) -> list[float]:
    """Return the ends of a band, the shortest first."""
    from astropy import units as u

    ends = u.Quantity(band)
    metres = ends.to_value(u.m, u.spectral()) if ends.unit != u.dimensionless_unscaled else ends.value
    return sorted(float(one) for one in metres)
