"""What a job's key depends on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dfs.pipeline.keys import job_key, product_identity

BASE = ("bias", "1.0", {"kappa": 5.0, "method": "mean"}, [("BIAS", "a"), ("BIAS", "b")], ())


def test_everything_that_matters_changes_the_key():
    """Recipe, version, each parameter, each input, their order and tags, and what is missing."""
    changed = [
        BASE,
        ("arc", *BASE[1:]),
        ("bias", "1.1", *BASE[2:]),
        (*BASE[:2], {"kappa": 4.0, "method": "mean"}, *BASE[3:]),
        (*BASE[:2], {"kappa": 5.0}, *BASE[3:]),
        (*BASE[:3], [("BIAS", "b"), ("BIAS", "a")], ()),
        (*BASE[:3], [("BIAS", "a"), ("DARK", "b")], ()),
        (*BASE[:3], [("BIAS", "a")], ()),
        (*BASE[:4], ("MASTER_FLAT_IMG",)),
    ]
    keys = [job_key(*one) for one in changed]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 and int(key, 16) >= 0 for key in keys)


@given(st.dictionaries(st.text(), st.integers() | st.floats(allow_nan=False) | st.booleans() | st.text()))
def test_the_order_of_parameters_does_not_matter(parameters):
    """A dictionary written the other way round is the same dictionary."""
    backwards = dict(reversed(parameters.items()))
    assert job_key("bias", "1", parameters, []) == job_key("bias", "1", backwards, [])


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_texts_do_not_run_into_each_other(first, second):
    """Two lists of inputs have one key only if they are one list."""
    keys = [job_key("r", "1", {}, [("T", one) for one in texts]) for texts in (first, second)]
    assert (keys[0] == keys[1]) == (first == second)


def test_a_product_is_known_before_it_is_made():
    """By the key of its job and its category."""
    assert product_identity("k", "MASTER_BIAS") != product_identity("k", "MASTER_DARK")
    assert product_identity("k", "MASTER_BIAS") != product_identity("l", "MASTER_BIAS")


def test_the_key_of_today_is_the_key_of_tomorrow():
    """Changing how keys are made throws away everybody's cache: do it on purpose only."""
    assert job_key(*BASE) == "728529c56faf9ed3430e7dcb7dd773cc0c53629167676c92e030e39a8ddb0303"
