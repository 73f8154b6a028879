"""Positions by name, without asking anybody outside."""

from __future__ import annotations

from typing import Any

from dfs.errors import NotFoundError

__all__ = ["position_of"]


def position_of(desk: Any, name: str) -> tuple[str, str, str]:
    """Return right ascension, declination (sexagesimal, J2000) and where they are from.

    Raises
    ------
    NotFoundError
        Neither the archive nor the catalogues know the name.
    """
    from dfs.archive.search import Search
    from dfs.errors import DfsError
    from dfs.model.sexagesimal import dec_text, ra_text
    from dfs.phase2.client.names import catalogue_target

    found = catalogue_target(name)
    if found is not None:
        return str(found["ra"]), str(found["dec"]), "from the NGC, IC and Messier catalogues"
    try:
        circle = desk.archive.located(Search(kind="raw", target=name)).circle
    except DfsError:
        circle = None
    if circle is None:
        raise NotFoundError(
            f"no position is known of {name!r}",
            where="target.name",
            hint="no outside service is asked: type its position",
        )
    return ra_text(circle.ra_deg), dec_text(circle.dec_deg), "from the archive's own targets"
