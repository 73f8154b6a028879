"""The calculator's page without a browser."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

pytest.importorskip("anywidget")

from astropy.table import Table

from dfs.errors import AccessError, DfsError, NotFoundError, ServiceError, UsageError
from dfs.etc.documents.mapping import request_of
from dfs.etc.engine.calculation import calculate
from dfs.observatory import Observatory
from dfs_widgets.etc import EtcPart, ExposureTimes


@pytest.fixture
def page() -> ExposureTimes:
    return ExposureTimes().start("instrument=FORS2&mode=lss&grism=300V&slit=1&sed=blackbody:5800&mag=20&exposure=600")


def ask(page: ExposureTimes, **values: str) -> None:
    """Send what a browser sends when somebody typed, and rests."""
    page.part.controls._handle_custom_msg({"kind": "put", "values": values, "serial": 7}, [])
    page.part.controls._handle_custom_msg({"kind": "rest", "serial": 7}, [])


def test_a_change_is_answered_with_its_number(page):
    before = page.result.snr
    ask(page, mag="21")
    assert page.result.snr < before
    assert page.part.plots.panels["serial"] == page.part.controls.answered == 7
    assert page.bar.state == "ready"
    assert "mag=21" in page.bar.query


def test_what_is_wrong_stands_beside_its_control_and_the_last_answer_stays(page):
    good = page.result
    ask(page, airmass="9")
    assert "1 to 3" in page.part.controls.problems["airmass"]
    assert page.part.controls.values["airmass"] == "9"
    assert page.part.answer.stale
    assert page.part.plots.panels["stale"]
    assert page.part.plots.panels["list"]
    assert page.result is good
    assert page.bar.state == "error"
    ask(page, airmass="1.5")
    assert page.part.controls.problems == {}
    assert not page.part.answer.stale
    assert page.bar.state == "ready"


def test_scripts_are_told_what_is_wrong(page):
    with pytest.raises(UsageError, match="9 cannot be"):
        page.put(airmass=9)


def test_a_stranger_s_address_reads_no_files(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("400 1\n900 1\n")
    page = ExposureTimes().start(f"instrument=FORS2&mag=20&exposure=60&sed=file:{secret}")
    assert page.result is None
    assert page.bar.state == "error"


def test_a_wavelength_of_another_grism_is_let_go(page):
    page.put(at=640.0)
    page.put(grism="GRIS_1200B")
    assert page.part.problem is None
    assert "at" not in page.part.question.given


@pytest.mark.parametrize("instrument", ["MUSE", "UVES"])
def test_a_line_is_asked_where_it_is_seen(instrument):
    """A line at H-alpha has its light at 656.28 nm in air; the wavelength asked before stays behind."""
    setup = {"instrument": instrument, "exposure": "600"} | ({"grism": "580"} if instrument == "UVES" else {})
    page = ExposureTimes().start(urlencode({**setup, "mag": "20", "at": "640"}))
    ask(page, sed="line")
    ask(page, line="656.28")
    ask(page, line_width="")
    given = {**setup, "sed": "line:656.28", "line_flux": 1e-16}
    assert page.result.snr == pytest.approx(calculate(request_of(given)).snr)
    assert page.result.at_nm == pytest.approx(656.28, abs=0.1)


def test_the_link_asks_the_very_same(page):
    page.put(seeing=1.1, extraction="as-reduced")
    again = ExposureTimes().start(page.link())
    assert again.inputs == page.inputs
    assert again.result.snr == pytest.approx(page.result.snr, rel=1e-12)


def test_kept_set_ups_are_drawn_over_and_taken_again(page):
    first = page.keeping.keep("narrow")
    page.put(slit=2.0)
    assert [one["name"] for one in page.part.answer.setups["list"]] == ["narrow"]
    overlays = {one["name"] for one in page.part.plots.kept["list"]}
    assert {"snr", "electrons", "input", "efficiency", "peak"} <= overlays
    page.keeping.rename(first.number, "as it was")
    page.keeping.draw(first.number, on=False)
    assert page.part.plots.kept["list"] == []
    page.keeping.take(first.number)
    assert page.inputs["slit"] == pytest.approx(1.0)
    page.keeping.remove(first.number)
    assert page.part.answer.setups["list"] == []
    with pytest.raises(NotFoundError):
        page.keeping.take(first.number)


def test_set_ups_stay_on_their_owner_s_shelf(tmp_path):
    with Observatory.open(tmp_path / "observatory") as observatory:
        page = ExposureTimes(observatory).start("")
        page.keeping.keep("mine")
        again = ExposureTimes(observatory).start("")
        assert [one.name for one in again.keeping.setups] == ["mine"]
        assert again.keeping.setups[0].result.snr == pytest.approx(page.result.snr)
        again.keeping.remove(1)
        assert ExposureTimes(observatory).start("").keeping.setups == ()


class Anonymous:
    """A server at which nobody signed in."""

    name, user_name, asks_for_name, token = "somewhere", "", True, ""

    class phase2:  # noqa: N801 - as a desk has it
        @staticmethod
        def library(*_: str) -> list[object]:
            raise AccessError("nobody is signed in")

        keep = forget = lambda *_: Anonymous.phase2.library("")


def test_whoever_is_not_signed_in_keeps_set_ups_as_long_as_the_page():
    page = ExposureTimes(Anonymous()).start("")
    assert page.bar.can_sign_in
    page.keeping.keep()
    assert "sign in" in page.part.answer.setups["note"]
    assert len(page.part.answer.setups["list"]) == 1
    assert page.bar.state == "ready"


class Full(Anonymous):
    """A shelf that takes nothing any more and gives nothing back."""

    class phase2:  # noqa: N801 - as a desk has it
        @staticmethod
        def library(*_: str) -> list[object]:
            return []

        @staticmethod
        def keep(*_: object) -> None:
            raise ServiceError("no space left")

        forget = keep


def test_what_a_shelf_refuses_is_told_and_what_it_still_has_stays_on_the_page():
    page = ExposureTimes(Full()).start("")
    with pytest.raises(ServiceError, match="no space left"):
        page.keeping.keep("mine")
    assert [one["name"] for one in page.part.answer.setups["list"]] == ["mine"]
    assert "sign in" not in page.part.answer.setups["note"]
    with pytest.raises(ServiceError):
        page.keeping.rename(1, "yours")
    with pytest.raises(ServiceError):
        page.keeping.remove(1)
    assert [one.name for one in page.keeping.setups] == ["mine"]


@pytest.mark.parametrize("kind", ["csv", "ecsv"])
def test_the_table_holds_every_pixel(page, kind):
    table = Table.read(page.exporting.text(kind), format=f"ascii.{kind}")
    assert len(table) == page.result.wavelength_nm.size
    assert table["snr"].max() == pytest.approx(page.result.snr_per_pixel.max(), rel=1e-6)
    if kind == "ecsv":
        assert table["wavelength"].unit == "nm"
        assert request_of(table.meta["inputs"]) == request_of(page.inputs)


def test_documents_bring_the_question_back(page):
    kept = page.exporting.text("json")
    page.put(mag=23.0)
    page.exporting.open("kept.json", kept.encode())
    assert page.inputs == json.loads(kept)["inputs"]
    assert json.loads(page.exporting.text("eso"))


def test_the_python_gives_the_same(page, capsys):
    exec(compile(page.exporting.text("py"), "script", "exec"), {})  # noqa: S102 - it is what people run
    assert f"S/N {page.result.snr:.2f}" in capsys.readouterr().out


def test_a_user_s_spectrum_is_asked_with(page):
    page.exporting.upload("mine.csv", b"wavelength [nm],flux\n300,1\n600,2\n1100,1\n")
    assert page.result.request.target.sed.samples is not None
    assert page.part.controls.values["upload"] == "mine.csv"
    with pytest.raises(DfsError) as told:
        page.exporting.upload("mine.csv", b"no, numbers\nat, all\n")
    assert told.value.where == "spectrum"
    page.part.controls._handle_custom_msg({"kind": "upload", "name": "upload", "file": "mine.csv"}, [b"no, numbers\n"])
    assert page.bar.state == "error"
    assert page.part.controls.problems["upload"]
    assert "dfs-etc-" not in page.part.controls.problems["upload"]  # where it was put meanwhile


def test_the_part_tells_who_holds_it():
    told = []
    part = EtcPart(
        None, {"instrument": "FORS2", "mode": "lss", "grism": "300V", "mag": 20, "exposure": 60}, told.append
    ).start()
    part.put(seeing=1.3)
    assert told[-1]["seeing"] == pytest.approx(1.3)
    assert len(told) == 1


def test_grid_and_panels_follow_the_address():
    page = ExposureTimes().start("instrument=FORS2&mag=20&exposure=60&side=grid&grid_x=mag&grid_y=seeing")
    assert page.part.answer.side == "grid"
    assert page.part.answer.grid["across"]["name"] == "mag"


def test_what_if_shows_the_spread_over_nights_and_what_helps():
    page = ExposureTimes().start("instrument=FORS2&mode=lss&mag=20&exposure=600&side=night")
    study = page.part.answer.study
    assert study["head"] == ["", "16 %", "50 %", "84 %"]
    assert len(study["bands"]) == 6
    assert study["advice"]
    assert page.part.plots.night["list"][0]["name"] == "snr"
    assert len(page.part.plots.night_numbers) == 4 * 4 * page.result.wavelength_nm.size
    first = study["advice"][0]
    before = page.result.snr
    ask(page, **first["inputs"])
    assert page.result.snr != before
    page.part.ask(page.part.question)
    assert page.part.plots.night == {}
