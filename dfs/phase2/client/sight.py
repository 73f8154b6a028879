"""When blocks can be observed, worked out here and without network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dfs.phase2.documents import read_block, read_run

if TYPE_CHECKING:
    from dfs.phase2.visibility import NightVisibility
    from dfs.sky.ephemerides import Night

__all__ = ["night_for", "night_plot", "nightly", "season_plot"]


def night_for(telescope: str, night: str | date | None, now: datetime | None = None) -> Night:
    """Return a night at a telescope's site by the date of its evening; None: the one that is, or the next."""
    from dfs.sky import ephemerides

    site = ephemerides.site_of(telescope)
    if night is None:
        return ephemerides.night_of(site, now or datetime.now(UTC))
    return ephemerides.night(site, night.date() if isinstance(night, datetime) else night)


def nightly(
    run: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]], night: str | date | None
) -> list[NightVisibility]:
    """Return for each of whole `blocks` when it can be observed in `night`, and why not."""
    from dfs.phase2.visibility import all_windows

    noun = read_run(run)
    return all_windows([read_block(one) for one in blocks], noun, night_for(noun.telescope, night))


def night_plot(run: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]], night: str | date | None) -> Any:
    """Return the bokeh figure of whole `blocks` in a night: altitude, air mass, Moon, twilight, windows."""
    from dfs.figures.visibility import NightFigure
    from dfs.phase2.visibility.drawing import night_data

    noun = read_run(run)
    return NightFigure(night_data([read_block(one) for one in blocks], noun, night_for(noun.telescope, night))).plot


def season_plot(run: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]]) -> Any:
    """Return the bokeh figure of the hours in which whole `blocks` can be observed, night by night through the run."""
    from dfs.figures.visibility import period_figure
    from dfs.phase2.visibility.drawing import period_data
    from dfs.phase2.visibility.period import period

    noun = read_run(run)
    return period_figure(period_data(period([read_block(one) for one in blocks], noun), noun.prog_id))
