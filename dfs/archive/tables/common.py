"""Columns that several tables share: addresses, sizes, dates, names of instrument and telescope."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dfs.archive.tables.making import Maker
from dfs.archive.tables.programmes import period_of, programme_type
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_number, as_text
from dfs.instruments.eso import known_instrument

__all__ = ["MAKERS", "datalink_url", "instrument_name", "ivo_id"]

_BYTES_PER_KBYTE = 1000  # VOUnit: kbyte is 1000 bytes
_MJD_ZERO = datetime(1858, 11, 17)  # noqa: DTZ001 - UTC throughout, as in headers
_SERVICE, _VISITOR = "s", "v"


def ivo_id(dp_id: str) -> str:
    """Return the IVOA identifier of a file."""
    return f"ivo://eso.org/ID?{dp_id}"


def datalink_url(dp_id: str) -> str:
    """Return the address of the list of what belongs to a file."""
    return f"/datalink/links?ID={ivo_id(dp_id)}"


def instrument_name(header: Any, recorded: str | None) -> str | None:
    """Return an instrument's name: as we know it, else as the header says, in capitals."""
    known = known_instrument(header.get("INSTRUME")).name or known_instrument(recorded).name
    if known:
        return known
    told = as_text(recorded) or as_text(header.get("INSTRUME"))
    return told.upper() if told else None


def _instruments(truth: Truth) -> list[str | None]:
    pairs = zip(truth.headers, truth.file("instrument"), strict=True)
    return truth.once("instruments", lambda: [instrument_name(header, recorded) for header, recorded in pairs])


def _telescopes(truth: Truth) -> list[str | None]:
    """Return TELESCOP; where a product comes from several telescopes, all of them with commas."""
    return [_several(header, "TELESCOP", "TELESC") for header in truth.headers]


def _several(header: Any, keyword: str, stem: str) -> str | None:
    value = as_text(header.get(keyword))
    if value != "MULTI":
        return value
    found = (as_text(header.get(f"{stem}{number}")) for number in range(1, 100))
    return ",".join(one for one in found if one) or value


def _starts(truth: Truth) -> list[str | None]:
    """Return the start of each exposure to the millisecond with Z: from DATE-OBS, else MJD-OBS."""
    pairs = zip(truth.keyword("DATE-OBS"), truth.numbers("MJD-OBS"), strict=True)
    return [_start(text, mjd) for text, mjd in pairs]


def _start(text: object, mjd: float | None) -> str | None:
    try:
        moment = datetime.fromisoformat(str(text).strip().removesuffix("Z")).replace(tzinfo=None)
    except ValueError:
        if mjd is None or not 0 < mjd < 1e6:
            return None
        moment = _MJD_ZERO + timedelta(days=mjd)
    try:
        moment += timedelta(microseconds=500)
    except OverflowError:
        return None
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def _exposures(truth: Truth) -> list[float | None]:
    """Return the exposure time: of infrared frames one integration times their number, else EXPTIME."""
    dits, counts = truth.numbers("ESO DET DIT", "ESO DET SEQ1 DIT"), truth.numbers("ESO DET NDIT")
    times = truth.numbers("EXPTIME")
    together = [
        dit * count if dit is not None and count is not None else time
        for dit, count, time in zip(dits, counts, times, strict=True)
    ]
    return [time if time is not None and 0 <= time < 1e9 else None for time in together]


def _modes(truth: Truth) -> list[str | None]:
    """Return who observed; OBSERVER is SERVICE in service mode and UNKNOWN where a name was taken out."""
    observers = [as_text(one) for one in truth.keyword("OBSERVER", "ESO OBS OBSERVER")]
    return [
        None if one in {None, "UNKNOWN"} else _SERVICE if one.upper().startswith("SERVICE") else _VISITOR
        for one in observers
    ]


def _investigators(truth: Truth) -> list[str | None]:
    """Return the programme's people, else those the header names."""
    named = [as_text(one) for one in truth.keyword("PI-COI", "ESO OBS PI-COI NAME")]
    return [
        as_text(known) or (None if told == "UNKNOWN" else told)
        for known, told in zip(truth.file("programme_pi_coi"), named, strict=True)
    ]


def _with_zone(texts: list[Any]) -> list[str | None]:
    return [f"{text}Z" if text else None for text in texts]


MAKERS: dict[str, Maker] = {
    "access_estsize": lambda truth: [-(-size // _BYTES_PER_KBYTE) for size in truth.file("bytes")],
    "file_url": lambda truth: [f"/dataPortal/file/{dp_id}" for dp_id in truth.file("dp_id")],
    "datalink_url": lambda truth: [datalink_url(dp_id) for dp_id in truth.file("dp_id")],
    "instrument": _instruments,
    "telescope": _telescopes,
    "date_obs": lambda truth: [text if isinstance(text, str) else None for text in truth.keyword("DATE-OBS")],
    "exp_start": _starts,
    "exposure": _exposures,
    "obs_mode": _modes,
    "period": lambda truth: [period_of(one) for one in truth.file("programme")],
    "pi_coi": _investigators,
    "prog_type": lambda truth: [programme_type(one) for one in truth.file("programme_type")],
    "archived": lambda truth: _with_zone(truth.file("archived")),
    "release_date": lambda truth: _with_zone(truth.file("release_date")),
    "mjd": lambda truth: [as_number(one) for one in truth.file("mjd_obs")],
}
