# ruff: noqa: S608 - these tests write queries
"""The same rows in DuckDB, in PostgreSQL with pgSphere, and in Spark."""

from __future__ import annotations

import math
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dfs.model.schema import ColumnSchema, TableSchema
from dfs.vo.adql.duckdb_functions import register_functions

SEED = int(os.environ.get("DFS_ADQL_SEED", "20260127"))
TYPES = {
    "char": "VARCHAR",
    "double": "DOUBLE PRECISION",
    "float": "REAL",
    "short": "SMALLINT",
    "int": "INTEGER",
    "long": "BIGINT",
}


def column(name: str, kind: str) -> ColumnSchema:
    return ColumnSchema(name, kind, name, arraysize="*" if kind == "char" else "")  # type: ignore[arg-type]


SKY = TableSchema(
    "lab.sky",
    "positions",
    tuple(
        column(name, kind)
        for name, kind in {
            "id": "long", "name": "char", "ra": "double", "dec": "double", "n": "int", "s": "short", "m": "float", "x": "double", "t": "char",
        }.items()
    ),
)  # fmt: skip
SRC = TableSchema(
    "lab.src",
    "sources",
    tuple(
        column(name, kind)
        for name, kind in {
            "sid": "long",
            "id": "long",
            "ra2": "double",
            "dec2": "double",
            "mag": "double",
            "kind": "char",
            "k": "int",
        }.items()
    ),
)
TABLES = {"lab.sky": SKY, "lab.src": SRC}
WORDS = [
    "NGC 1365",
    "ngc 4151",
    "M31",
    "m 31",
    "HD#209458#x",
    "a_b",
    "a%b",
    "O'Neill",
    "",
    "Alpha Cen",
    "alpha-cen",
    "STD,SKY",
]


def rows_of_sky(draw: random.Random) -> list[tuple[Any, ...]]:
    rows = []
    for number in range(150):
        if number % 3:
            ra, dec = draw.uniform(0, 360), math.degrees(math.asin(draw.uniform(-1, 1)))
        else:  # near the pole, near ra = 0, and crowded
            ra, dec = draw.choice(
                [(draw.uniform(0, 360), 89.9), (draw.gauss(0, 0.01) % 360, draw.gauss(0, 0.01)), (83.6, -5.4)]
            )
        maybe = [
            draw.choice([None, *WORDS]),
            ra,
            dec,
            draw.choice([None, *range(-20, 20)]),
            draw.randrange(-300, 300),
            draw.choice([None, draw.gauss(0, 50)]),
            draw.choice([None, 0.0, draw.gauss(0, 5), draw.uniform(0, 1000)]),
            draw.choice([None, f"2022-01-{draw.randrange(1, 29):02}T04:{draw.randrange(60):02}:29.093"]),
        ]
        rows.append((number, *maybe))
    return rows


def rows_of_src(draw: random.Random) -> list[tuple[Any, ...]]:
    return [
        (number, draw.randrange(200), draw.uniform(0, 360), draw.uniform(-90, 90), draw.choice([None, draw.gauss(15, 3)]),
         draw.choice(["star", "GAL", "qso", None]), draw.choice([None, *range(6)]))
        for number in range(100)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def seed() -> int:
    return SEED


@pytest.fixture(scope="session")
def words() -> list[str]:
    return WORDS


@pytest.fixture(scope="session")
def lab() -> dict[str, TableSchema]:
    return TABLES


@pytest.fixture(scope="module")
def data() -> dict[str, list[tuple[Any, ...]]]:
    draw = random.Random(SEED)
    return {"lab.sky": rows_of_sky(draw), "lab.src": rows_of_src(draw)}


def created(table: TableSchema) -> str:
    columns = ", ".join(f'"{one.name}" {TYPES[one.datatype]}' for one in table.columns)
    return f"CREATE TABLE {table.name} ({columns})"


@pytest.fixture(scope="module")
def duck(data: dict[str, list[tuple[Any, ...]]]) -> Iterator[Any]:
    with duckdb.connect() as connection:
        register_functions(connection)
        connection.execute("CREATE SCHEMA lab")
        for name, rows in data.items():
            connection.execute(created(TABLES[name]).replace("DOUBLE PRECISION", "DOUBLE"))
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        yield connection


@pytest.fixture(scope="module")
def postgres(pgsphere: Any, data: dict[str, list[tuple[Any, ...]]]) -> Any:
    """The same rows in PostgreSQL with pgSphere."""
    pgsphere.execute("CREATE SCHEMA lab")
    for table, rows in data.items():
        pgsphere.execute(created(TABLES[table]))
        with pgsphere.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    return pgsphere


@pytest.fixture(scope="module")
def spark(duck: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("spark")
    session = started_spark(folder)
    session.sql("CREATE DATABASE IF NOT EXISTS lab")
    for name in TABLES:
        place = folder / f"{name}.parquet"
        duck.execute(f"COPY {name} TO '{place}' (FORMAT parquet)")
        session.sql(f"CREATE TABLE {name} USING parquet LOCATION '{place}'")
    yield session
    session.stop()


def started_spark(folder: Path) -> Any:
    if shutil.which("java") is None:
        pytest.skip("Java is not installed: make system")
    sql = pytest.importorskip("pyspark.sql")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.warehouse.dir", str(folder / "warehouse")).config(
        "spark.sql.shuffle.partitions", "1"
    )
    builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    builder = builder.config("spark.driver.extraJavaOptions", f"-Dderby.system.home={folder}")
    return builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
