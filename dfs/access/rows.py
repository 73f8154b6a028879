"""The policy for rows of tables: which of them a query may see.

A row whose metadata are protected carries a key (column `_protected_by`) that says whose it is, and the moment of its release
(`_protected_until`); both are null for all other rows.  There are few keys, so whoever asks is judged once per key, by the one policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from dfs.access.policy import Action, Protection, Standing, permits
from dfs.store.sources import PROTECTED_BY, PROTECTED_UNTIL

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["RowRule", "row_protection", "row_rule"]

_NEVER = "9999-12-31T23:59:59.999"


@dataclass(frozen=True, slots=True)
class RowRule:
    """What of a table somebody may see: rows without a key, those released by `now`, and those whose key is in `keys`.

    Attributes
    ----------
    now
        UTC ISO 8601 to the millisecond.
    keys
        The values of `_protected_by` open to him before their release.
    everything
        Every row is.
    """

    now: str
    keys: frozenset[str] = frozenset()
    everything: bool = False

    def condition(self, table: str, alias: str) -> exp.Expression | None:  # noqa: ARG002 - one rule for every table
        """Return the condition on the rows of `table`, which the query knows as `alias`; None: no row is hidden."""
        if self.everything:
            return None
        from sqlglot import exp

        key, until = (exp.column(name, table=alias, quoted=True) for name in (PROTECTED_BY, PROTECTED_UNTIL))
        parts: list[exp.Expression] = [
            exp.Is(this=key, expression=exp.Null()),
            exp.LTE(this=until, expression=exp.Literal.string(self.now)),
        ]
        if self.keys:
            allowed = [exp.Literal.string(one) for one in sorted(self.keys)]
            parts.append(exp.In(this=key.copy(), expressions=allowed))
        return exp.paren(exp.or_(*parts), copy=False)


def row_protection(what: Protection) -> tuple[str | None, str | None]:
    """Return the values of `_protected_by` and `_protected_until` for the rows of a file.

    The key is ``INSTRUMENT/RUN``; of a file made from several runs ``INSTRUMENT/RUN@RELEASE|RUN@RELEASE...``, since some of its runs
    may be released before others.  Names are percent-encoded, so nothing in a header can forge a key.
    """
    if not what.metadata_protected or not what.restrictions:
        return None, None
    until = max(release for _, release in what.restrictions)
    named = [(quote(run, safe="() "), release) for run, release in sorted(what.restrictions)]
    shares = named[0][0] if len(named) == 1 else "|".join(f"{run}@{release}" for run, release in named)
    return f"{quote(what.instrument or '', safe=' ')}/{shares}", until


def row_rule(who: Standing, keys: Iterable[str], now: str) -> RowRule:
    """Return what of a table `who` may see.

    Parameters
    ----------
    who
        Whoever asks.
    keys
        The distinct values of `_protected_by` in the tables; more do no harm.
    now
        UTC ISO 8601 to the millisecond.
    """
    if who.sees_all:
        return RowRule(now, everything=True)
    return RowRule(now, frozenset(key for key in keys if permits(who, Action.METADATA, _protection_of(key), now)))


def _protection_of(key: str) -> Protection:
    """Return the protection that a key stands for; that of a single run never ends: the row's own date tells when it does."""
    instrument, _, shares = key.partition("/")
    protection = Protection((), metadata_protected=True, instrument=unquote(instrument) or None)
    parts = [share.partition("@") for share in shares.split("|")]
    return replace(protection, restrictions=tuple((unquote(run), release or _NEVER) for run, _, release in parts))
