"""A run in a notebook: blocks as one speaks of them, what differs, what is pushed, what others saved."""

from __future__ import annotations

import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord

from dfs.errors import ConflictError, NotFoundError, ServiceError, UsageError
from dfs.phase2.client import Phase2


def test_a_block_as_one_speaks_of_it(run, ob):
    assert repr(run) == "Run 110.23XY.001  SM FORS2  Barred spirals  (changes not pushed)"
    ob.set(1, exposure=20 * u.min)
    assert (ob.ob_id < 0, ob.get("FORS2_lss_obs_off_fast", "exposure")) == (True, 1200)
    assert run.push() == 2
    assert ob.ob_id > 0
    again = run.ob("NGC 1365 300V").document
    assert again["target"] | {"ra": "03:33:36.370", "dec": "-36:08:25.400"} == again["target"]
    assert again["constraints"]["airmass"] == 1.6
    assert [one["templateName"] for one in again["templates"]] == ["FORS2_lss_acq_slit", "FORS2_lss_obs_off_fast"]
    assert ob.get(0, "slit") == "lSlit1_0"
    assert ob.get(1, "grism") == "GRIS_300V"
    assert run.diff() == []
    assert repr(run).endswith("Barred spirals")
    assert run.tree().splitlines()[1:] == [
        f"  Folder {run['deep field'].container_id} deep field",
        f"    OB {ob.ob_id} [P] NGC 1365 300V  NGC 1365",
    ]


def test_findings_and_execution_time(ob):
    found = ob.verify()
    assert {"severity", "path", "code", "message"} <= found[0].keys()
    time = ob.execution()
    assert time.exposure_s == 2400
    assert time.execution_s > 2400
    assert "open shutter" in repr(time)
    assert sum(one["seconds"] for one in time.parts) == pytest.approx(time.execution_s, abs=1)


def test_visibility_of_a_night_without_network(run, ob):
    seen = ob.visibility("2022-11-15")
    assert seen.windows or seen.reason
    assert run.visibility("2022-11-15")[0] == seen
    assert "2022-11-15" in run.plot_night("2022-11-15").title.text
    assert "110.23XY.001" in run.plot_period([ob]).title.text


def test_targets_in_every_form(run):
    ob = run.create_ob("x")
    for given in [
        {"target": SkyCoord(10.5 * u.deg, -20.25 * u.deg)},
        {"ra": 10.5, "dec": -20.25},
        {"target": 10.5, "dec": -20.25},
        {"ra": "00:42:00.000", "dec": "-20:15:00"},
        {"ra": 10.5 * u.deg, "dec": -20.25 * u.deg},
        {"target": "00h42m00s", "dec": "-20d15m00s"},
    ]:
        target = ob.target(**given).document["target"]
        assert (target["ra"], target["dec"]) == ("00:42:00.000", "-20:15:00.000")
    assert ob.target("Field A").document["target"]["ra"] == "03:32:28.000"  # of phase 1
    assert ob.target("messier 83").document["target"]["dec"] == "-29:51:55.500"
    moving = ob.target(SkyCoord(1 * u.deg, 2 * u.deg, pm_ra_cosdec=5 * u.mas / u.yr, pm_dec=0 * u.mas / u.yr), name="m")
    assert moving.document["target"]["properMotionRa"] == 0.005
    assert ob.target(1, 2, proper_motion_dec=100 * u.mas / u.yr).document["target"]["properMotionDec"] == 0.1
    with pytest.raises(NotFoundError, match="nothing is known of the target 'Fieldd'"):
        ob.target("Fieldd")
    with pytest.raises(UsageError) as caught:
        ob.target(ra="25:00:00", dec=1)
    assert "HH:MM:SS.sss" in caught.value.accepted


def test_what_is_wrong_is_told_at_once(ob):
    for call, message, accepted in [
        (lambda: ob.constraints(airmass=9), "airmass = 9", "1 to 5"),
        (lambda: ob.constraints(strehl_ratio=9), "no constraint 'strehlRatio'", "airmass"),
        (lambda: ob.observe("FORS2_lss_obs_off_fats"), "no template", "FORS2_lss_obs_off_fast"),
        (lambda: ob.observe("FORS2_lss_obs_off_fast", sequence=2), "no parameter 'sequence'", "SEQ.NEXPO (count)"),
        (lambda: ob.observe("FORS2_lss_obs_off_fast", count=0), "SEQ.NEXPO = 0", "1 to 666"),
        (lambda: ob.set(1, exposure=3 * u.m), "exposure = 3.0 m", "a value in s"),
        (lambda: ob.acquire("FORS2_lss_obs_off_fast"), "is a science template", ""),
        (lambda: ob.window("2022-12-02", "2022-12-01"), "before it begins", "start < end"),
        (lambda: ob.priority(11), "user priority 11", "1 (highest) to 10"),
    ]:
        before = ob.document
        with pytest.raises((UsageError, NotFoundError)) as caught:
            call()
        assert message in caught.value.message
        assert accepted in caught.value.accepted
        assert ob.document == before


