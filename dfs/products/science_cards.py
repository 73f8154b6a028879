"""Header cards that ESO's Science Data Product standard (version 8, ESO-044286) asks of every science product."""

from __future__ import annotations

from collections.abc import Sequence

from dfs.model import Card, Header, HeaderValue, Image, Product, Spectrum
from dfs.products.provenance import Source

__all__ = ["NOT_IN_PRIMARY", "PRODUCT_CATEGORIES", "science_cards", "spectrum_extension_cards"]

PRODUCT_CATEGORIES = {
    "SCIENCE_SPECTRUM": "SCIENCE.SPECTRUM",
    "SCIENCE_SPECTRUM_2D": "ANCILLARY.2DSPECTRUM",
    "SCIENCE_IMAGE": "SCIENCE.IMAGE",
    "SOURCE_TABLE": "SCIENCE.SRCTBL",
}
# What the standard does not want in the primary header of a category, or wants in the extension only.
NOT_IN_PRIMARY = {"SOURCE_TABLE": frozenset({"FLUXCAL"}), "SCIENCE_SPECTRUM": frozenset({"APERTURE"})}
_SECONDS_PER_DAY = 86400.0


def science_cards(product: Product, raws: Sequence[Source], procsoft: str) -> list[Card]:
    """Return the cards common to all science products, from the raw frames that went into it.

    Parameters
    ----------
    product
        The product; its own cards (FLUXCAL, FILTER, WAVELMIN ...) are written over these.
    raws
        The science frames it was made from, in order of time.
    procsoft
        Name and version of the software.
    """
    headers = [one.header for one in raws]
    first = product.like.header
    begin, end = exposure_span(headers)
    exposures = [_float(header.get("EXPTIME")) for header in headers]
    total = sum(exposures)
    cards = [
        Card("PRODCATG", PRODUCT_CATEGORIES[product.category], "Data product category"),
        Card("ORIGIN", first.get("ORIGIN") or "ESO", "European Southern Observatory"),
        Card("OBJECT", first.get("ESO OBS TARG NAME") or first.get("OBJECT"), "Target designation"),
        Card("MJD-OBS", begin, "[d] Start of observations"),
        Card("MJD-END", end, "[d] End of observations"),
        Card("EXPTIME", total, "[s] Total integration time per pixel"),
        Card("TEXPTIME", total, "[s] Total integration time of all exposures"),
        Card("NCOMBINE", len(headers), "Number of raw science frames"),
        Card("PROG_ID", first.get("ESO OBS PROG ID"), "ESO programme identification"),
        Card("OBID1", first.get("ESO OBS ID"), "Observation block ID"),
        Card("OBSTECH", first.get("ESO DPR TECH"), "Technique of observation"),
        Card("FLUXCAL", "UNCALIBRATED", "Characterises the flux calibration"),
        Card("PROCSOFT", procsoft, "Data reduction software and version"),
        Card("REFERENC", "", "Bibliographic reference"),
        Card("RADESYS", first.get("RADESYS") or first.get("RADECSYS") or "FK5", "Coordinate system"),
        Card("EQUINOX", 2000.0, "Standard FK5"),
    ]
    cards += [
        Card(f"PROV{index}", f"{one.name}.fits"[:68], "Originating raw science frame")
        for index, one in enumerate(raws, 1)
    ]
    return cards


def exposure_span(headers: Sequence[Header]) -> tuple[float | None, float | None]:
    """Return (begin, end) in MJD of the exposures with `headers`: first start, last start plus exposure."""
    spans = [
        (
            _float(header.get("MJD-OBS")),
            _float(header.get("MJD-OBS")) + _float(header.get("EXPTIME")) / _SECONDS_PER_DAY,
        )
        for header in headers
        if header.get("MJD-OBS") is not None
    ]
    if not spans:
        return None, None
    return round(min(one[0] for one in spans), 8), round(max(one[1] for one in spans), 8)


def spectrum_extension_cards(product: Product, primary: dict[str, HeaderValue]) -> list[Card]:
    """Return the cards that the binary table of a science spectrum repeats or adds.

    Parameters
    ----------
    product
        A product whose content is a `Spectrum`.
    primary
        The finished primary header's values.
    """
    if not isinstance(product.content, Spectrum):
        return []
    low, high = float(product.content.wavelength_nm[0]), float(product.content.wavelength_nm[-1])
    begin, end = _float(primary.get("MJD-OBS")), _float(primary.get("MJD-END"))
    target = str(primary.get("OBJECT") or "")
    title = f"{target} {begin:.5f} {primary.get('ESO INS GRIS1 NAME') or ''}"
    return [
        Card("OBJECT", target, "Target designation"),
        Card("TITLE", " ".join(title.split())[:68], "Dataset title"),
        Card("RA", primary.get("RA"), "[deg] Spectroscopic target position (J2000)"),
        Card("DEC", primary.get("DEC"), "[deg] Spectroscopic target position (J2000)"),
        Card("APERTURE", _aperture_deg(product, primary), "[deg] Aperture diameter"),
        Card("TELAPSE", (end - begin) * _SECONDS_PER_DAY, "[s] Total elapsed time"),
        Card("TMID", (begin + end) / 2, "[d] MJD mid exposure"),
        Card("SPEC_VAL", (low + high) / 2, "[nm] Mean wavelength"),
        Card("SPEC_BW", high - low, "[nm] Bandpass width"),
    ]


def image_cards(product: Product) -> list[Card]:
    """Return the unit card of an image product's primary header."""
    return [Card("BUNIT", product.content.unit, "Unit of the data")] if isinstance(product.content, Image) else []


def _aperture_deg(product: Product, primary: dict[str, HeaderValue]) -> HeaderValue:
    """Return the recipe's own APERTURE, else the slit's width in the header; La Silla writes 0 there."""
    own = next((card.value for card in product.cards if card.keyword == "APERTURE"), None)
    width = _float(primary.get("ESO INS SLIT1 WID"))
    return own if own is not None else (width / 3600.0 or None)


def _float(value: HeaderValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
