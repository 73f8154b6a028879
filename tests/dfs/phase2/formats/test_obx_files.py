"""OBX files as they come: from P2, from scripts, damaged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dfs.errors import DataError, UsageError
from dfs.phase2.formats import ParameterTypes, TemplateShape, read_obx, read_zip, require_instrument

# The form that P2PP wrote and many scripts still write (IMPEX reference guide): comments, semicolons, old equinox, odd letter case.
OLD = """# exported
IMPEX.VERSION "2.0"
STTimeIntervals         "{36000 43200 1} {21600 22500 0} "
absolute_times_list     "{2018-03-27T19:43:00 2018-03-30T23:12:00 0} "
calibrationReq          ""
type                    "O"
InstrumentComments      "a \\"quoted\\" word,\\nand a line"
userComments            "mv=7; said "hello" there"
userPriority            "3"
LineNumber              "0"
name                    "HD 1"

objectClass         "  Star              "
TARGET.NAME             "B 1950 target"
ra                      " 12:34:56.001"
dec                     "-78:59:11.001"
epoch               "2000.0";
equinox             "1950";\t\t# Valid values are "J2000", etc.
propDEC                 "0.25"

CONSTRAINT.SET.NAME           "No Name"
air_mass                      "2.0"
StrehlRatio                   "0.0"
sky_transparency              "Variable, thin cirrus"
moon_angular_distance         "30"
description                   ""

OBSERVATION.DESCRIPTION.NAME "No Name"
instrument                   "UVES"
IPVersion                    "98.09"

ACQUISITION.TEMPLATE.NAME "UVES_red_acq_slit"
TEL.GS1.ALPHA        "0"
TEL.AG.GUIDESTAR     "NODEFAULT"

TEMPLATE.NAME "UVES_red_obs_exp"
DET2.WIN1.UIT1   "600"
SEQ.NEXPO        "2"
SEQ.NODS         "1 2 3"
SEQ.FLAG         "T"
"""
TYPES = ParameterTypes(
    {
        "UVES_red_acq_slit": TemplateShape("acquisition", {"TEL.GS1.ALPHA": "coord", "TEL.AG.GUIDESTAR": "keyword"}),
        "UVES_red_obs_exp": TemplateShape(
            "science",
            {"DET2.WIN1.UIT1": "number", "SEQ.NEXPO": "integer", "SEQ.NODS": "intlist", "SEQ.FLAG": "boolean"},
        ),
    }
)


def test_the_form_of_p2pp_is_read():
    block, _ = read_obx(OLD, types=TYPES)
    assert (block.name, block.kind, block.user_priority, block.instrument) == ("HD 1", "OB", 3, "UVES")
    assert block.description["instrumentComments"] == 'a "quoted" word,\nand a line'
    assert block.description["userComments"] == 'mv=7; said "hello" there'
    assert (block.target.ra, block.target.equinox, block.target.proper_motion_dec) == ("12:34:56.001", "B1950", 0.25)
    assert block.constraints.values == {
        "airmass": 2.0,
        "strehlRatio": 0.0,
        "skyTransparency": "Variable, thin cirrus",
        "moonDistance": 30,
    }
    assert block.absolute[0].start == datetime(2018, 3, 27, 19, 43, tzinfo=UTC)
    assert [(one.start_min, one.end_min) for one in block.sidereal] == [(600, 720), (360, 375)]
    assert [one.type for one in block.templates] == ["acquisition", "science"]
    assert block.templates[0].parameters[1].value is None
    assert [one.value for one in block.templates[1].parameters] == [600, 2, [1, 2, 3], True]


@pytest.mark.parametrize(
    ("old", "new", "line", "accepted"),
    [
        ('IMPEX.VERSION "2.0"', "PAF.HDR.START,", False, "IMPEX.VERSION"),
        ('IMPEX.VERSION "2.0"', 'IMPEX.VERSION "7.1"', True, "2.0"),
        ('instrument                   "UVES"', "", False, "instrument"),
        ('SEQ.NEXPO        "2"', 'SEQ.NEXPO        "two"', True, "number"),
        ('SEQ.FLAG         "T"', 'SEQ.FLAG         "yes"', True, "T or F"),
        ('SEQ.FLAG         "T"', 'SEQ.FLAG         "T', True, "KEYWORD"),
        ('air_mass                      "2.0"', "air_mass is two point oh", True, "KEYWORD"),
        ('STTimeIntervals         "{36000 43200 1}', 'STTimeIntervals "36000 to 43200', True, "{start end 0}"),
        ('epoch               "2000.0"', 'epoch               "J2000"', True, "number"),
    ],
    ids=["paf", "version", "no-instrument", "integer", "boolean", "open-quote", "no-line", "intervals", "epoch"],
)
def test_what_is_wrong_is_told_with_its_line(old, new, line, accepted):
    number = OLD[: OLD.index(old)].count("\n") + 1
    with pytest.raises(DataError) as caught:
        read_obx(OLD.replace(old, new), types=TYPES)
    assert caught.value.where == (f"OBX:{number}" if line else "OBX")
    assert accepted in caught.value.accepted


def test_a_block_of_another_instrument_is_refused():
    block, _ = read_obx(OLD)
    with pytest.raises(UsageError, match="'HD 1' is a block of UVES, the run is on FORS2"):
        require_instrument(block, "FORS2", "hd1.obx")
    require_instrument(block, "uves")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"IMPEX.VERSION"], ids=["empty", "cut", "text"])
def test_no_zip_is_told(content):
    with pytest.raises(DataError, match="no readable ZIP"):
        read_zip(content)


def test_a_zip_from_elsewhere_is_read_as_folders():
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("one.obx", OLD + '\nTEMPLATE.NAME "x"\n')
        archive.writestr("deep/two.obx", OLD.replace("calibrationReq ", 'finding_chart_list "f.jpg"\ncalibrationReq '))
        archive.writestr("deep/f.jpg", b"\xff\xd8chart")
        archive.writestr("deep/notes.txt", b"hello")
    bundle = read_zip(out.getvalue(), types=TYPES)
    assert [one.name for one in bundle.items] == ["HD 1", "deep"]
    second = list(bundle.blocks())[1]
    assert (second.charts, bundle.files_of(second.ob_id).charts) == (("f.jpg",), (b"\xff\xd8chart",))


def test_a_chart_that_is_not_in_the_zip_is_told():
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("two.obx", OLD.replace("calibrationReq ", 'finding_chart_list "f.jpg"\ncalibrationReq '))
    with pytest.raises(DataError, match=r"names 'f.jpg', which is not in the ZIP"):
        read_zip(out.getvalue())
