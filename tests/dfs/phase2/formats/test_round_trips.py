"""What is written is read back the same: OBX, JSON, ZIP."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from dfs.phase2.formats import (
    BlockFiles,
    Bundle,
    ParameterTypes,
    read_json,
    read_obx,
    read_zip,
    write_json,
    write_obx,
    write_zip,
)

_spec = importlib.util.spec_from_file_location("phase2_blocks", Path(__file__).with_name("blocks.py"))
blocks = sys.modules.setdefault("phase2_blocks", importlib.util.module_from_spec(_spec))
_spec.loader.exec_module(blocks)

MANY = settings(
    max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
SOME = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@MANY
@given(blocks.blocks())
def test_obx_and_json_are_lossless(block):
    text = write_obx(block)
    found, _ = read_obx(text, types=ParameterTypes.in_blocks(iter([block])))
    assert found == block
    assert write_obx(found) == text
    assert read_json(write_json(Bundle((block,)))) == Bundle((block,))


@SOME
@given(blocks.bundles())
def test_json_keeps_containers_and_files(bundle):
    found = read_json(write_json(bundle))
    assert found.items == bundle.items
    assert {one: found.files_of(one) for one in bundle.files} == bundle.files


@SOME
@given(blocks.bundles())
def test_zip_is_lossless(bundle):
    found = read_zip(write_zip(bundle))
    # Numbers are given anew, in the order of reading.
    assert _without_numbers(found.items) == _without_numbers(bundle.items)
    assert [found.files_of(one.ob_id) for one in found.blocks()] == [
        bundle.files_of(one.ob_id) for one in bundle.blocks()
    ]
    assert write_zip(found) == write_zip(bundle)


@SOME
@given(blocks.blocks())
def test_obx_without_signatures_keeps_every_word(block):
    text = write_obx(block)
    found, files = read_obx(text)
    assert files == BlockFiles()
    again, _ = read_obx(write_obx(found), types=ParameterTypes.in_blocks(iter([block])))
    assert again == block


def _without_numbers(items):
    from dataclasses import replace

    from dfs.model.phase2 import Container

    return [
        replace(one, container_id=0, items=tuple(_without_numbers(one.items)))
        if isinstance(one, Container)
        else replace(one, ob_id=0)
        for one in items
    ]
