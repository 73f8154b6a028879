"""Names of instruments in the addresses of ESO's calculator, and the keywords under which their parts are chosen."""

from __future__ import annotations

import re

__all__ = ["CCDS", "KEYS", "TIMES", "eso_name", "instrument_of", "our_part", "time_keys", "written_key"]

_NAMES = {"FORS2": "Fors", "HAWKI": "Hawki", "EFOSC2": "Efosc2", "XSHOOTER": "Xshooter"}
_ALIASES = {"fors": "FORS2", "efosc": "EFOSC2", "xsh": "XSHOOTER", "hawk": "HAWKI"}

# Control -> the keywords that may hold it, the first is the one that is written.
KEYS = {
    "filter": ("INS.FILT1.NAME", "INS.FILT.NAME", "INS.FILT2.NAME"),
    "grism": ("INS.GRIS1.NAME", "INS.GRISM.NAME", "INS.GRAT1.NAME", "settingkey", "INS.MODE"),
    "slit": ("INS.SLIT.WID", "INS.SLIT1.WID", "slit"),
    "collimator": ("INS.COLL.NAID", "INS.COLL.NAME"),
    "read_mode": ("DET.READ.CLKIND", "DET.READ.MODE", "DET.READOUT", "detectorMode"),
}
_OWN = {("HAWKI", "filter"): "INS.FILT.NAME"}  # where an instrument writes another keyword than the first
CCDS = {"R": "MIT", "B": "E2V"}  # SEQ.CCD of FORS2: red, blue

# Part of an exposure -> its keywords.
TIMES = {
    "exposure": ("DET.WIN1.UIT1", "DET1.WIN1.UIT1", "DET.UIT1"),
    "count": ("SEQ.NEXPO",),
    "dit": ("DET.DIT", "DET1.DIT", "dit"),
    "ndit": ("DET.NDIT", "DET1.NDIT", "ndit"),
}


def eso_name(instrument: str) -> str:
    """Return the name in the address of ESO's calculator: ``Fors`` for FORS2."""
    return _NAMES.get(instrument, instrument.lower().capitalize())


def instrument_of(name: str) -> str:
    """Return our name of an instrument as ESO's calculator calls it, in any case; one that is unknown stays as it is."""
    from dfs.instruments.optics import names

    said = re.sub(r"[^a-z0-9]", "", name.lower())
    known = {one.lower(): one for one in names()}
    return (
        known.get(said)
        or _ALIASES.get(said)
        or next((one for low, one in known.items() if low.rstrip("2") == said), name)
    )


def written_key(instrument: str, control: str) -> str:
    """Return the keyword under which an instrument's document holds a control."""
    return _OWN.get((instrument, control), KEYS[control][0])


def our_part(control: str, name: str) -> str:
    """Return the name of a part without what ESO's documents put around it: ``SR`` for ``COLL_SR+6``, ``v_HIGH`` for ``v_HIGH+114``."""
    plain = re.sub(r"\+\d+$", "", name.strip())
    return plain.removeprefix("COLL_") if control == "collimator" else plain


def time_keys(part: str) -> tuple[tuple[str, ...], ...]:
    """Return where a part of the exposure may stand in a document."""
    return tuple(("timesnr", key) for key in TIMES[part])
