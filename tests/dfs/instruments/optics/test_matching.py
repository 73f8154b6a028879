"""Names as people write them."""

import pytest

from dfs.errors import UsageError
from dfs.instruments.optics.matching import matching

GRISMS = ("GRIS_600R", "GRIS_600RI", "GRIS_300V", "GRIS_1200B")
NUMBERS = ("Gr#1", "Gr#11", "Gr#13")


@pytest.mark.parametrize(
    ("asked", "known", "meant"),
    [
        ("GRIS_300V", GRISMS, "GRIS_300V"),
        ("gris_300v+10", GRISMS, "GRIS_300V"),
        ("300V", GRISMS, "GRIS_300V"),
        (" 300v+10 ", GRISMS, "GRIS_300V"),
        ("600R", GRISMS, "GRIS_600R"),
        ("600RI+19", GRISMS, "GRIS_600RI"),
        ("1200", GRISMS, "GRIS_1200B"),
        ("1", NUMBERS, "Gr#1"),
        ("gr#13", NUMBERS, "Gr#13"),
    ],
)
def test_a_name_or_a_part_of_it(asked: str, known: tuple[str, ...], meant: str) -> None:
    assert matching("disperser", asked, known, "here") == meant


def test_a_part_of_several_names_them() -> None:
    with pytest.raises(UsageError, match="may be GRIS_600R or GRIS_600RI"):
        matching("disperser", "GRIS_6", GRISMS, "here")


@pytest.mark.parametrize("asked", ["GRIS_300W", "", "  "])
def test_an_unknown_name_lists_all(asked: str) -> None:
    with pytest.raises(UsageError) as caught:
        matching("disperser", asked, GRISMS, "FORS2, mode lss")
    assert caught.value.where == "FORS2, mode lss"
    assert caught.value.accepted == ", ".join(GRISMS)


def test_the_nearest_is_offered() -> None:
    with pytest.raises(UsageError) as caught:
        matching("disperser", "GRIS_300W", GRISMS, "here")
    assert caught.value.hint == "did you mean GRIS_300V?"
