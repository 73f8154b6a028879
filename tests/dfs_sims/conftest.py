"""One simulated night for all tests of this folder."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from numpy.typing import NDArray

from dfs_sims import efosc2_night
from dfs_sims.truth import NightTruth


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> NightTruth:
    return efosc2_night(tmp_path_factory.mktemp("night") / "raw", seed=1)


@pytest.fixture(scope="session")
def master_bias(night: NightTruth) -> NDArray[np.float64]:
    return np.mean([fits.getdata(one.path).astype(float) for one in night.of("bias")], axis=0)
