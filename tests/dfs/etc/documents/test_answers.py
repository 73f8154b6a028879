"""An answer as a document, and back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dfs import etc
from dfs.errors import DataError
from dfs.etc.documents.answers import document_of, result_of


@pytest.fixture(scope="module")
def result():
    return etc.Calculator()("FORS2", grism="300V", slit=1.0, mag=22, exposure=600, extraction="as-reduced")


def test_keys_are_snake_case_at_every_depth(result):
    def keys(value):
        for name, inner in value.items() if isinstance(value, dict) else ():
            yield name
            yield from keys(inner)

    document = document_of(result)
    bands = set(document["results"]["sky_magnitudes"])
    assert {"read_out", "sky_fit"} <= set(document["results"]["variance"])
    assert all(name.isidentifier() for name in set(keys(document)) - bands)


def test_terms_have_their_names_again(result):
    document = json.loads(json.dumps(document_of(result)))
    back = result_of(document)
    assert set(back.variance) == set(result.variance)
    assert np.array_equal(back.variance["read-out"], result.variance["read-out"])
    assert back.document() == document
    older = document["results"]["variance"]
    older["read-out"] = older.pop("read_out")  # as files of earlier days have it
    assert result_of(document).document() == document_of(result)


def test_an_answer_of_another_version_of_the_instrument_is_refused(result):
    document = document_of(result)
    arrays = {name: one[:-1] for name, one in document["results"].items() if isinstance(one, list)}
    other = {**document, "results": {**document["results"], **arrays}, "versions": {"FORS2": "another"}}
    with pytest.raises(DataError, match="FORS2 another") as told:
        result_of(other)
    assert result.light.versions["FORS2"] in told.value.hint
