"""A user's spectrum: files, tables, units."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import MaskedColumn, QTable, Table

from dfs.errors import DataError, UsageError
from dfs.etc.spectra.files import read_samples
from dfs.etc.spectra.sed import Sed

WAVES = np.linspace(300.0, 1000.0, 8) * u.nm
FLUX = np.linspace(1.0, 8.0, 8) * 1e-17 * u.erg / (u.s * u.cm**2 * u.AA)


def check(samples):
    assert samples.is_absolute
    assert samples.wavelength_nm == pytest.approx(WAVES.value)
    assert samples.flux == pytest.approx(FLUX.value, rel=1e-6)


@pytest.mark.parametrize("ending", ["ecsv", "fits"])
def test_tables_in_files(tmp_path, ending):
    file = tmp_path / f"a.{ending}"
    QTable([WAVES.to(u.um), FLUX.to(u.W / u.m**2 / u.um)], names=["wave", "flux"]).write(file)
    check(read_samples(file))


def test_votable(tmp_path):
    file = tmp_path / "a.vot"
    flux = FLUX.to(u.Jy, u.spectral_density(WAVES))
    QTable([WAVES, flux], names=["wavelength", "flux"]).write(file, format="votable")
    check(read_samples(file))


def test_esos_science_products_have_one_row(tmp_path):
    columns = [
        fits.Column("WAVE", "8D", unit="Angstrom", array=[WAVES.to_value(u.AA)]),
        fits.Column("FLUX", "8D", unit="erg cm**(-2) s**(-1) angstrom**(-1)", array=[FLUX.value]),
        fits.Column("ERR", "8D", array=[FLUX.value]),
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "a.fits")
    check(read_samples(tmp_path / "a.fits"))


def test_an_image_of_one_axis(tmp_path):
    image = fits.PrimaryHDU(FLUX.value)
    image.header.update(CRVAL1=4000.0, CDELT1=1000.0, CRPIX1=2.0, CUNIT1="Angstrom", BUNIT="erg/s/cm2/A")
    image.writeto(tmp_path / "a.fits")
    check(read_samples(tmp_path / "a.fits"))
    del image.header["CUNIT1"]
    image.writeto(tmp_path / "b.fits")
    with pytest.raises(DataError, match="no unit"):
        read_samples(tmp_path / "b.fits")


@pytest.mark.parametrize(
    "heading",
    ["# nm erg/s/cm2/A", "# wavelength[nm] flux[erg/s/cm2/A]", "# wave (nm), flux (erg / (s cm2 Angstrom))", "nm,flam"],
)
def test_text_with_units(tmp_path, heading):
    rows = "\n".join(f"{x} {y}" for x, y in zip(WAVES.value, FLUX.value, strict=True))
    (tmp_path / "a.txt").write_text(f"# a comment of many words\n{heading}\n{rows}\n")
    check(read_samples(tmp_path / "a.txt"))


def test_text_without_units_is_relative_and_in_nm(tmp_path):
    (tmp_path / "a.dat").write_text("300 1\n900 2\n")
    samples = read_samples(tmp_path / "a.dat")
    assert not samples.is_absolute
    assert list(samples.wavelength_nm) == [300.0, 900.0]


@pytest.mark.parametrize(
    ("heading", "first", "second", "nm", "flux"),
    [
        ("Angstrom,Jy", 5000.0, 1e-6, 500.0, 1e-29 * 2.99792458e8 / 500e-9**2 * 1e-7),
        ("um,ABmag", 0.5, 20.0, 500.0, 3.630780548e-20 * 1e-8 * 2.99792458e18 / 5000**2 * 1e-0),
        ("nm,photon/s/cm2/A", 500.0, 1.0, 500.0, 3.97289171e-12),
    ],
)
def test_units_are_understood(tmp_path, heading, first, second, nm, flux):
    (tmp_path / "a.txt").write_text(f"# {heading}\n{first} {second}\n{first * 2} {second}\n")
    samples = read_samples(tmp_path / "a.txt")
    assert samples.wavelength_nm[0] == pytest.approx(nm)
    assert samples.flux[0] == pytest.approx(flux, rel=1e-6)


def test_frequencies_turn_round(tmp_path):
    flux = FLUX.to(u.Jy, u.spectral_density(WAVES))
    check(Sed.of((WAVES.to(u.Hz, u.spectral()), flux)).samples)


def test_names_may_carry_the_unit(tmp_path):
    (tmp_path / "a.csv").write_text("wavelength_nm,error,flux [mJy]\n300,0,1\n900,0,2\n")
    samples = read_samples(tmp_path / "a.csv")
    assert samples.is_absolute
    assert list(samples.wavelength_nm) == [300.0, 900.0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "", "no numbers"),
        ("a.txt", "# nm m\n1 1\n2 1\n", "m is no unit of flux density"),
        ("a.txt", "# Jy nm\n1 1\n2 1\n", "Jy is no unit of wavelength"),
        ("a.txt", "# nm mag\n1 1\n2 1\n", "which magnitude"),
        ("a.txt", "# quux Jy\n1 1\n2 1\n", "'quux' is not a unit"),
        ("a.txt", "# Hz relative\n1e14 1\n2e14 1\n", "per wavelength or per frequency"),
        ("a.txt", "300 1\n400 x\n", "line 2 is not two numbers"),
        ("a.txt", "300 1\n400\n", "line 2 has one number only"),
        ("a.txt", "300 1\n400 -2\n", "negative flux"),
        ("a.fits", "nonsense", "no spectrum can be read"),
        ("a.vot", "<x/>", "no spectrum can be read"),
        ("a.ecsv", "a b\n1 2\n", "no spectrum can be read"),
        ("a.csv", "a,b,c\n1,2,3\n", "no column of the wavelength among a, b, c"),
        ("a.csv", "wave,flux\n1,x\n2,3\n", "not a number"),
    ],
)
def test_bad_files(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises((UsageError, DataError), match=words):
        read_samples(tmp_path / name)


def test_what_is_masked_is_not_a_number():
    table = Table([[300.0, 400.0] * u.nm, MaskedColumn([1.0, 2.0], mask=[False, True])], names=["wave", "flux"])
    with pytest.raises(UsageError, match=r"not a number as flux at sample 2"):
        Sed.of(table)


def test_specutils_by_its_looks():
    class Spectrum:
        spectral_axis = WAVES
        flux = FLUX

    check(Sed.of(Spectrum()).samples)
    assert Sed.of((WAVES, FLUX / u.arcsec**2)).samples.flux == pytest.approx(FLUX.value)


def test_what_is_no_spectrum():
    with pytest.raises(UsageError, match="a int is no spectrum"):
        Sed.of(3)
