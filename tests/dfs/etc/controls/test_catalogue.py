"""What can be asked, as documents."""

from __future__ import annotations

import json

from dfs.etc.controls.catalogue import controls_document, instrument_document, instruments_document, templates_document
from dfs.etc.controls.control import CONTROLS
from dfs.instruments.optics import names


def test_all_instruments_are_listed_whole():
    assert [one["name"] for one in instruments_document()] == list(names())
    for name in names():
        document = instrument_document(name)
        json.dumps(document, allow_nan=False)
        assert all(mode["detectors"] for mode in document["modes"].values())
        assert all(one["read_modes"] for one in document["detectors"].values())


def test_spectra_and_bands_are_listed():
    document = templates_document()
    assert {"V", "K"} <= set(document["bands"])
    assert "quasar" in document["templates"]
    assert all(document["templates"].values())


def test_controls_are_listed():
    document = json.loads(json.dumps(controls_document(), allow_nan=False))
    assert [one["name"] for one in document] == list(CONTROLS)
    assert document[list(CONTROLS).index("airmass")]["high"] == 3
