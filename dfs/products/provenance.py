"""Where a product comes from, as CPL writes it into headers (PRO REC1 RAWi, CALi, PARAMi) and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dfs.model import Card, Header
from dfs.products.cards import string_room
from dfs.version import __version__

__all__ = ["Provenance", "Source", "provenance_cards"]


@dataclass(frozen=True, slots=True)
class Source:
    """One input file of a recipe: its name (DP ID or file name), tag, header and, for products, DATAMD5."""

    name: str
    tag: str
    raw: bool
    header: Header
    data_md5: str | None = None


@dataclass(frozen=True)
class Provenance:
    """Everything about a run that its products tell.

    Attributes
    ----------
    recipe, version
        The recipe and its version.
    parameters
        Name -> value, all of them.
    sources
        Inputs in the order given to the recipe.
    made_at
        Time of the run (UTC).
    missing
        Calibrations that were wanted and that the user allowed to be missing.
    """

    recipe: str
    version: str
    parameters: Mapping[str, Any]
    sources: tuple[Source, ...]
    made_at: datetime
    missing: tuple[str, ...] = ()

    def raw(self, names: Iterable[str] = ()) -> tuple[Source, ...]:
        """Return the raw sources, or those of `names` when some are given."""
        wanted = set(names)
        return tuple(one for one in self.sources if one.raw and (not wanted or one.name in wanted))

    def calibrations(self) -> tuple[Source, ...]:
        """Return the sources that are no raw frames."""
        return tuple(one for one in self.sources if not one.raw)


def provenance_cards(provenance: Provenance, made_from: tuple[str, ...] = ()) -> list[Card]:
    """Return the ESO PRO REC1 cards: recipe, raw files, calibrations with DATAMD5, parameters.

    Parameters
    ----------
    provenance
        The run.
    made_from
        Names of the raw frames the product was made from, when not all of them.
    """
    prefix = "ESO PRO REC1"
    cards = [
        Card(f"{prefix} ID", provenance.recipe, "Pipeline recipe (unique) identifier"),
        Card(f"{prefix} DRS ID", f"dfs-{__version__}", "Data reduction system identifier"),
        Card(f"{prefix} PIPE ID", f"{provenance.recipe}/{provenance.version}", "Pipeline (unique) identifier"),
    ]
    for index, source in enumerate(provenance.raw(made_from), start=1):
        cards += _source_cards(f"{prefix} RAW{index}", source, "raw frame")
    for index, source in enumerate(provenance.calibrations(), start=1):
        cards += _source_cards(f"{prefix} CAL{index}", source, "calibration frame")
    for index, (name, value) in enumerate(sorted(provenance.parameters.items()), start=1):
        cards.append(Card(f"{prefix} PARAM{index} NAME", name, "Parameter name"))
        cards.append(Card(f"{prefix} PARAM{index} VALUE", _parameter_text(value), "Parameter value"))
    cards += [
        Card(f"ESO PRO MISSING{index}", kind, "calibration missing, allowed by the user")
        for index, kind in enumerate(provenance.missing, start=1)
    ]
    return cards


def _source_cards(prefix: str, source: Source, what: str) -> list[Card]:
    cards = [
        Card(f"{prefix} NAME", _card_name(source.name, f"{prefix} NAME"), f"File name of {what}"),
        Card(f"{prefix} CATG", source.tag, f"Category of {what}"),
    ]
    if source.data_md5:
        cards.append(Card(f"{prefix} DATAMD5", source.data_md5, f"MD5 signature of {what}"))
    return cards


def _card_name(name: str, keyword: str) -> str:
    """Return the file name as CPL writes it; one too long for a card loses ``.fits``, then the instrument's prefix.

    The science data product standard forbids continued cards. DATAMD5 beside it identifies the file in any case.
    """
    stem = name.removesuffix(".fits")
    room = string_room(keyword)
    return next((one for one in (f"{stem}.fits", stem, stem.partition(".")[2]) if len(one) <= room), stem[-room:])


def _parameter_text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case tuple() | list():
            return ",".join(_parameter_text(item) for item in value)
        case _:
            return str(value)
