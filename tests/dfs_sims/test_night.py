from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from dfs.errors import Cancelled, ServiceError
from dfs.progress import Recorder
from dfs_sims import efosc2_night
from dfs_sims.truth import NightTruth


def test_the_night_has_what_a_reduction_needs(night: NightTruth) -> None:
    counts = {
        kind: len(night.of(kind)) for kind in ("bias", "flat", "arc", "sky_flat", "standard", "spectrum", "image")
    }
    assert counts == {"bias": 5, "flat": 5, "arc": 1, "sky_flat": 4, "standard": 1, "spectrum": 4, "image": 5}
    assert len({one.dp_id for one in night.exposures}) == 25
    assert sorted(Path(night.folder).iterdir()) == sorted(Path(one.path) for one in night.exposures)
    starts = [fits.getheader(one.path)["MJD-OBS"] for one in night.exposures]
    ends = [start + one.exposure_s / 86400 for start, one in zip(starts, night.exposures, strict=True)]
    assert all(end < start for end, start in zip(ends[:-1], starts[1:], strict=True))


def test_the_truth_stands_beside_the_folder(night: NightTruth) -> None:
    document = json.loads((Path(night.folder).parent / "truth.json").read_text())
    assert document["seed"] == 1
    assert document["detector"]["gain_e_per_adu"] == night.detector.gain_e_per_adu
    assert [one["dp_id"] for one in document["exposures"]] == [one.dp_id for one in night.exposures]
    assert {one["name"] for one in document["spectra"]} == {"EG21", "SIM-J0610-3105", "SIM-J0821-3502"}
    y = np.array([100.0, 900.0])
    found = np.polynomial.polynomial.polyval(y, document["dispersion"])
    assert found == pytest.approx(night.wavelength_nm(np.full(2, document["reference_column"]), y), abs=1e-6)


def test_one_seed_one_night(night: NightTruth, tmp_path: Path) -> None:
    again = efosc2_night(tmp_path / "raw", seed=1)
    for one, other in zip(night.exposures, again.exposures, strict=True):
        assert Path(one.path).read_bytes() == Path(other.path).read_bytes()


def test_another_seed_another_night(night: NightTruth, tmp_path: Path) -> None:
    class AfterTwo(Recorder):
        def step(self, note: str = "", count: int = 1) -> None:
            super().step(note, count)
            if len([event for event in self.events if event[0] == "step"]) == 2:
                self.cancel()

    with pytest.raises(Cancelled):
        efosc2_night(tmp_path / "raw", seed=2, progress=AfterTwo())
    drawn = sorted((tmp_path / "raw").iterdir())
    assert len(drawn) == 3
    assert all(path.suffix == ".fits" for path in drawn)
    assert not (tmp_path / "truth.json").exists()
    assert not np.array_equal(fits.getdata(drawn[0]), fits.getdata(night.exposures[0].path))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError) as raised:
        efosc2_night(tmp_path / "file" / "raw")
    assert "file/raw" in raised.value.line()


def test_frames_keep_the_fits_standard(night: NightTruth) -> None:
    program = shutil.which("fitsverify")
    if program is None:
        pytest.skip("fitsverify is not installed: make system")
    kinds = {one.kind: one.path for one in night.exposures}
    result = subprocess.run([program, "-q", *kinds.values()], capture_output=True, text=True, check=False)
    assert result.stdout.count("verification OK") == len(kinds), result.stdout
