"""The recipe contract: what goes in, which parameters it has, what comes out.

A recipe is a pure function `run(frames, parameters) -> products` with its description beside it. It neither reads nor writes;
the same frames, parameters and version give the same products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dfs.errors import DataError, UsageError
from dfs.instruments import Instrument
from dfs.model import Frame, Product
from dfs.progress import Progress, Silent

__all__ = ["FrameSet", "Input", "Parameters", "Recipe"]

_SIGNS = (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most"))
_KINDS = {"float": "a number", "int": "a whole number", "str": "text", "bool": "true or false"}


class Parameters(BaseModel):
    """Base of a recipe's parameters: typed, ranged, described, unknown names refused.

    Each field carries its description and range (``Field(5.0, gt=0, description="...")``); the unit is part of the
    description and of the name (``kappa``, ``half_width_px``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Input:
    """One tagged input of a recipe.

    Attributes
    ----------
    tag
        The frame class or product category it takes.
    minimum, maximum
        How many; `maximum` None means any number.
    raw
        True for raw frames (the recipe's subject), False for calibrations.
    meaning
        One line for ``dfs recipe show``.
    """

    tag: str
    minimum: int = 1
    maximum: int | None = 1
    raw: bool = False
    meaning: str = ""


@dataclass(frozen=True)
class FrameSet:
    """The tagged frames of one run, and the instrument they come from."""

    frames: tuple[Frame, ...]
    instrument: Instrument
    progress: Progress = field(default_factory=Silent)

    def all(self, *tags: str) -> tuple[Frame, ...]:
        """Return the frames with one of `tags`, in the order given to the recipe."""
        return tuple(frame for frame in self.frames if frame.tag in tags)

    def optional(self, *tags: str) -> Frame | None:
        """Return the first frame with one of `tags`, or None."""
        return next(iter(self.all(*tags)), None)

    def one(self, *tags: str) -> Frame:
        """Return the first frame with one of `tags`, or raise `DataError`."""
        frame = self.optional(*tags)
        if frame is None:
            raise DataError(f"no {' or '.join(tags)} among the inputs", hint="add one to the set of frames")
        return frame


@dataclass(frozen=True)
class Recipe:
    """A recipe: its name, inputs, parameters and products, and the function that does the work.

    Attributes
    ----------
    name, version, summary, description
        As ``dfs recipe show`` prints them. The version enters the job key: raise it when results change.
    instruments
        Names of the instruments it serves.
    inputs
        Tagged inputs with minimum and maximum.
    parameters
        The pydantic class of its parameters.
    products
        PRO CATG of what it may return.
    run
        ``run(frames, parameters) -> products``.
    """

    name: str
    version: str
    summary: str
    instruments: tuple[str, ...]
    inputs: tuple[Input, ...]
    parameters: type[Parameters]
    products: tuple[str, ...]
    run: Callable[[FrameSet, Any], list[Product]]
    description: str = ""

    def parse(self, values: dict[str, Any]) -> Parameters:
        """Return checked parameters, from strings or typed values; `UsageError` names the wrong one."""
        try:
            return self.parameters.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "parameters"
            raise UsageError(
                f"parameter {name} = {first.get('input')!r}: {_in_words(first)}",
                where=f"recipe {self.name}",
                accepted=self._accepted(name),
                hint=f"see: dfs recipe show {self.name}",
            ) from error

    def check(self, tags: Iterable[str], missing: Iterable[str] = ()) -> None:
        """Raise `DataError` when `tags` do not satisfy the inputs; those in `missing` may be absent."""
        given, allowed = list(tags), set(missing)
        for wanted in self.inputs:
            count = given.count(wanted.tag)
            if count < wanted.minimum and wanted.tag not in allowed:
                raise DataError(
                    f"recipe {self.name} needs at least {wanted.minimum} {wanted.tag}, found {count}",
                    accepted=", ".join(sorted({one.tag for one in self.inputs})),
                    hint=f"add {wanted.tag} to the set of frames",
                )
            if wanted.maximum is not None and count > wanted.maximum:
                raise DataError(f"recipe {self.name} takes at most {wanted.maximum} {wanted.tag}, found {count}")

    def _accepted(self, name: str) -> str:
        field = self.parameters.model_fields.get(name)
        if field is None:
            return ", ".join(self.parameters.model_fields)
        limits = [
            f"{sign} {getattr(one, name)}" for one in field.metadata for name, sign in _SIGNS if hasattr(one, name)
        ]
        kind = getattr(field.annotation, "__name__", str(field.annotation).removeprefix("typing."))
        return " ".join([_KINDS.get(kind, kind), " and ".join(limits)]).strip()


def _in_words(error: Any) -> str:
    """Return what pydantic found wrong in the words of people who set parameters."""
    if error["type"] == "extra_forbidden":
        return "there is no such parameter"
    message: str = error["msg"]
    return message.replace("Input should", "it should")
