"""Names as people write them: in any case, or a part that means one only."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from dfs.errors import UsageError

__all__ = ["matching"]


def matching(what: str, asked: str, known: Iterable[str], where: str) -> str:
    """Return the name in `known` that `asked` means.

    Parameters
    ----------
    what
        What is named: ``filter``, ``disperser`` ...
    asked
        The name, in any case; a part of it that no other name has; or either followed by ``+`` and more.
    known
        All names.
    where
        Instrument and mode, for messages.

    Raises
    ------
    UsageError
        None, or more than one, is meant: lists all, and the nearest.
    """
    names, wanted = list(known), _plain(asked)
    short = wanted.partition("+")[0]  # FORS2's grisms are also known with the number of their glass: 300V+10
    rounds = (
        [one for one in names if _plain(one) == wanted],
        [one for one in names if _plain(one) == short],
        [one for one in names if short and short in _words(one)],
        [one for one in names if short and short in _plain(one)],
    )
    for found in rounds:
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"{what} {asked!r} may be {' or '.join(found)}", where=where, accepted=", ".join(names))
    # Whole names, and what follows the last underscore: 300X is near to GRIS_300V.
    spelled = {_plain(one).rpartition("_")[2]: one for one in names} | {_plain(one): one for one in names}
    near = get_close_matches(wanted, spelled, n=1, cutoff=0.5)
    meant = spelled[near[0]] if near else None
    raise UsageError(
        f"there is no {what} {asked!r}",
        where=where,
        accepted=", ".join(names) or f"no {what} can be chosen here",
        hint=f"did you mean {meant}?" if meant else "",
    )


def _words(name: str) -> list[str]:
    return _plain(name).replace("#", "_").replace(",", "_").split("_")


def _plain(name: str) -> str:
    return "".join(name.casefold().split())
