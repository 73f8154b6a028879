"""Whether calibrations belong to the frames they are given with, by the association rules of the instrument.

The pipeline chooses by these rules; in a set of frames written by hand anything may stand.
"""

from __future__ import annotations

from collections.abc import Sequence

from dfs.errors import DataError
from dfs.instruments import Instrument, Need
from dfs.model import Frame

__all__ = ["check_setups"]


def check_setups(frames: Sequence[Frame], instrument: Instrument) -> None:
    """Raise `DataError` when a calibration is of a setup that even the most lenient rule does not accept.

    Parameters
    ----------
    frames
        Raw frames and calibrations, tagged.
    instrument
        Theirs. Keywords that one of two headers does not have are not compared.

    Raises
    ------
    DataError
        Names the frame, the calibration, the keyword and both values.
    """
    for subject in frames:
        frame_class = instrument.rules.find(subject.tag)
        if frame_class is None or frame_class.is_product:
            continue
        needs = {need.kind: need for need in frame_class.needs}
        for other in frames:
            if other.tag in needs:
                _check(subject, other, needs[other.tag], instrument)


def _check(subject: Frame, master: Frame, need: Need, instrument: Instrument) -> None:
    lenient = need.rules[-1]
    for keyword in (keyword for name in lenient.keys for keyword in instrument.rules.keys[name]):
        here, there = subject.header.get(keyword), master.header.get(keyword)
        if here is not None and there is not None and here != there:
            raise DataError(
                f"{keyword} = {here} but {there} in {master.name}",
                where=subject.name,
                keyword=keyword,
                accepted=f"a {master.tag} of {here}",
                hint="use calibrations of the same setup",
            )