def test_a_difference_is_shown_before_it_is_pushed(run, ob):
    run.push()
    ob.constraints(seeing=0.7).set(1, count=3).window("2022-11-20T00:00", "2022-11-21T00:00").priority(2)
    extra = run["deep field"].create_cb("bias")
    shown = [str(one) for one in run.diff()]
    label = f"OB 'NGC 1365 300V' ({ob.ob_id})"
    assert shown[0] == "CB 'bias': new"
    assert f"{label}: constraints.seeing: 0.9 -> 0.7" in shown
    assert f"{label}: userPriority: 1 -> 2" in shown
    assert any("SEQ.NEXPO" in one and "2 -> 3" in one for one in shown)
    run.push()
    assert run.diff() == []
    extra.delete()
    assert [str(one) for one in run.diff()] == [f"CB 'bias' ({extra_number(run)}): deleted"]
    run.push()
    assert len(run.blocks()) == 1


def extra_number(run):
    return next(one["obId"] for one in run.working._known["root"]["items"][0]["items"] if one["name"] == "bias")


def test_templates_come_go_and_change_places(run, ob):
    run.push()
    ob.remove(1).observe("FORS2_img_obs_crsplit", exposure=60, filter="R_SPECIAL")
    ob.observe("FORS2_lss_obs_off_fast", exposure=5, grism="GRIS_600B")
    ob.acquire("FORS2_img_acq")
    run.push()
    assert ob.templates == ["FORS2_img_acq", "FORS2_img_obs_crsplit", "FORS2_lss_obs_off_fast"]
    ob._document["templates"][1:] = ob._document["templates"][:0:-1]
    run.push()
    assert ob.templates == ["FORS2_img_acq", "FORS2_lss_obs_off_fast", "FORS2_img_obs_crsplit"]
    assert run.diff() == []


def test_containers_of_all_kinds(run):
    link = run.time_link("monitoring")
    for at in range(3):
        link.create_ob(f"epoch {at}")
    link.delays(7 * u.day, 8 * u.day)
    group = run.group("pairs").priority(3)
    group.create_ob("one").schedule(contribution=60)
    run.concatenation("sci+cal").create_ob("sci")
    run.push()
    assert [one.kind for one in run] == ["TimeLink", "Group", "Concatenation"]
    first, second, _ = (one.document["schedule"] for one in run["monitoring"].blocks())
    assert second["earliestAfterPrevious"] == 7 * 86_400
    assert not first.get("earliestAfterPrevious")
    assert run.ob("one").document["schedule"]["groupContribution"] == 60
    run.ob("epoch 2").move(run, 0)
    run.push()
    assert [one.name for one in run] == ["epoch 2", "monitoring", "pairs", "sci+cal"]
    run["monitoring"].delete()
    run.push()
    assert [one.name for one in run] == ["epoch 2", "pairs", "sci+cal"]


def test_a_lost_race_is_merged_field_by_field(phase2, run, ob):
    run.push()
    run.tree()  # read, before somebody else saves
    other = phase2.run("110.23XY.001")
    other.ob(ob.ob_id).constraints(seeing=0.6).priority(5)
    other.create_ob("theirs")
    other.push()
    ob.constraints(airmass=1.3, seeing=0.7)
    run.create_ob("mine")
    with pytest.raises(ConflictError) as caught:
        run.push()
    assert "pull" in caught.value.hint
    with pytest.raises(ConflictError, match=r"constraints.seeing is 0.6 there, 0.7 here"):
        run.pull()
    conflicts = run.pull("mine")
    assert [one["path"] for one in conflicts] == ["constraints.seeing"]
    run.push()
    saved = phase2.run("110.23XY.001").ob(ob.ob_id).document
    assert (saved["constraints"]["airmass"], saved["constraints"]["seeing"], saved["userPriority"]) == (1.3, 0.7, 5)
    assert {one.name for one in run.blocks()} == {"NGC 1365 300V", "theirs", "mine"}


def test_copies_history_and_undo(run, ob):
    run.push()
    copied = ob.duplicate().constraints(seeing=0.5)
    assert copied.name == "NGC 1365 300V_2"
    run.push()
    assert [one.name for one in run["deep field"]] == ["NGC 1365 300V", "NGC 1365 300V_2"]
    ob.constraints(seeing=1.1)
    run.push()
    assert run.history()[0]["who"]
    run.undo()
    assert ob.document["constraints"]["seeing"] == 0.9


