"""The same desk on PostgreSQL: made, changed, taken back, and two that save at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from dfs.observatory import Observatory
from dfs.phase2.api import Change, Upload
from dfs.phase2.failures import StaleError
from tests.dfs.phase2.service.test_attachments import JPEG

pytestmark = pytest.mark.truth


def test_the_desk_on_postgresql(tmp_path: Path, postgresql: str) -> None:
    import psycopg

    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute('CREATE DATABASE "phase2"')
    url = f"{postgresql}/phase2".replace("postgresql:", "postgresql+psycopg:")
    with Observatory.open(tmp_path / "o", database_url=url) as observatory:
        desk = observatory.phase2_desk
        run = desk.create_run({"progId": "110.23XY.001", "instrument": "FORS2", "period": 110})
        new = {
            "itemType": "OB",
            "containerId": run["containerId"],
            "templates": [{"templateName": "FORS2_lss_acq_slit"}],
        }
        made = desk.apply(run["runId"], [Change("create-item", -n, {"name": f"ob {n}", **new}) for n in range(1, 101)])
        number = made[-1]
        desk.add_chart(number, Upload("fc.jpg", JPEG))
        assert desk.chart(number, 1).content == JPEG

        def count() -> None:
            for _ in range(25):
                while True:
                    read = desk.ob(number)
                    try:
                        desk.save_ob({"obId": number, "userPriority": read.body["userPriority"] + 1}, read.version)
                    except StaleError:
                        continue
                    break

        threads = [threading.Thread(target=count) for _ in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert desk.ob(number).body["userPriority"] == 76
        desk.delete_ob(number, "*")
        desk.undo(run["runId"], desk.history(run["runId"])[0]["operation"])
        assert len(desk.tree(run["runId"])["root"]["items"]) == 100
        observatory.audit.verify()
