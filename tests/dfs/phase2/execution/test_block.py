"""Execution time of blocks: against sums made by hand from the sources that the packages quote."""

from __future__ import annotations

import pytest

from dfs.model.phase2 import ObservationBlock, ObTemplate, Parameter
from dfs.phase2.execution import execution_document, execution_time


def template(name, kind="science", **values):
    parameters = tuple(Parameter(key.replace("__", "."), "number", value) for key, value in values.items())
    return ObTemplate(1, name, kind, parameters)


def block(instrument, *templates, ob_id=1, **fields):
    return ObservationBlock(ob_id, 1, 1, "OB", instrument, "1", templates=tuple(templates), **fields)


SLIT = template("FORS2_lss_acq_slit", "acquisition", DET__WIN1__UIT1=20.0)


def test_fors2_long_slit_of_the_call_for_proposals():
    # cfp112: preset 360, one loop 90, through-slit image 240 (without exposure times: 3 x 20), setup 30, 3 x (1200 + 34)
    science = template(
        "FORS2_lss_obs_slit_fast", DET__WIN1__UIT1=1200.0, SEQ__NEXPO=3, DET__READ__CLKIND="100kHz,2x2,high"
    )
    time = execution_time(block("FORS2", SLIT, science))
    assert time.execution_s == 360 + 90 + 240 + 3 * 20 + 30 + 3 * (1200 + 34) == 4482
    assert time.exposure_s == 3600
    assert time.overhead_s == 882
    assert sum(part.seconds for part in time.parts) == time.execution_s


def test_fors2_images_with_offsets_and_the_other_collimator():
    # cfp112: preset 360, collimator exchange 270, loop 90; setup 30, 2 x 5 x (60 + 23), 4 offsets of 15 (assumed)
    acquisition = template("FORS2_img_acq", "acquisition", INS__COLL__NAME="COLL_HR")
    science = template("FORS2_img_obs_crsplit", DET__WIN1__UIT1=60, SEQ__NEXPO=2, SEQ__NOFF=5)
    time = execution_time(block("FORS2", acquisition, science))
    assert time.execution_s == 360 + 270 + 90 + 30 + 10 * (60 + 23) + 4 * 15
    assert time.exposure_s == 600


def test_fors2_polarimetry_pays_the_retarder_and_every_angle():
    # cfp112: preset 360, loop 90, setup 30, retarder 60; default: 4 angles, 200 kHz 2x2: 4 x (100 + 23)
    science = template("FORS2_ipol_obs_lin", DET__WIN1__UIT1=100)
    time = execution_time(block("FORS2", template("FORS2_ipol_acq", "acquisition"), science))
    assert time.execution_s == 360 + 90 + 30 + 60 + 4 * 123


def test_efosc2_spectrum_of_the_la_silla_table():
    # lpo/cfp: preset 10 min, setup 1 min, 2 cycles with normal 2x2 read-out 0.67 min; setup 20 (assumed)
    acquisition = template("EFOSC_img_acq_MoveToSlit", "acquisition", DET__WIN1__UIT1=20, INS__SLIT1__NAME="slit#1.0")
    science = template("EFOSC_spec_obs_Spectrum", DET__WIN1__UIT1=300)
    time = execution_time(block("EFOSC2", acquisition, science))
    assert time.execution_s == pytest.approx(600 + 60 + 2 * (20 + 40.2) + 20 + 300 + 40.2)
    assert time.exposure_s == 300


def test_efosc2_narrow_slit_slow_and_unbinned():
    acquisition = template("EFOSC_img_acq_MoveToSlit", "acquisition", DET__WIN1__UIT1=20, INS__SLIT1__NAME="slit#0.5")
    science = template(
        "EFOSC_spec_obs_Spectrum", DET__WIN1__UIT1=300, DET__READ__SPEED="slow", DET__WIN1__BINX=1, DET__WIN1__BINY=1
    )
    time = execution_time(block("EFOSC2", acquisition, science))
    assert time.execution_s == pytest.approx(600 + 60 + 60 + 2 * (20 + 40.2) + 20 + 300 + 160.2)


def test_a_list_of_exposure_times_is_gone_through_again_and_again():
    science = template("EFOSC_img_obs_Image", DET__WIN1__UIT1=[10, 20, 30], SEQ__NEXPO=5, DET__READ__SPEED="fastL")
    time = execution_time(block("EFOSC2", science))
    assert time.exposure_s == 10 + 20 + 30 + 10 + 20
    assert time.execution_s == pytest.approx(90 + 20 + 5 * 10.2)


def test_hawki_counts_every_integration():
    # all figures assumed: filter 22, 9 x 10 offsets, 10 x (6 x (10 + 1.8) + 8)
    science = template("HAWKI_img_obs_AutoJitter", DET__DIT=10, DET__NDIT=6, SEQ__NEXPO=10, INS__FILT__NAME="Ks")
    time = execution_time(block("HAWKI", template("HAWKI_img_acq_Preset", "acquisition"), science))
    assert time.exposure_s == 600
    assert time.execution_s == pytest.approx(360 + 60 + 22 + 90 + 10 * (6 * 11.8 + 8))


