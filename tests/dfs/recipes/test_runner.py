"""The runner: checks first, reads, runs, writes all products or none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from pydantic import Field

from dfs.clock import FixedClock
from dfs.errors import DataError, NotFoundError, ServiceError, UsageError
from dfs.model import Image, Product, QcValue
from dfs.products import read_frame
from dfs.recipes import registry
from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe
from dfs.recipes.runner import prepare, run_recipe
from dfs.recipes.sof import SofEntry

CLOCK = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


class Settings(Parameters):
    scale: float = Field(1.0, gt=0, le=10, description="Factor on the pixels.")


def work(frames: FrameSet, parameters: Settings) -> list[Product]:
    first = frames.one("BIAS")
    data = np.mean([frame.content for frame in frames.all("BIAS")], axis=0).astype(np.float32) * parameters.scale
    content = Image(data, data * 0 + 1, np.zeros(data.shape, np.uint8))
    return [Product("MASTER_BIAS", content, first, qc=(QcValue("bias_level_adu", float(data.mean())),))] * 2


RECIPE = Recipe(
    name="mean",
    version="1",
    summary="Mean of frames.",
    instruments=("EFOSC2",),
    inputs=(Input("BIAS", 2, 4, raw=True), Input("MASTER_FLAT_IMG", 1, 1)),
    parameters=Settings,
    products=("MASTER_BIAS",),
    run=work,
)


def frame(folder: Path, name: str, instrument: str = "EFOSC", value: int = 200) -> SofEntry:
    header = fits.Header({"INSTRUME": instrument, "ARCFILE": f"{name}.fits"})
    fits.writeto(folder / f"{name}.fits", np.full((4, 4), value, np.uint16), header)
    return SofEntry(folder / f"{name}.fits", "BIAS")


def test_products_are_written_with_provenance(tmp_path: Path) -> None:
    entries = [frame(tmp_path, "EFOSC.A", value=100), frame(tmp_path, "EFOSC.B", value=300)]
    result = run_recipe(RECIPE, entries, {"scale": "2"}, tmp_path / "out", missing=["MASTER_FLAT_IMG"], clock=CLOCK)
    assert [one.path.name for one in result.products] == ["MASTER_BIAS_1.fits", "MASTER_BIAS_2.fits"]
    assert result.parameters == {"scale": 2.0}
    back = read_frame(result.products[0].path)
    assert float(back.content.data[0, 0]) == 400.0
    assert back.header["ESO PRO REC1 RAW2 NAME"] == "EFOSC.B.fits"
    assert back.header["ESO PRO REC1 PARAM1 VALUE"] == "2.0"
    assert back.header["ESO PRO MISSING1"] == "MASTER_FLAT_IMG"
    assert back.header["ESO PRO DATANCOM"] == 2
    assert back.header["DATE"] == "2026-01-01T00:00:00"


@pytest.mark.parametrize("values", [{"scale": 0}, {"scale": 11}, {"scale": "much"}, {"skale": 1}])
def test_parameters_are_checked_before_a_file_is_opened(tmp_path: Path, values: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"parameter s[ck]ale") as caught:
        run_recipe(RECIPE, [SofEntry(tmp_path / "absent.fits", "BIAS")], values, tmp_path)
    assert caught.value.hint == "see: dfs recipe show mean"


def test_too_few_and_too_many(tmp_path: Path) -> None:
    entries = [frame(tmp_path, f"EFOSC.{letter}") for letter in "ABCDE"]
    with pytest.raises(DataError, match="at least 2 BIAS, found 1"):
        prepare(RECIPE, entries[:1])
    with pytest.raises(DataError, match="at least 1 MASTER_FLAT_IMG, found 0"):
        prepare(RECIPE, entries[:2])
    with pytest.raises(DataError, match="at most 4 BIAS, found 5"):
        prepare(RECIPE, entries, missing=["MASTER_FLAT_IMG"])


def test_a_frame_of_another_instrument(tmp_path: Path) -> None:
    entries = [frame(tmp_path, "EFOSC.A"), frame(tmp_path, "FORS2.B", "FORS2")]
    with pytest.raises(DataError, match="this frame is of 'FORS2'") as caught:
        prepare(RECIPE, entries, missing=["MASTER_FLAT_IMG"])
    assert caught.value.keyword == "INSTRUME"
    with pytest.raises(DataError, match="not served by recipe mean"):
        prepare(RECIPE, entries[::-1], missing=["MASTER_FLAT_IMG"])


def test_all_products_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [frame(tmp_path, "EFOSC.A"), frame(tmp_path, "EFOSC.B")]
    run = prepare(RECIPE, entries, missing=["MASTER_FLAT_IMG"], clock=CLOCK)
    from dfs.recipes import runner

    real = runner.write_product

    def second_fails(product: Product, path: Path, provenance: object) -> object:
        if path.name.endswith("_2.fits"):
            raise ServiceError("no space left on device", where=str(path))
        return real(product, path, provenance)

    monkeypatch.setattr(runner, "write_product", second_fails)
    with pytest.raises(ServiceError, match="no space"):
        run.write(run.products(), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_the_registry_names_the_nearest() -> None:
    with pytest.raises(NotFoundError) as caught:
        registry.find("bais")
    assert caught.value.hint == "did you mean bias?"
