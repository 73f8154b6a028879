"""A published catalogue: the sources of the demonstration's image, as their author would hand them in (Phase 3)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["publish_catalogue"]

TITLE = "DEMO_FIELD"
# columns of the source table -> (name, unit, UCD, meaning)
_COLUMNS = {
    "NUMBER": ("SOURCE_ID", "", "meta.id;meta.main", "Running number, brightest first"),
    "RA": ("RAJ2000", "deg", "pos.eq.ra;meta.main", "Right ascension"),
    "DEC": ("DEJ2000", "deg", "pos.eq.dec;meta.main", "Declination"),
    "MAG_INST": ("G_INST", "mag", "phot.mag;em.opt.B", "Instrumental magnitude in g"),
    "MAG_INST_ERR": ("G_INST_ERR", "mag", "stat.error;phot.mag", "Standard error of G_INST"),
    "FWHM": ("FWHM", "arcsec", "phys.angSize", "Width as a Gaussian, seeing included"),
    "ELLIPTICITY": ("ELLIPTICITY", "", "src.ellipticity", "1 - b/a"),
    "CLASS": ("CLASS", "", "src.class.starGalaxy", "1 point, 0 extended, -1 sharper than a star, -9 no shape"),
    "FLAGS": ("FLAGS", "", "meta.code.qual", "1 blend 2 saturated 4 edge 8 bad pixels 16 no shape"),
}
_CARRIED = ("INSTRUME", "TELESCOP", "OBJECT", "MJD-OBS", "MJD-END", "PROG_ID", "RA", "DEC")


def publish_catalogue(observatory: Observatory) -> None:
    """Archive a catalogue of the sources of each image; the same again changes nothing."""
    for table in observatory.archive.list(kind="product", category="SOURCE_TABLE"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{TITLE}.fits"
            _write(table.path, path)
            observatory.archive.ingest(path, kind="product", category="CATALOG", parents=[table.dp_id])


def _write(source: Path, path: Path) -> None:
    """Write the catalogue of a source table: a table with a UCD for each column, its description in the headers."""
    from astropy.io import fits
    from astropy.table import Table

    with fits.open(source, memmap=False) as opened:
        at = next(number for number, one in enumerate(opened) if isinstance(one, fits.BinTableHDU))
        header = opened[0].header
        sources = Table.read(opened[at])
        primary = fits.PrimaryHDU()
        for keyword in _CARRIED:
            if keyword in header:
                primary.header[keyword] = header[keyword]
    primary.header.update({"PRODCATG": "SCIENCE.CATALOG", "TITLE": TITLE, "ORIGIN": "DFS-SIM", "FILTER": "g#782"})
    primary.header["HIERARCH ESO SIM STATE"] = (True, "made of simulated frames")
    columns = _columns(sources)
    body = fits.BinTableHDU.from_columns(columns, name="PHASE3CATALOG")
    for number, (_, _, ucd, meaning) in enumerate(_present(sources).values(), 1):
        body.header[f"TUCD{number}"], body.header[f"TCOMM{number}"] = ucd, meaning
    fits.HDUList([primary, body]).writeto(path, checksum=True)


def _columns(sources: Any) -> list[Any]:
    from astropy.io import fits

    forms = {"f8": "D", "f4": "E", "i4": "J", "i2": "I"}
    return [
        fits.Column(name, forms[sources[old].dtype.newbyteorder("=").str[1:]], unit=unit or None, array=sources[old])
        for old, (name, unit, _, _) in _present(sources).items()
    ]


def _present(sources: Any) -> dict[str, tuple[str, str, str, str]]:
    return {old: one for old, one in _COLUMNS.items() if old in sources.colnames}
