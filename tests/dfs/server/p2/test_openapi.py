"""The OpenAPI document: complete, and true to what the server does, in the judgement of schemathesis."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ....users.phase2 import World

METHODS = {"get", "put", "post", "delete"}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "ignored_auth",
)


@pytest.fixture
def things(world: World, pi: httpx.Client) -> dict[str, object]:
    """Numbers of things that are there, for the parameters of addresses."""
    root = world.root_of("service")
    ob = pi.post(f"/containers/{root}/items", json={"itemType": "OB", "name": "described"}).json()["obId"]
    template = pi.post(f"/obsBlocks/{ob}/templates", json={"templateName": "FORS2_mos_acq"}).json()["templateId"]
    group = pi.post(f"/containers/{root}/items", json={"itemType": "Group", "name": "group"}).json()["containerId"]
    named = {
        "runId": world.runs["service"]["runId"],
        "containerId": group,
        "obId": ob,
        "itemId": ob,
        "templateId": template,
    }
    return {
        **named,
        "instrument": "FORS2",
        "ipVersion": "116.05",
        "parameter": "INS.FIMS.NAME",
        "proposalId": "110.23XY",
    }


def judged(world: World, things: dict[str, object], folder: Path, *options: str) -> None:
    """Let schemathesis try every operation."""
    settings = folder / "schemathesis.toml"
    lines = [f'"path.{name}" = {json.dumps(value)}' for name, value in things.items()]
    settings.write_text("\n".join(["[parameters]", *lines]))
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(settings),
        "run",
        f"{world.url}/openapi.json",
    ]
    command += ["--header", f"Authorization: Bearer {world.token()}", "--checks", ",".join(CHECKS), "--no-color"]
    command += ["--generation-deterministic", "--suppress-health-check", "all", "--request-timeout", "60", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, f"{done.stdout[-8000:]}\n{done.stderr[-2000:]}"


def test_described_whole(world: World) -> None:
    document = httpx.get(f"{world.url}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    operations = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path.startswith("/p2")
    ]
    assert len(operations) > 95
    assert {method for _, method, _ in operations} <= METHODS
    names = [operation["operationId"] for *_, operation in operations if "operationId" in operation]
    assert len(names) == len(set(names))
    schemas = document["components"]["schemas"]
    for path, method, operation in operations:
        assert operation["summary"], (path, method)
        assert any(status.startswith("2") for status in operation["responses"]), (path, method)
        for used in {part.split('"')[0] for part in json.dumps(operation).split("#/components/schemas/")[1:]}:
            assert used in schemas


def test_operations_of_phase_2_as_described(world: World, things: dict[str, object], tmp_path: Path) -> None:
    judged(world, things, tmp_path, "--include-path-regex", "^/(p2|p2fc|grrmapi)", "--phases", "examples,coverage")


@pytest.mark.truth
def test_every_operation_as_described(world: World, things: dict[str, object], tmp_path: Path) -> None:
    judged(world, things, tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "50")
