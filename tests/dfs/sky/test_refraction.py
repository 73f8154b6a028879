"""Air and vacuum wavelengths against pairs published by others."""

import numpy as np
import pytest

from dfs.sky import air_to_vacuum_nm, vacuum_to_air_nm

# Vacuum and air wavelengths (nm) as the atomic spectra database of NIST lists them (index of Peck & Reeder 1972).
NIST = ((587.72433, 587.56148), (501.70769, 501.56783), (388.97406, 388.86390))


@pytest.mark.parametrize(("vacuum", "air"), NIST)
def test_agrees_with_the_helium_lines_of_nist(vacuum: float, air: float) -> None:
    # Morton's and Peck & Reeder's indices differ by some 1e-8 at these wavelengths.
    assert vacuum_to_air_nm(vacuum) == pytest.approx(air, abs=5e-5)


def test_there_and_back() -> None:
    air = np.linspace(300.0, 2500.0, 500)
    np.testing.assert_allclose(vacuum_to_air_nm(air_to_vacuum_nm(air)), air, rtol=1e-12)
