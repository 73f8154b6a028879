"""Scripts that fetch a delivery: with curl, or with Python alone.  They resume, compare checksums, and hold no secret."""

from __future__ import annotations

import shlex
from importlib.resources import files

from dfs.archive.deliveries.delivery import Delivery
from dfs.errors import UsageError

__all__ = ["script"]

_LANGUAGES = {"bash": "download.sh", "python": "download.py"}


def script(delivery: Delivery, base_url: str, language: str = "bash") -> tuple[str, str]:
    """Return a script and its file name.

    Parameters
    ----------
    base_url
        Address of the server, without a slash at the end; ``DFS_URL`` overrides it.
    language
        ``bash`` or ``python``.
    """
    if language not in _LANGUAGES:
        raise UsageError(f"language = {language[:40]!r}", where="language", accepted=", ".join(_LANGUAGES))
    name = _LANGUAGES[language]
    text = files("dfs.archive.deliveries").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = [_bash(*one) if language == "bash" else f"    {one!r}," for one in _files(delivery)]
    base = _inside_quotes(base_url) if language == "bash" else repr(base_url)
    told = {"@ID@": delivery.id, "@BASE@": base, "@COUNT@": str(len(lines)), "@ITEMS@": "\n".join(lines)}
    for mark, value in told.items():
        text = text.replace(mark, value)
    return text, name


def _files(delivery: Delivery) -> list[tuple[str, str, str | None]]:
    return [(one.name, one.path, one.sha256) for one in delivery.items]


def _bash(name: str, path: str, sha256: str | None) -> str:
    return f"fetch {shlex.quote(name)} {shlex.quote(path)} {sha256 or '-'}"


def _inside_quotes(text: str) -> str:
    """Return text as it may stand between double quotes of a shell."""
    return "".join(f"\\{one}" if one in '"\\$`}' else one for one in text)
