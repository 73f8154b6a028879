"""Documents against their schemas; the judge is an implementation of JSON Schema that others wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dfs.errors import UsageError
from dfs.server.p2 import incoming
from dfs.server.p2.arriving import JsonForm
from dfs.server.p2.schema import conform

FORMS = {name: getattr(incoming, name) for name in incoming.__all__ if isinstance(getattr(incoming, name), JsonForm)}
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-5, 2**31)
    | st.sampled_from([1.0, 1.5])
    | st.sampled_from(["", "OB", "SevenNights", "x" * 600])
)
KEYS = [
    "obId",
    "containerId",
    "itemType",
    "name",
    "from",
    "to",
    "constraints",
    "target",
    "parameters",
    "templateId",
    "executeWithin",
]
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize("name", sorted(FORMS))
@given(document=anything)
def test_same_verdict_as_jsonschema(name: str, document: Any) -> None:
    schema = FORMS[name].schema
    Draft202012Validator.check_schema(schema)
    try:
        conform(document, schema)
    except UsageError:
        assert not Draft202012Validator(schema).is_valid(document)
    else:
        assert Draft202012Validator(schema).is_valid(document)


@pytest.mark.parametrize("name", sorted(name for name, form in FORMS.items() if form.example is not None))
def test_examples_conform(name: str) -> None:
    conform(FORMS[name].example, FORMS[name].schema)


@pytest.mark.parametrize(
    ("document", "schema", "said"),
    [
        ({"target": {"ra": 3}}, incoming.BLOCK.schema, "target.ra: 3 is of the wrong type; accepted: text"),
        ({"constraints": {"airmass": [1]}}, incoming.BLOCK.schema, "constraints.airmass: [1] is of the wrong type"),
        ([{"from": "x"}], incoming.ABSOLUTE.schema, "[0]: there is no to; accepted: from, to"),
        (
            {"itemType": "Block", "name": "x"},
            incoming.NEW_ITEM.schema,
            "itemType: 'Block' is not known here; accepted: OB, CB, Folder",
        ),
        ({"itemType": "OB", "name": ""}, incoming.NEW_ITEM.schema, "name: '' is too short; accepted: 1 to 68"),
        (
            {"containerId": "12"},
            incoming.DESTINATION.schema,
            "containerId: '12' is of the wrong type; accepted: a whole number",
        ),
        (
            {"containerId": -1},
            incoming.DESTINATION.schema,
            "containerId: -1 is out of range; accepted: 0 to 2147483647",
        ),
        ({"submit": 1}, incoming.SUBMIT.schema, "submit: 1 is of the wrong type; accepted: true or false"),
        (None, incoming.BLOCK.schema, "body: None is of the wrong type; accepted: an object"),
        (
            [{"from": "", "to": ""}] * 1001,
            incoming.ABSOLUTE.schema,
            "body: 1001 entries are too many; accepted: at most 1000",
        ),
        (
            {"night": "yesterday", "targets": []},
            incoming.VISIBILITY.schema,
            "night: 'yesterday' is not written as it should; accepted: YYYY-MM-DD",
        ),
    ],
    ids=range(11),
)
def test_the_place_is_named(document: Any, schema: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        conform(document, schema)
    assert caught.value.line().startswith(said)
