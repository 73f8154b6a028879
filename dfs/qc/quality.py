"""The service of quality control: record values, show them, draw their trend."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select

from dfs.errors import NotFoundError
from dfs.qc.rows import QcRow
from dfs.store import Database
from dfs.store.tables import qc_values

if TYPE_CHECKING:
    from bokeh.plotting import figure

__all__ = ["QualityControl"]

_COLUMNS = [qc_values.c[field.name] for field in dataclasses.fields(QcRow)]


class QualityControl:
    """Quality values of every product.

    Examples
    --------
    >>> qc = dfs.open("observatory").qc                                     # doctest: +SKIP
    >>> qc.rows(parameter="ron_e")                                          # doctest: +SKIP
    >>> qc.figure("bias_level_adu", instrument="EFOSC2")                    # doctest: +SKIP
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, rows: Iterable[QcRow], connection: Connection | None = None) -> None:
        """Keep `rows`; those of the same product, parameter and detector are replaced.

        Parameters
        ----------
        rows
            From `quality_rows`.
        connection
            The writer's connection, when the rows belong to a larger transaction (``Archive.ingest_many(also=...)``).

        Raises
        ------
        ConflictError
            A row names a product that is not archived.
        """
        if connection is not None:
            self._record(connection, rows)
            return
        with self._database.write() as own:
            self._record(own, rows)

    @staticmethod
    def _record(connection: Connection, rows: Iterable[QcRow]) -> None:
        for row in rows:
            same = (
                (qc_values.c.product_dp_id == row.product_dp_id)
                & (qc_values.c.parameter == row.parameter)
                & (qc_values.c.detector == row.detector)
            )
            connection.execute(delete(qc_values).where(same))
            connection.execute(insert(qc_values).values(**dataclasses.asdict(row)))

    def rows(
        self,
        *,
        instrument: str | None = None,
        parameter: str | None = None,
        night: str | None = None,
        setup: Mapping[str, Any] | None = None,
        product_dp_id: str | None = None,
    ) -> list[QcRow]:
        """Return the values by instrument, parameter and time.

        Parameters
        ----------
        instrument, parameter, night, product_dp_id
            Only rows of this one (case does not matter for instruments).
        setup
            Only rows whose setup has these values, e.g. ``{"grism": "Gr#3"}``.
        """
        query = select(*_COLUMNS).order_by(
            qc_values.c.instrument,
            qc_values.c.parameter,
            qc_values.c.mjd_obs,
            qc_values.c.product_dp_id,
            qc_values.c.detector,
        )
        wanted = {
            qc_values.c.instrument: instrument.upper() if instrument else None,
            qc_values.c.parameter: parameter,
            qc_values.c.night: night,
            qc_values.c.product_dp_id: product_dp_id,
        }
        for column, value in wanted.items():
            query = query if value is None else query.where(column == value)
        with self._database.read() as connection:
            found = [QcRow(**row) for row in connection.execute(query).mappings()]
        return [row for row in found if all(row.setup.get(key) == value for key, value in (setup or {}).items())]

    def figure(
        self,
        parameter: str,
        *,
        instrument: str | None = None,
        setup: Mapping[str, Any] | None = None,
        title: str | None = None,
    ) -> figure:
        """Return the trend of `parameter` as a bokeh figure: one series for each instrument, setup and detector.

        Raises
        ------
        NotFoundError
            There is no value of this parameter; lists those there are.
        """
        from dfs.figures.trend import TrendPoint, trend_figure

        rows = [
            row for row in self.rows(instrument=instrument, parameter=parameter, setup=setup) if row.value is not None
        ]
        rows = [row for row in rows if row.mjd_obs is not None]
        if not rows:
            there = sorted({row.parameter for row in self.rows(instrument=instrument)})
            raise NotFoundError(
                f"no value of parameter {parameter!r}",
                accepted=", ".join(there) or "none yet",
                hint="reduce a night first",
            )
        labels = _labels(rows)
        points = [
            TrendPoint(
                series=labels[index],
                mjd=row.mjd_obs or 0.0,
                value=row.value or 0.0,
                error=row.error,
                claim=float(row.header_value) if _is_number(row.header_value) else None,  # type: ignore[arg-type]
                name=row.product_dp_id,
                is_outlier=row.score == 1,
            )
            for index, row in enumerate(rows)
        ]
        return trend_figure(points, parameter, rows[0].unit, title=title or f"{parameter}: {rows[0].estimator}")


def _labels(rows: list[QcRow]) -> list[str]:
    """Return a legend label for each row: what differs between them, e.g. ``Gr#3 slit#1.2``; or else the instrument."""
    told = [{"instrument": row.instrument, "detector": row.detector, **row.setup} for row in rows]
    keys = list(dict.fromkeys(key for one in told for key in one))
    differing = [key for key in keys if len({str(one.get(key)) for one in told}) > 1]
    return [
        " ".join(str(one[key]) for key in differing if one.get(key) is not None) or str(one["instrument"])
        for one in told
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
