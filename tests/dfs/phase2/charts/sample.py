"""Blocks, runs and images for the tests of charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from dfs.model.phase2 import ObservationBlock, ObservingRun, ObTemplate, Parameter, Target

RUN = ObservingRun(
    run_id=1,
    prog_id="110.23XY.001",
    title="Galaxies",
    instrument="FORS2",
    telescope="UT1",
    ip_version="110.01",
    period=110,
    mode="SM",
    container_id=1,
    valid_from=datetime(2022, 10, 1, 16, tzinfo=UTC),
    valid_to=datetime(2023, 4, 1, 16, tzinfo=UTC),
    pi_name="Ana Müller",
)
CENTRE = (53.4015, -36.1404)


def block(
    target: Target | None = None, acquisition: Sequence[Parameter] = (), ephemeris: str = "", instrument: str = "FORS2"
) -> ObservationBlock:
    return ObservationBlock(
        ob_id=10,
        run_id=1,
        container_id=1,
        name="NGC1365_300V",
        instrument=instrument,
        ip_version="110.01",
        target=target or Target("NGC 1365", "03:33:36.360", "-36:08:25.440"),
        ephemeris=ephemeris,
        templates=(
            ObTemplate(1, "FORS2_lss_acq_slit", "acquisition", tuple(acquisition)),
            ObTemplate(
                2,
                "FORS2_lss_obs_off_fast",
                "science",
                (
                    Parameter("INS.SLIT.NAME", "keyword", "lSlit1_31arcsec"),
                    Parameter("INS.GRIS1.NAME", "keyword", "GRIS_300V"),
                ),
            ),
        ),
    )


def image(path: Path, stars: Sequence[tuple[float, float]], *, turned_deg: float = 0.0, mirrored: bool = False) -> Path:
    """Write a mosaic of two chips, turned and mirrored as asked, with stars; 0.5 arcsec a pixel."""
    from astropy.io import fits
    from astropy.wcs import WCS

    rng = np.random.default_rng(5)
    hdus: list[object] = [fits.PrimaryHDU()]
    turn, scale = np.radians(turned_deg), 0.5 / 3600
    for shift in (0, 520):
        wcs = WCS(naxis=2)
        wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
        wcs.wcs.crval = list(CENTRE)
        wcs.wcs.crpix = [520 - shift, 500]
        matrix = np.array([[-np.cos(turn), np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        wcs.wcs.cd = scale * matrix @ np.diag([-1.0 if mirrored else 1.0, 1.0])
        data = rng.normal(1000.0 + shift, 5.0, (1000, 500)).astype(np.float32)
        y, x = np.mgrid[:1000, :500]
        for ra, dec in stars:
            at_x, at_y = wcs.world_to_pixel_values(ra, dec)
            data += (4000 * np.exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / 4.5)).astype(np.float32)
        hdu = fits.ImageHDU(data, wcs.to_header())
        hdu.header["FILTER"] = "R_SPECIAL"
        hdus.append(hdu)
    fits.HDUList(hdus).writeto(path)
    return path
