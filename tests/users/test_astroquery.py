"""``astroquery.eso`` as it is installed, told no more than where the archive is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import numpy as np
import pytest
from astropy.io import fits
from astroquery.eso import EsoClass, conf
from astroquery.exceptions import LoginError, MaxResultsWarning, NoResultsWarning

from dfs.archive import configure_astroquery
from dfs.errors import UsageError

# pyvo and astroquery leave it to the garbage collector to close what they opened
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

SPECTRUM, OTHERS, IMAGE = (f"EFOSC.2026-01-19T0{rest}" for rest in ("2:20:30.903", "3:41:36.502", "4:51:55.019"))


@pytest.fixture
def eso(url: str, tmp_path: Path) -> Iterator[EsoClass]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("tap_obs_url", "tap_cat_url"):
            patch.setattr(conf, name, getattr(conf, name))
        for name in ("AUTH_URL", "DOWNLOAD_URL", "CALSELECTOR_URL"):
            patch.setattr(EsoClass, name, getattr(EsoClass, name))
        configure_astroquery(f"{url}/")
        client = EsoClass()
        client.cache_location = tmp_path / "cache"
        yield client


@pytest.fixture
def signed_in(eso: EsoClass, monkeypatch: pytest.MonkeyPatch) -> EsoClass:
    """52052, whose password is in the key ring."""
    monkeypatch.setattr(keyring, "get_password", lambda *_: "tutorial")
    eso.login(username="52052")
    assert eso.authenticated()
    return eso


def test_it_is_told_an_address() -> None:
    with pytest.raises(UsageError, match="no address"):
        configure_astroquery("archive.example.org")


def test_what_there_is(eso: EsoClass) -> None:
    instruments = eso.list_instruments()
    assert {"efosc", "sphere", "xshooter", "midi", "omegacam"} <= set(instruments)
    assert "apex_quicklooks" not in instruments
    assert eso.list_surveys() == ["EFOSC2"]
    assert eso.list_catalogs() == ["DEMO_FIELD_V1"]
    assert eso.list_catalogs(all_versions=True) == ["DEMO_FIELD_V1"]


@pytest.mark.parametrize("name", ["efosc", "EFOSC", "Efosc"])
def test_raw_frames_of_an_instrument(eso: EsoClass, name: str) -> None:
    found = eso.query_instrument(name)
    assert len(found) == 25
    assert list(found.colnames)[:6] == ["object", "ra", "dec", "dp_id", "date_obs", "prog_id"]
    assert {"ins_opti1_name", "det_binx", "moon_illu"} <= set(found.colnames)
    assert found["ra"].unit == "deg"


def test_raw_frames_of_several(eso: EsoClass) -> None:
    assert set(eso.query_main(["SPHERE", "MIDI"])["instrument"]) == {"SPHERE", "MIDI"}
    assert set(eso.query_main("SINFONI, NACO")["instrument"]) == {"SINFONI", "NACO"}
    assert eso.query_main(count_only=True) == 59  # without the one of which nobody else may know
    assert list(eso.query_main(columns="dp_id, exposure", top=2).colnames) == ["dp_id", "exposure"]


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"dp_cat": "SCIENCE"}, 10),
        ({"dp_cat": "= 'CALIB'", "dp_type": "like '%FLAT%'"}, 9),
        ({"dp_type": "not like '%FLAT%'"}, 16),
        ({"dp_type": "in ('DARK', 'WAVE')"}, 6),
        ({"dp_type": "not in ('DARK', 'WAVE')"}, 19),
        ({"exposure": "> 100"}, 9),
        ({"exposure": "between 10 and 20"}, 6),
        ({"exposure": "not between 10 and 20"}, 19),
        ({"exp_start": "between '2026-01-19T02:00' and '2026-01-19T04:00'"}, 4),
        ({"exp_start": "<= '2026-01-18T23:59:59'"}, 11),
        ({"release_date": "> '2100-01-01'"}, 0),
        ({"prog_id": "!= '116.SIM0.001'"}, 9),
        ({"period": 116, "filter_path": "like 'g#782%'"}, 9),
    ],
)
def test_filters_of_columns(eso: EsoClass, filters: dict[str, Any], number: int) -> None:
    assert eso.query_instrument("efosc", column_filters=filters, count_only=True) == number


def test_a_cone(eso: EsoClass) -> None:
    near = eso.query_instrument("efosc", cone_ra=92.6123, cone_dec=-31.0872, cone_radius=0.01)
    assert set(near["object"]) == {"SIM-J0610-3105"}
    products = eso.query_surveys("EFOSC2", cone_ra=152.5656, cone_dec=-1.0106, cone_radius=0.005)
    assert set(products["target_name"]) == {"SIM-F1010-0100"}
    assert eso.query_main(cone_ra=80.49, cone_dec=-29.64, cone_radius=0.001)["instrument"].tolist() == ["FORS2"]


def test_reduced_data_and_catalogues(eso: EsoClass) -> None:
    spectra = eso.query_surveys(
        column_filters={"dataproduct_type": "spectrum"}, columns=["dp_id", "em_min", "access_url"]
    )
    assert len(spectra) == 2
    np.testing.assert_allclose(spectra["em_min"], 303.6e-9, rtol=1e-4)
    for name in ("DEMO_FIELD_V1", "safcat.DEMO_FIELD_V1"):
        bright = eso.query_catalog(name, column_filters={"G_INST": "< -7"}, columns="SOURCE_ID, RAJ2000, G_INST")
        assert len(bright) == 9
    assert len(eso.query_apex_quicklooks(project_id="E-116.SIM4-2026")) == 1


def test_it_says_what_it_left_out(eso: EsoClass) -> None:
    eso.ROW_LIMIT = 3
    with pytest.warns(MaxResultsWarning, match="truncated to 3"):
        assert len(eso.query_instrument("efosc")) == 3
    with pytest.warns(NoResultsWarning):
        assert len(eso.query_instrument("efosc", column_filters={"object": "Nothing"})) == 0
    with pytest.warns(NoResultsWarning):  # an error is told in the log
        assert len(eso.query_instrument("efosc", column_filters={"no_such_column": 1})) == 0


def test_help_lists_the_columns(eso: EsoClass, capsys: pytest.CaptureFixture[str]) -> None:
    eso.query_instrument("efosc", help=True)
    eso.query_catalog("DEMO_FIELD_V1", help=True)
    told = "".join(capsys.readouterr())
    assert "det_binx" in told
    assert "pos.eq.ra;meta.main" in told


def test_what_one_may_see_is_more_when_signed_in(eso: EsoClass, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LoginError):
        eso.query_instrument("sphere", authenticated=True)
    assert len(eso.query_instrument("sphere")) == 1
    monkeypatch.setattr(keyring, "get_password", lambda *_: "tutorial")
    eso.login(username="53053x")
    assert not eso.authenticated()
    eso.login(username="52053")
    assert len(eso.query_instrument("sphere", authenticated=True)) == 2


def test_a_stranger_gets_what_is_public(eso: EsoClass, root: Path, tmp_path: Path) -> None:
    file = Path(eso.retrieve_data(IMAGE, destination=str(tmp_path)))
    assert file.name == f"{IMAGE}.fits"
    assert digest(file) == digest(next(root.glob(f"files/*/{IMAGE}.fits")))
    assert eso.retrieve_data([SPECTRUM], destination=str(tmp_path)) == []
    assert eso.retrieve_data(["EFOSC.1999-01-01T00:00:00.000"], destination=str(tmp_path)) == []
    assert sorted(one.name for one in tmp_path.glob("*.fits*")) == [f"{IMAGE}.fits"]


def test_an_investigator_gets_his_own(signed_in: EsoClass, root: Path, tmp_path: Path) -> None:
    wanted = [SPECTRUM, f"{SPECTRUM}_SCIENCE_SPECTRUM_v1", OTHERS]
    files = [Path(one) for one in signed_in.retrieve_data(wanted, destination=str(tmp_path))]
    assert [one.name for one in files] == [f"{name}.fits" for name in wanted[:2]]
    assert all(digest(one) == digest(next(root.glob(f"files/*/{one.name}"))) for one in files)
    assert signed_in.retrieve_data(SPECTRUM, destination=str(tmp_path)) == str(files[0])  # is there: not fetched again


def test_calibrations_of_one_frame_and_of_several(signed_in: EsoClass, tmp_path: Path) -> None:
    raw = signed_in.get_associated_files([SPECTRUM], mode="raw", savexml=True, destination=str(tmp_path))
    header = signed_in.query_main(column_filters={"dp_id": f"in ({', '.join(repr(one) for one in raw)})"})
    assert {"DARK", "FLAT", "WAVE"} <= {one.partition(",")[0] for one in header["dp_type"]}
    assert set(header["dp_cat"]) <= {"CALIB", "SCIENCE"}  # the standard star is a science frame of La Silla's
    (document,) = tmp_path.glob("*.xml")
    assert b"<association" in document.read_bytes()
    both = signed_in.get_associated_files([SPECTRUM, IMAGE], mode="raw")
    assert set(raw) < set(both)
    assert SPECTRUM not in both
    masters = signed_in.get_associated_files([SPECTRUM], mode="processed")
    assert "EFOSC.2026-01-18T19:02:38.865_MASTER_BIAS_v1" in masters


def test_a_frame_with_its_calibrations(signed_in: EsoClass, tmp_path: Path) -> None:
    files = signed_in.retrieve_data(SPECTRUM, with_calib="raw", destination=str(tmp_path))
    types = {fits.getval(one, "ESO DPR TYPE") for one in files}
    assert {"OBJECT", "DARK", "FLAT", "WAVE"} <= types


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
