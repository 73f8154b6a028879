"""The fullest pixel of a block: the worst night is that of the site of its telescope."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dfs.etc.documents.mapping import request_of
from dfs.etc.engine.calculation import calculate
from dfs.etc.nights.site_statistics import seeing_quantile
from dfs.phase2.examples import examples, new_block
from dfs.phase2.exposure_times import peak_of, questions


@pytest.mark.parametrize(("instrument", "site"), [("EFOSC2", "lasilla"), ("FORS2", "paranal")])
def test_the_seeing_is_that_of_the_best_tenth_of_the_nights_of_the_site(instrument, site):
    asked = questions(new_block(examples(instrument)[0]))[0]
    inputs = {name: one for name, one in asked.inputs.items() if name != "image_quality"}
    bright = replace(asked, inputs={**inputs, "mag": 14.0, "band": "V", "sed": "blackbody:5800"})
    engine = calculate(request_of({**bright.inputs, "airmass": 1.0, "seeing": float(seeing_quantile(0.1, site))}))
    assert peak_of(bright).electrons == pytest.approx(engine.saturation.peak_e, rel=1e-9)
