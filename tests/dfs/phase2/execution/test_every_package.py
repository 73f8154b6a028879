"""Every template of every package has a time, whatever its parameters hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfs.instruments import packages
from dfs.model.phase2 import ObservationBlock, ObTemplate, Parameter
from dfs.phase2.execution import execution_time


def block_of(name, signature, values):
    parameters = tuple(Parameter(key, signature.parameters[key].type, value) for key, value in values.items())
    return ObservationBlock(
        1, 1, 1, "OB", name, "1", templates=(ObTemplate(1, signature.name, signature.type, parameters),)
    )


@pytest.mark.parametrize("name", packages.names())
def test_science_templates_take_longer_than_they_expose(name):
    package = packages.package(name)
    for signature in package.signatures.values():
        exposures = {
            one: [10.0] if spec.type == "numlist" else 10.0
            for one, spec in signature.parameters.items()
            if one in {arm.exposure for arm in signature.time.integrations}
        }
        time = execution_time(block_of(name, signature, exposures), package)
        assert time.execution_s == pytest.approx(math.fsum(part.seconds for part in time.parts))
        assert time.execution_s >= time.exposure_s
        if signature.type == "science":
            assert time.execution_s > time.exposure_s > 0, signature.name
        if signature.type == "acquisition":
            assert time.parts[0].seconds == package.telescope.preset_s
            assert time.exposure_s == 0


values = (
    st.none()
    | st.sampled_from(["nan", "inf", "-3", -4.5])
    | st.integers(-5, 500)
    | st.floats(0, 500)
    | st.text(max_size=5)
    | st.booleans()
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), name=st.sampled_from(packages.names()))
def test_no_value_breaks_it(data, name):
    package = packages.package(name)
    signature = data.draw(st.sampled_from(list(package.signatures.values())))
    given_values = {one: data.draw(values | st.lists(values, max_size=3)) for one in signature.parameters}
    time = execution_time(block_of(name, signature, given_values), package)
    assert math.isfinite(time.execution_s)
    assert time.execution_s >= 0
