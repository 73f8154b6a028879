"""A ZIP with OBX files, read."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from dfs.errors import DataError
from dfs.model.phase2 import Container, ObservationBlock
from dfs.phase2.formats.bundle import BlockFiles, Bundle, ParameterTypes
from dfs.phase2.formats.read_obx import read_obx

__all__ = ["INDEX", "INDEX_FORMAT", "read_zip"]

INDEX, INDEX_FORMAT = "items.json", "dfs-phase2-zip/1"
_MOST_FILES, _MOST_BYTES = 50_000, 1 << 30  # a ZIP that unpacks to more is refused


def read_zip(content: bytes, *, where: str = "ZIP", types: ParameterTypes | None = None) -> Bundle:
    """Return the items in a ZIP.

    Parameters
    ----------
    content
        Its bytes.
    where
        Its name, for messages.
    types
        Shapes of templates, stronger than those in the ZIP's own index.

    Raises
    ------
    DataError
        It is no ZIP, is damaged or much too large, or an OBX file in it is wrong.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        damaged = None if _too_large(archive) else archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise DataError(f"no readable ZIP: {error}", where=where) from None
    if _too_large(archive):
        raise DataError("it holds too much", where=where, accepted=f"{_MOST_FILES} files, 1 GiB unpacked")
    if damaged is not None:
        raise DataError(f"{damaged} in it is damaged", where=where)
    with archive:
        return _Reader(archive, where, types).bundle()


def _too_large(archive: zipfile.ZipFile) -> bool:
    entries = archive.infolist()
    return len(entries) > _MOST_FILES or sum(one.file_size for one in entries) > _MOST_BYTES


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, where: str, types: ParameterTypes | None) -> None:
        self._archive = archive
        self._where = where
        self._names = {one.filename for one in archive.infolist() if not one.is_dir()}
        self._files: dict[int, BlockFiles] = {}
        self._next = -1
        index = self._index()
        own = ParameterTypes.of_document(index["templates"]) if index else ParameterTypes()
        self._types = own if types is None else types.over(own)
        self._items = index["items"] if index else None

    def bundle(self) -> Bundle:
        """Return what is in it."""
        if self._items is not None:
            try:
                items = [self._entry(one) for one in self._items]
            except (KeyError, TypeError, AttributeError) as error:
                raise DataError(f"its index is wrong: {error}", where=f"{self._where}/{INDEX}") from None
        else:
            items = list(self._folder(PurePosixPath()))
        if not items:
            raise DataError("there is no OBX file in it", where=self._where, accepted="files that end in .obx")
        return Bundle(tuple(items), self._files)

    def _index(self) -> dict[str, Any] | None:
        if INDEX not in self._names:
            return None
        try:
            index = json.loads(self._archive.read(INDEX))
            known = index["format"] == INDEX_FORMAT and {"items", "templates"} <= index.keys()
        except (ValueError, KeyError, TypeError, AttributeError):
            known = False
        if not known:
            raise DataError("its index is not ours", where=f"{self._where}/{INDEX}", accepted=INDEX_FORMAT)
        return dict(index)

    def _entry(self, entry: dict[str, Any]) -> ObservationBlock | Container:
        """Return an item of the index."""
        if entry["itemType"] in {"OB", "CB"}:
            return self._block(PurePosixPath(entry["file"]))
        items = [self._entry(one) for one in entry["items"]]
        return self._container(entry["itemType"], entry["name"], items, entry)

    def _folder(self, folder: PurePosixPath) -> Iterator[ObservationBlock | Container]:
        """Give what lies in `folder` of a ZIP without an index."""
        within = sorted(one for one in map(PurePosixPath, self._names) if one.is_relative_to(folder))
        for place in (one for one in within if one.parent == folder and one.suffix.lower() == ".obx"):
            yield self._block(place)
        deeper = [one.relative_to(folder).parts[0] for one in within if one.parent != folder]
        for name in dict.fromkeys(deeper):
            items = list(self._folder(folder / name))
            if items:
                yield self._container("Folder", name, items, {})

    def _container(self, kind: Any, name: str, items: list[Any], entry: dict[str, Any]) -> Container:
        priority, schedule = entry.get("userPriority", 1), entry.get("schedule") or {}
        return Container(
            self._number(), 0, None, kind, name, user_priority=priority, schedule=schedule, items=tuple(items)
        )

    def _block(self, place: PurePosixPath) -> ObservationBlock:
        where = f"{self._where}/{place}"
        text = self._read(str(place), where).decode("utf-8", "surrogateescape")
        number = self._number()

        def beside(name: str) -> bytes:
            return self._read(str(place.parent / PurePosixPath(name).name), where)

        block, files = read_obx(text, where=where, types=self._types, files=beside, ob_id=number)
        self._files[number] = files
        return block

    def _read(self, name: str, where: str) -> bytes:
        if name not in self._names:
            raise DataError(f"it names {name!r}, which is not in the ZIP", where=where)
        return self._archive.read(name)

    def _number(self) -> int:
        self._next -= 1
        return self._next + 1
