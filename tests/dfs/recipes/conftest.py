"""Long-slit scenes drawn pixel by pixel, their truth kept beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pytest

from dfs import instruments
from dfs.instruments import Instrument
from dfs.model import Frame, Image
from dfs.recipes.steps.wavelength import WavelengthSolution

SUB = (np.arange(7) - 3) / 7.0  # points over which a pixel is averaged


@dataclass
class Scene:
    """A sky with lines, a star and its trace on a tilted, curved slit image; electrons."""

    ny: int = 140
    nx: int = 420
    gain: float = 1.2
    ron_e: float = 8.0
    correlation: float = 0.0  # of the read noise at one pixel along the slit
    sky_e: float = 30.0
    lines: tuple[tuple[float, float], ...] = ((0.3, 4000.0), (0.62, 25000.0), (0.8, 1500.0))
    star_e: float = 800.0  # electrons per column
    star_row: float = 70.3
    bend: float = 4.0  # px from end to end of the trace
    fwhm: float = 4.5
    slope: float = 0.3  # relative change of the sky along the slit
    start_nm: float = 400.0
    step_nm: float = 0.3
    sigma_line: float = 1.8
    flux_shape: object = field(default=None)

    def solution(self) -> WavelengthSolution:
        """Linear dispersion, the slit image tilted by 2 px and bowed by 3 px."""
        half = 0.5 * (self.nx - 1)
        middle = self.start_nm + self.step_nm * half
        coefficients = np.zeros((3, 2))
        coefficients[0] = middle, self.step_nm * half
        coefficients[1, 0] = 1.0 * self.step_nm
        coefficients[2, 0] = 2.0 * self.step_nm
        calibrated = (self.start_nm, self.start_nm + self.step_nm * self.nx)
        return WavelengthSolution(coefficients, (self.ny, self.nx), calibrated, (0, self.ny - 1), lines=12, fwhm_px=4.2)

    def sky(self, shift: float = 0.0) -> np.ndarray:
        """Expected sky (ny, nx); `shift` px displaces the frame's features."""
        solution = self.solution().shifted(shift)
        rows = np.arange(self.ny)[:, np.newaxis]
        total = np.zeros((self.ny, self.nx))
        for sub in SUB:
            wavelength = solution.wavelength_nm(np.arange(self.nx)[np.newaxis, :] + sub, rows)
            place = (wavelength - self.start_nm) / (self.step_nm * self.nx)
            value = self.sky_e * (1 + 0.5 * np.sin(6 * place))
            for where, flux in self.lines:
                distance = (place - where) * self.nx
                value = value + flux * np.exp(-0.5 * (distance / self.sigma_line) ** 2) / (2.5066 * self.sigma_line)
            total += value / len(SUB)
        along = 1 + self.slope * (rows / self.ny - 0.5) ** 2
        return total * along

    def trace(self) -> np.ndarray:
        u = np.arange(self.nx) / self.nx - 0.5
        return self.star_row + self.bend * (u + 0.6 * u**2)

    def flux(self) -> np.ndarray:
        """Electrons of the star in each column, all of its light."""
        if self.flux_shape is not None:
            return self.star_e * np.asarray(self.flux_shape)
        u = np.arange(self.nx) / self.nx
        return self.star_e * (0.6 + 0.8 * u - 0.5 * np.exp(-0.5 * ((u - 0.4) / 0.015) ** 2))

    def star(self) -> np.ndarray:
        """Expected light of the star: Gaussian across the trace."""
        rows = np.arange(self.ny)[:, np.newaxis]
        sigma = self.fwhm / 2.3548
        shape = sum(np.exp(-0.5 * ((rows + sub - self.trace()) / sigma) ** 2) for sub in SUB)
        return self.flux() * shape / (2.5066 * sigma * len(SUB))

    def read_noise(self, rng: np.random.Generator) -> np.ndarray:
        white = rng.normal(0.0, 1.0, (self.ny + 1, self.nx))
        if self.correlation == 0:
            return self.ron_e * white[1:]
        # A moving average a, b has correlation a b / (a^2 + b^2) at lag 1 and none beyond.
        b = (1 - np.sqrt(1 - 4 * self.correlation**2)) / (2 * self.correlation)
        return self.ron_e * (white[1:] + b * white[:-1]) / np.sqrt(1 + b * b)

    def draw(self, seed: int = 1, shift: float = 0.0) -> Image:
        """Image with Poisson and read noise, and the variance one would know."""
        rng = np.random.default_rng(seed)
        expected = self.sky(shift) + self.star()
        data = rng.poisson(expected) + self.read_noise(rng)
        variance = expected + self.ron_e**2
        return Image(
            data.astype(np.float32), variance.astype(np.float32), np.zeros(expected.shape, np.uint8), "electron"
        )


@pytest.fixture
def scene_class() -> type[Scene]:
    """The class, for scenes with other numbers."""
    return Scene


@pytest.fixture
def scene() -> Scene:
    """The usual scene."""
    return Scene()


