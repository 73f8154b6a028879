"""The answer to a query: its rows in the form that was asked for, as bytes that flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from dfs.model.schema import ColumnSchema
from dfs.vo.formats import Format, InputParam, ServiceInfo, TableInfo, write
from dfs.vo.tap.stop import Stop

if TYPE_CHECKING:
    import pyarrow as pa

    from dfs.vo.engine import Result

__all__ = ["Answer", "link_service"]

_NAMES_FILES = ("obs_publisher_did", "publisher_did", "dp_id")  # columns whose values DataLink takes


class Answer:
    """What a query brings; the first rows are there when this is made, so that a query that fails at once has no answer.

    Parameters
    ----------
    result
        Of the engine; closed by `close`.
    form
        How the rows are written.
    stop
        Asked, it ends the rows with an error that says why.
    infos, services
        What a VOTable carries beside the table.
    ucds
        Column -> UCD it shall bear instead of its own.
    """

    def __init__(
        self,
        result: Result,
        form: Format,
        stop: Stop,
        *,
        infos: Sequence[TableInfo] = (),
        services: Sequence[ServiceInfo] = (),
        ucds: Mapping[str, str] | None = None,
    ) -> None:
        self._result, self._form, self._stop = result, form, stop
        self._infos, self._services = infos, services
        self.columns: tuple[ColumnSchema, ...] = tuple(
            replace(one, ucd=ucds[one.name]) if ucds and one.name in ucds else one for one in result.columns
        )
        self.rows = 0
        self._rest = self._stoppable(result.batches())
        self._first = next(self._rest, None)

    @property
    def mime(self) -> str:
        """MIME type of the bytes."""
        return self._form.mime

    @property
    def extension(self) -> str:
        """Extension of a file with them, without the dot."""
        return self._form.extension

    @property
    def overflow(self) -> bool:
        """Whether rows were left out because of a limit; known once the bytes are read."""
        return bool(self._result.overflow)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows, counting them."""
        for batch in chain([] if self._first is None else [self._first], self._rest):
            self.rows += batch.num_rows
            yield batch

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes, as they are made."""
        return write(self, self._form, infos=self._infos, services=self._services)

    def close(self) -> None:
        """Let go of the query."""
        self._result.close()

    def _stoppable(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Give batches until somebody asks to stop; whatever the engine says then, the reason is that."""
        try:
            for batch in batches:
                if self._stop.asked:
                    break
                yield batch
        except Exception:
            if not self._stop.asked:
                raise
        self._stop.check()


def link_service(columns: Sequence[ColumnSchema], base_url: str) -> list[ServiceInfo]:
    """Return the description of the links service for rows that name archived files; nothing for others.

    With it a client asks for the links of all its rows in one request (DataLink 1.1, section 4).
    """
    names = [one.name for one in columns]
    found = next((name for name in _NAMES_FILES if name in names), None)
    if found is None:
        return []
    identifier = InputParam("ID", ref=found, ucd="meta.id;meta.main", description="Which files")
    return [
        ServiceInfo(
            "links",
            f"{base_url}/datalink/links",
            "ivo://ivoa.net/std/DataLink#links-1.1",
            (identifier,),
            description="Files, previews, calibrations and services that belong to a row",
        )
    ]
