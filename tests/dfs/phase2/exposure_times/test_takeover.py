"""A calculation taken over: what was asked, what is a mere default, and the signal-to-noise that must stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dfs.errors import UsageError
from dfs.etc.documents.mapping import request_of
from dfs.etc.engine.calculation import calculate
from dfs.phase2.documents import read_block, write_block
from dfs.phase2.examples import examples, new_block
from dfs.phase2.exposure_times import (
    block_snr,
    chosen_changes,
    question,
    snr_told,
    takeover,
    unasked,
    with_taken,
)

ASKED = {"instrument": "FORS2", "mode": "lss", "grism": "300V", "filter": "GG435", "slit": 0.7, "mag": 22.0, "snr": 10}
CONSTRAINTS = {"airmass": 1.6, "image_quality": 0.9, "fli": 0.4, "moon_distance": 30.0}


@pytest.fixture
def document() -> dict[str, Any]:
    """A block of three exposures whose comments are empty."""
    block = new_block(examples("FORS2")[0])
    return {**write_block(replace(block, description={})), "obId": 1, "runId": 1, "parentContainerId": 1}


def test_defaults_are_offered_but_not_taken(document):
    found = takeover(document, 1, calculate(request_of(ASKED)))
    defaults = {one.path for one in found.changes if not one.is_asked}
    assert defaults == {f"constraints.{name}" for name in ("airmass", "seeing", "fli", "moonDistance")}
    taken = chosen_changes(found.changes)
    assert defaults.isdisjoint(one.path for one in taken)
    assert with_taken(document, taken)["constraints"] == document["constraints"]


def test_what_was_asked_is_no_default():
    assert unasked(request_of({**ASKED, **CONSTRAINTS})) == frozenset()
    assert unasked(request_of({**ASKED, "seeing": 1.1, "fli": 0})) == {"airmass", "moon_distance"}


def test_words_choose_changes(document):
    changes = takeover(document, 1, calculate(request_of(ASKED))).changes
    assert [one.path for one in chosen_changes(changes, ["seeing"])] == ["constraints.seeing"]
    paths = [one.path for one in chosen_changes(changes, ["exposure", "slit"])]
    assert paths == ["templates[0].INS.SLIT.NAME", "templates[1].DET.WIN1.UIT1"]
    assert chosen_changes(changes, []) == []
    with pytest.raises(UsageError, match="colour"):
        chosen_changes(changes, ["colour"])


def test_a_signal_to_noise_survives_the_division(document):
    asked = {**ASKED, **CONSTRAINTS, "mag": 22.5, "snr": 2}  # so short that read-out noise counts
    single = calculate(request_of(asked))
    found = takeover(document, 1, single)
    assert found.result.request.exposure.count == question(read_block(document), 1)["count"] == 3
    assert found.result.exposure_s > single.exposure_s
    assert "each is read out" in found.notes[0]
    got = block_snr(document, 1, chosen_changes(found.changes))
    assert got == pytest.approx(2, rel=0.01)
    assert snr_told(found.result, got) == ""


def test_another_signal_to_noise_under_the_constraints_of_the_block_is_told(document):
    found = takeover(document, 1, calculate(request_of(ASKED)))
    told = snr_told(found.result, block_snr(document, 1, chosen_changes(found.changes)))
    assert told.startswith("calculated S/N 10; the block gives")
