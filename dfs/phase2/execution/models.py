"""How overheads and exposures of a template add up: one function a model of `dfs.instruments.packages.timing.MODELS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dfs.instruments.packages import InstrumentPackage, Integration, Overhead, Step, Telescope, TimeModel
from dfs.phase2.execution.time import Part
from dfs.phase2.execution.values import TemplateValues, total_seconds

__all__ = ["arms", "exposures", "preset", "template_parts"]

Overheads = Mapping[str, Overhead]


def template_parts(time: TimeModel, values: TemplateValues, package: InstrumentPackage, path: str) -> list[Part]:
    """Return the parts of a template, the telescope's preset of an acquisition left out."""
    return list(_MODELS[time.model](time, values, package.overheads, path))


def preset(telescope: Telescope, nth: int, separation_deg: float, path: str = "") -> Part:
    """Return the telescope's preset: of the first block, or of the `nth` (from 0) of a concatenation."""
    if nth == 0:
        return Part(f"{telescope.name} preset", telescope.preset_s, telescope.source, path)
    seconds = telescope.next_s + telescope.next_per_deg_s * separation_deg
    return Part(f"{telescope.name} preset over {separation_deg:.3g} deg", seconds, telescope.source, path)


def exposures(time: TimeModel, values: TemplateValues, overheads: Overheads, path: str) -> Iterator[Part]:
    """Give steps and integrations, one after the other."""
    yield from _steps(time.steps, values, overheads, path)
    for one in time.integrations:
        yield from _integration(one, values, overheads, path)


def arms(time: TimeModel, values: TemplateValues, overheads: Overheads, path: str) -> Iterator[Part]:
    """Give steps and the arm that takes longest: the others are done by then."""
    yield from _steps(time.steps, values, overheads, path)
    each = [list(_integration(one, values, overheads, path)) for one in time.integrations]
    if each:
        yield from max(each, key=lambda parts: sum(part.seconds for part in parts))


def _steps(steps: tuple[Step, ...], values: TemplateValues, overheads: Overheads, path: str) -> Iterator[Part]:
    for step in steps:
        times = max(values.product(step.times) - step.less, 0.0) if values.fits(step.when) else 0.0
        if times:
            yield _overhead(overheads[step.overhead], times, values, path)


def _integration(one: Integration, values: TemplateValues, overheads: Overheads, path: str) -> Iterator[Part]:
    if not values.fits(one.when):
        return
    count = values.product(one.count)
    seconds, integrations = total_seconds(values.seconds(one.exposure), values.counts(one.subs), count)
    if not seconds and one.label:
        return  # an arm that is not used
    label = f"{one.label} exposures" if one.label else "exposures"
    yield Part(_times(label, count), seconds, path=path, is_exposure=True)
    if one.sub_readout:
        yield _overhead(overheads[one.sub_readout], integrations, values, path)
    if one.readout:
        yield _overhead(overheads[one.readout], count, values, path)


def _overhead(overhead: Overhead, times: float, values: TemplateValues, path: str) -> Part:
    return Part(_times(overhead.label, times), times * values.overhead_s(overhead), overhead.source, path)


def _times(label: str, times: float) -> str:
    return label if times == 1 else f"{label} x {times:g}"


_MODELS: dict[str, Callable[[TimeModel, TemplateValues, Overheads, str], Iterator[Part]]] = {
    "acquisition": exposures,
    "exposures": exposures,
    "arms": arms,
}
