"""Positions by name without network: targets of phase 1, those you keep, what your observatory knows, NGC, IC and Messier objects."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from dfs.errors import DfsError, NotFoundError
from dfs.model.sexagesimal import dec_text, ra_text

__all__ = ["Names", "catalogue_target"]

Document = dict[str, Any]
Lookup = Callable[[str], tuple[float, float] | None]  # a name -> right ascension and declination in degrees, J2000


class Names:
    """Finds targets by name.

    Parameters
    ----------
    kept
        Gives documents of targets: asked anew each time.
    lookups
        Asked one after the other, after those kept and the catalogue.
    """

    def __init__(
        self, kept: Iterable[Callable[[], Iterable[Mapping[str, Any]]]] = (), lookups: Iterable[Lookup] = ()
    ) -> None:
        self._kept = tuple(kept)
        self._lookups = tuple(lookups)

    def with_kept(self, more: Callable[[], Iterable[Mapping[str, Any]]]) -> Names:
        """Return names that know the targets `more` gives before all others."""
        return Names((more, *self._kept), self._lookups)

    def target(self, name: str) -> Document:
        """Return the document of the target called `name`.

        Raises
        ------
        NotFoundError
            No source knows the name; tells which it may be.
        """
        found = self.find(name)
        if found is None:
            near = get_close_matches(name, [str(one["name"]) for one in self._targets()], n=3)
            hint = f"did you mean {', '.join(near)}?" if near else "give its position: ra and dec, or a SkyCoord"
            raise NotFoundError(f"nothing is known of the target {name!r} without network", where="target", hint=hint)
        return found

    def find(self, name: str) -> Document | None:
        """Return the document of the target called `name`; None when no source knows it."""
        folded = _folded(name)
        for one in self._targets():
            if _folded(str(one.get("name", ""))) == folded and one.get("ra"):
                return {**one, "name": name}
        found = catalogue_target(name)
        if found is not None:
            return found
        for lookup in self._lookups:
            position = _asked(lookup, name)
            if position is not None:
                return {"name": name, "ra": ra_text(position[0]), "dec": dec_text(position[1])}
        return None

    def position(self, name: str) -> tuple[str, str] | None:
        """Return right ascension and declination, sexagesimal."""
        found = self.find(name)
        return None if found is None else (str(found["ra"]), str(found["dec"]))

    def _targets(self) -> Iterable[Mapping[str, Any]]:
        for give in self._kept:
            try:
                yield from give()
            except DfsError:  # ESO keeps no targets for its users
                continue


def catalogue_target(name: str) -> Document | None:
    """Return an object of the NGC, IC or Messier catalogue (OpenNGC), also by its common name ("Crab Nebula"); None: not in it."""
    from pyongc import ongc

    text = re.sub(r"(?i)^messier\s*(?=\d)", "M", name.strip())
    text = re.sub(r"(?i)^(ngc|ic|m|c)\s*0*(\d+)", r"\1\2", text)
    if re.fullmatch(r"(?i)(ngc|ic|m|c)\d{1,4}( ?[A-Z])?", text):
        found = ongc.get(text)
    else:
        found = _common_names().get(_folded(text))
    if found is None or found.rad_coords is None or not all(math.isfinite(one) for one in found.rad_coords):
        return None
    ra, dec = (math.degrees(one) for one in found.rad_coords)
    return {"name": name, "ra": ra_text(ra, 2) + "0", "dec": dec_text(dec, 1) + "00"}


@cache
def _common_names() -> dict[str, Any]:
    """Return the objects of the catalogue by their common names, those that name just one."""
    from pyongc import ongc

    named: dict[str, Any] = {}
    for one in ongc.listObjects(withname=True):
        for name in one.identifiers[3] or ():
            key = _folded(name)
            named[key] = None if key in named else one
    return {key: one for key, one in named.items() if one is not None}


def _asked(lookup: Lookup, name: str) -> tuple[float, float] | None:
    try:
        return lookup(name)
    except DfsError:
        return None  # a source that cannot answer is no reason not to ask the next


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()
