"""Recipes on 8 x 8 pixels. What a frame's OBJECT says decides on its fate: FAIL, CRASH and SLEEP are for tests of failures."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
from pydantic import Field

from dfs.errors import DataError
from dfs.model import Frame, Image, Product, QcValue
from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe


class TinyParameters(Parameters):
    """One number."""

    scale: float = Field(1.0, gt=0, description="factor on everything")


def _fate(frames: FrameSet) -> None:
    first = frames.frames[0]
    match str(first.header.get("OBJECT")):
        case "FAIL":
            raise DataError(
                "every pixel is saturated", where=first.name, keyword="EXPTIME", hint="take it again, shorter"
            )
        case "BUG":
            raise ZeroDivisionError("a fault of the recipe")
        case "CRASH":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "SLEEP":
            time.sleep(60)


def _product(category: str, data: np.ndarray, like: Frame, qc: tuple[QcValue, ...] = ()) -> Product:
    small = data.astype(np.float32)
    return Product(category, Image(small, np.ones_like(small), np.zeros(small.shape, np.uint8)), like, qc=qc)


def _pixels(frame: Frame | None) -> np.ndarray:
    return np.zeros(1) if frame is None else frame.content.data.astype(float)


def run_bias(frames: FrameSet, parameters: TinyParameters) -> list[Product]:
    _fate(frames)
    raw = frames.all("BIAS")
    mean = np.mean([frame.content.astype(float) for frame in raw], axis=0) * parameters.scale
    level = QcValue(
        "bias_level_adu", float(mean.mean()), float("nan"), "adu", "mean of all pixels", "ESO DET BIAS", 100
    )
    return [_product("MASTER_BIAS", mean, raw[0], (level,))]


def run_flat(frames: FrameSet, parameters: TinyParameters) -> list[Product]:
    _fate(frames)
    raw = frames.all("FLAT")
    mean = np.mean([frame.content.astype(float) for frame in raw], axis=0) - _pixels(frames.optional("MASTER_BIAS"))
    return [_product("MASTER_FLAT_IMG", mean / mean.mean() * parameters.scale, raw[0])]


def run_science(frames: FrameSet, parameters: TinyParameters) -> list[Product]:
    _fate(frames)
    raw = frames.one("SCIENCE_IMG")
    flat = frames.optional("MASTER_FLAT_IMG")
    data = raw.content.astype(float) - _pixels(frames.optional("MASTER_BIAS"))
    return [_product("SCIENCE_IMAGE", data / (1.0 if flat is None else _pixels(flat)) * parameters.scale, raw)]


def _recipe(name: str, inputs: tuple[Input, ...], product: str, run: object) -> Recipe:
    return Recipe(name, "1.0", f"Makes {product}.", ("TINY",), inputs, TinyParameters, (product,), run)


_MASTERS = (Input("MASTER_BIAS"),)
BIAS = _recipe("tiny_bias", (Input("BIAS", 2, None, raw=True),), "MASTER_BIAS", run_bias)
FLAT = _recipe("tiny_flat", (Input("FLAT", 1, None, raw=True), *_MASTERS), "MASTER_FLAT_IMG", run_flat)
SCIENCE = _recipe(
    "tiny_science",
    (Input("SCIENCE_IMG", raw=True), *_MASTERS, Input("MASTER_FLAT_IMG")),
    "SCIENCE_IMAGE",
    run_science,
)
