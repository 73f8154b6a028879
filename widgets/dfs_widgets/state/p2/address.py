"""What the page shows, as its address says: which run, which item, which of its parts."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode

__all__ = ["P2Address"]

_LONGEST = 100


@dataclass(frozen=True)
class P2Address:
    """The state that an address keeps.

    Attributes
    ----------
    run
        Run identifier or number; empty: the list of runs.
    item
        Number of the block or container under edit; empty: the run itself.
    tab
        Part of the editor.
    panel
        ``blocks`` or ``links`` above, ``night``, ``etc``, ``checks``, ``discussion`` or ``history`` beside the editor.
    night
        The night whose visibility is drawn, ``YYYY-MM-DD``; empty: the best one to show.
    """

    run: str = ""
    item: str = ""
    tab: str = ""
    panel: str = ""
    side: str = ""
    night: str = ""
    poll: str = ""

    @classmethod
    def of(cls, query: str) -> P2Address:
        """Read a query string; what it does not know it leaves out."""
        given = dict(parse_qsl(query.removeprefix("?"), max_num_fields=50))
        known = {one.name for one in fields(cls)}
        return cls(**{name: value.strip()[:_LONGEST] for name, value in given.items() if name in known})

    def query(self) -> str:
        """Return the query string that brings this state back."""
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        return urlencode({name: value for name, value in held.items() if value}, safe=":/()")

    def at(self, **changes: str | int) -> P2Address:
        """Return the address with parts of it changed."""
        return replace(self, **{name: str(value) for name, value in changes.items()})

    @property
    def item_id(self) -> int | None:
        """The item's number; None where there is none."""
        return int(self.item) if self.item.isdigit() else None

    @property
    def poll_s(self) -> float:
        """Seconds between looks for what others saved: 2 unless the address says otherwise."""
        try:
            return min(600.0, max(0.5, float(self.poll)))
        except ValueError:
            return 2.0
