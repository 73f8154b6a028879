"""Every instrument package of the observatory: it loads in each version, holds together, and says where its figures are from."""

import pytest

from dfs.instruments import packages
from dfs.instruments.packages import coerce, new_template

# the main modes: acquisition, science and calibration
MAIN = ("EFOSC2", "FORS2", "HAWKI", "VIMOS", "UVES", "XSHOOTER", "MUSE", "VIRCAM")
# at least acquisition and one science template
OTHERS = ("FORS1", "ISAAC", "NACO", "FLAMES", "SUSI2", "SOFI", "EMMI", "WFI", "TIMMI2", "CES", "HARPS", "FEROS")
EVERY = tuple((name, version) for name in packages.names() for version in packages.versions(name))


def test_the_instruments_of_the_observatory_have_packages() -> None:
    assert set(packages.names()) >= {*MAIN, *OTHERS}


@pytest.mark.parametrize("name", MAIN)
def test_the_main_instruments_have_templates_of_each_kind(name: str) -> None:
    kinds = {one.type for one in packages.package(name).signatures.values()}
    assert kinds == {"acquisition", "science", "calib"}


@pytest.mark.parametrize("name", OTHERS)
def test_the_others_can_be_pointed_and_observe(name: str) -> None:
    kinds = {one.type for one in packages.package(name).signatures.values()}
    assert kinds >= {"acquisition", "science"}


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_it_is_named_and_numbered_as_p2_does(name: str, version: str) -> None:
    package = packages.package(name, version)
    assert package.name == name
    assert package.version == version == f"{float(version)}", "P2 writes versions as numbers: no 0 at the end"
    assert [float(one) for one in package.versions] == sorted(float(one) for one in package.versions)


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_clients_find_the_constraints_that_they_ask_for(name: str, version: str) -> None:
    """A strict client reads these of every block, whatever the instrument."""
    constraints = packages.package(name, version).constraints
    assert set(constraints) >= {
        "airmass",
        "fli",
        "moonDistance",
        "seeing",
        "skyTransparency",
        "twilight",
        "waterVapour",
    }


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_every_default_is_accepted(name: str, version: str) -> None:
    package = packages.package(name, version)
    specs = [*package.constraints.values()]
    specs += [one for signature in package.signatures.values() for one in signature.parameters.values()]
    changed = [one.name for one in specs if one.default is not None and coerce(one, one.default) != one.default]
    assert changed == []


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_people_can_read_it(name: str, version: str) -> None:
    for signature in packages.package(name, version).signatures.values():
        assert signature.label, signature.name
        assert [one.name for one in signature.parameters.values() if not one.label] == [], signature.name
        assert [one["name"] for one in new_template(signature)["parameters"]] == list(signature.parameters)


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_every_overhead_is_paid_by_some_template(name: str, version: str) -> None:
    package = packages.package(name, version)
    times = [one.time for one in package.signatures.values() if one.time]
    paid = {step.overhead for time in times for step in time.steps}
    paid |= {read for time in times for arm in time.integrations for read in (arm.readout, arm.sub_readout)}
    assert set(package.overheads) <= paid


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_a_name_for_scripts_means_one_parameter(name: str, version: str) -> None:
    for signature in packages.package(name, version).signatures.values():
        aliases = [one.alias for one in signature.parameters.values() if one.alias]
        assert len(aliases) == len(set(aliases)), signature.name
