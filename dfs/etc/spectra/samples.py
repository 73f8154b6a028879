"""A tabulated spectrum: samples joined by straight lines."""

from __future__ import annotations

import base64
import hashlib
import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError

__all__ = ["Samples"]

Array = NDArray[np.float64]

# Beyond these the integrals would leave the range of numbers; no detector sees them.
_SHORTEST_NM, _LONGEST_NM = 1e-6, 1e12
_FAINTEST, _BRIGHTEST = 1e-100, 1e100  # of the highest sample


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Flux density by wavelength; two are equal when every number is.

    Attributes
    ----------
    wavelength_nm
        In vacuum, increasing.
    flux
        erg s-1 cm-2 A-1 (extended: arcsec-2), or in relative units.
    is_absolute
        Whether `flux` has physical units, so that it needs no magnitude.
    origin
        Where they come from, for messages.
    """

    wavelength_nm: Array
    flux: Array
    is_absolute: bool = False
    origin: str = "the spectrum"
    digest: str = field(default="", init=False)

    def __post_init__(self) -> None:
        for array in (self.wavelength_nm, self.flux):
            array.setflags(write=False)
        content = hashlib.sha256(self.wavelength_nm.tobytes() + self.flux.tobytes() + bytes([self.is_absolute]))
        object.__setattr__(self, "digest", content.hexdigest()[:32])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Samples) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @classmethod
    def checked(
        cls, wavelength_nm: ArrayLike, flux: ArrayLike, *, is_absolute: bool = False, origin: str = "the spectrum"
    ) -> Samples:
        """Return the samples, or a `UsageError` that says which row is wrong; decreasing wavelengths are turned round."""
        nodes, values = _numbers(wavelength_nm, origin), _numbers(flux, origin)
        if nodes.size != values.size:
            raise UsageError(f"{nodes.size} wavelengths and {values.size} fluxes", where=origin)
        if nodes.size < 2:
            raise UsageError(f"a spectrum of {nodes.size} samples", where=origin, accepted="two samples or more")
        if nodes[0] > nodes[-1]:
            nodes, values = nodes[::-1].copy(), values[::-1].copy()
        _refuse(~np.isfinite(nodes), "not a number as wavelength", nodes, origin)
        _refuse(~np.isfinite(values), "not a number as flux", nodes, origin)
        _refuse(values < 0.0, "negative flux", nodes, origin)
        _refuse(nodes <= 0.0, "wavelength not above zero", nodes, origin)
        _refuse(np.diff(nodes, prepend=0.0) <= 0.0, "wavelengths out of order, or twice the same,", nodes, origin)
        _check_range(nodes, float(values.max()), origin)
        return cls(nodes, values, is_absolute, origin)

    def packed(self) -> str:
        """Return every number as text that `unpacked` reads: what makes a link or a file reproduce the calculation."""
        content = np.concatenate([self.wavelength_nm, self.flux]).astype("<f8").tobytes()
        return ("a" if self.is_absolute else "r") + base64.urlsafe_b64encode(zlib.compress(content, 9)).decode()

    @classmethod
    def unpacked(cls, text: str, most: int = 1_000_000) -> Samples:
        """Return the samples that `packed` wrote; `most` bounds their bytes."""
        try:
            reader = zlib.decompressobj()
            content = reader.decompress(base64.urlsafe_b64decode(text[1:]), most)
            values = np.frombuffer(content, dtype="<f8")
        except (ValueError, zlib.error) as error:
            raise UsageError("a packed spectrum that cannot be read", where="sed", hint=str(error)) from None
        if not reader.eof or text[0] not in "ar" or values.size % 2:
            raise UsageError("a packed spectrum that is too long or cut short", where="sed", accepted=f"{most} bytes")
        half = values.size // 2
        return cls.checked(values[:half], values[half:], is_absolute=text[0] == "a", origin="the spectrum given")


def _numbers(column: ArrayLike, origin: str) -> Array:
    try:
        return np.array(column, dtype=np.float64).ravel()
    except (OverflowError, TypeError, ValueError):
        raise UsageError("something in it is not a number", where=origin) from None


def _check_range(nodes: Array, highest: float, origin: str) -> None:
    """Refuse what cannot be computed with: the highest flux of all, the first and the last wavelength."""
    if highest == 0.0:
        raise UsageError("the flux is zero everywhere", where=origin)
    if not _FAINTEST <= highest <= _BRIGHTEST:
        accepted = f"a maximum of {_FAINTEST:g} to {_BRIGHTEST:g}"
        raise UsageError(f"a flux of at most {highest:g}", where=origin, accepted=accepted, hint="scale the spectrum")
    if nodes[0] < _SHORTEST_NM or nodes[-1] > _LONGEST_NM:
        accepted = f"{_SHORTEST_NM:g} to {_LONGEST_NM:g} nm"
        raise UsageError(f"wavelengths of {nodes[0]:g} to {nodes[-1]:g} nm", where=origin, accepted=accepted)


def _refuse(is_bad: NDArray[np.bool_], what: str, nodes: Array, origin: str) -> None:
    if not np.any(is_bad):
        return
    first = int(np.argmax(is_bad))
    more = f" and {int(np.sum(is_bad)) - 1} more" if np.sum(is_bad) > 1 else ""
    raise UsageError(f"{what} at sample {first + 1} ({nodes[first]:g} nm){more}", where=origin)
