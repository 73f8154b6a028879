"""Blocks as PIs make them, and worse: strategies for hypothesis."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from dfs.model.phase2 import (
    Constraints,
    Container,
    ObservationBlock,
    ObTemplate,
    Parameter,
    SiderealWindow,
    Target,
    TimeWindow,
)
from dfs.model.sexagesimal import dec_text, ra_text
from dfs.phase2.formats import BlockFiles, Bundle

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAME = st.text(string.ascii_letters + string.digits + " -_+.()/é", min_size=1, max_size=30)
WORD = st.text(string.ascii_letters + string.digits + "_+-.#%", min_size=1, max_size=12).filter(
    lambda one: one != "NODEFAULT"
)
NUMBER = st.one_of(st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_nan=False))
PREFIXES = ["DET", "SEQ", "INS", "TEL", "DPR"]
KEYWORD = st.tuples(
    st.sampled_from(PREFIXES), st.sampled_from(["READ", "WIN1", "GS1", "TARG"]), st.integers(0, 99)
).map(lambda one: f"{one[0]}.{one[1]}.X{one[2]}")
VALUES = {
    "string": TEXT.filter(lambda one: one != "NODEFAULT"),
    "keyword": WORD,
    "keywordlist": st.lists(st.text(string.ascii_letters + " \\\"'", min_size=1, max_size=8), max_size=4).filter(
        lambda one: one != ["NODEFAULT"]
    ),
    "coord": st.sampled_from(["12:34:56.789", "-70:01:02.3", "0"]),
    "integer": st.integers(-(10**6), 10**6),
    "intlist": st.lists(st.integers(-99, 99), max_size=5),
    "number": NUMBER,
    "numlist": st.lists(NUMBER, max_size=5),
    "boolean": st.booleans(),
}
PARAMETER = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.one_of(st.none(), VALUES[kind]))
)
START = datetime(2025, 10, 1, 16, tzinfo=UTC)
WINDOW = st.tuples(st.integers(0, 300_000), st.integers(1, 20_000)).map(
    lambda pair: TimeWindow(START + timedelta(minutes=pair[0]), START + timedelta(minutes=sum(pair)))
)
SIDEREAL = (
    st.tuples(st.integers(0, 1439), st.integers(1, 1440))
    .filter(lambda one: one[0] < one[1])
    .map(lambda one: SiderealWindow(*one))
)
TARGET = st.builds(
    Target,
    name=TEXT,
    ra=st.floats(0, 359.9999).map(ra_text),
    dec=st.floats(-90, 90).map(dec_text),
    equinox=st.sampled_from(["J2000", "B1950"]),
    epoch=st.sampled_from([2000.0, 2015.5, 1950.0]),
    proper_motion_ra=st.floats(-11, 11),
    proper_motion_dec=st.floats(-11, 11),
    differential_ra=st.floats(-1, 1),
    differential_dec=st.floats(-1, 1),
)
CONSTRAINTS = st.builds(
    Constraints,
    name=TEXT,
    values=st.fixed_dictionaries(
        {
            "airmass": st.floats(1, 5),
            "skyTransparency": st.sampled_from(["Clear", "Variable, thin cirrus", "Photometric"]),
        },
        optional={
            "fli": st.floats(0, 1),
            "seeing": st.floats(0.1, 5),
            "moonDistance": st.integers(0, 180),
            "twilight": st.integers(-60, 60),
            "waterVapour": st.floats(0.1, 30),
            "atm": st.sampled_from(["10%", "85% (Seeing < 1.4 arcsec, t0 > 1.6 ms)"]),
            "baseline": WORD,
            "strehlRatio": st.floats(0, 100),
            "contrast": st.floats(0, 1e-3),
        },
    ),
)


@st.composite
def templates(draw: st.DrawFn) -> tuple[ObTemplate, ...]:
    made = []
    kinds = ["acquisition", *draw(st.lists(st.sampled_from(["science", "calib"]), max_size=3))]
    for at, kind in enumerate(kinds if draw(st.booleans()) else kinds[1:]):
        names = draw(st.lists(KEYWORD, max_size=5, unique=True))
        parameters = tuple(Parameter(name, *draw(PARAMETER)) for name in names)
        # One signature has one type a parameter: templates of different parameters have different names.
        made.append(ObTemplate(-at - 1, f"TPL_{draw(st.integers(0, 10**9))}_{at}", kind, parameters))
    return tuple(made)


@st.composite
def blocks(draw: st.DrawFn, ob_id: int = -1) -> ObservationBlock:
    kind = draw(st.sampled_from(["OB", "OB", "CB"]))
    description = {"name": draw(TEXT), "userComments": draw(TEXT)}
    if draw(st.booleans()):
        description["instrumentComments"] = draw(TEXT)
    return ObservationBlock(
        ob_id=ob_id,
        run_id=0,
        container_id=0,
        name=draw(NAME),
        instrument=draw(st.sampled_from(["FORS2", "UVES", "MUSE"])),
        ip_version=draw(st.sampled_from(["116.07", "98.09", "110.1"])),
        kind=kind,
        user_priority=draw(st.integers(1, 10)),
        target=draw(TARGET) if kind == "OB" else Target(),
        constraints=draw(CONSTRAINTS),
        description=description,
        templates=draw(templates()),
        absolute=tuple(draw(st.lists(WINDOW, max_size=3))) if kind == "OB" else (),
        sidereal=tuple(sorted(draw(st.lists(SIDEREAL, max_size=2)))) if kind == "OB" else (),
        schedule=draw(
            st.sampled_from(
                [{}, {"groupContribution": 50}, {"earliestAfterPrevious": 86_400.5, "latestAfterPrevious": 172_800}]
            )
        ),
        charts=tuple(draw(st.lists(st.sampled_from(["one.jpg", "two words.jpg", "x.jpeg"]), max_size=3, unique=True))),
    )


@st.composite
def with_files(draw: st.DrawFn, ob_id: int = -1) -> tuple[ObservationBlock, BlockFiles]:
    """Give a block with charts, an ephemeris, and parameters of type file and paramfile."""
    from dataclasses import replace

    block = draw(blocks(ob_id))
    contents: dict[tuple[int, str], bytes] = {}
    made = list(block.templates)
    for at, template in enumerate(made):
        extra = []
        for kind in draw(st.sampled_from([(), ("file",), ("paramfile",), ("file", "paramfile")])):
            name, file = f"SEQ.{kind.upper()}.X", f"{kind}_{at}.dat"
            contents[at, name] = draw(st.binary(max_size=200).filter(lambda one: one != b"NODEFAULT"))
            extra.append(Parameter(name, kind, file))
        made[at] = replace(template, parameters=template.parameters + tuple(extra))
    ephemeris = (
        "" if block.kind == "CB" else draw(st.sampled_from(["", 'INS.EPHEM.RECORD  "2018-05-12T06:10, é"\r\nend']))
    )
    charts = tuple(draw(st.binary(max_size=50)) for _ in block.charts)
    return replace(block, templates=tuple(made), ephemeris=ephemeris), BlockFiles(charts, contents)


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """Give blocks and containers, nested."""
    from dataclasses import replace

    files: dict[int, BlockFiles] = {}
    number = 0

    def item(depth: int) -> ObservationBlock | Container:
        nonlocal number
        kind = (
            draw(st.sampled_from(["block", "Folder", "Group", "Concatenation", "TimeLink"])) if depth < 2 else "block"
        )
        if kind == "block":
            number -= 1
            block, given = draw(with_files(number))
            files[number] = given
            return replace(block, ob_id=number)
        items = tuple(item(depth + 1) for _ in range(draw(st.integers(0, 2))))
        number -= 1
        return Container(
            number, 0, None, kind, draw(NAME), user_priority=draw(st.integers(1, 10)), schedule={}, items=items
        )

    return Bundle(tuple(item(0) for _ in range(draw(st.integers(1, 2)))), files)
