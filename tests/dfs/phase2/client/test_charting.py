"""Finding charts drawn from a notebook, and the README."""

from __future__ import annotations

import pytest

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.charts import Blank
from dfs.phase2.client import Phase2


def test_a_drawn_chart_is_attached_at_the_next_push(run, ob):
    ob.draw_chart()
    run.push()
    assert ob.document["charts"] == ["NGC_1365_300V_1.jpg"]
    assert "chart-missing" not in {one["code"] for one in ob.verify()}
    assert ob.chart_jpeg("paper").startswith(b"\xff\xd8")


def test_charts_are_drawn_on_stars_on_what_the_observatory_has_on_what_is_given(tmp_path, observatory, ob):
    (tmp_path / "stars.csv").write_text("ra,dec,mag\n53.4015,-36.1404,12\n53.41,-36.15,9\n")
    paper = ob.chart_jpeg("paper")
    assert ob.chart_jpeg(tmp_path / "stars.csv") != paper
    assert ob.chart_jpeg(Blank()) == paper
    told = []
    other = Phase2(observatory.phase2_desk, (), lambda: told.append(1) or Blank()).run("110.23XY.001")
    other.create_ob("x").target("NGC 253").chart_jpeg()
    assert told == [1]


def test_a_background_that_is_not_there_is_told(ob):
    with pytest.raises(NotFoundError, match=r"there is no file .*nothing\.fits"):
        ob.draw_chart("nothing.fits")


def test_the_readme_is_saved_field_by_field(run):
    assert run.readme()["summary"] == ""
    assert run.readme(summary="Bars")["summary"] == "Bars"
    assert run.readme(strategy="NGC 1365 first")["summary"] == "Bars"
    with pytest.raises(UsageError, match="no field 'sumary'"):
        run.readme(sumary="Bars")


def test_a_night_is_told_in_a_line(ob):
    assert repr(ob.visibility("2022-11-20")).startswith("night of 2022-11-20: ")
    ob.constraints(airmass=1.0)
    assert "not observable: " in repr(ob.visibility("2022-11-20"))
