"""The calculator as astronomers call it: ``obs.etc("FORS2", mode="lss", grism="300V", target=..., exposure=1800 * u.s)``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError
from dfs.etc.controls.control import CONTROLS
from dfs.etc.documents.mapping import inputs, merged, request_of
from dfs.etc.quantities import number
from dfs.etc.request import Exposure, Request, Sky, Target
from dfs.etc.result import Result

if TYPE_CHECKING:
    from dfs.etc.grids.gridding import Grid

__all__ = ["Calculator"]

Engine = Callable[[Request], Result]
_EXPOSURE = {"time_s": "exposure", "snr": "snr", "at_nm": "at", "dit_s": "dit", "ndit": "ndit", "count": "count"}


class Calculator:
    """Answers questions of signal-to-noise and exposure time; it needs no observatory.

    Parameters
    ----------
    engine
        What answers a request; None: this machine.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine

    def __call__(
        self,
        instrument: str,
        mode: str | None = None,
        *,
        target: Target | None = None,
        sky: Sky | None = None,
        exposure: Any = None,
        snr: Any = None,
        at: Any = None,
        **controls: Any,
    ) -> Result:
        """Return signal and noise of an exposure, or the exposure that a signal-to-noise asks.

        Parameters
        ----------
        instrument, mode
            E.g. ``"FORS2"``, ``"lss"``; without a mode the first that has what else is named.
        target, sky
            Made by `dfs.etc.Point` or `dfs.etc.Extended`, and by `dfs.etc.Sky`; or single controls instead: ``mag=22, seeing=0.7``.
        exposure, snr, at
            Time on the target (s); or the signal-to-noise asked, at a wavelength (nm).
        **controls
            All others of `dfs.etc.controls.control.CONTROLS`: ``grism``, ``filter``, ``slit`` (arcsec), ``collimator``, ``detector``,
            ``read_mode``, ``binning``, ``polarimetry``, ``dit``, ``ndit``, ``count``, ``extraction`` ...

        Raises
        ------
        UsageError
            What cannot be: which control, what is accepted.
        """
        asked = {"mode": mode, "exposure": exposure, "snr": snr, "at": at, **controls}
        return self.answer(self.request(instrument, target=target, sky=sky, **asked))

    def request(
        self, instrument: str, *, target: Target | None = None, sky: Sky | None = None, **controls: Any
    ) -> Request:
        """Return the question of a call with these arguments, unanswered."""
        _check_made(target, sky)
        for group, given in (("target", target), ("sky", sky)):
            doubled = [name for name, one in CONTROLS.items() if one.group == group and controls.get(name) is not None]
            if given is not None and doubled:
                raise UsageError(
                    f"{doubled[0]} is said of the {group} too", where=doubled[0], hint=f"say it in {group}="
                )
        exposure = controls.get("exposure")
        if isinstance(exposure, Exposure):
            told = {_EXPOSURE[name]: value for name, value in asdict(exposure).items() if value is not None}
            controls = {**controls, "exposure": None, **told}
        return request_of({"instrument": instrument, **controls}, target=target, sky=sky)

    def answer(self, request: Request) -> Result:
        """Return the answer to a whole question."""
        if self._engine is not None:
            return self._engine(request)
        from dfs.etc.engine.calculation import calculate

        return calculate(request)

    def limit(
        self, instrument: str, snr: Any, *, target: Target | None = None, sky: Sky | None = None, **controls: Any
    ) -> Result:
        """Return the answer for the faintest target that reaches a signal-to-noise in an exposure: ``.request.target.magnitude``.

        Parameters
        ----------
        instrument, target, sky, **controls
            As of a call, with ``exposure`` (or ``dit`` and ``ndit``); the brightness does not matter (of a line: ``line_flux``).
        snr
            Signal-to-noise at the wavelength of interest, ``at``.

        Raises
        ------
        UsageError
            What cannot be; or the calculator is on a server.
        """
        from dfs.etc.engine.limit import limit

        if self._engine is not None:
            hint = "dfs.etc.Calculator().limit(...) computes here"
            raise UsageError("a server computes single cases, no limits", where="limit", hint=hint)
        if target is None:
            is_line = str(controls.get("sed", "")).startswith("line")
            controls = controls | ({"line_flux": 1e-16} if is_line else {"mag": 20.0})
        request = self.request(instrument, target=target, sky=sky, **controls)
        return limit(request, number(snr, "", "limit"))

    def grid(
        self,
        instrument: str,
        *,
        target: Target | None = None,
        sky: Sky | None = None,
        spectra: bool = False,
        **controls: Any,
    ) -> Grid:
        """Return all combinations of the controls that are given as lists: ``seeing=[0.6, 0.8], airmass=[1, 1.5], moon=[0, 7, 14]``.

        Parameters
        ----------
        instrument, target, sky, **controls
            As of a call; an axis (`dfs.etc.grids.axes.AXES`) that has several values takes the place of the single one.
        spectra
            True: the signal-to-noise of every pixel too.

        Raises
        ------
        UsageError
            No axis, one that is none, a value that cannot be; or the calculator is on a server.
        """
        from dfs.etc.grids.axes import AXES
        from dfs.etc.grids.gridding import grid

        if self._engine is not None:
            hint = "dfs.etc.Calculator().grid(...) computes here"
            raise UsageError("a server computes single cases, no grids", where="grid", hint=hint)
        controls = _moon_named(controls)
        axes = {name: value for name, value in controls.items() if name in AXES and _is_several(value)}
        if not axes:
            raise UsageError("no control has several values", where="grid", accepted=f"lists of {', '.join(AXES)}")
        single = {name: value for name, value in controls.items() if name not in axes}
        for name in ("exposure", "mag"):
            if name in axes and (target is None or name != "mag"):
                single[name] = axes[name][0]
        return grid(self.request(instrument, target=target, sky=sky, **single), spectra=spectra, **axes)

    def of(self, question: Request | Mapping[str, Any] | str | os.PathLike[str], **changes: Any) -> Result:
        """Return the answer to a question that was kept: with `changes`, the same under other controls.

        Parameters
        ----------
        question
            A request, a document (this package's, with or without its answer, or ESO's), a permanent link, or the path of a file.
        **changes
            Controls: ``of("case.json", seeing=1.2)``; None takes a control back.  ESO's documents may lack ``instrument``: name it here.

        Raises
        ------
        UsageError
            No question, a document of another kind or version, or what cannot be.
        DataError
            A file that is no JSON.
        """
        if isinstance(question, Request) and not changes:
            return self.answer(question)
        from dfs.etc.reading import read_question

        asked = inputs(question) if isinstance(question, Request) else question
        named = changes.get("instrument")
        found = read_question(asked, instrument=named if isinstance(named, str) else None)
        result = self.answer(request_of(merged(found.inputs, changes)))
        return found.noted(result)


