"""Which place on the sky a name means, among the names and positions that the archive holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dfs.errors import UsageError

if TYPE_CHECKING:
    from astropy.coordinates import SkyCoord
    from astropy.table import Table

__all__ = ["position_of"]

_ONE_PLACE_DEG = 0.5  # frames of one object lie within a field of view or two


def position_of(name: str, found: Table) -> SkyCoord:
    """Return the position that most frames of an object share.

    Parameters
    ----------
    name
        As somebody wrote it.
    found
        Right ascension and declination (deg), then one or more columns of names.

    Raises
    ------
    UsageError
        The name is the beginning of several, at different places.
    """
    import numpy as np
    from astropy import units as u
    from astropy.coordinates import SkyCoord

    names = [[str(row[column]) for column in found.colnames[2:]] for row in found]
    is_exact = np.array([any(_key(one) == _key(name) for one in row) for row in names])
    chosen = is_exact if is_exact.any() else np.ones(len(found), dtype=bool)
    ra, dec = (np.asarray(found[column], dtype=float)[chosen] for column in found.colnames[:2])
    there = SkyCoord(ra * u.deg, dec * u.deg)
    candidates = there[:: max(1, len(there) // 50)]
    spread = [float(np.median(one.separation(there).deg)) for one in candidates]
    middle = candidates[int(np.argmin(spread))]
    if not is_exact.any() and min(spread) > _ONE_PLACE_DEG:
        known = sorted({row[0] for row in names})
        raise UsageError(
            f"{name!r} is the beginning of several names",
            where="target",
            accepted=", ".join(known[:10]),
            hint="give the whole name",
        )
    return SkyCoord(middle.ra, middle.dec)


def _key(name: str) -> str:
    """Return a name without what people write in different ways: case, blanks, signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
