"""Every curve and every figure of every instrument names its source, and what is assumed reaches whoever uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dfs.errors import DataError
from dfs.instruments.folders import files
from dfs.instruments.optics import Choice, LightPath, light_path, names, optics
from dfs.instruments.optics.curves import read_curve
from dfs.instruments.optics.nouns import Optics
from dfs.instruments.optics.read import read_optics

FORBIDDEN = ("/home/", "shared/", "file:")  # sources are public documents, no files of somebody
INSTRUMENTS = names()


def parts(there: Optics) -> Iterator[object]:
    yield there.telescope
    yield from there.elements
    tables = (there.modes, there.collimators, there.filters, there.dispersers, there.polarimeters, there.detectors)
    for table in tables:
        yield from table.values()
    for detector in there.detectors.values():
        yield from detector.read_modes.values()


def paths(there: Optics) -> Iterator[LightPath]:
    """Yield a path through every filter and disperser of every mode."""
    for mode in there.modes.values():
        for name in mode.dispersers:
            for passing in there.dispersers[name].ranges:
                yield light_path(Choice(there.name, mode.name, filter=passing, disperser=name))
        for name in mode.filters if not mode.dispersers else ():
            yield light_path(Choice(there.name, mode.name, filter=name))


def test_there_are_seven() -> None:
    assert set(INSTRUMENTS) >= {"FORS2", "EFOSC2", "HAWKI", "VIMOS", "UVES", "XSHOOTER", "MUSE"}


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_curve_names_its_source(name: str) -> None:
    folder = files("optics.toml")[name].parent / "curves"
    for path in sorted(folder.glob("*.ecsv")):
        curve = read_curve(path)
        assert len(curve.source) > 6, path
        assert not any(one in curve.source + curve.remark for one in FORBIDDEN), path


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_figure_names_its_source(name: str) -> None:
    sources = optics(name).sources
    assert len(sources) > 20
    for figure, source in sources.items():
        assert source.strip(), figure
        assert not any(one in source for one in FORBIDDEN), figure


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_no_curve_lies_about(name: str) -> None:
    there, folder = optics(name), files("optics.toml")[name].parent / "curves"
    used = {figure.removeprefix("curve ") for figure in there.sources if figure.startswith("curve ")}
    assert {path.stem for path in folder.glob("*.ecsv")} <= used


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_what_is_assumed_is_known_of_its_part(name: str) -> None:
    there = optics(name)
    told = [text for part in parts(there) for text in part.assumed]  # type: ignore[attr-defined]
    for figure, source in there.sources.items():
        if "assumed" in source:
            assert any(text.startswith(f"{figure}:") for text in told), figure


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_what_is_assumed_reaches_the_path(name: str) -> None:
    there = optics(name)
    for light in paths(there):
        choice = light.choice
        chosen = [
            there.filters.get(choice.filter or ""),
            there.dispersers.get(choice.disperser or ""),
            there.collimators.get(choice.collimator or ""),
            there.detectors[choice.detector or ""],
            there.detectors[choice.detector or ""].read_modes[choice.read_mode or ""],
            there.modes[choice.mode],
        ]
        elsewhere = (
            f"disperser.{choice.disperser}.range_nm.",  # told of the range that is used only
            f"{there.telescope.name}.temperature_k:",  # and where heat is seen
        )
        told = [text for part in chosen if part is not None for text in part.assumed]
        told += there.telescope.assumed
        assert {text for text in told if not text.startswith(elsewhere)} <= set(light.assumed), choice


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_path_is_sound(name: str) -> None:
    for light in paths(optics(name)):
        assert light.wavelength_nm.size > 10
        assert light.wavelength_nm.shape == light.width_nm.shape == light.throughput.shape
        assert light.throughput.min() >= 0
        assert 0 < light.throughput.max() < 1
        assert (light.kind == "image") == (light.resolution_fwhm_nm is None)
        assert light.versions[light.choice.instrument]


def test_a_figure_without_source_is_an_error(tmp_path: Path) -> None:
    there = files("optics.toml")["FORS2"]
    (tmp_path / "curves").symlink_to(there.parent / "curves")
    text = there.read_text(encoding="utf-8")
    bare = text.replace('source = "FM table 2.5"\n', "", 1)
    assert bare != text
    (tmp_path / "optics.toml").write_text(bare, encoding="utf-8")
    with pytest.raises(DataError, match="no source") as caught:
        read_optics(tmp_path / "optics.toml")
    assert "mode.lss" in caught.value.where
