"""From a header to a `FrameRecord`: identifier, class, setup, target, time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from dfs import instruments
from dfs.frames.classify import classify, holds, setup_of, unclassified
from dfs.instruments import Condition, FrameClass, FrameRules, Instrument
from dfs.model import FrameRecord, Header, HeaderValue

__all__ = ["COMMON_KEYWORDS", "RecordMaker", "dp_id_of", "mjd_of", "wanted_keywords"]

COMMON_KEYWORDS = frozenset(
    {
        "INSTRUME",
        "ARCFILE",
        "DATE-OBS",
        "MJD-OBS",
        "EXPTIME",
        "OBJECT",
        "ESO OBS TARG NAME",
        "ESO DPR CATG",
        "ESO DPR TYPE",
        "ESO DPR TECH",
        "ESO PRO CATG",
        "ESO PRO TYPE",
        "ESO PRO TECH",
        "ESO PRO DATANCOM",
    }
)

_DP_ID = re.compile(r"([A-Z][A-Z0-9_]*\.\d{4}-\d\d-\d\dT\d\d[:_]\d\d[:_]\d\d\.\d{3})(?:\.|$)")
_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_REMEMBERED = 50_000


def wanted_keywords() -> frozenset[str]:
    """Return every keyword that records or the rules of any instrument read."""
    of_rules = (instruments.load(name).rules.keywords() for name in instruments.names())
    return COMMON_KEYWORDS.union(*of_rules)


def dp_id_of(header: Header, path: Path) -> str | None:
    """Return the data product identifier: ARCFILE without ``.fits``, else what the file name says, else None."""
    arcfile = header.get("ARCFILE")
    if isinstance(arcfile, str) and arcfile:
        return arcfile.removesuffix(".fits")
    match = _DP_ID.match(path.name)
    return match[1].replace("_", ":") if match else None


def mjd_of(header: Header) -> float | None:
    """Return the start as modified Julian date: MJD-OBS, else from DATE-OBS (UTC), else None."""
    mjd = header.get("MJD-OBS")
    if isinstance(mjd, int | float) and not isinstance(mjd, bool):
        return float(mjd)
    date = header.get("DATE-OBS")
    try:
        start = datetime.fromisoformat(str(date)).replace(tzinfo=UTC)
    except ValueError:
        return None
    return (start - _MJD_EPOCH).total_seconds() / 86400.0


class RecordMaker:
    """Makes records; frames that answer all rules alike share class and setup, found once."""

    def __init__(self) -> None:
        self._known: dict[tuple[HeaderValue, ...], tuple[FrameClass | None, Mapping[str, HeaderValue]]] = {}
        self._questions = {name: _questions(instruments.load(name).rules) for name in instruments.names()}

    def make(self, path: Path, header: Header, problem: str | None = None) -> FrameRecord:
        """Return the record of the file at `path`.

        Parameters
        ----------
        path
            Absolute.
        header
            The values of `wanted_keywords`.
        problem
            What is wrong with the file already.
        """
        instrument = instruments.of(header)
        if instrument is None:
            name = header.get("INSTRUME")
            reason = f"INSTRUME = {name} is no instrument known here" if name else "keyword INSTRUME is missing"
            return _record(path, header, None, None, {}, problem or f"not classified: {reason}")
        frame_class, setup = self._classified(header, instrument)
        if frame_class is None:
            problem = problem or unclassified(header, instrument.name, instrument.rules)
        return _record(path, header, instrument, frame_class, setup, problem)

    def _classified(
        self, header: Header, instrument: Instrument
    ) -> tuple[FrameClass | None, Mapping[str, HeaderValue]]:
        keywords, thresholds = self._questions[instrument.name]
        answers = (holds(condition, header) for condition in thresholds)
        signature = (instrument.name, *map(header.get, keywords), *answers)
        known = self._known.get(signature)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            frame_class = classify(header, instrument.rules)
            setup = setup_of(header, instrument.rules, frame_class.setup) if frame_class else {}
            known = self._known[signature] = (frame_class, setup)
        return known


def _questions(rules: FrameRules) -> tuple[tuple[str, ...], tuple[Condition, ...]]:
    """Return what decides on class and setup: keywords by their value, and tests of continuous values by their outcome."""
    tests = list(dict.fromkeys(test for one in rules.classes for test in one.conditions))
    thresholds = tuple(test for test in tests if test.test in {"below", "above"})
    in_setups = {keyword for one in rules.classes for name in one.setup for keyword in rules.keys[name]}
    tested = {test.keyword for test in tests if test not in thresholds}
    return tuple(sorted(in_setups | tested)), thresholds


def _record(
    path: Path,
    header: Header,
    instrument: Instrument | None,
    frame_class: FrameClass | None,
    setup: Mapping[str, HeaderValue],
    problem: str | None,
) -> FrameRecord:
    words = "PRO" if header.get("ESO PRO CATG") is not None else "DPR"
    exposure = header.get("EXPTIME")
    return FrameRecord(
        path=path,
        dp_id=dp_id_of(header, path),
        instrument=instrument.name if instrument else None,
        frame_class=frame_class.name if frame_class else None,
        category=_text(header, f"ESO {words} CATG"),
        type=_text(header, f"ESO {words} TYPE"),
        technique=_text(header, f"ESO {words} TECH"),
        mode=frame_class.mode if frame_class else None,
        setup=setup,
        target=_text(header, "ESO OBS TARG NAME") or _text(header, "OBJECT"),
        exposure_s=float(exposure) if isinstance(exposure, int | float) else None,
        mjd_obs=mjd_of(header),
        problem=problem,
        header=header,
    )


def _text(header: Header, keyword: str) -> str | None:
    value = header.get(keyword)
    return None if value is None or value == "" else str(value)
