"""SODA: parts of archived files by position and wavelength."""

from dfs.vo.soda.cutout import LARGEST_BYTES, cut_out
from dfs.vo.soda.request import Cut, NoOverlap, SodaRequest, parse_request
from dfs.vo.soda.service import CutOut, Soda

__all__ = ["LARGEST_BYTES", "Cut", "CutOut", "NoOverlap", "Soda", "SodaRequest", "cut_out", "parse_request"]