# EFOSC2 with a detector of a quarter of its side: light-sensitive pixels (slit, dispersion), binned 2x2, and the raw frame.
NY, NX, RAW_SHAPE = 520, 500, (508, 526)
BIAS_ADU, RON_ADU, GAIN = 220.0, 10.0, 1.2
HEADER = {
    "INSTRUME": "EFOSC",
    "OBJECT": "TARGET",
    "RA": 99.01,
    "DEC": -31.2,
    "MJD-OBS": 59606.2,
    "EXPTIME": 600.0,
    "ESO INS GRIS1 NAME": "Gr#3",
    "ESO INS SLIT1 NAME": "slit#1.2",
    "ESO DET CHIP1 ID": "ccd40",
    "ESO DET WIN1 BINX": 2,
    "ESO DET WIN1 BINY": 2,
    "ESO DET OUT1 CONAD": 1.1,
    "ESO DET OUT1 RON": 7.8,
    "ESO TEL AIRM START": 1.1,
    "ESO TEL AIRM END": 1.12,
    "ESO TEL GEOLAT": -29.2584,
    "ESO TEL GEOLON": -70.7345,
    "ESO TEL GEOELEV": 2377.0,
}
START_NM, STEP_NM = 302.0, 0.604


def small_instrument() -> Instrument:
    """EFOSC2, its detector cut down."""
    whole = instruments.load("EFOSC2")
    detector = replace(
        whole.detectors["default"],
        nx=2 * NY,
        ny=2 * NX,
        light_columns=(0, 2 * NY),
        light_rows=(0, 2 * NX),
        dark_columns=(2 * NY, 2 * RAW_SHAPE[1]),
        dark_rows=(2 * (NX + 2), 2 * RAW_SHAPE[0]),
    )
    return replace(whole, detectors={"default": detector})


def raw_scene(**numbers) -> Scene:
    """A scene of that detector with the night sky's two strongest lines of this range."""
    place = [(wavelength - START_NM) / (STEP_NM * NX) for wavelength in (557.73, 589.22)]
    usual = {
        "ny": NY,
        "nx": NX,
        "start_nm": START_NM,
        "step_nm": STEP_NM,
        "lines": ((place[0], 900.0), (place[1], 300.0)),
        "star_row": 215.0,
        "bend": 6.0,
        "sky_e": 12.0,
        "slope": 0.1,
        "gain": GAIN,
        "ron_e": RON_ADU * GAIN,
    }
    return Scene(**{**usual, **numbers})


def raw_frame(
    scene: Scene, tag: str, *, seed: int = 1, shift: float = 0.0, hits: int = 0, name: str = "", **cards
) -> Frame:
    """The raw frame of a scene: ADU on a bias level, dark rows and columns around, cosmic rays."""
    rng = np.random.default_rng(seed)
    electrons = rng.poisson(scene.sky(shift) + scene.star()).astype(float)
    electrons[rng.integers(0, NY, hits), rng.integers(0, NX, hits)] += rng.uniform(500, 9000, hits)
    raw = BIAS_ADU + rng.normal(0.0, RON_ADU, RAW_SHAPE)
    raw[:NX, :NY] += electrons.T / GAIN
    return Frame(tag, name or f"EFOSC.{seed}", {**HEADER, **cards}, np.rint(np.clip(raw, 0, 65535)).astype(">u2"))


def master_bias() -> Frame:
    """A master bias of so many frames that it adds nothing, and what it measured."""
    shape = (NX, NY)
    image = Image(np.full(shape, BIAS_ADU, np.float32), np.full(shape, 0.01, np.float32), np.zeros(shape, np.uint8))
    measured = {"ESO QC GAIN_E_PER_ADU": GAIN, "ESO QC RON_ADU": RON_ADU}
    return Frame("MASTER_BIAS", "master_bias.fits", {**HEADER, **measured}, image)


def wave_solution(scene: Scene) -> Frame:
    """The wavelength solution of a scene as the recipe `arc` would hand it on."""
    known = {**HEADER, "LAMRMS": 0.02, "LAMNLIN": 25}
    return Frame("WAVE_SOLUTION", "wave_solution.fits", known, scene.solution().to_table())


@pytest.fixture(scope="session")
def drawn() -> SimpleNamespace:
    """What draws raw frames and their masters."""
    return SimpleNamespace(
        instrument=small_instrument(), scene=raw_scene, raw=raw_frame, bias=master_bias, wave=wave_solution
    )


