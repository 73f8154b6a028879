"""The format version: migrations and tables agree, old stores are raised, newer ones refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dfs.errors import NotFoundError, ServiceError
from dfs.observatory import Observatory
from dfs.store import format as store_format
from dfs.store.tables import metadata

FORMAT_1 = Path(__file__).with_name("format1.sql")
NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{number}", "{before}", None, None


def upgrade() -> None:
    op.add_column("files", sa.Column("remark", sa.Text, server_default="none yet"))
    {further}
"""


def old_observatory(root: Path) -> Path:
    """Make an observatory of format 1 from its dump, with one archived file."""
    (root / "files" / "2022-01-26").mkdir(parents=True)
    (root / "files" / "2022-01-26" / "EFOSC.2022-01-26T12:00:00.001.fits").write_bytes(b"content\n")
    with closing(sqlite3.connect(root / "observatory.sqlite")) as connection:
        connection.executescript(FORMAT_1.read_text())
    return root


@pytest.fixture
def next_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A further format, as a later version of this package would have."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for file in (store_format.MIGRATIONS / "env.py", *(store_format.MIGRATIONS / "versions").glob("*.py")):
        target = folder / file.relative_to(store_format.MIGRATIONS)
        target.write_text(file.read_text())
    step = NEXT.format(number=store_format.FORMAT + 1, before=store_format.FORMAT, further="")
    (folder / "versions" / "next.py").write_text(step)
    monkeypatch.setattr(store_format, "MIGRATIONS", folder)
    monkeypatch.setattr(store_format, "FORMAT", store_format.FORMAT + 1)
    return folder


def test_migrations_make_the_tables_that_the_package_uses(tmp_path: Path) -> None:
    with Observatory.open(tmp_path) as observatory, observatory.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_observatory_of_format_1_is_raised_and_keeps_its_rows(tmp_path: Path) -> None:
    root = old_observatory(tmp_path / "old")
    assert Observatory.upgrade(root) == (1, store_format.FORMAT)
    with Observatory.open(root) as observatory:
        (archived,) = observatory.archive.list()
        assert archived.dp_id == "EFOSC.2022-01-26T12:00:00.001"
        assert archived.target == "HD 1"
        assert observatory.qc.rows()[0].value == 211.5
        assert observatory.archive.verify().findings == ()


def test_an_older_observatory_is_not_opened_but_raised_on_demand(tmp_path: Path, next_format: Path) -> None:
    root = old_observatory(tmp_path / "old")
    with pytest.raises(ServiceError, match="format 1") as caught:
        Observatory.open(root)
    assert "dfs upgrade" in caught.value.line()
    raised = store_format.FORMAT
    assert Observatory.upgrade(root) == (1, raised)
    assert Observatory.upgrade(root) == (raised, raised), "a second time there is nothing to do"
    with Observatory.open(root) as observatory:
        assert observatory.audit.entries()[-1].details == {"before": 1, "after": raised}
        observatory.audit.verify()
        with observatory.database.read() as connection:
            assert connection.exec_driver_sql("SELECT remark FROM files").scalars().all() == ["none yet"]


def test_a_step_that_fails_leaves_the_old_format_whole(tmp_path: Path, next_format: Path) -> None:
    step = NEXT.format(
        number=store_format.FORMAT, before=store_format.FORMAT - 1, further='op.execute("SELECT x FROM nowhere")'
    )
    (next_format / "versions" / "next.py").write_text(step)
    root = old_observatory(tmp_path / "old")
    with pytest.raises(ServiceError, match="nowhere"):
        Observatory.upgrade(root)
    with closing(sqlite3.connect(root / "observatory.sqlite")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("1",)]
        assert "remark" not in [row[1] for row in connection.execute("PRAGMA table_info(files)")]


def test_a_newer_observatory_is_refused(tmp_path: Path) -> None:
    root = old_observatory(tmp_path / "new")
    with closing(sqlite3.connect(root / "observatory.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '99'")
    for act in (Observatory.open, Observatory.upgrade):
        with pytest.raises(ServiceError, match="99") as caught:
            act(root)
        assert "newer" in caught.value.line()


def test_there_is_nothing_to_raise_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        Observatory.upgrade(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
