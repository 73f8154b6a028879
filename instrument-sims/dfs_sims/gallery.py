"""A gallery: one small raw frame of each of ESO's instruments, so that every table of raw frames has a row to look at.

They carry the keywords that searches use and sixteen pixels of noise; nobody is meant to reduce them.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from dfs.clock import isoformat
from dfs.instruments.eso import known_instrument
from dfs.sky import airmass_at
from dfs_sims.exposure import mjd_of
from dfs_sims.figures import DATA
from dfs_sims.horizon import LONGITUDE_DEG, sidereal_seconds
from dfs_sims.raw_fits import card, write_raw

__all__ = ["gallery"]

_FIRST_OB = 4700100
_SIDE = 4  # pixels


def gallery(folder: str | os.PathLike[str]) -> None:
    """Draw the gallery into the folders ``frames`` and ``quicklooks`` of `folder`; the same files each time.

    ``frames`` are raw frames of every instrument in ``data/gallery.toml``, one of which belongs to a programme of its own (116.SIM3.001);
    ``quicklooks`` are packages of APEX.

    Raises
    ------
    ServiceError
        A file cannot be written.
    """
    told = tomllib.loads((DATA / "gallery.toml").read_text(encoding="utf-8"))
    places = [(place, name, frame) for section, place in _SECTIONS.items() for name, frame in told[section].items()]
    for number, (place, name, frame) in enumerate(places):
        start = told["start"] + timedelta(seconds=number * told["step_s"], milliseconds=137 * number % 1000)
        made = _Frame(name, frame, frame.get("programme", told["programme"]), number, start, _site(told, frame))
        target = Path(folder) / place / f"{made.dp_id}.fits"
        target.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).normal(200.0, 4.0, (_SIDE, _SIDE)).astype(np.uint16)
        write_raw(
            target,
            [card(*one) for one in made.cards()],
            pixels,
            isoformat(start + timedelta(seconds=frame["seconds"] + 4)),
        )


_SECTIONS = {"frames": "frames", "hidden": "frames", "quicklook": "quicklooks"}


def _site(told: Mapping[str, Any], frame: Mapping[str, Any]) -> Mapping[str, Any]:
    found = next((site for name, site in told["telescopes"].items() if frame["telescope"].startswith(name)), "paranal")
    site: Mapping[str, Any] = told["site"][found]
    return site


@dataclass(frozen=True)
class _Frame:
    """A frame of the gallery, and the cards of its header: keyword, value, comment."""

    instrume: str
    told: Mapping[str, Any]
    programme: str
    number: int
    start: datetime
    site: Mapping[str, Any]

    @property
    def dp_id(self) -> str:
        return f"{known_instrument(self.instrume).prefix or 'SIMUL'}.{isoformat(self.start)}"

    def cards(self) -> Iterator[tuple[str, str, str]]:
        yield from self._standard()
        yield from self._observation()
        yield from self._telescope()
        for name, value in self.told.get("ins", {}).items():
            yield f"ESO INS {name}", f"'{value}'", "setup"
        if "dit" in self.told:
            yield "ESO DET DIT", f"{self.told['dit']}", "[s] one integration"
            yield "ESO DET NDIT", f"{self.told['ndit']}", "integrations"
        yield "ESO SIM STATE", "T", "this frame is simulated"
        yield "ESO SIM NAME", "'dfs_sims'", "program that drew it"
        yield "ORIGFILE", f"'{self.instrume}_SIM019_{self.number + 1:04d}.fits'", "original file name"
        yield "ARCFILE", f"'{self.dp_id}.fits'", "archive file name"

    def _standard(self) -> Iterator[tuple[str, str, str]]:
        mjd = mjd_of(self.start)
        yield from (
            ("SIMPLE", "T", "standard FITS"),
            ("BITPIX", "16", "bits of a stored pixel"),
            ("NAXIS", "2", "axes"),
        )
        yield from (("NAXIS1", str(_SIDE), "pixels along x"), ("NAXIS2", str(_SIDE), "pixels along y"))
        yield from (("BZERO", "32768.0", "pixel = FITS * BSCALE + BZERO"), ("BSCALE", "1.0", "scale"))
        yield "ORIGIN", "'DFS-SIM'", "drawn by a simulator, no observation"
        yield "TELESCOP", f"'{self.told['telescope']}'", "telescope"
        yield "INSTRUME", f"'{self.instrume}'", "instrument"
        yield "OBJECT", f"'{self._target}'", "target"
        yield "RA", f"{self.told['ra']:.5f}", "[deg] pointing (J2000)"
        yield "DEC", f"{self.told['dec']:.5f}", "[deg] pointing (J2000)"
        yield from (("EQUINOX", "2000.0", "[yr] FK5"), ("RADECSYS", "'FK5'", "reference frame"))
        yield "EXPTIME", f"{self.told['seconds']:.4f}", "[s] integration time"
        yield "MJD-OBS", f"{mjd:.8f}", "[d] start of exposure"
        yield "DATE-OBS", f"'{isoformat(self.start)}'", "start of exposure"
        yield "UTC", f"{mjd % 1.0 * 86400.0:.3f}", "[s] UT at start"
        yield "LST", f"{self._sidereal_deg(mjd) * 240.0:.3f}", "[s] sidereal time at start"
        yield "OBSERVER", "'SERVICE'", "observer"

    def _observation(self) -> Iterator[tuple[str, str, str]]:
        yield "ESO DPR CATG", f"'{self.told.get('catg', 'SCIENCE')}'", "category"
        yield "ESO DPR TYPE", f"'{self.told.get('type', 'OBJECT')}'", "type"
        yield "ESO DPR TECH", f"'{self.told['tech']}'", "technique"
        yield "ESO OBS PROG ID", f"'{self.programme}'", "programme"
        yield "ESO OBS ID", str(_FIRST_OB + self.number), "observation block"
        yield "ESO OBS NAME", f"'{self._target}'", "observation block"
        yield "ESO OBS TARG NAME", f"'{self._target}'", "target"
        yield "ESO OBS START", f"'{isoformat(self.start)[:19]}'", "start of the block"
        yield "ESO OBS TPLNO", "1", "template of the block"
        for keyword in ("project", "partner"):
            if keyword in self.told:
                yield f"ESO OBS {keyword.upper()}{' ID' * (keyword == 'project')}", f"'{self.told[keyword]}'", keyword
        yield "ESO TPL ID", f"'{self.instrume}_sim_obs'", "template"
        yield "ESO TPL NAME", "'Simulated observation'", "template"
        yield "ESO TPL START", f"'{isoformat(self.start)[:19]}'", "start of template"
        yield from (("ESO TPL NEXP", "1", "exposures"), ("ESO TPL EXPNO", "1", "exposure in template"))

    def _telescope(self) -> Iterator[tuple[str, str, str]]:
        begin, end = (self._altitude(mjd_of(self.start) + after / 86400.0) for after in (0.0, self.told["seconds"]))
        yield "ESO TEL ALT", f"{begin:.3f}", "[deg] altitude at start"
        yield "ESO TEL AIRM START", f"{airmass_at(begin):.3f}", "air mass at start"
        yield "ESO TEL AIRM END", f"{airmass_at(end):.3f}", "air mass at end"
        for name in ("geolat", "geolon", "geoelev"):
            yield f"ESO TEL {name.upper()}", f"{self.site[name]}", "[deg] or [m]"
        for name, value in self.site["air"].items():
            if isinstance(value, list):
                yield f"ESO TEL AMBI {name} START", f"{value[0]}", "at start"
                yield f"ESO TEL AMBI {name} END", f"{value[1]}", "at end"
            else:
                yield f"ESO TEL AMBI {name}", f"{value}", "of the air"
        if "IWV" in self.site["air"]:
            radiometer = {"RA": self.told["ra"], "DEC": self.told["dec"], "ALT": round(begin, 3), "AZ": 0.0}
            yield from (
                (f"ESO ASM LHATPRO {name}", f"{value}", "[deg] radiometer") for name, value in radiometer.items()
            )

    @property
    def _target(self) -> str:
        return f"SIM-{self.instrume}"

    def _sidereal_deg(self, mjd: float) -> float:
        longitude: float = self.site["geolon"]
        return (sidereal_seconds(mjd) / 240.0 + longitude - LONGITUDE_DEG) % 360.0

    def _altitude(self, mjd: float) -> float:
        """Return the altitude of the target (deg), good to the precession since 2000."""
        hour_angle = math.radians(self._sidereal_deg(mjd) - self.told["ra"])
        dec, latitude = math.radians(self.told["dec"]), math.radians(self.site["geolat"])
        sine = math.sin(latitude) * math.sin(dec) + math.cos(latitude) * math.cos(dec) * math.cos(hour_angle)
        return math.degrees(math.asin(sine))
