"""Documents of strangers: whatever is in them, an answer or an error of ours."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import DfsError
from dfs.etc.controls.control import CONTROLS
from dfs.etc.documents.mapping import inputs, merged, request_of, whole
from dfs.etc.eso_json import read_eso
from dfs.etc.reading import read_question

ESO: dict[str, Any] = {
    "target": {
        "morphology": {"morphologytype": "extended", "extendedtype": "infinite"},
        "sed": {"sedtype": "spectrum", "spectrum": {"spectrumtype": "template", "params": {"id": "G2V"}}},
        "brightness": {"brightnesstype": "mag", "params": {"mag": 20, "magband": "V", "magsys": "vega"}},
    },
    "sky": {"airmass": 1.0, "fli": 0, "moon_sun_sep": 30, "incl_airglow": "Y"},
    "seeing": {"turbulence_category": 50},
    "instrument": {"ins_configuration": "img_nopol", "INS.FILT1.NAME": "v_HIGH+114", "SEQ.CCD": "R"},
    "timesnr": {"DET.WIN1.UIT1": 100, "SEQ.NEXPO": 1, "snr": {"snr": 3, "wavelengthmin": 1, "wavelengthmax": 2}},
    "instrumentName": "fors",
}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def leaves(document: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path else []
    if isinstance(document, dict):
        for name, inner in document.items():
            found += leaves(inner, (*path, name))
    return found


def tried(work: Any) -> None:
    with suppress(DfsError):  # anything else is a fault of ours
        work()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(leaves(ESO)), values)
def test_eso_s_document_with_anything_in_one_place(path: tuple[str, ...], value: Any) -> None:
    document = copy.deepcopy(ESO)
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    tried(lambda: whole(request_of(read_eso(document, "Fors")[0], files=False)))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*CONTROLS, "spectrum"]) | st.text(max_size=8), values, max_size=6))
def test_our_document_with_anything_in_it(said: dict[str, Any]) -> None:
    base = {"instrument": "FORS2", "mag": 20, "exposure": 60}
    tried(lambda: inputs(whole(request_of(merged(base, said), files=False))))
    tried(lambda: read_question(said))