def test_runs_are_found_by_name(phase2):
    assert [one.prog_id for one in phase2.runs()] == ["110.23XY.001", "110.23XY.002"]
    assert [one.instrument for one in phase2.runs(instrument="hawki")] == ["HAWKI"]
    with pytest.raises(NotFoundError, match="there is no run") as caught:
        phase2.run("110.23XY.01")
    assert "110.23XY.001" in caught.value.hint


def test_targets_are_kept_and_looked_up(observatory, phase2):
    phase2.keep_target("my star", ra=10, dec=-10)
    assert phase2.run("110.23XY.001").create_ob("x").target("My Star").document["target"]["ra"] == "00:40:00.000"
    other = Phase2(observatory.phase2_desk, lookups=[{"LTT 7379": (279.0, -44.0)}.get])
    assert other.names.position("LTT 7379") == ("18:36:00.000", "-44:00:00.000")


def test_a_survey_is_made_of_a_block(run, ob):
    plan = run.survey(
        "NGC 1365", template=ob, name="bars", radius=5 * u.arcmin, overlap=0.1, every=14 * u.day, epochs=3
    )
    assert len(plan.pointings) > 1
    run.push()
    links = [one for one in run if one.kind == "TimeLink"]
    assert len(links) == len(plan.pointings)
    visits = links[0].blocks()
    assert len(visits) == 3
    assert visits[1].document["schedule"]["earliestAfterPrevious"] == pytest.approx(14 * 86_400 * 0.8)
    assert visits[0].templates == ob.templates
    assert visits[0].get(1, "exposure") == 1200
    with pytest.raises(UsageError, match="how large is the field"):
        run.survey("NGC 1365", template=ob)
    with pytest.raises(UsageError, match="epochs every 60 d take"):
        run.survey("NGC 1365", template=ob, radius=0.1, every=60 * u.day, epochs=9)


def test_what_others_deleted_is_told_and_not_lost_unseen(phase2, run, ob):
    run.push()
    run.tree()
    other = phase2.run("110.23XY.001")
    other.ob(ob.ob_id).delete()
    other.push()
    ob.constraints(airmass=1.3)
    with pytest.raises(NotFoundError, match="was deleted") as caught:
        run.push()
    assert "pull" in caught.value.hint
    with pytest.raises(ConflictError, match="'deleted' there, 'changed' here"):
        run.pull()
    (told,) = run.pull("theirs")
    assert (told["mine"], told["theirs"]) == ("changed", "deleted")
    assert run.blocks() == []


def test_a_push_that_fails_half_way_sends_nothing_twice(run, ob, monkeypatch):
    run.create_ob("first")
    run.push()
    run.create_ob("second")
    run.ob("first").move(run, 0)

    def fail(*_):
        raise ServiceError("the line is down")

    monkeypatch.setattr(run.working.desk, "reorder_items", fail)
    with pytest.raises(ServiceError):
        run.push()
    monkeypatch.undo()
    run.push()
    assert sorted(one.name for one in run.blocks()) == ["NGC 1365 300V", "first", "second"]


def test_a_whole_run_is_handed_in_with_its_containers(run):
    link = run.time_link("monitoring")
    for name in ("one", "two"):
        made = link.create_ob(name).target("Field A").constraints(airmass=1.6, seeing=0.9, fli=0.7)
        made.acquire("FORS2_img_acq")
        made.observe("FORS2_img_obs_crsplit", exposure=100, count=2).set(1, **{"INS.FILT1.NAME": "R_SPECIAL"})
        made.chart(b"\xff\xd8\xff\xe0 jpeg", "chart.jpg")
    link.delays(7 * u.day)
    found = run.submit()
    assert found.ok, found
    assert [one.status for one in link.blocks()] == ["D", "D"]
    assert link.status == "D"


def test_a_word_of_several_arms_is_not_guessed(phase2):
    phase2.add_run("110.23XY.003", "XSHOOTER", period=110)
    phase2.add_run("110.23XY.004", "UVES", period=110)
    both = phase2.run("110.23XY.003").create_ob("both arms")
    with pytest.raises(UsageError, match="'exposure' for each arm") as told:
        both.observe("XSHOOTER_slt_obs_Stare", exposure=600)
    assert "exposure_uvb" in told.value.accepted
    both.observe("XSHOOTER_slt_obs_Stare", exposure_uvb=600, exposure_vis=630, exposure_nir=200)
    values = {one["name"]: one["value"] for one in both.document["templates"][0]["parameters"]}
    assert [values[one] for one in ("DET1.WIN1.UIT1", "DET2.WIN1.UIT1", "DET3.DIT")] == [600, 630, 200]
    red = phase2.run("110.23XY.004").create_ob("one arm").observe("UVES_red_obs_exp", exposure=600)
    values = {one["name"]: one["value"] for one in red.document["templates"][0]["parameters"]}
    assert values["DET2.WIN1.UIT1"] == 600
