from __future__ import annotations


def test_first(place, desk, new_ob):
    assert [one["progId"] for one in desk.runs()] == ["110.TINY.001", "110.TINY.002"]
    ob = new_ob()
    tree = desk.tree(place.service)
    block = tree["root"]["items"][0]
    assert block["obId"] == ob
    assert block["target"]["dec"] == "-36:08:25.000"
    assert block["constraints"]["fli"] == 0.7
    assert [one["templateName"] for one in block["templates"]] == ["TINY_acq", "TINY_obs"]
    saved = desk.save_absolute(ob, [{"from": "2022-11-01T00:00", "to": "2022-11-05T00:00Z"}], desk.absolute(ob).version)
    assert desk.absolute(ob) == saved
    assert saved.version.endswith("/absolute/1")
