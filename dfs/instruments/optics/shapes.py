"""Filters of which a document prints a few figures instead of a curve: bells and edges, drawn from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.instruments.entries import Entry
from dfs.instruments.optics.curves import Curve

__all__ = ["drawn_curve"]

Array = NDArray[np.float64]
_REACH = 3.0  # widths to either side of a bell
_NODES = 121
_FIRST_NM, _LAST_NM = 295.0, 2600.0
_TEN_TO_NINETY = 2.0 * np.log(9.0)  # scales of a logistic curve between a tenth and nine tenths


def drawn_curve(entry: Entry, name: str) -> Curve | None:
    """Return the curve that the figures of a filter draw; None: the table has none.

    ``centre_nm``, ``fwhm_nm``, ``peak``: a Gaussian. ``edge_nm`` (where half of the peak passes), ``rise_nm`` (from a tenth of the peak
    to nine tenths) and ``peak``: a logistic edge that passes what is longer.
    """
    centre, width = entry.optional_figure("centre_nm"), entry.optional_figure("fwhm_nm")
    edge, rise = entry.optional_figure("edge_nm"), entry.optional_figure("rise_nm")
    peak = entry.optional_figure("peak")
    if centre is None and edge is None:
        return None
    if peak is None or not 0 < peak <= 1 or (centre is None) != (width is None) or (edge is None) != (rise is None):
        raise entry.error(
            "the figures draw no curve", accepted="centre_nm, fwhm_nm and peak; or edge_nm, rise_nm and peak (0 to 1)"
        )
    if centre is not None and width is not None:
        nodes = np.linspace(centre - _REACH * width, centre + _REACH * width, _NODES)
        values = peak * np.exp(-4.0 * np.log(2.0) * ((nodes - centre) / width) ** 2)
    else:
        assert edge is not None  # noqa: S101 -- told by the check above
        assert rise is not None  # noqa: S101
        near = np.linspace(edge - _REACH * rise, edge + _REACH * rise, _NODES)
        nodes = np.concatenate([[_FIRST_NM], near, [_LAST_NM]])
        values = peak / (1.0 + np.exp(-(nodes - edge) * _TEN_TO_NINETY / rise))
    return Curve(name, "transmission", nodes, values, "drawn from the figures of the filter", "")
