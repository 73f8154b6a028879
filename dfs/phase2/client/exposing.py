"""Exposure times of a block: how bright its target is, what its exposures give, a calculation taken over."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Self

from dfs.phase2.client.charting import Charted
from dfs.phase2.documents import read_block

if TYPE_CHECKING:
    from dfs.etc.request import Request
    from dfs.etc.result import Result
    from dfs.phase2.exposure_times import BlockExposures, Taken

__all__ = ["Exposed"]

_NOWHERE = {"obId": 0, "runId": 0, "parentContainerId": 0}


class Exposed(Charted):
    """The part of a block that the calculator of exposure times knows."""

    def brightness(self, mag: Any = None, band: str | None = None, **more: Any) -> Self:
        """Say how bright the target is: a line ``ETC:`` of the comments.

        Parameters
        ----------
        mag, band
            Magnitude; what is left out stays as it was said.
        **more
            Other controls of `dfs.etc.controls.control`: ``sed="blackbody:5800"``, ``redshift``, ``system``, ``extended``, ``diameter``, ``line_flux`` ...;
            None takes one back.

        Raises
        ------
        UsageError
            An unknown name, a value that cannot be.
        """
        from dfs.etc.documents.mapping import merged
        from dfs.phase2.exposure_times import brightness_of, written

        description = self._document.setdefault("obsDescription", {})
        comments = str(description.get("userComments") or "")
        given = {name: value for name, value in {"mag": mag, "band": band}.items() if value is not None}
        description["userComments"] = written(comments, merged(brightness_of(comments), {**given, **more}))
        return self

    def exposure_times(self) -> BlockExposures:
        """Return signal-to-noise and saturation of every science template, at the limits of the constraints; nothing is pushed."""
        from dfs.phase2.exposure_times import exposure_times

        return exposure_times(read_block({**_NOWHERE, **self._document}))

    def etc_inputs(self, template: int | str | None = None, arm: str | None = None) -> dict[str, Any]:
        """Return what a template (the first that the calculator knows) asks: the flat mapping of documents and links.

        Raises
        ------
        UsageError
            The calculator knows nothing of the template.
        """
        from dfs.phase2.exposure_times import question

        return question(read_block({**_NOWHERE, **self._document}), self.etc_index(template), arm)

    def take_over(
        self,
        calculation: Result | Request | Mapping[str, Any] | str | os.PathLike[str],
        template: int | str | None = None,
        arm: str = "",
        *,
        only: Collection[str] | None = None,
        write: bool = True,
    ) -> list[Taken]:
        """Take set-up, exposure, conditions and brightness of a calculation over; return what changes.

        Constraints that the calculation took from the calculator's own defaults stay as the block has them.

        Parameters
        ----------
        calculation
            A result; or a request, a document, a permanent link, a path: it is calculated first.
        template, arm
            Which; default the first that the calculator knows.
        only
            Words of the paths to change (``exposure``, ``slit``, ``airmass``, ``brightness`` ...), defaults too; None: all that was asked.
        write
            False only tells: of all that differs, also of defaults (``is_asked`` False); with `only`, of those.

        Raises
        ------
        UsageError
            Of another instrument or mode, or with a value that the template does not accept.
        """
        from dfs.etc.calculator import Calculator
        from dfs.etc.result import Result
        from dfs.phase2.exposure_times import chosen_changes, takeover, with_taken

        result = calculation if isinstance(calculation, Result) else Calculator().of(calculation)
        found = takeover({**_NOWHERE, **self._document}, self.etc_index(template), result, arm)
        changes = chosen_changes(found.changes, only)
        if not write:
            return list(found.changes) if only is None else changes
        made = with_taken(self._document, changes)
        self._document.update({name: made[name] for name in ("constraints", "obsDescription", "templates")})
        return changes

    def etc_index(self, template: int | str | None = None) -> int:
        """Return the place of a template: named, or the first that the calculator knows (of none: the first of science)."""
        if template is not None:
            chosen = self._own_template(template)
            return next(at for at, one in enumerate(self._document["templates"]) if one is chosen)
        from dfs.phase2.exposure_times import questions

        found = questions(read_block({**_NOWHERE, **self._document}))
        return found[0].index if found else 0
