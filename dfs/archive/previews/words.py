"""What stands on a preview beside the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.archive.tables.optics import path_of
from dfs.archive.tables.values import as_number, as_text
from dfs.instruments.eso import known_instrument

__all__ = ["caption_of", "title_of"]


_WITHOUT_LIGHT = {"BIAS", "DARK"}


def caption_of(row: Mapping[str, Any], header: Mapping[str, Any]) -> str:
    """Return the line below an image: what it is, instrument, optics, exposure."""
    parts = [_target(row, header), _instrument(row, header), *_optics(header), _exposure(header), row["category"]]
    return "  |  ".join(part for part in dict.fromkeys(parts) if part)


def title_of(row: Mapping[str, Any], header: Mapping[str, Any]) -> tuple[str, str]:
    """Return title and subtitle of a spectrum: its target; instrument, optics, exposure, date."""
    day = (as_text(header.get("DATE-OBS")) or "")[:10]
    parts = [_instrument(row, header), *_optics(header), _exposure(header), day]
    return _target(row, header) or row["dp_id"], "  |  ".join(part for part in parts if part)


def _target(row: Mapping[str, Any], header: Mapping[str, Any]) -> str | None:
    return as_text(header.get("OBJECT")) or as_text(row["target"])


def _instrument(row: Mapping[str, Any], header: Mapping[str, Any]) -> str | None:
    return known_instrument(header.get("INSTRUME")).name or as_text(row["instrument"])


def _optics(header: Mapping[str, Any]) -> list[str | None]:
    """Return what stood in the beam, of exposures that had one."""
    if header.get("ESO DPR TYPE") in _WITHOUT_LIGHT:
        return []
    return [path_of(header, kind) for kind in ("FILT", "GRIS", "GRAT", "SLIT")]


def _exposure(header: Mapping[str, Any]) -> str | None:
    time = as_number(header.get("EXPTIME"))
    return f"{time:.4g} s" if time else None
