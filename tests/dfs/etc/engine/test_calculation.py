"""The engine keeps what must hold whatever the figures of an instrument are, and refuses what cannot be."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import NotFoundError, UsageError
from dfs.etc.engine.calculation import calculate
from dfs.etc.geometry.place import place_of
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.result import Result
from dfs.etc.spectra import Sed
from dfs.instruments.optics import Choice, light_path

STAR = Target(Sed.of("blackbody:5800"), 22.0)
LONG_SLIT = Request(Choice("FORS2", "lss", disperser="300V", slit_arcsec=1.0), STAR, Sky(airmass=1.2), Exposure(1800.0))
IMAGE = Request(Choice("FORS2", "img", "v_HIGH"), STAR, Sky(airmass=1.2), Exposure(100.0))
INFRARED = Request(Choice("HAWKI", "img", "Ks"), replace(STAR, magnitude=19.0), exposure=Exposure(dit_s=10.0, ndit=6))
EXTRACTIONS = ("eso", "as-reduced")


def with_exposure(request: Request, **changes: object) -> Request:
    return replace(request, exposure=Exposure(**changes))


@pytest.mark.parametrize("extraction", EXTRACTIONS)
@settings(max_examples=20, deadline=None)
@given(
    snr=st.floats(0.5, 50.0),
    magnitude=st.floats(18.0, 25.0),
    at=st.floats(420.0, 650.0),
    count=st.integers(1, 5),
)
def test_exposure_is_the_inverse_of_signal_to_noise(extraction, snr, magnitude, at, count) -> None:
    asked = replace(LONG_SLIT, extraction=extraction, target=replace(STAR, magnitude=magnitude))
    time = calculate(with_exposure(asked, snr=max(snr, 3.0), at_nm=at, count=count)).exposure_s
    found = calculate(with_exposure(asked, time_s=time, at_nm=at, count=count))
    assert found.snr == pytest.approx(max(snr, 3.0), rel=1e-6)


@pytest.mark.parametrize("request_", [LONG_SLIT, IMAGE])
def test_ten_times_the_source_is_ten_times_the_electrons(request_: Request) -> None:
    brighter = replace(request_, target=replace(STAR, magnitude=19.5))
    np.testing.assert_allclose(calculate(brighter).target_e, 10.0 * calculate(request_).target_e, rtol=1e-12)


@pytest.mark.parametrize("extraction", EXTRACTIONS)
def test_signal_to_noise_grows_as_the_root_of_time_under_a_bright_sky(extraction: str) -> None:
    asked = replace(LONG_SLIT, extraction=extraction, target=replace(STAR, magnitude=25.0), sky=Sky(illumination=1.0))
    ratio = calculate(with_exposure(asked, time_s=4e4)).snr / calculate(with_exposure(asked, time_s=1e4)).snr
    assert ratio == pytest.approx(2.0, rel=5e-3)


@pytest.mark.parametrize("extraction", EXTRACTIONS)
def test_signal_to_noise_grows_as_time_where_reading_is_the_noise(extraction: str) -> None:
    asked = replace(LONG_SLIT, extraction=extraction, target=replace(STAR, magnitude=24.0))
    ratio = calculate(with_exposure(asked, time_s=2.0)).snr / calculate(with_exposure(asked, time_s=1.0)).snr
    assert ratio == pytest.approx(2.0, rel=0.02)


def test_a_slit_wide_against_the_seeing_loses_nothing() -> None:
    choice = replace(LONG_SLIT.choice, slit_arcsec=2.5)
    found = calculate(replace(LONG_SLIT, choice=choice, sky=Sky(seeing_arcsec=0.5)))
    assert found.slit_fraction.min() > 0.9999
    narrow = calculate(replace(LONG_SLIT, choice=replace(choice, slit_arcsec=0.28)))
    assert np.all(narrow.slit_fraction < 0.5)


def test_signal_to_noise_of_a_point_falls_in_a_huge_aperture() -> None:
    result = calculate(IMAGE)
    place = place_of(result.light, 0.8, 1.2)
    pixel = float(result.sky_e[0] + result.dark_e + result.ron_e**2)
    whole = float(result.target_e[0]) / result.encircled_fraction

    def snr(diameter: float) -> float:
        aperture = place.circle(diameter, extended=False)
        signal = whole * float(aperture.fraction[0])
        return signal / np.sqrt(signal + aperture.pixels * pixel)

    assert snr(5.0) > snr(15.0) > snr(60.0) > snr(200.0)


def test_binning_keeps_the_light_and_a_quarter_of_the_read_noise() -> None:
    fine, coarse = (
        calculate(replace(IMAGE, choice=replace(IMAGE.choice, read_mode=mode, binning=None)))
        for mode in ("200kHz,1x1,low", "200kHz,2x2,low")
    )
    fraction = fine.encircled_fraction, coarse.encircled_fraction
    assert coarse.target_e[0] / fraction[1] == pytest.approx(fine.target_e[0] / fraction[0], rel=1e-9)
    area = [one.aperture_arcsec2 for one in (fine, coarse)]
    in_arcsec2 = [one.variance["sky"][0] / size for one, size in zip((fine, coarse), area, strict=True)]
    assert in_arcsec2[1] == pytest.approx(in_arcsec2[0], rel=1e-9)
    read = [one.variance["read-out"][0] / one.ron_e**2 / size for one, size in zip((fine, coarse), area, strict=True)]
    assert read[1] == pytest.approx(read[0] / 4.0, rel=1e-9)


def test_weights_beat_a_box_and_lose_a_little_to_the_sky_fit() -> None:
    eso, ours = calculate(LONG_SLIT), calculate(replace(LONG_SLIT, extraction="as-reduced"))
    assert ours.snr > eso.snr
    place = int(np.argmin(np.abs(ours.wavelength_nm - ours.at_nm)))
    assert 0.0 < ours.variance["sky fit"][place] < 0.02 * ours.variance["sky"][place]
    assert set(ours.variance) - set(eso.variance) == {"sky fit", "digitisation"}


def test_an_extended_source_fills_the_aperture_or_its_disk() -> None:
    extended = replace(STAR, extended=True)
    everywhere = calculate(replace(IMAGE, target=extended))
    disk = calculate(replace(IMAGE, target=replace(extended, diameter_arcsec=300.0)))
    in_arcsec2 = [one.target_e[0] / one.aperture_arcsec2 for one in (everywhere, disk)]
    assert in_arcsec2[1] == pytest.approx(in_arcsec2[0], rel=5e-3)  # but for its edge
    assert disk.aperture_arcsec2 == pytest.approx(np.pi * 150.0**2, rel=1e-3)
    slit = calculate(replace(LONG_SLIT, target=extended))
    thin = calculate(replace(LONG_SLIT, target=replace(extended, diameter_arcsec=1000.0)))
    assert np.all(slit.slit_fraction == 1.0)
    assert thin.aperture_arcsec2 == pytest.approx(408.0)  # no longer than the slit


@pytest.mark.parametrize("extraction", EXTRACTIONS)
@pytest.mark.parametrize("request_", [LONG_SLIT, IMAGE])
def test_a_disk_lies_between_a_point_and_an_even_surface(request_: Request, extraction: str) -> None:
    asked = replace(request_, extraction=extraction)
    sizes = [0.01, 0.1, 0.4, 0.8, 1.5, 4.0, 50.0]
    found = [calculate(replace(asked, target=of_one_light(one))) for one in sizes]
    point = calculate(replace(asked, target=replace(STAR, magnitude=20.0)))
    even = calculate(replace(asked, target=replace(of_one_light(50.0), diameter_arcsec=None)))
    assert found[0].snr == pytest.approx(point.snr, rel=1e-3)
    assert found[0].saturation.peak_e == pytest.approx(point.saturation.peak_e, rel=1e-3)
    assert found[0].slit_fraction == pytest.approx(point.slit_fraction, rel=1e-3)
    assert found[-1].saturation.peak_e == pytest.approx(even.saturation.peak_e, rel=1e-3)
    for of in (lambda one: one.snr, lambda one: one.saturation.peak_e):
        assert np.all(np.diff([of(one) for one in found]) < 0.0)
    assert not any("smaller" in note for note in found[1].notes)


def of_one_light(diameter: float) -> Target:
    """Return a disk as bright as magnitude 20 altogether."""
    surface = 20.0 + 2.5 * float(np.log10(0.25 * np.pi * diameter**2))
    return replace(STAR, magnitude=surface, extended=True, diameter_arcsec=diameter)


def test_image_quality_stands_in_for_the_seeing() -> None:
    first = calculate(LONG_SLIT)
    same = calculate(replace(LONG_SLIT, sky=Sky(seeing_arcsec=None, image_quality_arcsec=first.image_quality_arcsec)))
    assert same.snr == pytest.approx(first.snr, rel=1e-4)


def test_exposures_are_read_one_by_one() -> None:
    once, often = (calculate(with_exposure(LONG_SLIT, time_s=1800.0, count=count)) for count in (1, 9))
    assert often.ron_e == pytest.approx(3.0 * once.ron_e)
    assert often.snr < once.snr
    np.testing.assert_allclose(often.target_e, once.target_e)
    assert often.saturation.peak_e == pytest.approx(once.saturation.peak_e / 9.0)


def test_integrations_are_whole() -> None:
    result = calculate(INFRARED)
    assert result.exposure_s == 60.0
    asked = calculate(replace(INFRARED, exposure=Exposure(snr=2.5 * result.snr, dit_s=10.0)))
    assert asked.exposure_s % 10.0 == 0.0
    assert asked.snr >= 2.5 * result.snr
    assert any("NDIT" in note for note in asked.notes)
    with pytest.raises(UsageError, match="are not 100 s"):
        calculate(replace(INFRARED, exposure=Exposure(time_s=100.0, dit_s=10.0, ndit=6)))


def test_saturation_says_where_and_how_long_is_safe() -> None:
    bright = replace(LONG_SLIT, target=replace(STAR, magnitude=12.0))
    full = calculate(bright).saturation
    assert full.is_saturated
    assert full.saturated_nm is not None
    assert full.saturated_nm[0] <= full.peak_nm <= full.saturated_nm[1]
    safe = calculate(with_exposure(bright, time_s=0.999 * full.longest_safe_s)).saturation
    assert not safe.is_saturated
    assert calculate(with_exposure(bright, time_s=1.001 * full.longest_safe_s)).saturation.is_saturated
    assert any("longest safe" in note for note in calculate(bright).notes)


def test_two_beams_are_added() -> None:
    plain, split = (
        calculate(replace(IMAGE, choice=replace(IMAGE.choice, mode=mode, polarimetry=kind)))
        for mode, kind in (("img", "off"), ("ipol", "linear"))
    )
    assert split.aperture_pixels == pytest.approx(2.0 * plain.aperture_pixels)
    assert split.sky_e[0] < 0.55 * plain.sky_e[0]
    assert 0.7 * plain.target_e[0] < split.target_e[0] < plain.target_e[0]
    assert any("beams" in note for note in split.notes)


def test_the_classic_sky_is_the_table() -> None:
    sky = Sky(airmass=1.0, days_from_new_moon=7.0, model="classic")
    found = calculate(replace(IMAGE, sky=sky)).sky_magnitudes
    assert found["V"] == 21.4
    assert found["B"] == 21.6
    dark, bright = (calculate(replace(IMAGE, sky=replace(sky, days_from_new_moon=age))).snr for age in (0.0, 14.0))
    assert bright < dark


def test_the_moon_is_in_the_sky() -> None:
    dark, far, near = (
        calculate(replace(IMAGE, sky=Sky(illumination=fli, moon_distance_deg=away))).sky_e[0]
        for fli, away in ((None, 60.0), (1.0, 70.0), (1.0, 25.0))
    )
    assert dark < far < near
    below = calculate(replace(IMAGE, sky=Sky(illumination=1.0, moon_distance_deg=100.0, moon_altitude_deg=-10.0)))
    assert below.sky_e[0] == pytest.approx(dark)


def test_the_moon_is_up_where_it_can_be() -> None:
    def found(away: float, airmass: float = 1.5) -> Result:
        return calculate(replace(IMAGE, sky=Sky(airmass=airmass, illumination=1.0, moon_distance_deg=away)))

    distances = np.arange(20.0, 138.0, 2.0)
    bright = np.array([found(float(away)).sky_magnitudes["B"] for away in distances])
    assert np.all(np.abs(np.diff(bright)) < 0.12)
    assert np.all(bright < 19.0)
    down = found(150.0)
    assert down.sky_magnitudes["B"] > 22.0
    assert any("below the horizon" in note for note in down.notes)
    assert any("below the horizon" in note for note in found(91.0, 1.0).notes)
    assert not any("Moon" in note for note in found(91.0).notes)


def test_the_classic_sky_holds_to_full_moon() -> None:
    def found(**moon: float) -> dict[str, float]:
        return dict(calculate(replace(IMAGE, sky=Sky(model="classic", **moon))).sky_magnitudes)

    last, full = found(days_from_new_moon=14.0), found(illumination=1.0)
    assert [full[band] for band in "UBVRI"] == [last[band] for band in "UBVRI"]
    assert found(days_from_new_moon=14.7)["V"] == last["V"]


INFRARED_OPEN = {
    "whole": (Exposure(time_s=3600.0), 15.0, 240),
    "evenly": (Exposure(time_s=123.4), 15.425, 8),
    "short": (Exposure(time_s=3.0), 3.0, 1),
    "exposures": (Exposure(time_s=3600.0, count=10), 15.0, 24),
    "ndit": (Exposure(time_s=3600.0, ndit=600), 6.0, 600),
}


@pytest.mark.parametrize("name", INFRARED_OPEN)
def test_an_open_dit_is_filled_in(name: str) -> None:
    exposure, dit, ndit = INFRARED_OPEN[name]
    found = calculate(replace(INFRARED, exposure=exposure))
    filled = found.request.exposure
    assert (filled.dit_s, filled.ndit) == (pytest.approx(dit), ndit)
    assert found.exposure_s == pytest.approx(exposure.time_s)
    assert found.saturation.peak_e <= 0.8 * 60_000.0
    assert any("DIT" in note for note in found.notes) == (exposure.ndit is None)
    again = calculate(found.request)
    assert (again.snr, again.exposure_s) == (found.snr, found.exposure_s)


def test_an_open_dit_is_no_longer_than_what_is_asked_takes() -> None:
    short, long = (calculate(replace(INFRARED, exposure=Exposure(snr=snr))) for snr in (15.0, 3000.0))
    assert short.snr == pytest.approx(15.0)
    assert short.exposure_s == short.request.exposure.dit_s
    assert long.snr >= 3000.0
    assert long.request.exposure.dit_s == 15.0
    assert calculate(short.request).exposure_s == pytest.approx(short.exposure_s)


def test_a_dit_of_a_spectrum_is_longer_and_lines_of_the_sky_are_told_apart() -> None:
    choice = Choice("XSHOOTER", "ech", disperser="NIR", slit_arcsec=0.9)
    faint = Request(choice, replace(STAR, magnitude=20.0), exposure=Exposure(time_s=3600.0))
    assert calculate(faint).request.exposure.dit_s == 300.0
    long = calculate(with_exposure(faint, dit_s=900.0, ndit=1))
    assert [
        note for note in long.notes if "pixels on sky lines beyond 89000 e-" in note and "target saturates no" in note
    ]
    assert not any("saturated at" in note for note in long.notes)
    bright = calculate(replace(faint, target=replace(STAR, magnitude=9.0), exposure=Exposure(dit_s=900.0, ndit=1)))
    assert any("saturated at" in note for note in bright.notes)


def test_a_dit_that_does_not_divide_is_told() -> None:
    found = calculate(replace(INFRARED, exposure=Exposure(time_s=100.0, dit_s=8.0)))
    assert found.exposure_s == 104.0
    assert any("104 s are taken" in note for note in found.notes)


@pytest.mark.parametrize(
    ("choice", "at", "gap", "nearest"),
    [
        (Choice("UVES", "ech", disperser="580"), 580.0, "577.9 to 581.9 nm, a gap", 581.9),
        (Choice("MUSE", "ifu", disperser="WFM-AO-N"), 589.0, "580.6 to 596.6 nm, a filter", 596.7),
    ],
)
def test_a_gap_is_named(choice: Choice, at: float, gap: str, nearest: float) -> None:
    asked = Request(choice, replace(STAR, magnitude=18.0), exposure=Exposure(time_s=600.0, at_nm=at))
    found = calculate(asked)
    assert found.snr == 0.0
    assert any(gap in note and f"{nearest:.1f} nm" in note for note in found.notes)
    with pytest.raises(UsageError, match=gap):
        calculate(with_exposure(asked, snr=10.0, at_nm=at))
    assert not any("nothing is seen" in note for note in calculate(with_exposure(asked, time_s=600.0)).notes)


def test_natural_seeing_under_adaptive_optics_is_told() -> None:
    asked = Request(Choice("MUSE", "ifu", disperser="WFM-AO-N"), STAR, exposure=Exposure(time_s=600.0))
    sharp = replace(asked, sky=Sky(seeing_arcsec=None, image_quality_arcsec=0.5))
    plain = replace(asked, choice=replace(asked.choice, disperser="WFM-NOAO-N"))
    told = [any("natural seeing" in note for note in calculate(one).notes) for one in (asked, sharp, plain)]
    assert told == [True, False, False]


def test_a_step_of_the_aperture_is_told() -> None:
    notes = [
        [note for note in calculate(replace(IMAGE, sky=Sky(seeing_arcsec=float(seeing)))).notes if "odd number" in note]
        for seeing in np.linspace(0.6, 1.0, 41)
    ]
    assert 2 <= sum(bool(one) for one in notes) <= 20
    pixels = [
        calculate(replace(IMAGE, sky=Sky(seeing_arcsec=float(one)))).aperture_pixels
        for one in np.linspace(0.6, 1.0, 41)
    ]
    for place in np.flatnonzero(np.diff(pixels)):
        assert notes[place] or notes[place + 1]


def test_the_answer_asked_again_is_the_same() -> None:
    first = calculate(LONG_SLIT)
    again = calculate(first.request)
    assert (again.snr, again.at_nm, again.exposure_s) == (first.snr, first.at_nm, first.exposure_s)


REFUSED = {
    "neither": (with_exposure(LONG_SLIT), "neither"),
    "both": (with_exposure(LONG_SLIT, time_s=10.0, snr=5.0), "both given"),
    "negative": (with_exposure(LONG_SLIT, time_s=-1.0), "cannot be"),
    "zero": (with_exposure(LONG_SLIT, time_s=0.0), "cannot be"),
    "nan": (with_exposure(LONG_SLIT, time_s=float("nan")), "cannot be"),
    "endless": (with_exposure(LONG_SLIT, time_s=float("inf")), "cannot be"),
    "too long": (with_exposure(LONG_SLIT, time_s=1e9), "1e\\+09 s of exposure"),
    "no count": (with_exposure(LONG_SLIT, time_s=10.0, count=0), "0 exposures"),
    "dit": (with_exposure(LONG_SLIT, time_s=10.0, dit_s=1.0), "no DIT"),
    "shutter": (with_exposure(LONG_SLIT, time_s=0.01), "shorter than"),
    "out of reach": (
        replace(LONG_SLIT, target=replace(STAR, magnitude=45.0), exposure=Exposure(snr=10.0)),
        "more than 1e\\+07 s",
    ),
    "beyond the range": (with_exposure(LONG_SLIT, time_s=10.0, at_nm=1200.0), "not in the range"),
    "no wavelength": (with_exposure(LONG_SLIT, time_s=10.0, at_nm=float("nan")), "not in the range"),
    "airmass": (replace(LONG_SLIT, sky=Sky(airmass=0.9)), "air mass 0.9"),
    "low": (replace(LONG_SLIT, sky=Sky(airmass=3.5)), "air mass 3.5"),
    "no seeing": (replace(LONG_SLIT, sky=Sky(seeing_arcsec=None)), "no seeing"),
    "too sharp": (replace(LONG_SLIT, sky=Sky(image_quality_arcsec=0.001)), "finer than"),
    "magnitude": (replace(LONG_SLIT, target=replace(STAR, magnitude=float("nan"))), "magnitude"),
    "diameter": (replace(LONG_SLIT, target=replace(STAR, diameter_arcsec=2.0)), "no diameter"),
    "extraction": (replace(LONG_SLIT, extraction="magic"), "no extraction"),
    "slit": (replace(LONG_SLIT, choice=replace(LONG_SLIT.choice, slit_arcsec=0.9)), "slit"),
    "line elsewhere": (
        replace(LONG_SLIT, target=Target(Sed.of("line:500:0:1e-16")), exposure=Exposure(snr=5.0, at_nm=600.0)),
        "no light",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_in_one_line(name: str) -> None:
    asked, message = REFUSED[name]
    with pytest.raises((UsageError, NotFoundError), match=message) as caught:
        calculate(asked)
    assert "\n" not in str(caught.value)


def test_importing_the_front_is_cheap() -> None:
    code = "import dfs.etc, sys; print([one for one in ('numba', 'scipy', 'astropy', 'bokeh') if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_light_paths_are_kept() -> None:
    assert light_path(LONG_SLIT.choice) is light_path(LONG_SLIT.choice)


def test_an_image_tells_of_a_wavelength_that_it_does_not_use() -> None:
    told = [calculate(with_exposure(IMAGE, time_s=100.0, at_nm=at)).notes for at in (None, 550.0, 1000.0)]
    assert told[:2] == [(), ()]
    assert told[2] == ("an image is of its whole band: 1000 nm, outside it, is not used",)


def test_too_bright_a_star_is_told_of_what_was_asked() -> None:
    bright = replace(IMAGE, target=replace(STAR, magnitude=2.0))
    for exposure, where in (({"snr": 1.0}, "snr"), ({"time_s": 0.1}, "exposure")):
        with pytest.raises(UsageError, match="shorter than detector MIT can take") as found:
            calculate(with_exposure(bright, **exposure))
        assert found.value.where == where
        assert "0.25 s" in found.value.accepted
    with pytest.raises(UsageError) as found:
        calculate(with_exposure(INFRARED, dit_s=1e-3, snr=5.0))
    assert found.value.where == "dit"


def test_a_moon_that_cannot_stand_there_names_its_altitude() -> None:
    moon = Sky(airmass=1.2, illumination=0.5, moon_distance_deg=120.0, moon_altitude_deg=80.0)
    with pytest.raises(UsageError, match=r"a Moon .* deg high is not .* deg from a target") as found:
        calculate(replace(IMAGE, sky=moon))
    assert found.value.where == "moon_altitude"
    calculate(replace(IMAGE, sky=replace(moon, illumination=None)))  # there is none


def test_where_nothing_passes_there_are_no_electrons_less_than_none() -> None:
    found = calculate(replace(LONG_SLIT, target=Target(Sed.of("line:600.3:0.5:1e-16"))))
    assert found.target_e.min() == 0.0
    assert found.snr_per_pixel.min() == 0.0
