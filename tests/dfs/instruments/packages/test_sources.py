"""Every package that comes with dfs: sources, documents."""

from __future__ import annotations

import pytest

from dfs.instruments import packages


@pytest.mark.parametrize("name", packages.names())
def test_every_figure_and_every_template_has_a_source(name):
    package = packages.package(name)
    assert package.source
    assert package.telescope.source
    assert all(one.source for one in package.overheads.values())
    assert all(one.source for one in package.constraints.values())
    assert all(one.source for one in package.signatures.values())


@pytest.mark.parametrize("name", packages.names())
def test_documents_have_the_keys_of_the_p2_api(name):
    package = packages.package(name)
    constraints = packages.constraints_document(package)["observingConstraints"]
    assert {"airmass", "skyTransparency", "seeing", "moonDistance"} <= {one["name"] for one in constraints}
    for signature in package.signatures.values():
        for parameter in packages.signature_document(signature)["parameters"]:
            assert set(parameter) <= {"name", "type", "default", "allowedValues", "label", "minihelp"}
            assert set(parameter.get("allowedValues", {})) <= {"values", "ranges"}
