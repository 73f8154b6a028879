"""What a spectrum looks like, written and read."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import NotFoundError, UsageError
from dfs.etc.spectra.bands import band
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.sed import Sed

TEXTS = [
    "flat_lambda",
    "flat_nu",
    "powerlaw:-1.5",
    "blackbody:5800",
    "template:G2V",
    "line:656.3",
    "line:656.3:0.2",
    "line:656.3:0:1e-16",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_and_back(text):
    sed = Sed.of(text)
    assert sed.text == text
    assert Sed.of(sed.text) == sed
    assert hash(Sed.of(text)) == hash(sed)
    assert pickle.loads(pickle.dumps(sed)) == sed  # noqa: S301 - ours


def test_uniform_is_flat_per_wavelength():
    assert Sed.of("uniform") == Sed.of(" Flat_Lambda ")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0.0, 1e30), min_size=2, max_size=20).filter(lambda flux: max(flux) > 1e-100), st.booleans())
def test_a_table_is_its_numbers(flux, is_absolute):
    nodes = np.linspace(300.0, 900.0, len(flux))
    one = Sed("table", samples=Samples.checked(nodes, flux, is_absolute=is_absolute))
    two = Sed.of(one.text)
    assert two == one
    assert hash(two) == hash(one)
    assert np.array_equal(two.samples.flux, flux)


def test_tables_differ():
    one, two = (Samples.checked([1.0, 2.0], [1.0, value]) for value in (2.0, 3.0))
    assert one != two
    assert one != Samples.checked([1.0, 2.0], [1.0, 2.0], is_absolute=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no spectrum"),
        ("nonsense", "no spectrum"),
        ("blackbody", "no spectrum"),
        ("blackbody:0", "black body of 0 K"),
        ("blackbody:-3", "black body of -3 K"),
        ("blackbody:nan", "blackbody of nan"),
        ("blackbody:hot", "'hot' in 'blackbody:hot' is not a number"),
        ("powerlaw:1e9", "index"),
        ("line:-5", "line at -5 nm"),
        ("line:500:900", "900 nm wide"),
        ("line:500:0:-1", "line of -1 erg"),
        ("line:1:2:3:4", "no spectrum"),
        ("table:xyz", "cannot be read"),
        ("flat_nu:3", "no spectrum"),
    ],
)
def test_bad_text(text, words):
    with pytest.raises(UsageError, match=words):
        Sed.of(text)


def test_a_template_without_its_word_is_understood():
    with pytest.raises(UsageError) as error:
        Sed.of("g2v")
    assert error.value.hint == "did you mean template:G2V?"


def test_a_stranger_names_no_file(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("300 1\n900 1\n")
    assert Sed.of(f"file:{file}").text == f"file:{file}"
    with pytest.raises(UsageError, match="file cannot be named"):
        Sed.of(f"file:{file}", files=False)
    with pytest.raises(NotFoundError, match="no such file"):
        Sed.of(f"file:{tmp_path}/none.txt")


@pytest.mark.parametrize(
    ("nodes", "flux", "words"),
    [
        ([], [], "0 samples"),
        ([1.0], [1.0], "1 samples"),
        ([1.0, 2.0], [1.0], "2 wavelengths and 1 fluxes"),
        ([1.0, 2.0, 3.0], [1.0, np.nan, 1.0], r"sample 2 \(2 nm\)"),
        ([1.0, 2.0, 3.0], [1.0, -1.0, -1.0], r"negative flux at sample 2 \(2 nm\) and 1 more"),
        ([1.0, 3.0, 2.0], [1.0, 1.0, 1.0], "out of order"),
        ([1.0, 1.0, 2.0], [1.0, 1.0, 1.0], "out of order"),
        ([0.0, 1.0, 2.0], [1.0, 1.0, 1.0], "not above zero"),
        ([1.0, np.inf, 2.0], [1.0, 1.0, 1.0], "not a number as wavelength"),
        ([1.0, 2.0], [0.0, 0.0], "zero everywhere"),
    ],
)
def test_bad_samples(nodes, flux, words):
    with pytest.raises(UsageError, match=words):
        Samples.checked(nodes, flux)


def test_decreasing_wavelengths_are_turned():
    assert Samples.checked([2.0, 1.0], [5.0, 6.0]) == Samples.checked([1.0, 2.0], [6.0, 5.0])


def test_a_packed_table_is_bounded():
    big = Samples.checked(np.arange(1.0, 70_000.0), np.ones(69_999)).packed()
    with pytest.raises(UsageError, match="too long"):
        Samples.unpacked(big)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("blackbdy:5800", "blackbody:5800"),
        ("flat_lamda", "flat_lambda"),
        ("powrlaw:-1", "powerlaw:-1"),
        ("templat", "template:NAME"),
        ("g2v", "template:G2V"),
        ("template:G2", "G2"),
    ],
)
def test_the_nearest_form_is_told(text, meant):
    with pytest.raises((UsageError, NotFoundError)) as found:
        Sed.of(text)
    assert found.value.hint.startswith(f"did you mean {meant}")


def test_the_nearest_band_is_told():
    with pytest.raises(NotFoundError) as found:
        band("SDSS_f")
    assert found.value.hint.startswith("did you mean SDSS_")
    with pytest.raises(NotFoundError) as found:
        band("nothing like it")
    assert found.value.hint == ""
