"""The observation block, whole: what is saved in separate documents, read as one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dfs.model.phase2.target import Target
from dfs.model.phase2.windows import SiderealWindow, TimeWindow

__all__ = ["Constraints", "ObTemplate", "ObservationBlock", "Parameter"]

TemplateType = Literal["acquisition", "science", "calib"]


@dataclass(frozen=True, slots=True)
class Constraints:
    """A constraint set: its name, and a value for each constraint that the instrument knows.

    Attributes
    ----------
    values
        By the P2 API's names: ``airmass``, ``seeing`` (arcsec), ``fli``, ``moonDistance`` (deg), ``skyTransparency``,
        ``twilight`` (minutes), ``waterVapour`` (mm), ``atm``, ``strehlRatio``, ``contrast``, ``baseline``.
    """

    name: str = "No Name"
    values: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str) -> float | None:
        """Return a constraint that is a number; None when it is not set or is text."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A template parameter with its value: JSON data as the P2 API writes it; None: never set and no default.

    A value of type ``file`` or ``paramfile`` is the file's name; its content lies in the store.
    """

    name: str
    type: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class ObTemplate:
    """A template in a block, with all parameters in the order of its signature."""

    template_id: int
    name: str
    type: TemplateType
    parameters: tuple[Parameter, ...] = ()

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value of parameter `name`; `default` when there is none or it is not set."""
        found = next((one.value for one in self.parameters if one.name == name), None)
        return default if found is None else found


@dataclass(frozen=True, slots=True)
class ObservationBlock:
    """An observation block (``OB``) or calibration block (``CB``), whole.

    Attributes
    ----------
    ob_id, run_id, container_id
        As in the P2 API.
    status
        A letter of `dfs.phase2.lifecycle`.
    description
        ``name``, ``userComments``, ``instrumentComments``.
    schedule
        Scheduling information: ``groupContribution`` (per cent), ``earliestAfterPrevious`` and ``latestAfterPrevious`` (s).
    ephemeris
        Text of the ephemeris file of a moving target; empty: none.
    charts
        File names of the finding charts, in their order.
    exposure_s, execution_s
        As last worked out; 0: never.
    """

    ob_id: int
    run_id: int
    container_id: int
    name: str
    instrument: str
    ip_version: str
    kind: Literal["OB", "CB"] = "OB"
    status: str = "P"
    grade: str = "?"
    user_priority: int = 1
    exposure_s: float = 0.0
    execution_s: float = 0.0
    target: Target = field(default_factory=Target)
    constraints: Constraints = field(default_factory=Constraints)
    description: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[ObTemplate, ...] = ()
    absolute: tuple[TimeWindow, ...] = ()
    sidereal: tuple[SiderealWindow, ...] = ()
    schedule: Mapping[str, Any] = field(default_factory=dict)
    ephemeris: str = ""
    charts: tuple[str, ...] = ()

    @property
    def acquisition(self) -> ObTemplate | None:
        """Its acquisition template."""
        return next((one for one in self.templates if one.type == "acquisition"), None)
