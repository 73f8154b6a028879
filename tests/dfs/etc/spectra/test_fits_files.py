"""FITS that lies, or unpacks to more than there is: refused by its headers."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from astropy.io import fits

from dfs.errors import DataError, UsageError
from dfs.etc.spectra import fits_sizes
from dfs.etc.spectra.files import samples_in


def written(unit):
    file = io.BytesIO()
    unit.writeto(file)
    return file.getvalue()


def table(form="D", rows=10, **columns):
    columns = columns or {"wave": np.linspace(300.0, 1000.0, rows), "flux": np.ones(rows)}
    made = [fits.Column(name, form, unit="nm" if name == "wave" else "Jy", array=a) for name, a in columns.items()]
    return written(fits.BinTableHDU.from_columns(made))


def image(shape, kind=fits.PrimaryHDU):
    unit = kind(np.ones(shape, "u1"))
    unit.header.update(CRVAL1=300.0, CDELT1=0.001, CUNIT1="nm")
    return unit


def card(name, value):
    return f"{name:8s}= {value:>20}".ljust(80).encode()


def alone(*cards):
    first = (card("SIMPLE", "T"), *(card(*one) for one in cards), b"END".ljust(80))
    return b"".join(first).ljust(2880) + bytes(2880)


@pytest.fixture
def unread(monkeypatch):
    """Fail where the data of any unit are read."""

    def refused(*_given):
        raise AssertionError("data are read")

    monkeypatch.setattr(fits.hdu.base._BaseHDU, "_get_raw_data", refused)


def refused(content):
    with pytest.raises((DataError, UsageError)) as found:
        samples_in(content, "a.fits", "a.fits")
    assert found.value.where.startswith("a.fits")
    return found.value


@pytest.mark.parametrize("length", [10**8, 10**9, 10**11, 10**17])
def test_an_image_that_promises_more_than_it_has(unread, length):
    content = alone(("BITPIX", 64), ("NAXIS", 1), ("NAXIS1", length), ("CRVAL1", 300), ("CDELT1", 1e-6))
    assert "promises" in refused(content).message


def test_a_table_that_promises_more_than_it_has(unread):
    plain = table()
    rows = plain.replace(b"NAXIS2  =                   10", b"NAXIS2  =          10000000000")
    assert rows != plain
    assert "promises" in refused(rows).message
    wide = plain.replace(b"TFORM1  = 'D       '", b"TFORM1  = '99999999D'")
    assert wide != plain
    refused(wide)


def test_a_compressed_image_is_not_unpacked(unread):
    packed = image((1, 1_000_000), lambda data: fits.CompImageHDU(data, tile_shape=(1, 1_000_000)))
    assert "funpack" in refused(written(fits.HDUList([fits.PrimaryHDU(), packed]))).hint


def test_too_many_samples(unread):
    assert "200001 samples" in refused(written(image(200_001))).message
    assert "200001 samples" in refused(table(rows=200_001)).message


def test_a_table_beside_a_compressed_image_is_read():
    packed = image((2, 100), fits.CompImageHDU)
    rows = fits.BinTableHDU.from_columns([fits.Column(name, "D", array=[300.0, 400.0]) for name in ("wave", "flux")])
    content = written(fits.HDUList([fits.PrimaryHDU(), packed, rows]))
    assert samples_in(content, "a.fits", "a.fits").wavelength_nm.size == 2


def test_gzip_under_any_name():
    for name in ("a.fits.gz", "a.fits", "a.txt", "a"):
        assert samples_in(gzip.compress(table()), name, name).wavelength_nm.size == 10


def test_only_the_first_units_are_looked_at(monkeypatch):
    monkeypatch.setattr(fits_sizes, "_UNITS_MOST", 3)
    content = written(fits.HDUList([fits.PrimaryHDU(), *[fits.ImageHDU() for _ in range(5)]]))
    assert "neither" in refused(content).message


@pytest.mark.parametrize(
    "content",
    [
        alone(("BITPIX", 8), ("NAXIS", 1), ("NAXIS", 1), ("NAXIS1", 100)),
        alone(("BITPIX", 8), ("NAXIS", "9" * 20)),
        b"SIMPLE  =",
        b"nonsense",
        b"",
        table()[:-2880],
        table("M", wave=np.ones(3, complex), flux=np.ones(3, complex)),
        table("5A", wave=["a", "b"], flux=["c", "d"]),
        table("PD()", wave=np.array([[1.0], [1.0, 2.0]], object), flux=np.array([[1.0], [1.0, 2.0]], object)),
        alone(("BITPIX", 8), ("NAXIS", 1), ("NAXIS1", -5)),
        alone(("BITPIX", 8), ("NAXIS", 10**15)),
        alone(("BITPIX", "'x'"), ("NAXIS", "'y'")),
        alone(("BITPIX", 8), ("NAXIS", 1), ("NAXIS1", 100), ("CRVAL1", "'x'"), ("CDELT1", 1)),
        alone(("BITPIX", 8), ("NAXIS", 1), ("NAXIS1", 100), ("CRVAL1", 3e300), ("CDELT1", 1e300), ("CUNIT1", "'nm'")),
        card("SIMPLE", "T") * 3000,
    ],
)
def test_bytes_that_are_no_spectrum(content):
    refused(content)
