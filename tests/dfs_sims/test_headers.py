from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs.frames import scan
from dfs_sims.horizon import pointing, sidereal_seconds
from dfs_sims.truth import NightTruth

# Real frame of the same kind, by the start of its name.
COUNTERPARTS = {
    "bias": "EFOSC.2022-01-26T19:02",
    "flat": "EFOSC.2022-01-26T19:18",
    "arc": "EFOSC.2022-01-26T19:37",
    "spectrum": "EFOSC.2022-01-27T04:46",
    "sky_flat": "EFOSC.2022-01-28T00:08",
    "image": "EFOSC.2022-01-28T04:54",
    "standard": "EFOSC.2022-01-29T01:12",
}
# Values that must be the same as on the real frame of the same kind: what rules and recipes read.
SAME = [
    "INSTRUME",
    "TELESCOP",
    "RADECSYS",
    "CTYPE1",
    "CTYPE2",
    "CRPIX1",
    "CRPIX2",
    "CDELT1",
    "ESO DPR CATG",
    "ESO DPR TYPE",
    "ESO DPR TECH",
    "ESO DET CHIP1 ID",
    "ESO DET OUT1 CONAD",
    "ESO DET OUT1 GAIN",
    "ESO DET OUT1 RON",
    "ESO DET OUT1 PRSCX",
    "ESO DET OUT1 OVSCY",
    "ESO DET READ SPEED",
    "ESO DET WIN1 BINX",
    "ESO DET WIN1 NX",
    "ESO INS FILT1 NAME",
    "ESO INS GRIS1 NAME",
    "ESO INS SLIT1 NAME",
    "ESO INS SLIT1 NO",
    "ESO TEL GEOLAT",
    "ESO TPL ID",
    "ESO TPL NAME",
]


@pytest.mark.real
@pytest.mark.parametrize("kind", sorted(COUNTERPARTS))
def test_cards_are_those_of_the_real_frame(kind: str, night: NightTruth, real_frames: Path) -> None:
    real = fits.getheader(next(iter(real_frames.glob(f"{COUNTERPARTS[kind]}*"))))
    drawn = fits.getheader(night.of(kind)[0].path)
    # PCOUNT and GCOUNT are not allowed in a primary array; BZERO and BSCALE astropy takes for itself.
    wanted = [keyword for keyword in real if keyword and keyword not in ("PCOUNT", "GCOUNT")]
    assert [keyword for keyword in drawn if not keyword.startswith("ESO SIM")] == wanted
    assert {keyword: drawn[keyword] for keyword in SAME} == {keyword: real[keyword] for keyword in SAME}
    types = {keyword: type(real[keyword]) for keyword in wanted}
    assert {keyword: type(drawn[keyword]) for keyword in wanted} == types


def test_every_frame_is_classified(night: NightTruth) -> None:
    classes = {
        "bias": "BIAS",
        "flat": "FLAT_LSS",
        "arc": "ARC",
        "sky_flat": "FLAT_SKY_IMG",
        "standard": "STD_LSS",
        "spectrum": "SCIENCE_LSS",
        "image": "SCIENCE_IMG",
    }
    records = scan(Path(night.folder))
    assert [one.frame_class for one in records] == [classes[one.kind] for one in night.exposures]
    assert [one.dp_id for one in records] == [one.dp_id for one in night.exposures]
    assert all(one.problem is None for one in records)


def test_times_positions_and_names_belong_together(night: NightTruth) -> None:
    from astropy.time import Time

    for one in night.exposures:
        header = fits.getheader(one.path)
        assert Time(header["DATE-OBS"], scale="utc").mjd == pytest.approx(header["MJD-OBS"], abs=2e-8)
        assert header["ARCFILE"] == f"EFOSC.{header['DATE-OBS']}.fits" == Path(one.path).name
        assert header["UTC"] == pytest.approx((header["MJD-OBS"] % 1) * 86400, abs=2e-3)
        assert header["LST"] == pytest.approx(sidereal_seconds(header["MJD-OBS"]), abs=2e-3)
        assert header["ESO TPL START"] < header["DATE-OBS"]
        assert 1 <= header["ESO TPL EXPNO"] <= header["ESO TPL NEXP"]
        assert header["ESO SIM STATE"] is True
        assert header["ORIGIN"] != "ESO"
        if header["ESO TEL TRAK STATUS"] == "NORMAL":
            where = pointing(header["RA"], header["DEC"], header["MJD-OBS"])
            assert header["ESO TEL AIRM START"] == pytest.approx(where.airmass, abs=6e-4)
            assert np.sin(np.radians(header["ESO TEL ALT"])) == pytest.approx(1 / where.airmass, abs=2e-3)


def test_the_truth_is_not_in_the_frames(night: NightTruth) -> None:
    for one in night.of("standard") + night.of("arc"):
        header = fits.getheader(one.path)
        numbers = {round(value, 4) for value in header.values() if isinstance(value, float)}
        assert round(one.flexure_px or 0.0, 4) not in numbers
        assert round(one.bias_level_adu, 4) not in numbers
        assert round(night.detector.gain_e_per_adu, 4) not in numbers
