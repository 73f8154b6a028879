"""A magnitude as people give it: a number, or a quantity that says its system and whether it is of a square arcsecond."""

from __future__ import annotations

from typing import Any, Literal, cast

from dfs.errors import UsageError
from dfs.etc.quantities import number

__all__ = ["magnitude_of"]

_FAINTEST = 100.0


def magnitude_of(given: Any, system: str | None, *, extended: bool) -> tuple[float | None, Literal["vega", "ab"]]:
    """Return a magnitude and its system.

    Parameters
    ----------
    given
        Number; quantity in mag, ABmag, mag/arcsec2 or ABmag/arcsec2; None.
    system
        ``vega``, ``ab``; None: what `given` says, else ``vega``.
    extended
        Whether the target is.

    Raises
    ------
    UsageError
        A unit of the wrong kind (Jy; a square arcsecond for a point source; a magnitude of a whole extended source), a system that
        contradicts it, a number that cannot be.
    """
    if system not in {None, "vega", "ab"}:
        raise UsageError(f"no magnitudes of the system {system!r}", where="system", accepted="vega, ab")
    value, said = given, None
    if hasattr(given, "unit"):
        value, said = _of_quantity(given, extended=extended)
    if said is not None and system not in {None, said}:
        raise UsageError(f"{given} is in the system {said}, not {system}", where="system", accepted=said)
    found = None if value is None else number(value, "", "mag", -_FAINTEST, _FAINTEST)
    return found, cast("Literal['vega', 'ab']", system or said or "vega")


def _of_quantity(given: Any, *, extended: bool) -> tuple[Any, str | None]:
    """Return the bare number of a quantity, and ``ab`` where its unit says so."""
    written = str(given.unit).replace(" ", "")
    accepted = "a number, or mag/arcsec2, ABmag/arcsec2" if extended else "a number, or mag, ABmag"
    for kind, said in (("mag", None), ("mag(AB)", "ab")):
        whole, area = {kind}, {f"{kind}/arcsec2", "mag(AB/arcsec2)" if said else f"{kind}/arcsec2"}
        if written in whole and extended:
            hint = "mag/arcsec2 (a plain number is taken so)"
            raise UsageError("an extended target needs a magnitude of a square arcsecond", where="mag", accepted=hint)
        if written in area and not extended:
            raise UsageError(
                "a point source has no magnitude per square arcsecond",
                where="mag",
                hint="etc.Extended has, or give mag",
            )
        if written in whole | area:
            return given.value, said
    raise UsageError(f"mag in {given.unit} is a unit of the wrong kind", where="mag", accepted=accepted)
