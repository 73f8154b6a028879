"""What is slow the first time only, done before anybody comes."""

from __future__ import annotations

__all__ = ["warm_up"]


def warm_up() -> None:
    """Import what the page needs, and work out one block's checks, time and night."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from dfs.errors import DfsError
    from dfs.model.phase2 import Container, ObservingRun
    from dfs.phase2.examples import examples, new_block
    from dfs.phase2.execution import execution_time
    from dfs.phase2.verification import Verifier
    from dfs_widgets.state.p2.exposures import exposure_sight
    from dfs_widgets.state.p2.sight import night_sight, period_sight

    found = examples("FORS2") or examples("EFOSC2")
    if not found:
        return
    now = datetime.now(UTC)
    block = new_block(found[0])
    run = ObservingRun(
        0, "0", "", block.instrument, "UT1", block.ip_version, 0, "SM", 0, now, now.replace(year=now.year + 1)
    )
    try:
        execution_time(block)
        Verifier().verify_block(run, block, Container(0, 0, None, "Folder", ""))
        night_sight(block, run, now.date())
        period_sight([block], run)
        exposure_sight(replace(block, description={"userComments": "ETC: mag=22"}))
    except DfsError:  # it is only to be warm
        return
