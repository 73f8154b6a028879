"""How often a survey comes back, and how its blocks are tied together by that."""

from __future__ import annotations

from dataclasses import dataclass

from dfs.errors import UsageError
from dfs.model.phase2 import ObservingRun

__all__ = ["Epochs", "require_room"]

_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Epochs:
    """`count` visits, `every_s` apart, each of them `tolerance_s` early or late (None: a fifth of `every_s`; zero is not observable)."""

    count: int = 1
    every_s: float = 0.0
    tolerance_s: float | None = None

    def __post_init__(self) -> None:
        _require(1 <= self.count <= 1000, "epochs", f"{self.count}", "1 to 1000")
        _require(self.count == 1 or self.every_s > 0, "every", f"{self.every_s:g} s", "above 0")
        _require(
            0 <= self.tolerance <= self.every_s or self.count == 1, "tolerance", f"{self.tolerance:g} s", "0 to `every`"
        )

    @property
    def tolerance(self) -> float:
        """How early or late a visit may be (s)."""
        return self.every_s / 5.0 if self.tolerance_s is None else self.tolerance_s

    def delays(self, epoch: int) -> dict[str, int]:
        """Return the scheduling information of visit number `epoch` (from 0) in a time link; the first waits for nothing."""
        if epoch == 0:
            return {}
        earliest, latest = self.every_s - self.tolerance, self.every_s + self.tolerance
        return {"earliestAfterPrevious": round(earliest), "latestAfterPrevious": round(latest)}

    @property
    def shortest_s(self) -> float:
        """From the first to the last visit at least."""
        return (self.count - 1) * (self.every_s - self.tolerance)


def require_room(epochs: Epochs, run: ObservingRun) -> None:
    """Refuse visits that the run is too short for."""
    days = (run.valid_to - run.valid_from).total_seconds() / _DAY_S
    needed = epochs.shortest_s / _DAY_S
    if needed > days:
        raise UsageError(
            f"{epochs.count} epochs every {epochs.every_s / _DAY_S:g} d take {needed:.0f} d, the run lasts {days:.0f} d",
            where="survey.epochs",
            accepted=f"to {1 + int(days * _DAY_S // max(epochs.every_s - epochs.tolerance, 1.0))} epochs",
        )


def _require(good: bool, name: str, value: str, accepted: str) -> None:
    if not good:
        raise UsageError(f"{value} is not possible", where=f"survey.{name}", accepted=accepted)
