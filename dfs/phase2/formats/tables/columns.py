"""Which column of a table is which field of a block: by its name, or as the user says.

Fields are written as in findings: ``target.ra``, ``constraints.seeing``, ``userPriority``, ``templates[1].SEQ.NEXPO``; ``exposure`` or
``SEQ.NEXPO`` alone is that parameter of the first template that has it, science before acquisition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dfs.errors import UsageError

__all__ = ["FIELDS", "IGNORED", "guess_mapping", "read_mapping"]

IGNORED = ""  # a column mapped to this is not read

# field -> the names by which tables call it, letters and digits only
FIELDS: dict[str, tuple[str, ...]] = {
    "obId": ("obid",),
    "name": ("ob", "obname", "blockname"),
    "container": ("container", "folder", "group"),
    "target.name": ("name", "target", "targetname", "object", "objectname", "objname", "source", "sourceid", "id", "mainid", "designation", "star"),
    "target.ra": ("ra", "raj2000", "radeg", "rahms", "alpha", "alphaj2000", "raicrs", "rightascension", "meanra", "ramean", "radecra"),
    "target.dec": ("dec", "de", "dej2000", "decj2000", "decdeg", "decdms", "delta", "deltaj2000", "deicrs", "decicrs", "declination", "meandec", "decmean"),
    "target.equinox": ("equinox",),
    "target.epoch": ("epoch", "refepoch"),
    "target.properMotionRa": ("pmra", "propermotionra", "propra", "pmracosdec", "pmrade", "mualpha"),
    "target.properMotionDec": ("pmdec", "pmde", "propermotiondec", "propdec", "mudelta"),
    "target.differentialRa": ("differentialra", "diffra", "addvelalpha"),
    "target.differentialDec": ("differentialdec", "diffdec", "addveldelta"),
    "constraints.name": ("constraintset", "constraintsname"),
    "constraints.airmass": ("airmass", "maxairmass"),
    "constraints.seeing": ("seeing", "imagequality", "iq"),
    "constraints.fli": ("fli", "moonfli", "lunarillumination"),
    "constraints.moonDistance": ("moondistance", "moondist"),
    "constraints.skyTransparency": ("skytransparency", "transparency", "sky"),
    "constraints.twilight": ("twilight",),
    "constraints.waterVapour": ("watervapour", "pwv"),
    "constraints.atm": ("atm", "turbulence"),
    "userPriority": ("userpriority", "priority"),
    "obsDescription.name": ("od", "description", "obsdescription"),
    "obsDescription.userComments": ("comment", "comments", "usercomments", "remarks", "notes"),
    "absolute.from": ("from", "start", "notbefore", "windowstart"),
    "absolute.to": ("to", "end", "notafter", "windowend"),
    "exposure": ("exposure", "exptime", "exposuretime", "texp", "dit"),
    "count": ("count", "nexp", "nexpo", "nexposures"),
    "ndit": ("ndit",),
    "filter": ("filter",),
    "grism": ("grism", "grating"),
    "slit": ("slit", "slitwidth"),
    "readout": ("readout", "readmode"),
    "position_angle": ("pa", "positionangle", "posang"),
}  # fmt: skip

_KNOWN = {alias: field for field, aliases in FIELDS.items() for alias in aliases}
_PARAMETER = re.compile(r"(templates\[\d+\]\.)?[A-Z][A-Z0-9]*(\.[A-Z0-9_]+)+")
_MANY = re.compile(r"(target|constraints|obsDescription|absolute|schedule)\.\w+")


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Return column -> field for the columns whose meaning their names tell; each field once, the first column wins.

    A column ``name`` is the target's, or the block's where another column holds the target's.
    """
    found: dict[str, str] = {}
    names = list(columns)
    for column in sorted(names, key="name".__eq__):  # `name` last
        if column == "name":
            found[column] = "name" if "target.name" in found.values() else "target.name"
            continue
        field = column if column in FIELDS or _is_path(column) else _KNOWN.get(_plain(column))
        if field is not None and field not in found.values():
            found[column] = field
    return {one: found[one] for one in names if one in found}


def read_mapping(columns: Iterable[str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Return the mapping to use: what is guessed, with what the user says in its place.

    Parameters
    ----------
    columns
        Of the table.
    given
        Column -> field; an empty field: the column is not read.

    Raises
    ------
    UsageError
        A column that is not there, or a field that does not exist.
    """
    names, said = list(columns), dict(given or {})
    for column, field in said.items():
        if column not in names:
            raise UsageError(f"the table has no column {column!r}", where="mapping", accepted=", ".join(names))
        if field != IGNORED and field not in FIELDS and not _is_path(field):
            known = _KNOWN.get(_plain(field))
            if known is None:
                raise UsageError(
                    f"there is no field {field!r}",
                    where=f"mapping of {column!r}",
                    accepted=f"{', '.join(FIELDS)}, a parameter (SEQ.NEXPO, templates[1].SEQ.NEXPO)",
                )
            said[column] = known
    taken = set(said.values())
    guessed = {one: field for one, field in guess_mapping(names).items() if one not in said and field not in taken}
    return {one: field for one, field in (guessed | said).items() if field != IGNORED}


def _plain(name: str) -> str:
    """Return a name as `FIELDS` lists it: ``RA (J2000) [deg]`` is ``raj2000``."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\[.*?\]", "", name).lower())


def _is_path(field: str) -> bool:
    return bool(_PARAMETER.fullmatch(field) or _MANY.fullmatch(field))
