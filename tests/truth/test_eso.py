"""ESO's own recipes, astropy's and numpy's stacks as judges of ours, on frames drawn here.

Skipped, visibly, where EsoRex or the instrument's plug-ins are not installed (``make system``).
"""

import shutil
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.nddata import CCDData
from ccdproc import Combiner

from dfs.products.checksums import data_md5
from dfs.recipes.steps.photon_transfer import RUN, fit_gain, pair_boxes, read_out_noise
from dfs.recipes.steps.stack import Clip, combine, median_stack

pytestmark = pytest.mark.truth
PLUGINS = Path("/usr/lib/x86_64-linux-gnu/cpl/plugins")
SHAPE = (3000, 2148)
LEVEL, RON, GAIN = 210.0, 2.0, 1.7  # ADU, ADU, e-/ADU
CHIPS = ("CHIP1.INT1", "CHIP2.INT1", "CHIP4.INT1", "CHIP3.INT1")  # the order of HAWK-I's extensions


def esorex(recipe, plugin, entries, folder) -> dict[str, Path]:
    """Run an ESO recipe and return its products by category; anything but a clean run fails."""
    found = sorted(PLUGINS.glob(f"{plugin}-*"))
    if not shutil.which("esorex") or not found:
        pytest.skip(f"EsoRex with the plug-ins of {plugin} is not installed: make system")
    folder.mkdir(exist_ok=True)
    sof = folder / f"{recipe}.sof"
    sof.write_text("".join(f"{path} {tag}\n" for path, tag in entries))
    options = [f"--output-dir={folder}", f"--log-dir={folder}", f"--recipe-dir={found[-1]}"]
    done = subprocess.run(
        ["esorex", *options, recipe, str(sof)], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    # An exit code of 0 proves little: ERROR lines do.
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "ERROR" not in done.stdout + done.stderr, done.stdout[-2000:] + done.stderr[-2000:]
    made = [path for path in folder.glob("*.fits") if "ESO PRO CATG" in fits.getheader(path)]
    return {fits.getheader(path)["ESO PRO CATG"]: path for path in made}


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    """Five bias frames of UVES' size: level that wanders, white noise, a fixed slope."""
    rng = np.random.default_rng(20)
    slope = np.linspace(0, 6, SHAPE[0], dtype=np.float32)[:, np.newaxis]
    levels = LEVEL + rng.normal(0, 0.7, 5)
    return [np.rint(level + slope + RON * rng.standard_normal(SHAPE, np.float32)).astype(np.uint16) for level in levels]


def write_uves(path: Path, data: np.ndarray) -> None:
    """Write a blue raw frame with the cards `uves_cal_mbias` asks for; BSCALE and BZERO must be floating-point."""
    hdu = fits.PrimaryHDU((data.astype(np.int32) - 32768).astype(np.int16))
    cards = {
        "BSCALE": 1.0, "BZERO": 32768.0, "INSTRUME": "UVES", "ORIGIN": "ESO", "MJD-OBS": 59000.0, "EXPTIME": 0.0,
        "DATE-OBS": "2020-05-31T00:00:00.000", "ESO DET READ SPEED": "225kHz,1x1,low", "ESO DET WIN1 BINX": 1,
        "ESO DET WIN1 BINY": 1, "ESO DET OUT1 PRSCX": 50, "ESO DET OUT1 OVSCX": 50, "ESO DET CHIPS": 1,
        "CTYPE1": "PIXEL", "CTYPE2": "PIXEL", "CRVAL1": 1.0, "CRVAL2": 1.0, "CRPIX1": 1.0, "CRPIX2": 1.0,
        "CDELT1": 1.0, "CDELT2": 1.0,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, value in cards.items():
            hdu.header[f"HIERARCH {keyword}" if keyword.startswith("ESO ") else keyword] = value
        hdu.writeto(path)


@pytest.fixture(scope="module")
def uves(frames, tmp_path_factory) -> Path:
    """The master bias ESO's recipe makes of the frames."""
    folder = tmp_path_factory.mktemp("uves")
    entries = [(folder / f"raw{number}.fits", "BIAS_BLUE") for number in range(len(frames))]
    for (path, _), data in zip(entries, frames, strict=True):
        write_uves(path, data)
    return esorex("uves_cal_mbias", "uves", entries, folder / "out")["MASTER_BIAS_BLUE"]


def test_median_stack_is_that_of_uves_cal_mbias(frames, uves, table) -> None:
    # ESO's: prescan and overscan cut off, median of the frames less their mean level, plus the mean level, turned by 90 degrees.
    frames = [frame[:, 50:-50] for frame in frames]
    levels = [frame.mean(dtype=np.float64) for frame in frames]
    mean = np.mean(levels)
    even = [frame.astype(np.float32) - np.float32(level - mean) for frame, level in zip(frames, levels, strict=True)]
    ours = median_stack(even)
    theirs = np.rot90(fits.getdata(uves).astype(np.float64))
    table("median stack beside uves_cal_mbias, mean (ADU)", ours.mean(dtype=float), theirs.mean(), 1e-4)
    table("  largest difference (ADU)", "image", "image", 1e-4, np.max(np.abs(ours - theirs)))


def test_median_and_mean_are_those_of_numpy(frames, table) -> None:
    part = [frame[:600] for frame in frames]
    exact = np.median(np.array(part), axis=0)
    table("median stack beside numpy.median (ADU)", "image", "image", 0, np.max(np.abs(median_stack(part) - exact)))
    stack = combine(part)
    cube = np.array(part, dtype=np.float64)
    table("mean stack beside numpy.mean (ADU)", "image", "image", 3e-5, np.max(np.abs(stack.mean - cube.mean(axis=0))))
    variance = cube.var(axis=0, ddof=1) / len(part)
    off = np.max(np.abs(stack.variance - variance) / (variance + 0.01))
    table("  its variance, relative", "image", "image", 1e-4, off)


def test_clipped_mean_is_that_of_ccdproc(frames, table) -> None:
    rng = np.random.default_rng(3)
    part = [
        frame[:400, :1000] + rng.normal(0, RON, (400, 1000)).astype(np.float32) for frame in [*frames, *frames[::-1]]
    ]
    for number, frame in enumerate(part):
        frame.ravel()[rng.choice(frame.size, 300, replace=False)] += 500 + 10 * number
    ours = combine(part, clip=Clip(2.5, 1, centre="mean", scale="std"))
    combiner = Combiner([CCDData(frame, unit="adu") for frame in part], dtype=np.float64)
    combiner.sigma_clipping(low_thresh=2.5, high_thresh=2.5, func=np.ma.mean, dev_func=np.ma.std)
    theirs = np.asarray(combiner.average_combine())
    table("clipped mean beside ccdproc.Combiner (ADU)", ours.mean.mean(dtype=float), theirs.mean(), 1e-4)
    # A value within rounding of the limit may fall either way: counted, not hidden.
    other = np.abs(ours.mean - theirs) > 1e-3
    table("  pixels that differ", int(other.sum()), 0, 4)


@pytest.fixture(scope="module")
def pairs() -> dict[str, list[np.ndarray]]:
    """Two darks and two equal flats a chip: Gaussian read-out noise, Poisson light, in float as HAWK-I writes."""
    rng = np.random.default_rng(8)
    shape = (2048, 2048)
    dark = [(RON * rng.standard_normal(shape)).astype(np.float32) for _ in range(2)]
    flat = [
        (rng.poisson(GAIN * 12000.0, shape) / GAIN + RON * rng.standard_normal(shape)).astype(np.float32)
        for _ in range(2)
    ]
    return {"DARK": dark, "FLAT": flat}


def write_hawki(folder: Path, tag: str, images: list[np.ndarray]) -> list[tuple[Path, str]]:
    """Write raw frames of HAWK-I, every chip the same, and return the lines of a set of frames."""
    entries = []
    for number, image in enumerate(images):
        primary = fits.PrimaryHDU()
        primary.header["INSTRUME"] = "HAWKI"
        for keyword, value in (("DIT", 10.0), ("NDIT", 1), ("NDSAMPLES", 4)):
            primary.header[f"HIERARCH ESO DET {keyword}"] = value
        path = folder / f"{tag}{number}.fits"
        fits.HDUList([primary, *(fits.ImageHDU(image, name=name) for name in CHIPS)]).writeto(path)
        entries.append((path, tag))
    return entries


def test_read_out_noise_and_gain_beside_hawki(pairs, tmp_path, table) -> None:
    dark, flat = pairs["DARK"], pairs["FLAT"]
    single = read_out_noise(pair_boxes(*dark))
    boxes = pair_boxes(*flat, run=RUN, scaled=True)
    sums = read_out_noise(pair_boxes(*dark, run=RUN))
    gain = fit_gain(boxes, sums.ron_adu, sums.error_adu, highest_adu=50000.0)
    table(f"read-out noise estimator (ADU, +-{single.error_adu:.4f})", single.ron_adu, RON, 4 * single.error_adu)
    table(f"gain estimator (e-/ADU, +-{gain.error:.4f})", gain.gain_e_per_adu, GAIN, 4 * gain.error)
    entries = [*write_hawki(tmp_path, "DARK", dark), *write_hawki(tmp_path, "FLAT_TWILIGHT", flat)]
    products = esorex("hawki_detector_noise", "hawki", entries, tmp_path / "out")
    (path,) = products.values()
    # This table product only. For image products of uves_cal_mbias and hawki_dark_combine (CPL 7.2.3) our figure differs from
    # theirs, and the cause is open: it may be ours. No run of data blocks tried, padded or not, gives theirs.
    md5, theirs = data_md5(path), fits.getheader(path)["DATAMD5"]
    table(f"DATAMD5 of {path.name} of EsoRex", md5[:12], theirs[:12], 0, float(md5 != theirs))
    with fits.open(path) as hdus:
        row = next(hdu.data[0] for hdu in hdus if isinstance(hdu, fits.BinTableHDU))
        names = {name.upper(): name for name in row.array.names}
        theirs = {wanted: float(row[next(names[n] for n in names if wanted in n)]) for wanted in ("GAIN", "READNOISE")}
    # ESO's uses medians of whole images and agrees with its own truth to 0.6 % (gain) and 0.3 % (noise) on such frames.
    table("  gain beside hawki_detector_noise", gain.gain_e_per_adu, theirs["GAIN"], 0.015 * GAIN)
    table("  read-out noise beside it (ADU)", single.ron_adu, theirs["READNOISE"], 0.01 * RON)
