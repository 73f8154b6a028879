"""Writing a product: one file, complete with header, provenance, quality figures and checksums, or no file at all."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from astropy.io import fits

from dfs.clock import isoformat
from dfs.errors import ServiceError
from dfs.model import Card, Image, Product, QcValue, Spectrum
from dfs.products.cards import set_cards
from dfs.products.checksums import PIPELINE_MD5_KEYWORD, data_md5
from dfs.products.contents import content_hdus
from dfs.products.fits_header import cards_of
from dfs.products.provenance import Provenance, provenance_cards
from dfs.products.science_cards import NOT_IN_PRIMARY, PRODUCT_CATEGORIES, science_cards, spectrum_extension_cards
from dfs.version import __version__

__all__ = ["WrittenProduct", "qc_cards", "write_product"]

# A fixed comment: the one astropy writes holds the time, and equal products must be equal files.
_CHECKSUM_COMMENT = "HDU checksum"
# Cards of the raw frame that do not describe the product: structure, checksums, file names, detector WCS, raw classification.
_NOT_INHERITED = re.compile(
    r"^(SIMPLE|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|GROUPS|BSCALE|BZERO|BLANK|CHECKSUM|DATASUM|DATAMD5|INHERIT|ARCFILE|ORIGFILE|"
    r"PIPEFILE|DATE|XTENSION|EXTNAME|CTYPE\d|CRVAL\d|CRPIX\d|CDELT\d|CUNIT\d|CD\d_\d|CROTA\d|PC\d+_?\d+|EQUINOX|RADECSYS|RADESYS|"
    r"ESO DPR .*|ESO PRO .*|ESO QC .*|LONGSTRN|BUNIT|Z[A-Z]+\d*|HDUCLAS.*|ERRDATA|QUALDATA)$"
)
# Errors of image axes, which a table's empty primary array has not got.
_OF_AXES = re.compile(r"^(CRDER|CSYER)\d$")


@dataclass(frozen=True, slots=True)
class WrittenProduct:
    """A product on disk.

    Attributes
    ----------
    path
        The file.
    category
        PRO CATG.
    datasum
        DATASUM of each HDU that holds data, in file order: equal inputs give equal sums.
    data_md5
        DATAMD5 of the file.
    qc
        Its quality figures.
    sources
        Names of the inputs it was made from (raw and calibrations).
    extrapolated_nm
        Wavelength intervals outside the calibrated range; None where it has no meaning.
    """

    path: Path
    category: str
    datasum: tuple[str, ...]
    data_md5: str
    qc: tuple[QcValue, ...]
    sources: tuple[str, ...]
    extrapolated_nm: tuple[tuple[float, float], ...] | None = None


def write_product(product: Product, path: Path, provenance: Provenance) -> WrittenProduct:
    """Write `product` to `path` and return what was written.

    The file appears whole under its name, or not at all. The same product and provenance give the same bytes but for
    DATE.

    Raises
    ------
    ServiceError
        The disk refuses (full, read-only, no permission).
    """
    hdus = _assemble(product, provenance, path.name)
    staging = path.with_name(f".{path.name}.part")
    try:
        md5 = _write_once(hdus, staging)
        staging.replace(path)
    except OSError as error:
        raise ServiceError(
            f"the product could not be written ({_reason(error)})",
            where=str(path),
            hint="free space or change permissions, then run the same command again",
        ) from error
    finally:
        staging.unlink(missing_ok=True)
    return WrittenProduct(
        path=path,
        category=product.category,
        datasum=tuple(str(hdu.header["DATASUM"]) for hdu in hdus if str(hdu.header["DATASUM"]) != "0"),
        data_md5=md5,
        qc=product.qc,
        sources=tuple(one.name for one in (*provenance.raw(product.made_from), *provenance.calibrations())),
        extrapolated_nm=product.extrapolated_nm,
    )


def qc_cards(values: tuple[QcValue, ...]) -> list[Card]:
    """Return quality figures as ``ESO QC`` cards: value, ``ERR`` and, where a header claims the same, ``HDR``."""
    cards = []
    for one in values:
        keyword = f"ESO QC {one.name.upper()}"
        unit = f"[{one.unit}] " if one.unit else ""
        cards.append(Card(keyword, _finite(one.value), f"{unit}measured"))
        cards.append(Card(f"{keyword} ERR", _finite(one.error), f"{unit}standard error"))
        cards.append(Card(f"{keyword} HDR", one.header_value, f"claimed by {one.header_keyword}"))
    return [card for card in cards if card.value is not None]


def _assemble(product: Product, provenance: Provenance, file_name: str) -> fits.HDUList:
    extensions = content_hdus("", product.content)
    for name, part in product.parts.items():
        extensions += content_hdus(name, part)
    primary = fits.PrimaryHDU()
    if isinstance(product.content, Image):
        main = extensions.pop(0)
        primary = fits.PrimaryHDU(main.data)
        primary.header.update(main.header)
        for structural in ("XTENSION", "PCOUNT", "GCOUNT"):
            primary.header.remove(structural, ignore_missing=True)
    set_cards(primary.header, _primary_cards(product, provenance, file_name))
    if isinstance(product.content, Spectrum):
        set_cards(extensions[0].header, spectrum_extension_cards(product, dict(primary.header)))
        extensions[0].name = "SPECTRUM"
    elif not isinstance(product.content, Image):
        extensions[0].name = product.category
    return fits.HDUList([primary, *extensions])


def _primary_cards(product: Product, provenance: Provenance, file_name: str) -> list[Card]:
    is_science = product.category in PRODUCT_CATEGORIES
    unwanted = NOT_IN_PRIMARY.get(product.category, frozenset())
    first = product.like.header
    cards = [card for card in cards_of(first) if not _NOT_INHERITED.match(card.keyword)]
    if is_science:
        cards += science_cards(product, provenance.raw(product.made_from), f"dfs/{__version__}")
    cards += [card for card in product.cards if isinstance(product.content, Image) or not _OF_AXES.match(card.keyword)]
    cards += [
        Card("DATE", isoformat(provenance.made_at)[:19], "Date this file was written (UTC)"),
        Card("PIPEFILE", file_name[:68], "Filename of data product"),
        Card("ESO PRO DID", "PRO-1.16", "Data dictionary for PRO"),
        Card("ESO PRO CATG", product.category, "Category of pipeline product frame"),
        Card("ESO PRO TYPE", "REDUCED", "Product type"),
        Card("ESO PRO TECH", first.get("ESO DPR TECH"), "Observation technique"),
        Card("ESO PRO SCIENCE", is_science, "Scientific product if T"),
        Card("ESO PRO DATANCOM", len(provenance.raw(product.made_from)), "Number of combined frames"),
        *provenance_cards(provenance, product.made_from),
        *qc_cards(product.qc),
    ]
    return [card for card in cards if card.keyword not in unwanted]


def _write_once(hdus: fits.HDUList, staging: Path) -> str:
    """Write `hdus` with their checksums and return DATAMD5, which the file's own data must be read for.

    The data are written once: DATAMD5 has its place in the first header from the start, and that header is then written over.
    """
    hdus[0].header[PIPELINE_MD5_KEYWORD] = ("0" * 32, "MD5 checksum of the data")
    _checksum(hdus)
    hdus.writeto(staging, overwrite=True, output_verify="exception")
    length = len(hdus[0].header.tostring())
    md5 = data_md5(staging)
    hdus[0].header[PIPELINE_MD5_KEYWORD] = (md5, "MD5 checksum of the data")
    hdus[0].add_checksum(when=_CHECKSUM_COMMENT)
    header = hdus[0].header.tostring().encode("ascii")
    if len(header) != length:  # cannot be: the same cards, DATAMD5 as long as before
        raise RuntimeError(f"header of {staging.name} changed its length")
    with staging.open("r+b") as file:
        file.write(header)
    return md5


def _checksum(hdus: fits.HDUList) -> None:
    for hdu in hdus:
        hdu.add_checksum(when=_CHECKSUM_COMMENT)


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _reason(error: OSError) -> str:
    """Return what the system said; astropy wraps a full disk into a list of figures without an error number."""
    return error.strerror or ("no space left on the disk" if "Not enough space" in str(error) else str(error))
