"""Targets as people name them."""

from __future__ import annotations

import pytest
from astropy import units as u

from dfs import etc
from dfs.errors import NotFoundError, UsageError

LINE = u.erg / (u.s * u.cm**2)


def test_every_kind_has_its_parameter(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("300 1\n900 1\n")
    for target, text in [
        (etc.Point(mag=20), "flat_lambda"),
        (etc.Point("uniform", mag=20), "flat_lambda"),
        (etc.Point(sed="blackbody", T=5800 * u.K, mag=22, band="V"), "blackbody:5800"),
        (etc.Point("blackbody:5800", mag=22), "blackbody:5800"),
        (etc.Point("powerlaw", index=-1.5, mag=22), "powerlaw:-1.5"),
        (etc.Point("template", name="g2v", mag=22), "template:G2V"),
        (etc.Point("line", at=6560 * u.AA, flux=1e-16), "line:656:0:1e-16"),
        (etc.Point("line", at=656.3, fwhm=2 * u.AA, flux=1e-19 * u.W / u.m**2), "line:656.3:0.2:1e-16"),
        (etc.Point("file", file=file, mag=20), f"file:{file}"),
    ]:
        assert target.sed.text == text
        assert not target.extended


def test_extended_targets_are_per_square_arcsecond():
    target = etc.Extended("template:Sbc", mag=22 * u.mag / u.arcsec**2, diameter=3, redshift=0.1)
    assert (target.magnitude, target.extended, target.diameter_arcsec, target.redshift) == (22.0, True, 3.0, 0.1)
    line = etc.Extended("line", at=500.7 * u.nm, flux=1e-17 * LINE / u.arcsec**2)
    assert line.sed.line_flux == pytest.approx(1e-17)
    with pytest.raises(UsageError, match="unit of the wrong kind"):
        etc.Extended("line", at=500.7, flux=1e-17 * LINE)


@pytest.mark.parametrize(
    ("mag", "system", "found"),
    [
        (20, None, "vega"),
        (20, "ab", "ab"),
        (20 * u.ABmag, None, "ab"),
        (20 * u.ABmag, "ab", "ab"),
        (20 * u.mag, None, "vega"),
    ],
)
def test_systems(mag, system, found):
    target = etc.Point(mag=mag, system=system)
    assert (target.magnitude, target.system) == (20.0, found)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (etc.Point, "no brightness"),
        (lambda: etc.Point(mag=3 * u.Jy), "mag in Jy is a unit of the wrong kind"),
        (lambda: etc.Point(mag=20 * u.STmag), "unit of the wrong kind"),
        (lambda: etc.Point(mag=20 * u.mag / u.arcsec**2), "no magnitude per square arcsecond"),
        (lambda: etc.Extended(mag=20 * u.mag), "of a square arcsecond"),
        (lambda: etc.Point(mag=20 * u.ABmag, system="vega"), "in the system ab"),
        (lambda: etc.Point(mag=20, system="st"), "system"),
        (lambda: etc.Point(mag=float("nan")), "finite"),
        (lambda: etc.Point("blackbody", mag=20), "needs T"),
        (lambda: etc.Point("blackbody", T=0, mag=20), "black body of 0 K"),
        (lambda: etc.Point("blackbody", T=5 * u.nm, mag=20), "nm is a unit of the wrong kind"),
        (lambda: etc.Point("blackbody", index=2, mag=20), "has no index"),
        (lambda: etc.Point("flat_nu", T=5000, mag=20), "flat_nu has no T"),
        (lambda: etc.Point("line", at=500), "needs flux"),
        (lambda: etc.Point("line:500", mag=20), "not a magnitude"),
        (lambda: etc.Point("line", at=-1, flux=1e-16), "line at -1 nm"),
        (lambda: etc.Point(mag=20, redshift=-1), "cannot be"),
        (lambda: etc.Extended(mag=20, diameter=-1), "cannot be"),
    ],
)
def test_bad_targets(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_unknown_names_list_those_there_are():
    with pytest.raises(NotFoundError) as band:
        etc.Point(mag=20, band="Q")
    with pytest.raises(NotFoundError) as template:
        etc.Point("template", name="Z9", mag=20)
    assert "V" in band.value.accepted
    assert "quasar" in template.value.accepted
