"""HAWK-I: its light is that of ESO's calculator; what its detectors do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.instruments.optics import Choice, light_path, optics

SYSTEMS = {"Y": "Y", "J": "J", "H": "H", "Ks": "Ks", "BrG": "BrGamma", "CH4": "CH4"}
NARROW = ("H2", "NB0984", "NB1060", "NB1190", "NB2090")


@pytest.mark.parametrize("name", SYSTEMS)
def test_parts_together_are_the_published_system(name: str, test_data: Path) -> None:
    folder = test_data / "instrument" / "irdb" / "test_hawki" / "hawki_eso_etc"
    rows = [line.split() for line in (folder / f"TER_system_{SYSTEMS[name]}.dat").read_text().splitlines()]
    nm, per_cent = np.array([row for row in rows if row and row[0][0].isdigit()], dtype=float).T
    light = light_path(Choice("HAWKI", filter=name))
    theirs = np.interp(light.wavelength_nm, nm, per_cent / 100.0)
    assert np.abs(light.throughput - theirs).max() < 0.002
    total = np.sum(light.throughput * light.width_nm)
    assert total == pytest.approx(np.trapezoid(per_cent / 100.0, nm), rel=0.005)


@pytest.mark.parametrize("name", [*SYSTEMS, *NARROW])
def test_every_part_passes_a_fraction(name: str) -> None:
    light = light_path(Choice("HAWKI", filter=name))
    for part, passed in light.elements.items():
        assert passed.min() >= 0.0, part
        assert passed.max() <= 1.0, part
    assert 0.3 < light.throughput.max() < 0.6
    assert light.kind == "image"
    assert light.pixel_arcsec == (0.106, 0.106)


@pytest.mark.parametrize(("dit_s", "ron_e"), [(1.6762, 12.0), (10.0, 8.0), (15.0, 5.0), (300.0, 5.0)])
def test_longer_integrations_have_room_for_more_reads(dit_s: float, ron_e: float) -> None:
    readout = light_path(Choice("HAWKI")).readout
    assert readout.noise_e(dit_s) == pytest.approx(ron_e)
    assert readout.infrared
    assert readout.shortest_s == 1.6762


@pytest.mark.parametrize(("name", "gain"), [("Q1", 1.705), ("Q2", 1.870), ("Q3", 1.735), ("Q4", 2.110)])
def test_the_converter_ends_at_40000(name: str, gain: float) -> None:
    readout = light_path(Choice("HAWKI", detector=name)).readout
    assert readout.gain_e_per_adu == gain
    assert readout.full_well_e == pytest.approx(40_000 * gain)
    assert readout.linear_e == 60_000


def test_mirrors_and_window_are_warm() -> None:
    telescope, window = light_path(Choice("HAWKI", filter="Ks")).surfaces
    assert (telescope.name, window.name) == ("telescope", "window")
    assert telescope.emissivity == pytest.approx(1.0 - 0.95**3, abs=0.01)
    worse = light_path(Choice("HAWKI", filter="Ks", mirror_reflectivity=0.9)).surfaces[0]
    assert worse.emissivity == pytest.approx(1.0 - 0.9**3)


def test_other_mirrors_leave_the_filter_as_it_is() -> None:
    usual, worse = (light_path(Choice("HAWKI", filter="H", mirror_reflectivity=one)) for one in (None, 0.8))
    middle = 1620.0
    ours, theirs = (np.interp(middle, one.wavelength_nm, one.elements["filter"]) for one in (usual, worse))
    assert theirs == pytest.approx(ours, rel=1e-3)
    assert worse.elements["telescope"].max() == pytest.approx(0.8**3)


def test_what_is_assumed_is_told() -> None:
    told = light_path(Choice("HAWKI", filter="NB0984")).assumed
    assert any("filter_NB0984" in text for text in told)
    assert any("window" in text for text in told)
    assert not any("system" in text for text in light_path(Choice("HAWKI", filter="J")).assumed)


def test_filters_that_are_not_there() -> None:
    with pytest.raises(UsageError, match="no filter 'L'") as caught:
        light_path(Choice("HAWKI", filter="L"))
    assert "Ks" in caught.value.accepted
    assert tuple(optics("HAWKI").modes) == ("img",)
