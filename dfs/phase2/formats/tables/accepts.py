"""What an instrument accepts, for cells of tables and words of scripts: ``1.0`` for the slit ``lSlit1_0``, ``300V`` for ``GRIS_300V``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dfs.errors import NotFoundError, UsageError
from dfs.instruments.packages import InstrumentPackage, ParameterSpec, coerce, package
from dfs.phase2.formats.values import read_value

__all__ = ["Accepts"]

_TEXTS = frozenset({"name", "skyTransparency", "atm", "baseline"})
# Parameters by what people call them, where no signature tells: beginnings and ends of the names that ESO's instruments share.
_WORDS = {
    "exposure": (r"DET\d?\.WIN\d?\.UIT1", r"DET\d?\.UIT1", r"DET\d?\.DIT", r"SEQ\..*EXPTIME", r"DET\d?\.EXP.*TIME"),
    "count": (r"SEQ\.NEXPO", r"SEQ\..*NEXP.*", r"DET\d?\.NEXPO?"),
    "ndit": (r"DET\d?\.NDIT",),
    "filter": (r"INS\.FILT\d?\.NAME", r"INS\.FILTER.*"),
    "grism": (r"INS\.GRIS\d?\.NAME", r"INS\.GRISM.*"),
    "slit": (r"INS\.SLIT\d?\.NAME", r"INS\.SLIT\d?\.WID", r"INS\..*SLIT.*"),
    "readout": (r"DET\d?\.READ\..*",),
    "position_angle": (r"TEL\.ROT\.OFFANGLE", r"INS\.POSANG", r".*POSANG"),
}

_ARMS = ("blue", "red", "uvb", "vis", "nir")  # of UVES and X-shooter


class Accepts:
    """Reads values as an instrument takes them.

    Parameters
    ----------
    instrument, version
        Whose package; where there is none, values are read by their type alone and the server judges them.
    """

    def __init__(self, instrument: str, version: str | None = None) -> None:
        self._package = _package_of(instrument, version)

    def constraint(self, name: str, value: Any) -> Any:
        """Return a constraint's value; `UsageError` says what is accepted."""
        spec = None if self._package is None else self._package.constraints.get(name)
        if spec is not None:
            return coerce(spec, value)
        if self._package is not None and name != "name":
            raise UsageError(
                f"{self._package.name} has no constraint {name!r}",
                where=f"constraints.{name}",
                accepted=", ".join(self._package.constraints),
            )
        return value if name in _TEXTS or not isinstance(value, str) else _by_type("number", value, name)

    def parameter(self, template: str, name: str, kind: str, value: Any) -> Any:
        """Return a parameter's value; `UsageError` says what is accepted."""
        spec = self._spec(template, name)
        if spec is not None:
            return coerce(spec, _word(spec, value))
        return _by_type(kind, value, name) if isinstance(value, str) else value

    def find(self, template: str, names: Sequence[str], word: str) -> str | None:
        """Return which of a template's parameters `names` is meant by `word`: its own name, with underscores, its alias, its end.

        Raises
        ------
        UsageError
            Each arm of the spectrograph has its own; says which.
        """
        if word in names:
            return word
        folded = word.replace("_", ".").casefold()
        same = [one for one in names if one.replace("_", ".").casefold() == folded]
        if len(same) == 1:
            return same[0]
        for name in names:
            spec = self._spec(template, name)
            if spec is not None and spec.alias == word:
                return name
        arms = self._arms(template, names, word)
        if len(arms) > 1:
            raise UsageError(f"{template} has {word!r} for each arm", where=word, accepted=self.words(template, arms))
        if arms:
            return arms[0]
        for pattern in _WORDS.get(word, ()):
            found = [one for one in names if re.fullmatch(pattern, one)]
            if found:
                return found[0]
        ends = [one for one in names if one.casefold().endswith(f".{folded}")]
        return ends[0] if len(ends) == 1 else None

    def _arms(self, template: str, names: Sequence[str], word: str) -> list[str]:
        """Return the parameters that are called `word` of an arm: ``exposure_uvb``, ``exposure_vis`` ..."""
        called = {f"{word}_{arm}" for arm in _ARMS}
        specs = ((name, self._spec(template, name)) for name in names)
        return [name for name, spec in specs if spec is not None and spec.alias in called]

    def words(self, template: str, names: Sequence[str]) -> str:
        """Return how the parameters `names` of a template may be called, for a message."""
        specs = ((name, self._spec(template, name)) for name in names)
        return ", ".join(f"{name} ({spec.alias})" if spec is not None and spec.alias else name for name, spec in specs)

    def unit(self, template: str, name: str) -> str:
        """Return the unit of a parameter; empty when it is not known."""
        spec = self._spec(template, name)
        return "" if spec is None else spec.unit

    def _spec(self, template: str, name: str) -> ParameterSpec | None:
        signature = None if self._package is None else self._package.signatures.get(template)
        return None if signature is None else signature.parameters.get(name)


def _package_of(instrument: str, version: str | None) -> InstrumentPackage | None:
    for one in (version, None):  # of a version that is not known, the newest
        try:
            return package(instrument, one)
        except (NotFoundError, ValueError):
            continue
    return None


def _word(spec: ParameterSpec, value: Any) -> Any:
    """Return the keyword that `value` abbreviates, where just one does: ``300V`` for ``GRIS_300V``, ``1.0`` for ``lSlit1_0``."""
    if spec.type != "keyword" or not spec.values or value in spec.values or isinstance(value, bool):
        return value
    words = [str(one) for one in spec.values]
    try:
        meant = float(value)
    except (TypeError, ValueError):
        folded = str(value).strip().casefold()
        for fits in (str.__eq__, str.startswith, str.endswith, str.__contains__):
            found = [one for one in words if fits(one.casefold(), folded)] if folded else []
            if len(found) == 1:
                return found[0]
        return value
    found = [one for one in words if any(abs(figure - meant) < 1e-9 for figure in _figures(one))]
    return found[0] if len(found) == 1 else value


def _figures(word: str) -> list[float]:
    """Return the numbers in a keyword: 1.0 in ``lSlit1_0``."""
    return [float(one.replace("_", ".")) for one in re.findall(r"\d+(?:[._]\d+)?", word)]


def _by_type(kind: str, text: str, name: str) -> Any:
    try:
        return read_value(kind, text)
    except ValueError as error:
        raise UsageError(f"{name} = {text!r} is not accepted", where=name, accepted=str(error)) from None