def test_hawki_object_and_sky_have_their_own_ndit():
    science = template(
        "HAWKI_img_obs_AutoJitterOffset", DET__DIT=10, SEQ__NABCYCLES=3, SEQ__NDIT__OBJECT=6, SEQ__NDIT__SKY=2
    )
    time = execution_time(block("HAWKI", science))
    assert time.exposure_s == 3 * 60 + 3 * 20
    assert time.execution_s == pytest.approx(22 + 5 * 10 + 3 * (6 * 11.8 + 8) + 3 * (2 * 11.8 + 8))


def test_xshooter_waits_for_the_slowest_arm():
    # cfp104: preset 360, 3 loops 49 (exposures of the camera, 4 x 2, on top: manual P96), offset 15; read-out slow 1x1 UVB 68, VIS 89.
    # One AB cycle, setup 30 (assumed): the visual arm is the slowest, 2 x (600 + 89).
    acquisition = template("XSHOOTER_slt_acq", "acquisition", DET4__WIN1__UIT1=2.0)
    science = template(
        "XSHOOTER_slt_obs_AutoNodOnSlit",
        DET1__WIN1__UIT1=610.0,
        DET2__WIN1__UIT1=600.0,
        DET3__DIT=300.0,
        DET3__NDIT=2,
        SEQ__NABCYCLES=1,
        DET1__READ__CLKDESCR="100k/1pt/hg",
        DET2__READ__CLKDESCR="100k/1pt/hg",
    )
    time = execution_time(block("XSHOOTER", acquisition, science))
    assert time.execution_s == 360 + 49 + 8 + 30 + 15 + 2 * (600 + 89)
    assert [part.label for part in time.parts if part.is_exposure] == ["exposures x 4", "VIS exposures x 2"]


def test_xshooter_blind_offset_costs_more():
    direct = execution_time(block("XSHOOTER", template("XSHOOTER_slt_acq", "acquisition")))
    blind = template("XSHOOTER_slt_acq", "acquisition", TEL__TARG__OFFSETDELTA=-12.5)
    assert execution_time(block("XSHOOTER", blind)).execution_s == direct.execution_s + 65 - 49


def test_harps_of_the_la_silla_table():
    # lpo/cfp: preset 5 min, centring 1 min, configuration 0.5 min, read-out 0.38 min
    science = template("HARPS_ech_obs_thosimult", DET1__WIN1__UIT1=900.0, SEQ__NEXPO=2)
    time = execution_time(block("HARPS", template("HARPS_ech_acq_thosimult", "acquisition"), science))
    assert time.execution_s == pytest.approx(300 + 60 + 30 + 2 * (900 + 22.8))


def test_flames_of_the_call_for_proposals():
    # cfp104, cfp112: preset 360, acquisition 420, setup 60, read-out 60
    time = execution_time(
        block(
            "FLAMES",
            template("FLAMES_giraf_acq", "acquisition", SEQ__PLATE__CONFIGURE=True),
            template("FLAMES_giraf_obs_exp", DET1__WIN1__UIT1=2700.0, SEQ__NEXPO=1),
        )
    )
    assert time.execution_s == 360 + 420 + 60 + 2700 + 60


def test_later_blocks_of_a_concatenation_have_the_short_preset():
    # cfp112: (40 + separation in degrees) + 60
    alone = execution_time(block("FORS2", SLIT))
    later = execution_time(block("FORS2", SLIT), nth_in_concatenation=1, separation_deg=12.5)
    assert alone.parts[0].seconds == 360
    assert later.parts[0].seconds == pytest.approx(112.5)
    assert alone.execution_s - later.execution_s == pytest.approx(247.5)


def test_every_part_says_where_it_comes_from():
    science = template("FORS2_img_obs_crsplit", DET__WIN1__UIT1=60)
    time = execution_time(block("FORS2", SLIT, science))
    assert all(part.source for part in time.parts if not part.is_exposure)
    assert {part.path for part in time.parts} == {"templates[0]", "templates[1]"}
    document = execution_document(7, time)
    assert document["obId"] == 7
    assert document["exposureTime"] == 60
    assert document["executionTime"] == round(time.execution_s)
    assert isinstance(document["executionTime"], int)
    assert {"label", "seconds", "source", "path", "exposure"} == set(document["parts"][0])


def test_a_block_without_templates_and_one_not_filled_in_take_what_is_known():
    assert execution_time(block("FORS2")).execution_s == 0
    time = execution_time(block("FORS2", template("FORS2_img_obs_crsplit")))
    assert time.exposure_s == 0
    assert time.execution_s == 30 + 23


def test_an_unknown_template_is_a_part_that_says_so():
    time = execution_time(block("FORS2", template("FORS2_img_obs_jitter", DET__WIN1__UIT1=10)))
    assert time.execution_s == 0
    assert "not known" in time.parts[0].label
