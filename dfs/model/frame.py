"""Frames: a file as the classifier sees it, and a frame in memory as a recipe sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dfs.model.header import Header, HeaderValue
from dfs.model.image import Image
from dfs.model.spectrum import Spectrum
from dfs.model.table import Table

__all__ = ["Content", "Frame", "FrameRecord"]


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """A file on disk: what its header says and what we make of it.

    Attributes
    ----------
    path
        Absolute path.
    dp_id
        Data product identifier, e.g. ``EFOSC.2022-01-26T19:02:38.210``; None when the file tells none.
    instrument
        Our name of the instrument, e.g. ``EFOSC2``; None when unknown.
    frame_class
        Class given by the instrument's classification rules, e.g. ``BIAS``; None when no rule fits.
    category, type, technique
        DPR CATG, TYPE and TECH (raw) or PRO CATG, TYPE, TECH (product).
    mode
        Instrument mode, ``imaging`` or ``long-slit``; None where it has none (bias).
    setup
        Setup keywords that matter to this class, short name -> value, e.g. ``{"grism": "Gr#3", "binning": "2x2"}``.
    target, exposure_s, mjd_obs
        OBJECT or OBS TARG NAME, seconds, modified Julian date of the start.
    problem
        One line saying why the file cannot be used or was not classified; None when all is well.
    header
        The keywords that the rules read.
    """

    path: Path
    dp_id: str | None = None
    instrument: str | None = None
    frame_class: str | None = None
    category: str | None = None
    type: str | None = None
    technique: str | None = None
    mode: str | None = None
    setup: Mapping[str, HeaderValue] = field(default_factory=dict)
    target: str | None = None
    exposure_s: float | None = None
    mjd_obs: float | None = None
    problem: str | None = None
    header: Header = field(default_factory=dict, repr=False)


Content = Image | Spectrum | Table | NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame in memory, tagged for a recipe.

    Attributes
    ----------
    tag
        What it is to the recipe: ``BIAS``, ``MASTER_BIAS`` ...
    name
        DP ID or file name, for messages and provenance.
    header
        Primary header.
    content
        Raw frames: the untouched integer array. Products: an `Image`, `Spectrum` or `Table`.
    parts
        Further extensions of a product by EXTNAME.
    """

    tag: str
    name: str
    header: Header
    content: Content
    parts: Mapping[str, Content] = field(default_factory=dict)
