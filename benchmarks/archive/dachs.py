"""DaCHS beside us: GAVO's publishing suite on PostgreSQL with pgSphere, with the same rows."""

from __future__ import annotations

import atexit
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from queries import COLUMNS
from rows import draw_rows
from service import Service

__all__ = ["start_dachs"]

_ADDRESS = "http://127.0.0.1:8080"
_INPUTS = Path("/var/gavo/inputs/dfsbench")
_TABLE = "dfsbench.obs"
_TYPES = {"double": "double precision", "float": "real", "long": "bigint", "int": "integer"}
_PATIENCE_S = 60.0


def start_dachs(cache: Path, count: int) -> Service | None:
    """Start DaCHS with `count` drawn rows; None, with a word why, where it cannot be."""
    missing = [one for one in ("dachs", "psql", "pg_ctlcluster", "runuser") if shutil.which(one) is None]
    if missing:
        print(
            f"DaCHS is left out: there is no {', '.join(missing)} (gavodachs2-server, postgresql-15-pgsphere; run as root)"
        )
        return None
    started = subprocess.run(["pg_ctlcluster", "15", "main", "start"], capture_output=True, text=True, check=False)
    if started.returncode == 0:
        atexit.register(subprocess.run, ["pg_ctlcluster", "15", "main", "stop"], check=False)
    try:
        if _count() != count:
            _load(cache, count)
        return _serve()
    except (subprocess.CalledProcessError, httpx.HTTPError, TimeoutError) as error:
        said = getattr(error, "stderr", "") or str(error)
        print(f"DaCHS is left out: {str(said).strip()[-300:]}")
        return None


def _psql(query: str, *, source: Path | None = None) -> str:
    command = ["runuser", "-u", "dachsroot", "--", "psql", "-v", "ON_ERROR_STOP=1", "-At", "-c", query, "gavo"]
    with source.open("rb") if source else open("/dev/null", "rb") as file:  # noqa: PTH123
        return subprocess.run(command, stdin=file, capture_output=True, check=True).stdout.decode().strip()


def _count() -> int:
    try:
        return int(_psql(f"SELECT count(*) FROM {_TABLE}"))
    except subprocess.CalledProcessError:
        return -1


def _load(cache: Path, count: int) -> None:
    from dfs.archive.tables import obscore

    table = next(one for one in obscore.tables() if one.name.lower() == "ivoa.obscore")
    print(f"loading {count:,} rows into DaCHS", flush=True)
    _INPUTS.mkdir(parents=True, exist_ok=True)
    (_INPUTS / "q.rd").write_text(_description(table))
    shutil.chown(_INPUTS, "dachsroot", "gavo")
    subprocess.run(
        ["runuser", "-u", "dachsroot", "--", "dachs", "imp", "dfsbench/q"], capture_output=True, text=True, check=True
    )
    rows = cache / "obs.csv"
    for _, batch in draw_rows(table, count):
        pyarrow.csv.write_csv(_as_csv(batch), rows, pyarrow.csv.WriteOptions(include_header=False))
        rows.chmod(0o644)
        _psql(f"COPY {_TABLE} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)", source=rows)
    rows.unlink()
    _psql(f"ANALYZE {_TABLE}")


def _description(table: Any) -> str:
    columns = []
    for name in COLUMNS:
        column = table.column(name)
        kind = "spoly" if name == "s_region" else _TYPES.get(column.datatype, "text")
        null = '<values nullLiteral="-1"/>' if column.datatype in {"long", "int"} else ""
        main = {"s_ra": "pos.eq.ra;meta.main", "s_dec": "pos.eq.dec;meta.main"}.get(name)
        ucd = f' ucd="{main}"' if main else ""
        columns.append(
            f'<column name="{name}" type="{kind}" unit="{column.unit}"{ucd} description="{name}">{null}</column>'
        )
    indices = "".join(f'<index columns="{name}"/>' for name in ("instrument_name", "t_min", "dp_id"))
    joined = "\n      ".join(columns)
    return f"""<resource schema="dfsbench" resdir="dfsbench">
  <meta name="title">Drawn observations</meta><meta name="creationDate">2024-01-01T00:00:00Z</meta>
  <meta name="description">Rows of a benchmark.</meta><meta name="subject">surveys</meta><meta name="creator">Benchmark</meta>
  <table id="obs" onDisk="True" adql="True" mixin="//scs#pgs-pos-index">
      {joined}
      {indices}<index columns="s_region" method="gist"/>
  </table>
  <data id="import"><nullGrammar/><make table="obs"/></data>
</resource>
"""


def _as_csv(batch: pa.RecordBatch) -> pa.Table:
    table = pa.Table.from_batches([batch]).select(COLUMNS)
    corners = pc.split_pattern(
        pc.utf8_slice_codeunits(table.column("s_region").cast(pa.string()), len("POLYGON ICRS ")), " "
    )
    flat = corners.combine_chunks().flatten()
    lon, lat = flat.take(pa.array(range(0, len(flat), 2))), flat.take(pa.array(range(1, len(flat), 2)))
    pairs = pc.binary_join_element_wise(
        pc.binary_join_element_wise("(", lon, "d", ""), pc.binary_join_element_wise(lat, "d)", ""), ","
    )
    four = [pairs.take(pa.array(range(corner, len(pairs), 4))) for corner in range(4)]
    texts = pc.binary_join_element_wise("{", pc.binary_join_element_wise(*four, ","), "}", "")
    at = table.column_names.index("s_region")
    return table.set_column(at, "s_region", texts)


def _serve() -> Service:
    log = open("/tmp/dfs-bench-dachs.log", "wb")  # noqa: PTH123, S108, SIM115 - lives as long as the process
    process = subprocess.Popen(["runuser", "-u", "gavo", "--", "dachs", "serve", "debug"], stdout=log, stderr=log)
    atexit.register(_stop, process)
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{_ADDRESS}/tap/capabilities").status_code == httpx.codes.OK:
                return Service("DaCHS", f"{_ADDRESS}/tap", _TABLE, [process.pid, _postmaster()])
        except httpx.HTTPError:
            time.sleep(0.2)
    raise TimeoutError(f"it does not answer at {_ADDRESS}: see {log.name}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(20)


def _postmaster() -> int:
    told = subprocess.run(["pg_lsclusters", "--no-header"], capture_output=True, text=True, check=True).stdout
    data = next(line for line in told.splitlines() if re.match(r"15\s+main\s", line)).split()[5]
    return int((Path(data) / "postmaster.pid").read_text().split()[0])
