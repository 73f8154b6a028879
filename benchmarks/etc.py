"""The exposure time calculator against plain numpy and synphot: spectra a second, one call, a million cases in bounded memory.

python benchmarks/etc.py            all of it, some two minutes
python benchmarks/etc.py --quick    without synphot and with fewer cases

One case is FORS2 300V through a slit of 1 arcsec: signal-to-noise in 4096 bins for another seeing, magnitude and time, the sky known. Plain numpy does
it in float64, one case after the other: image quality, slit loss (an error function) and noise at every bin. synphot does it with its observations of
source and sky. Rates are for 4096 bins.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import erf

from dfs.etc.engine.calculation import calculate
from dfs.etc.grids.gridding import grid
from dfs.etc.photons.rates import rates_of
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.spectra import Sed
from dfs.instruments.optics import Choice

BINS = 4096
SPECTRUM = Request(
    Choice("FORS2", "lss", disperser="300V", slit_arcsec=1.0, binning=(1, 1)),
    Target(Sed.of("blackbody:5800"), 22.0),
    Sky(airmass=1.2),
    Exposure(900.0),
)
IMAGE = Request(Choice("FORS2"), Target(Sed.of("blackbody:5800"), 22.0), Sky(airmass=1.2), Exposure(60.0))


def best(work: Callable[[], object], times: int = 5) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def plain_numpy(cases: int) -> float:
    """Return spectra of 4096 bins a second by plain numpy, one at a time."""
    rates, light = rates_of(calculate(SPECTRUM).light, SPECTRUM), calculate(SPECTRUM).light
    nm = np.linspace(light.wavelength_nm[0], light.wavelength_nm[-1], BINS)
    target, sky = (np.interp(nm, light.wavelength_nm, one) for one in (rates.target, rates.sky))

    def one(seeing: float, bright: float, seconds: float) -> np.ndarray:
        fried = 0.976 * 500e-9 / seeing * 206265 * (nm / 500.0) ** 1.2 * 1.2**-0.6
        outer = np.sqrt(1.0 - 0.9816 * 2.183 * (fried / 46.0) ** 0.356)
        width = seeing * 1.2**0.6 * (nm / 500.0) ** -0.2 * outer
        slit = erf(0.5 * 2.3548 / np.sqrt(2.0) / width)
        along = erf(0.5 * 11 * 0.125 * 2.3548 / np.sqrt(2.0) / width)
        signal = target * slit * along * bright * seconds
        return signal / np.sqrt(signal + 11 * (sky * seconds + 0.0006 * seconds + 9.9))

    seeings = np.linspace(0.4, 2.0, cases)
    spent = best(lambda: [one(seeing, 1.0, 900.0) for seeing in seeings], 3)
    return cases / spent


def ours(extraction: str, cases: int) -> float:
    """Return the same of a grid."""
    asked = replace(SPECTRUM, extraction=extraction)
    side = round(cases / 80)
    many = grid(
        asked,
        spectra=True,
        seeing=np.linspace(0.4, 2.0, 20),
        mag=np.linspace(18, 26, side),
        exposure=[60, 300, 900, 1800],
    )

    def work() -> None:
        for _ in many:
            pass

    work()
    bins = calculate(asked).wavelength_nm.size
    return len(many) * bins / BINS / best(work, 3)


def synphot(cases: int) -> float:
    """Return the same by synphot: source and sky through the instrument, binned."""
    from astropy import units as u
    from synphot import Observation, SourceSpectrum, SpectralElement
    from synphot.models import BlackBodyNorm1D, Empirical1D

    light = calculate(SPECTRUM).light
    nm = np.linspace(light.wavelength_nm[0], light.wavelength_nm[-1], BINS) * 10.0
    whole = SpectralElement(Empirical1D, points=light.vacuum_nm * 10.0, lookup_table=light.throughput)
    band = SpectralElement(Empirical1D, points=[4800, 5000, 5500, 6000, 6200], lookup_table=[0, 1, 1, 1, 0])
    radiance = rates_of(light, SPECTRUM).radiance
    sky = SourceSpectrum(Empirical1D, points=light.vacuum_nm * 10.0, lookup_table=radiance * 1e-8)
    area = light.area_m2 * 1e4 * u.cm**2

    def one(magnitude: float) -> np.ndarray:
        star = SourceSpectrum(BlackBodyNorm1D, temperature=5800 * u.K).normalize(magnitude * u.ABmag, band)
        counts = [Observation(light_, whole, binset=nm * u.AA).binflux for light_ in (star, sky)]
        electrons = [value.value * area.value * 10.0 for value in counts]
        return electrons[0] / np.sqrt(electrons[0] + electrons[1])

    return cases / best(lambda: [one(20.0 + 0.1 * number) for number in range(cases)], 1)


def calls() -> None:
    """Print what one call takes, warm, when something is new."""
    numbers = iter(np.linspace(0.0, 1.0, 100_000))

    def changed(request: Request, what: str) -> Callable[[], object]:
        def work() -> object:
            new = float(next(numbers))
            if what == "magnitude":
                return calculate(replace(request, target=replace(request.target, magnitude=20.0 + new)))
            if what == "exposure":
                return calculate(replace(request, exposure=Exposure(300.0 + 100 * new)))
            if what == "signal-to-noise asked":
                return calculate(replace(request, exposure=Exposure(snr=10.0 + new)))
            sky = {
                "seeing": {"seeing_arcsec": 0.5 + new},
                "air mass": {"airmass": 1.1 + 0.1 * new},
                "Moon": {"days_from_new_moon": 10 * new},
            }
            return calculate(replace(request, sky=replace(request.sky, **sky[what])))

        return work

    for name, request in (
        ("image", IMAGE),
        ("spectrum", SPECTRUM),
        ("spectrum as reduced", replace(SPECTRUM, extraction="as-reduced")),
    ):
        calculate(request)
        for what in ("exposure", "magnitude", "seeing", "signal-to-noise asked", "air mass", "Moon"):
            work = changed(request, what)
            work()
            spent = [best(work, 1) for _ in range(15)]
            print(f"one call, {name}: another {what:<22}{1e3 * float(np.median(spent)):9.2f} ms")


def a_million(cases: int) -> None:
    """Print time and memory of a large grid, at the wavelength of interest and with its spectra."""
    side = cases // 1000
    axes = {"seeing": np.linspace(0.4, 2.0, 10), "moon": np.linspace(0, 14, 5), "airmass": np.linspace(1, 2, 5)}
    axes |= {"exposure": [60.0, 300.0, 900.0, 1800.0], "mag": np.linspace(18, 26, side)}
    for spectra in (False, True):
        many = grid(SPECTRUM, spectra=spectra, **axes)
        next(iter(many))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        seen = sum(block.snr.size for block in many)
        spent = time.perf_counter() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        what = "with spectra" if spectra else "S/N at one wavelength"
        print(
            f"{seen} cases, {what}: {spent:.1f} s, {seen / spent:.0f} a second, memory grows by {grown:.0f} MB to {before / 1024 + grown:.0f} MB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    began = time.perf_counter()
    calculate(SPECTRUM)
    print(f"first call, tables read                     {time.perf_counter() - began:9.2f} s")
    reference = plain_numpy(200 if quick else 1000)
    print(f"plain numpy float64, one at a time          {reference:9.0f} spectra of {BINS} bins a second")
    for extraction in ("eso", "as-reduced"):
        rate = ours(extraction, 4000 if quick else 20000)
        print(f"grid, {extraction:<38}{rate:9.0f}   {rate / reference:8.1f} x numpy")
    if not quick:
        rate = synphot(5)
        print(f"synphot                                     {rate:9.1f}   {rate / reference:8.4f} x numpy")
    calls()
    a_million(100_000 if quick else 1_000_000)


if __name__ == "__main__":
    main()
