"""The templates of a block: set, added, changed by the words of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dfs.errors import UsageError
from dfs.phase2.client.quantities import plain_value
from dfs.phase2.client.trees import Document
from dfs.phase2.formats.tables import Accepts

if TYPE_CHECKING:
    from dfs.phase2.client.run import Run

__all__ = ["Templated"]


class Templated:
    """The part of a block that holds templates."""

    def __init__(self, run: Run, number: int) -> None:
        self._run = run
        self._number = number

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._document["name"])

    @property
    def templates(self) -> list[str]:
        """Names of its templates, in order."""
        return [str(one["templateName"]) for one in self._document["templates"]]

    def acquire(self, template: str, parameters: Mapping[str, Any] | None = None, /, **words: Any) -> Self:
        """Set the acquisition template; one that was there is replaced."""
        made = self._template(template, parameters, words)
        if made["type"] != "acquisition":
            raise UsageError(f"{template} is a {made['type']} template", where="acquire", hint="observe() adds it")
        self._document["templates"] = [
            made,
            *(one for one in self._document["templates"] if one["type"] != "acquisition"),
        ]
        return self

    def observe(self, template: str, parameters: Mapping[str, Any] | None = None, /, **words: Any) -> Self:
        """Add a science or calibration template.

        Parameters
        ----------
        template
            Its name.
        parameters
            Parameter -> value.
        **words
            The same by other names: ``exposure``, ``count``, ``filter``, ``grism``, ``slit``, ``readout`` ..., or the parameter's with
            underscores, ``DET_WIN1_UIT1``; quantities in any unit.

        Raises
        ------
        NotFoundError
            The instrument has no such template.
        UsageError
            The template has no such parameter, or does not take the value; says what is accepted.
        """
        made = self._template(template, parameters, words)
        if made["type"] == "acquisition":
            raise UsageError(f"{template} is an acquisition template", where="observe", hint="acquire() sets it")
        self._document["templates"].append(made)
        return self

    def set(self, template: int | str, parameters: Mapping[str, Any] | None = None, /, **words: Any) -> Self:
        """Change parameters of a template it has, by its place (0 is the first) or name."""
        one = self._own_template(template)
        self._fill(one, {**(parameters or {}), **words})
        return self

    def remove(self, template: int | str) -> Self:
        """Remove a template, by its place or name."""
        one = self._own_template(template)
        self._document["templates"] = [each for each in self._document["templates"] if each is not one]
        return self

    def get(self, template: int | str, word: str) -> Any:
        """Return a parameter's value."""
        one = self._own_template(template)
        return self._parameter(one, word)["value"]

    def upload(self, template: int | str, parameter: str, file: str | Path | bytes, name: str = "") -> Self:
        """Give a parameter its file (a mask, a list of offsets)."""
        self._run.attach_parameter(self._number, self._own_template(template)["templateName"], parameter, file, name)
        return self

    @property
    def _document(self) -> Document:
        return self._run.working.find(self._number)[0]

    @property
    def _accepts(self) -> Accepts:
        return self._run.accepts

    def _template(self, name: str, parameters: Mapping[str, Any] | None, words: Mapping[str, Any]) -> Document:
        made = self._run.new_template(name)
        self._fill(made, {**(parameters or {}), **words})
        return made

    def _fill(self, template: Document, values: Mapping[str, Any]) -> None:
        """Write values into a template: all, or none when one is wrong."""
        name, read = str(template["templateName"]), []
        for word, value in values.items():
            one = self._parameter(template, word)
            plain = plain_value(
                word, value, self._accepts.unit(name, one["name"]) or ("s" if word == "exposure" else "")
            )
            read.append((one, self._accepts.parameter(name, one["name"], one["type"], plain)))
        for one, value in read:
            one["value"] = value

    def _parameter(self, template: Document, word: str) -> Document:
        name, parameters = str(template["templateName"]), {one["name"]: one for one in template["parameters"]}
        key = self._accepts.find(name, list(parameters), word)
        if key is None:
            accepted = self._accepts.words(name, list(parameters))
            raise UsageError(f"{name} has no parameter {word!r}", where=name, accepted=accepted)
        found: Document = parameters[key]
        return found

    def _own_template(self, which: int | str) -> Document:
        templates: list[Document] = self._document["templates"]
        fits: Callable[[int, Document], bool] = lambda at, one: which in (at, one["templateName"])  # noqa: E731
        found = [one for at, one in enumerate(templates) if fits(at, one)]
        if len(found) != 1:
            accepted = ", ".join(f"{at}: {one['templateName']}" for at, one in enumerate(templates))
            raise UsageError(
                f"{which!r} is not one of its templates", where=self.name, accepted=accepted or "it has none"
            )
        return found[0]
