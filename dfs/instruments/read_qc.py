"""Reads ``qc.toml``: quality parameters with unit, meaning and the estimator written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from dfs.instruments.entries import Entry, read_toml
from dfs.instruments.instrument import QcParameter

__all__ = ["read_parameters"]


def read_parameters(path: Path, others: Callable[[str], Mapping[str, QcParameter]]) -> dict[str, QcParameter]:
    """Return the parameters in the ``qc.toml`` at `path`; `DataError` names the entry that is wrong.

    Parameters
    ----------
    path
        The file.
    others
        Gives the parameters of the instrument that ``like = "..."`` names: they hold here too, unless defined anew.
    """
    root = read_toml(path)
    like = root.optional_text("like")
    parameters = dict(others(like)) if like else {}
    parameters.update({name: _parameter(name, entry) for name, entry in root.tables("parameter")})
    root.done()
    return parameters


def _parameter(name: str, entry: Entry) -> QcParameter:
    parameter = QcParameter(
        name=name,
        unit=entry.text("unit"),
        description=entry.text("description"),
        estimator=" ".join(entry.text("estimator").split()),
        frame_class=entry.text("frame_class", ""),
    )
    if not parameter.estimator:
        raise entry.error("the estimator is not written out", "estimator", "the formula in words and symbols")
    entry.done()
    return parameter
