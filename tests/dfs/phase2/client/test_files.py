"""Tables and files into a run and out of it, with charts, ephemerides and parameter files."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from dfs.errors import ConflictError, DataError, NotFoundError, UsageError
from dfs.phase2.formats import Bundle, read_obx, write_json

EPHEMERIS = """PAF.HDR.START, # Start of PAF Header
PAF.TYPE "Instrument Setup", # Type of PAF
PAF.HDR.END, # End of PAF Header
INS.EPHEM.RECORD "2022-11-15T06:10:00.0, 2459898.75694, 19 58 40.6, +23 27 10.9, 0.0142, 0.0192, 14.1, 0.0, *"
INS.EPHEM.RECORD "2022-11-15T06:20:00.0, 2459898.76388, 19 58 41.2, +23 27 22.4, 0.0142, 0.0192, 14.1, 0.0, *"
"""


@pytest.fixture
def chart():
    out = io.BytesIO()
    Image.new("L", (40, 40), 200).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def full(run, ob, chart):
    """The run with a container, a chart, an ephemeris and a mask file, pushed."""
    ob.chart(chart, "field one.jpg").window("2022-11-20T00:00", "2022-11-21T00:00").ephemeris(EPHEMERIS)
    mask = (
        run.time_link("masks")
        .create_ob("mask")
        .target(10, -20)
        .observe("FORS2_img_obs_crsplit", exposure=5, filter="R_SPECIAL")
    )
    run["masks"].create_ob("second").target(10, -20)
    run["masks"].delays(3600)
    mask.priority(4)
    run.push()
    return run


@pytest.mark.parametrize("kind", ["zip", "json"])
def test_a_run_goes_out_and_comes_in_elsewhere(phase2, full, chart, tmp_path, kind):
    path = full.export(tmp_path / f"run.{kind}")
    other = phase2.add_run("110.23XY.009", "FORS2", period=110)
    found = other.read(path)
    assert found.ready == ("NGC 1365 300V", "mask", "second")
    assert found.bad == ()
    assert other.diff() == []
    assert found.make() == 3
    other.push()
    assert [(one.kind, one.name) for one in other] == [("Folder", "deep field"), ("TimeLink", "masks")]
    for name in found.ready:
        before, after = full.ob(name).document, other.ob(name).document
        for part in (
            "target",
            "constraints",
            "obsDescription",
            "absolute",
            "ephemeris",
            "schedule",
            "charts",
            "userPriority",
        ):
            assert before.get(part) == after.get(part), part
        assert [one["parameters"] for one in before["templates"]] == [one["parameters"] for one in after["templates"]]
    copied = other.ob("NGC 1365 300V")
    assert phase2.api.chart(copied.ob_id, 1).content == chart


def test_one_block_as_obx(full, tmp_path):
    path = full.export(tmp_path / "one.obx", [full.ob("mask")])
    assert path.read_text().startswith("IMPEX.VERSION")
    found = full.read(path, folder="again")
    assert full.diff() == []
    found.make()
    full.push()
    assert [one.name for one in full["again"]] == ["mask"]
    with pytest.raises(UsageError, match="one block, not 4"):
        full.export(tmp_path / "all.obx")
    with pytest.raises(UsageError, match="no known kind of file"):
        full.export(tmp_path / "run.doc")


def test_files_of_an_obx_lie_beside_it(full, chart, tmp_path):
    path = full.export(tmp_path / "one.obx", [full.ob("NGC 1365 300V")])
    assert (tmp_path / "field one.jpg").read_bytes() == chart
    assert full.read(path).ready == ("NGC 1365 300V",)
    (tmp_path / "field one.jpg").write_bytes(b"other")
    with pytest.raises(ConflictError, match="another file of this name is there"):
        full.export(path, [full.ob("NGC 1365 300V")])
    (tmp_path / "field one.jpg").unlink()
    with pytest.raises(DataError, match=r"names 'field one.jpg', which is not beside it"):
        full.read(path)


def test_templates_and_parameters_that_do_not_exist_are_bad(full, tmp_path):
    path = full.export(tmp_path / "one.obx", [full.ob("mask")])
    text = path.read_text()
    path.write_text(text.replace("FORS2_img_obs_crsplit", "FORS2_img_obs_old"))
    (bad,) = full.read(path).bad
    assert (bad.row, bad.column) == (1, "FORS2_img_obs_old")
    path.write_text(text.replace("SEQ.NOFF", "SEQ.NOLD").replace('"R_SPECIAL"', '"R_NEVER"'))
    assert [one.column for one in full.read(path).bad] == [
        "FORS2_img_obs_crsplit SEQ.NOLD",
        "FORS2_img_obs_crsplit INS.FILT1.NAME",
    ]
    assert full.read(path).ready == ()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("NGC 1365 300V", "n" * 69, "name"),
        ('"NGC 1365"', '"NGC\x001365"', "target.name"),
        ("2022-11-20T00:00", "0001-01-01T00:00", "absolute.from"),
    ],
    ids=["name", "target", "window"],
)
def test_what_no_block_may_have_is_bad(full, tmp_path, old, new, field):
    path = full.export(tmp_path / "one.obx", [full.ob("NGC 1365 300V")])
    text = path.read_text()
    changed = text.replace(old, new)
    assert changed != text
    path.write_text(changed)
    found = full.read(path)
    assert (found.ready, {one.column for one in found.bad}) == ((), {field})


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [("ra", "99:00:00", "target.ra"), ("dec", "-91:00:00", "target.dec"), ("air_mass", "9", "constraints.airmass")],
    ids=["right-ascension", "declination", "airmass"],
)
def test_values_that_are_impossible_are_bad(full, tmp_path, key, value, field):
    path = full.export(tmp_path / "one.obx", [full.ob("NGC 1365 300V")])
    path.write_text(re.sub(rf'(?m)^({key}\s+)".*"', rf'\1"{value}"', path.read_text()))
    (bad,) = full.read(path).bad
    assert bad.column == field
    assert "accepted: " in bad.message


def test_json_that_is_nested_without_end(full, tmp_path):
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000)
    with pytest.raises(DataError, match="too deeply"):
        full.read(path)


def test_a_zip_whose_content_is_damaged(full, tmp_path):
    path = full.export(tmp_path / "run.zip")
    content = bytearray(path.read_bytes())
    for at in range(60, 200):
        content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"no readable ZIP|damaged"):
        full.read(path)


def test_a_block_of_another_instrument(phase2, full, tmp_path):
    path = full.export(tmp_path / "run.zip")
    with pytest.raises(UsageError, match="is a block of FORS2, the run is on HAWKI"):
        phase2.run("110.23XY.002").read(path)


def test_rows_become_blocks_and_blocks_rows(run, ob):
    run.push()
    rows = [
        {"name": f"t{at}", "ra": at, "dec": -at, "exposure": 100 + at, "container": "deep field/second"}
        for at in range(3)
    ]
    shown = run.preview(rows, template=ob)
    assert (len(shown.ready), run.diff()) == (3, [])
    run.from_table(rows, template="NGC 1365 300V")
    run.push()
    assert [one.name for one in run["deep field"]["second"]] == ["t0", "t1", "t2"]
    assert [one.get(1, "exposure") for one in run["deep field"]["second"]] == [100, 101, 102]
    table = run.to_table(parameters=True)
    table["constraints.seeing"] = 0.5
    table["templates[1].SEQ.NEXPO"][0] = 7
    run.from_table(table)
    assert len(run.diff()) == 5
    run.push()
    assert ob.get(1, "count") == 7
    assert {one.document["constraints"]["seeing"] for one in run.blocks()} == {0.5}
    assert len(run.blocks()) == 4


def test_bad_rows_are_named_and_nothing_is_made(run):
    rows = [{"name": "a", "ra": 1, "dec": 2}, {"name": "b", "ra": 400, "dec": 2}, {"name": "c", "ra": 1, "dec": None}]
    with pytest.raises(UsageError, match=r"row 2, ra: 400 is no right ascension.*row 3, dec: empty"):
        run.from_table(rows)
    assert run.diff() == []
    found = run.from_table(rows, strict=False)
    assert [one.row for one in found.bad] == [2, 3]
    assert [one.name for one in run.blocks()] == ["a"]


def test_files_that_are_not_there_are_told(run, ob, tmp_path):
    for call in (
        lambda: ob.chart(tmp_path / "none.jpg"),
        lambda: ob.ephemeris(tmp_path / "none.eph"),
        lambda: run.read(tmp_path / "x"),
    ):
        with pytest.raises(NotFoundError, match="there is no file"):
            call()
    (tmp_path / "broken.json").write_text('{"format": "dfs-phase2/1", "items": [{}]}')
    with pytest.raises(DataError, match="'itemType' is missing"):
        run.read(tmp_path / "broken.json")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(DataError, match="no blocks of phase 2"):
        run.read(tmp_path / "other.json")


def test_a_block_of_json_lacks_nothing_that_its_template_has(run, ob, tmp_path):
    run.push()
    from dataclasses import replace

    from dfs.phase2.documents import read_block

    noun = read_block(ob.document)
    science = replace(noun.templates[1], parameters=noun.templates[1].parameters[:1])
    path = tmp_path / "little.json"
    path.write_text(write_json(Bundle((replace(noun, name="little", templates=(science,)),))))
    run.read(path).make()
    assert run.ob("little").get(0, "count") == 1
    assert len(run.ob("little").document["templates"][0]["parameters"]) == len(noun.templates[1].parameters)


def test_an_obx_file_says_what_the_block_says(full, tmp_path):
    path = full.export(tmp_path / "one.obx", [full.ob("mask")])
    block, _ = read_obx(path.read_text())
    assert (block.name, block.user_priority, block.instrument) == ("mask", 4, "FORS2")
