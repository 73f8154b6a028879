"""What somebody looks for: criteria read once from whatever form they come in, and said again as Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self, cast, get_args

from dfs.archive.search import reading
from dfs.archive.search.reading import Circle
from dfs.errors import UsageError

__all__ = ["Circle", "Kind", "Search"]

Kind = Literal["raw", "product", "spectrum", "image"]

_MOST_ROWS = 10_000_000


@dataclass(frozen=True)
class Search:
    """A search of the archive.  Make one with `Search.of`, which reads and checks what people write.

    Attributes
    ----------
    kind
        ``raw`` frames, ``product`` for all reduced data, ``spectrum`` or ``image`` for some of them.
    instrument
        Name as in the archive, e.g. ``EFOSC2``; letter case does not matter.
    target
        Name of an object.  It stands for the position that the archive holds under this name.
    circle
        Where to look; with `target` only its radius counts.
    dates
        First and last moment of the start of exposure, UTC ISO 8601, half open.
    category, type, technique
        DPR CATG, TYPE, TECH (raw frames only).
    programme
        Run or programme; ``*`` stands for anything, here and in `name`.
    name
        DP ID or original file name.
    text
        Words, all of which must appear among objects, programmes, titles, investigators and OB names.
    keywords
        Further columns and what is wanted of them: a value, a text with ``*``, a range of numbers (``"10..600"``); for raw
        frames of an instrument, those of its own table.
    limit
        At most so many rows.
    """

    kind: Kind = "raw"
    instrument: str | None = None
    target: str | None = None
    circle: Circle | None = None
    radius_deg: float = 5 / 60
    dates: tuple[str, str] | None = None
    category: str | None = None
    type: str | None = None
    technique: str | None = None
    programme: str | None = None
    name: str | None = None
    text: str | None = None
    keywords: Mapping[str, str | float] = field(default_factory=dict)
    limit: int = 1000

    @classmethod
    def of(
        cls,
        kind: str = "raw",
        *,
        instrument: str | None = None,
        target: str | None = None,
        position: Any = None,
        radius: Any = None,
        date: Any = None,
        night: str | None = None,
        category: str | None = None,
        type: str | None = None,  # noqa: A002 - the field's word
        technique: str | None = None,
        programme: str | None = None,
        name: str | None = None,
        text: str | None = None,
        limit: int = 1000,
        **keywords: str | float,
    ) -> Self:
        """Return the search that the criteria describe.

        Parameters
        ----------
        position
            A `SkyCoord`, ``(ra, dec)`` in degrees, or text: ``"99.05 -31.22"`` (deg), ``"06:36:12 -31:13:14"`` (hours, deg).
        radius
            A `Quantity`, a number (deg), or text such as ``"5arcmin"``; default 5 arcmin.
        date
            ``"2022-01-27"`` for that day (UTC), ``"2022-01"`` for the month, or two such joined by ``/`` (both included),
            or a pair of them, or of times.
        night
            Date of an evening in Chile: from 16:00 UTC of that day to 16:00 UTC of the next.

        Raises
        ------
        UsageError
            A criterion that cannot be read; names it and what is accepted.
        """
        if kind not in get_args(Kind):
            raise UsageError(f"there are no {kind!r} to search for", where="kind", accepted=", ".join(get_args(Kind)))
        if isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit <= _MOST_ROWS:
            raise UsageError(f"limit = {limit!r}", where="limit", accepted=f"a number of rows from 0 to {_MOST_ROWS}")
        if target is not None and position is not None:
            raise UsageError("target and position were both given", hint="give the one or the other")
        if date is not None and night is not None:
            raise UsageError("date and night were both given", hint="give the one or the other")
        radius_deg = 5 / 60 if radius is None else reading.radius_deg(radius)
        return cls(
            kind=cast("Kind", kind),
            instrument=reading.word(instrument, "instrument"),
            target=reading.word(target, "target"),
            circle=None if position is None else Circle(*reading.position_deg(position), radius_deg),
            radius_deg=radius_deg,
            dates=reading.night(night) if night is not None else reading.dates(date) if date is not None else None,
            category=reading.word(category, "category"),
            type=reading.word(type, "type"),
            technique=reading.word(technique, "technique"),
            programme=reading.word(programme, "programme"),
            name=reading.word(name, "name"),
            text=reading.word(text, "text"),
            keywords={key: reading.keyword(key, value) for key, value in keywords.items() if value is not None},
            limit=limit,
        )

    def at(self, ra_deg: float, dec_deg: float) -> Search:
        """Return this search round a position, which takes the place of the target's name."""
        return replace(self, target=None, circle=Circle(ra_deg, dec_deg, self.radius_deg))

    def python(self) -> str:
        """Return the call that makes this search again, ready to paste behind ``obs = dfs.open()``."""
        said: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default and one.name not in {"circle", "dates", "keywords", "radius_deg", "kind"}:
                said[one.name] = value
        if self.circle is not None:
            said |= {"position": (self.circle.ra_deg, self.circle.dec_deg)}
        if self.circle is not None or (self.target is not None and self.radius_deg != 5 / 60):
            said |= {"radius": self.radius_deg}
        if self.dates is not None:
            said |= {"date": self.dates}
        arguments = [repr(self.kind), *(f"{key}={value!r}" for key, value in (said | dict(self.keywords)).items())]
        return f"obs.archive.search({', '.join(arguments)})"
