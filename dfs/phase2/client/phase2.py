"""Phase 2 as a PI uses it; the same for an embedded observatory, another server, and ESO's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from dfs.errors import NotFoundError
from dfs.phase2.api import Phase2Desk
from dfs.phase2.client.names import Lookup, Names
from dfs.phase2.client.run import Run
from dfs.phase2.client.trees import Document

if TYPE_CHECKING:
    from dfs.phase2.charts import Background

__all__ = ["Phase2"]


class Phase2:
    """Runs, and what you keep for all of them.

    Parameters
    ----------
    desk
        Who answers: `dfs.phase2.service.EmbeddedPhase2`, or `dfs.phase2.remote.RemotePhase2`.
    lookups
        Find positions by name (degrees, J2000), such as the observatory's archive; asked after what you keep and the catalogue of NGC, IC, Messier.
    background
        Gives what finding charts are drawn on unless told; default: paper.

    Examples
    --------
    >>> run = obs.phase2.run("110.23XY.001")                                                # doctest: +SKIP
    >>> ob = run.folder("deep field").create_ob("NGC 1365 300V").target("NGC 1365")         # doctest: +SKIP
    >>> run.diff(); run.push()                                                              # doctest: +SKIP
    """

    def __init__(
        self, desk: Phase2Desk, lookups: Iterable[Lookup] = (), background: Callable[[], Background] | None = None
    ) -> None:
        self.api = desk
        self._background = background
        self.names = Names((self._kept_targets,), lookups)

    def runs(self, *, instrument: str | None = None, mode: str | None = None, period: int | None = None) -> list[Run]:
        """Return the runs you may see, by identifier."""
        wanted = {"instrument": instrument and instrument.upper(), "mode": mode, "period": period}
        found = [
            one
            for one in self.api.runs()
            if all(value is None or one.get(key) == value for key, value in wanted.items())
        ]
        return [self._opened(one) for one in sorted(found, key=lambda one: str(one["progId"]))]

    def run(self, which: str | int) -> Run:
        """Return a run by its identifier or number.

        Raises
        ------
        NotFoundError
            There is none, or you may not see it; tells the likeliest meant.
        """
        known = self.api.runs()
        for one in known:
            if which in (one["progId"], one["runId"]):
                return self._opened(one)
        names = [str(one["progId"]) for one in known]
        near = get_close_matches(str(which), names, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else f"yours: {', '.join(names) or 'none'}"
        raise NotFoundError(f"there is no run {which!r}", where="run", hint=hint)

    def add_run(self, prog_id: str, instrument: str, **more: Any) -> Run:
        """Make a run (operators): ``mode``, ``title``, ``period``, ``allocatedTime`` (s), ``pi``, ``targets`` ... as `create_run` takes them."""
        create: Callable[[Mapping[str, Any]], Document] | None = getattr(self.api, "create_run", None)
        if create is None:
            raise NotFoundError(
                "this observatory makes no runs", where="add_run", hint="runs of ESO come from its proposals"
            )
        return self._opened(create({"progId": prog_id, "instrument": instrument, **more}))

    def keep_target(self, name: str, ra: Any = None, dec: Any = None, **more: Any) -> Document:
        """Keep a target for all your runs; `run...target(name)` finds it by its name."""
        from dfs.phase2.client.pointing import target_document

        found = target_document(self.names, None if ra is not None else name, dec, ra=ra, name=name, **more)
        return self.api.keep("target", name, found)

    def _kept_targets(self) -> list[Mapping[str, Any]]:
        return [{"name": one.get("name"), **(one.get("body") or one)} for one in self.api.library("target")]

    def _opened(self, document: Document) -> Run:
        return Run(self.api, document, self.names, self._background)

    def __repr__(self) -> str:
        return "\n".join(repr(one) for one in self.runs()) or "no runs"
