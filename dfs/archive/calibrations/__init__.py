"""Calibration selection: which archived calibrations belong to a frame, as raw frames or as masters, certified and complete or not."""

from dfs.archive.calibrations.eso_xml import file_name, multipart, read_xml, to_xml
from dfs.archive.calibrations.service import MOST, Calibrations
from dfs.archive.calibrations.tree import MODES, Association, MainFile, Mode

__all__ = [
    "MODES",
    "MOST",
    "Association",
    "Calibrations",
    "MainFile",
    "Mode",
    "file_name",
    "multipart",
    "read_xml",
    "to_xml",
]
