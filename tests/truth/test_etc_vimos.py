"""VIMOS with its first CCDs against what others found: zero points of 2003 and 2006, ESO's calculator in U.

The filters are those of Mieske et al. 2007 (whole system, mean of four quadrants). Judges that do not come from them:

* github moustakas/moustakas-projects sg1120/imaging/vimos/vimos_zeropoints.pro draws zero points of the pipeline and of quality control
  (mag, 1 ADU s-1) on axes a magnitude long about their mean: the middle of the axis, good to 0.2 mag, and 1.835 e- per ADU;
* ESO's calculator in U, telescope, instrument, CCD and air, kept in github lephare-photoz/lephare-data filt/etc/Uvimos.pb (per cent). Its
  air mass is not recorded (assumed: 1.2).
"""

from __future__ import annotations

import numpy as np
import pytest

from dfs.etc.request import Target
from dfs.etc.spectra import Sed, photon_rate
from dfs.instruments.optics import Choice, LightPath, light_path
from dfs.sky.transmission import model_transmission

pytestmark = pytest.mark.truth

E_PER_ADU = 1.835
AXES = {"B": (27.4, 27.6), "V": (27.1, 27.2), "R": (27.1, 27.2)}  # December 2003, February 2006
U_OF_ETC_NM = 4.812  # integral of the curve over wavelength, 310 to 410 nm


def first_ccds(name: str) -> LightPath:
    return light_path(Choice("VIMOS", filter=name, detector="EEV"))


@pytest.mark.parametrize("name", AXES)
def test_zero_point(name: str, table) -> None:
    light = first_ccds(name)
    above = photon_rate(Target(Sed.of("flat_lambda"), 0.0, name, "vega"), light.vacuum_nm, light.width_nm)
    ours = 2.5 * np.log10(float(np.sum(above * light.width_nm * light.throughput)) * light.area_m2 / E_PER_ADU)
    for year, judge in zip((2003, 2006), AXES[name], strict=True):
        table(f"VIMOS zero point, {name} {year} (mag, 1 ADU s-1), axes of plots", ours, judge, 0.2)


def test_u_of_esos_calculator(table) -> None:
    light = first_ccds("U")
    through = light.throughput * model_transmission(light.vacuum_nm, 1.2, 2.5)
    ours = float(np.sum(through * light.width_nm))
    table("VIMOS U with air, integral over wavelength (nm), ESO ETC", ours, U_OF_ETC_NM, 0.1 * U_OF_ETC_NM)
