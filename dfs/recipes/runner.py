"""The one place where recipes meet files: reads the frames, runs the recipe, writes products with provenance.

A notebook takes the three steps one by one (`prepare`, `Run.products`, `Run.write`); `run_recipe` takes them at once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from dfs import instruments
from dfs.clock import Clock, SystemClock
from dfs.errors import DataError, ServiceError
from dfs.model import Frame, Product
from dfs.products import Provenance, Source, WrittenProduct, read_frame, write_product
from dfs.progress import Progress, Silent
from dfs.recipes.contract import FrameSet, Parameters, Recipe
from dfs.recipes.setups import check_setups
from dfs.recipes.sof import SofEntry

__all__ = ["Run", "RunResult", "prepare", "run_recipe"]


@dataclass(frozen=True)
class RunResult:
    """What one run of a recipe left behind."""

    recipe: str
    version: str
    parameters: Mapping[str, Any]
    products: tuple[WrittenProduct, ...]
    seconds: float


@dataclass(frozen=True)
class Run:
    """A recipe with its frames read and its parameters checked, ready to work."""

    recipe: Recipe
    frames: FrameSet
    parameters: Parameters
    missing: tuple[str, ...] = ()
    clock: Clock = field(default_factory=SystemClock)

    def products(self) -> list[Product]:
        """Run the recipe and return its products, in memory: the same bits on any number of cores."""
        # The sums of a threaded BLAS depend on the number of its threads, in the last bits.
        with threadpool_limits(limits=1, user_api="blas"):
            return self.recipe.run(self.frames, self.parameters)

    def write(self, products: Sequence[Product], output_dir: Path) -> tuple[WrittenProduct, ...]:
        """Write `products` into `output_dir`: all of them, or none."""
        provenance = self.provenance()
        written: list[WrittenProduct] = []
        try:
            output_dir.mkdir(parents=True, exist_ok=True)
            for name, product in zip(_file_names(products), products, strict=True):
                written.append(write_product(product, output_dir / name, provenance))
        except BaseException as error:
            for one in written:
                one.path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise ServiceError(f"the folder cannot be written ({error.strerror})", where=str(output_dir)) from error
            raise
        return tuple(written)

    def provenance(self) -> Provenance:
        """Return what the products' headers tell about this run."""
        raw_tags = {one.tag for one in self.recipe.inputs if one.raw}
        return Provenance(
            recipe=self.recipe.name,
            version=self.recipe.version,
            parameters=self.parameters.model_dump(),
            sources=tuple(_source(frame, raw_tags) for frame in self.frames.frames),
            made_at=self.clock.now(),
            missing=self.missing,
        )


def prepare(
    recipe: Recipe,
    entries: Sequence[SofEntry],
    parameters: Mapping[str, Any] | None = None,
    *,
    missing: Sequence[str] = (),
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Run:
    """Check parameters and tags, read the frames, and return the run.

    Parameters are checked before a file is opened.

    Raises
    ------
    UsageError
        A parameter is unknown, of the wrong type or out of range.
    DataError
        A frame is damaged, of an unknown instrument or of another one than the first; too few or too many of a tag.
    """
    checked = recipe.parse(dict(parameters or {}))
    recipe.check([entry.tag for entry in entries], missing)
    frames = tuple(read_frame(entry.path, entry.tag, entry.name) for entry in entries)
    instrument = _instrument(recipe, frames)
    _check_twice(frames)
    check_setups(frames, instrument)
    return Run(
        recipe=recipe,
        frames=FrameSet(frames, instrument, progress or Silent()),
        parameters=checked,
        missing=tuple(missing),
        clock=clock or SystemClock(),
    )


def run_recipe(
    recipe: Recipe,
    entries: Sequence[SofEntry],
    parameters: Mapping[str, Any] | None = None,
    output_dir: Path = Path(),
    *,
    missing: Sequence[str] = (),
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> RunResult:
    """Run `recipe` on `entries` and write its products into `output_dir`.

    See `prepare` for the errors; `ServiceError` when the folder cannot be written.
    """
    started = time.monotonic()
    run = prepare(recipe, entries, parameters, missing=missing, progress=progress, clock=clock)
    written = run.write(run.products(), output_dir)
    return RunResult(
        recipe.name, recipe.version, run.parameters.model_dump(), written, round(time.monotonic() - started, 3)
    )


def _instrument(recipe: Recipe, frames: tuple[Frame, ...]) -> instruments.Instrument:
    found = [(frame, instruments.of(frame.header)) for frame in frames]
    first = found[0][1]
    if first is None or first.name not in recipe.instruments:
        raise DataError(
            f"instrument {frames[0].header.get('INSTRUME')!r} is not served by recipe {recipe.name}",
            where=frames[0].name,
            keyword="INSTRUME",
            accepted=", ".join(recipe.instruments),
        )
    raw_tags = {one.tag for one in recipe.inputs if one.raw}
    for frame, instrument in found:
        if "INSTRUME" not in frame.header and frame.tag not in raw_tags:
            continue  # a catalogue of stars is of no instrument
        if instrument is not first:
            raise DataError(
                f"this frame is of {frame.header.get('INSTRUME')!r}, the first one of {first.name}",
                where=frame.name,
                keyword="INSTRUME",
                hint="reduce the instruments one by one",
            )
    return first


def _check_twice(frames: tuple[Frame, ...]) -> None:
    """Raise `DataError` for a frame that is there twice: it would count twice, and have no noise against itself."""
    for (name, tag), count in Counter((frame.name, frame.tag) for frame in frames).items():
        if count > 1:
            raise DataError(f"this frame is given {count} times as {tag}", where=name, hint="name every frame once")


def _source(frame: Frame, raw_tags: set[str]) -> Source:
    md5 = frame.header.get("DATAMD5")
    return Source(frame.name, frame.tag, frame.tag in raw_tags, frame.header, str(md5) if md5 else None)


def _file_names(products: Sequence[Product]) -> list[str]:
    """Name the files after their categories, numbered where one comes twice."""
    total = Counter(product.category for product in products)
    seen: Counter[str] = Counter()
    names = []
    for product in products:
        seen[product.category] += 1
        number = f"_{seen[product.category]}" if total[product.category] > 1 else ""
        names.append(f"{product.category}{number}.fits")
    return names