def _check_made(target: Target | None, sky: Sky | None) -> None:
    """Refuse a target or a night that was not made by their functions."""
    if target is not None and not isinstance(target, Target):
        accepted = "etc.Point(...) or etc.Extended(...); or mag=, sed=, band= ... beside it"
        raise UsageError(f"{_kind(target)} is no target", where="target", accepted=accepted)
    if sky is not None and not isinstance(sky, Sky):
        accepted = "etc.Sky(...); or airmass=, seeing=, fli= ... beside it"
        raise UsageError(f"{_kind(sky)} is no sky", where="sky", accepted=accepted)


def _kind(value: object) -> str:
    return f"{value[:60]!r}" if isinstance(value, str) else f"a {type(value).__name__}"


def _moon_named(controls: dict[str, Any]) -> dict[str, Any]:
    """Return the controls of a grid with the Moon's age under the name that its kind has: ``moon`` the axis, else the control."""
    names = ("moon", "days_from_new_moon")
    given = {name: controls[name] for name in names if controls.get(name) is not None}
    if len(given) > 1:
        raise UsageError("the Moon is given twice", where="moon", accepted="moon or days_from_new_moon")
    rest = {name: value for name, value in controls.items() if name not in names}
    return rest | {names[0] if _is_several(value) else names[1]: value for value in given.values()}


def _is_several(value: Any) -> bool:
    return not isinstance(value, str) and hasattr(value, "__len__") and getattr(value, "shape", None) != ()