@pytest.fixture(scope="session")
def real_slit(real_frames):
    """The real frames of the long slit with masters and wavelength solution made by the recipes themselves."""
    from dfs.products import read_frame
    from dfs.recipes.contract import FrameSet
    from dfs.recipes.registry import find

    instrument = instruments.load("EFOSC2")
    made: dict[str, Frame] = {}

    def load(name: str, tag: str) -> Frame:
        return read_frame(real_frames / f"EFOSC.{name}.fits.gz", tag)

    def master(recipe: str, *raws: Frame) -> None:
        found = find(recipe)
        for product in found.run(FrameSet((*raws, *made.values()), instrument), found.parse({})):
            header = {**product.like.header, **{card.keyword: card.value for card in product.cards}}
            header |= {f"ESO QC {one.name.upper()}": one.value for one in product.qc}
            made[product.category] = Frame(
                product.category, f"{product.category}.fits", header, product.content, product.parts
            )

    master("bias", *(load(f"2022-01-26T19:0{time}", "BIAS") for time in ("2:38.210", "3:08.542", "3:39.513")))
    master("flat_spectrum", *(load(f"2022-01-26T19:{time}", "FLAT_LSS") for time in ("18:58.464", "21:12.485")))
    master("arc", load("2022-01-26T19:37:39.560", "ARC"))
    return SimpleNamespace(
        instrument=instrument,
        masters=tuple(made.values()),
        science=load("2022-01-27T04:46:29.093", "SCIENCE_LSS"),
        standard=load("2022-01-29T01:12:03.548", "STD_LSS"),
    )


@dataclass
class Ccd:
    """A detector whose gain, read-out noise, level and structure are known; raw frames drawn from them.

    Light-sensitive 192 rows x 256 columns, six prescan columns at high x (the output is there), eight overscan rows at high y.
    """

    gain: float = 1.3
    ron_adu: float = 6.0
    level: float = 300.0
    ny: int = 192
    nx: int = 256
    binning: int = 2
    correlation: float = 0.0  # of the read noise of neighbours in a row

    @property
    def instrument(self) -> Instrument:
        whole = instruments.load("EFOSC2")
        detector = replace(
            whole.detectors["default"],
            nx=self.nx * self.binning,
            ny=self.ny * self.binning,
            light_columns=None,
            light_rows=None,
            dark_columns=None,
            dark_rows=None,
        )
        return replace(whole, detectors={"default": detector})

    def header(self, **cards) -> dict:
        out1 = {"X": self.nx * self.binning, "Y": 1, "NX": self.nx, "NY": self.ny, "PRSCX": 6, "OVSCX": 0}
        out1 |= {"PRSCY": 0, "OVSCY": 8, "CONAD": 1.1, "GAIN": 0.91, "RON": 7.8}
        usual = {"INSTRUME": "EFOSC", "ESO INS GRIS1 NAME": "Gr#3", "ESO INS FILT1 NAME": "g#782"}
        usual |= {"ESO DET WIN1 BINX": self.binning, "ESO DET WIN1 BINY": self.binning}
        return {**usual, **{f"ESO DET OUT1 {key}": value for key, value in out1.items()}, **cards}

    def frame(
        self, tag="BIAS", expected=None, *, seed=1, name="", drift=0.0, pattern=0.0, hits=0, structure=None, **cards
    ) -> Frame:
        """A raw frame: `expected` electrons on the light-sensitive area, cosmic rays, level and drift everywhere."""
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal((self.ny + 8, self.nx + 7))
        if self.correlation:
            b = (1 - np.sqrt(1 - 4 * self.correlation**2)) / (2 * self.correlation)
            noise = (noise[:, 1:] + b * noise[:, :-1]) / np.sqrt(1 + b * b)
        else:
            noise = noise[:, 1:]
        raw = self.level + drift + self.ron_adu * noise
        light = np.zeros((self.ny, self.nx)) if expected is None else np.asarray(expected, dtype=float)
        electrons = rng.poisson(np.broadcast_to(light, (self.ny, self.nx))).astype(float)
        electrons[rng.integers(0, self.ny, hits), rng.integers(0, self.nx, hits)] += rng.uniform(300, 20000, hits)
        raw[: self.ny, : self.nx] += electrons / self.gain + pattern
        if structure is not None:
            raw[: self.ny, : self.nx] += structure
        return Frame(tag, name or f"{tag}.{seed}", self.header(**cards), np.rint(np.clip(raw, 0, 65535)).astype(">u2"))

    def made(self, recipe_name: str, *frames: Frame, **parameters):
        """The products of a recipe."""
        from dfs.recipes.contract import FrameSet
        from dfs.recipes.registry import find

        recipe = find(recipe_name)
        return recipe.run(FrameSet(tuple(frames), self.instrument), recipe.parse(parameters))

    @staticmethod
    def master(product) -> Frame:
        """A product as the frame that the next recipe gets."""
        measured = {f"ESO QC {one.name.upper()}": one.value for one in product.qc if one.value is not None}
        errors = {f"ESO QC {one.name.upper()} ERR": one.error for one in product.qc if one.error is not None}
        header = {**product.like.header, **measured, **errors}
        return Frame(product.category, f"{product.category}.fits", header, product.content, product.parts)

    def master_bias(self, n: int = 6, seed: int = 100) -> Frame:
        return self.master(self.made("bias", *(self.frame(seed=seed + i) for i in range(n)))[0])


@pytest.fixture
def ccd() -> Ccd:
    """The usual detector."""
    return Ccd()


@pytest.fixture
def ccd_class() -> type[Ccd]:
    """The class, for detectors with other numbers."""
    return Ccd
