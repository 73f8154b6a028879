"""Folders as they are: nothing vanishes, nothing crashes."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from astropy.io import fits

from dfs.errors import Cancelled, NotFoundError
from dfs.frames import iterate, scan
from dfs.progress import Recorder


def by_name(records):
    return {record.path.name: record for record in records}


def test_bad_files_are_rows_with_a_problem(night):
    good = night("BIAS")
    folder = night.folder
    (folder / "text.fits").write_text("this is no FITS file\n")
    (folder / "empty.fits").write_bytes(b"")
    (folder / "html.fits.gz").write_bytes(gzip.compress(b"<html>404</html>"))
    (folder / "cut.fits").write_bytes(good.read_bytes()[:1000])
    (folder / "link.fits").symlink_to(folder / "nowhere.fits")
    (folder / "notes.txt").write_text("not listed: no FITS name")
    (folder / ".hidden.fits").write_text("not listed: hidden")
    (folder / "EFOSC.2022-01-26T19_02_38.210.fits").write_bytes(b"")
    found = by_name(scan(folder))
    assert set(found) == {
        good.name,
        "text.fits",
        "empty.fits",
        "html.fits.gz",
        "cut.fits",
        "link.fits",
        "EFOSC.2022-01-26T19_02_38.210.fits",
    }
    assert found[good.name].problem is None
    for name, word in (
        ("text.fits", "not a FITS"),
        ("empty.fits", "empty"),
        ("html.fits.gz", "not a FITS"),
        ("cut.fits", "truncated"),
        ("link.fits", "No such file"),
    ):
        assert word in found[name].problem, name
        assert "\n" not in found[name].problem
        assert found[name].frame_class is None
    assert found["EFOSC.2022-01-26T19_02_38.210.fits"].dp_id == "EFOSC.2022-01-26T19:02:38.210"


def test_header_without_values(night):
    [record] = scan(night("BIAS", None, OBJECT=None, EXPTIME=None, INSTRUME=None))
    assert record.problem == "not classified: keyword INSTRUME is missing"
    assert (record.mjd_obs, record.exposure_s, record.target) == (None, None, None)


def test_nan_and_odd_values(night):
    path = night("BIAS")
    content = path.read_bytes()
    at = content.index(b"EXPTIME")
    path.write_bytes(content[:at] + f"{'EXPTIME = NaN':<80}".encode() + content[at + 80 :])
    [record] = scan(path)
    assert record.frame_class is None
    assert record.problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(night):
    path = night("BIAS")
    path.chmod(0)
    locked = night.folder / "locked"
    locked.mkdir()
    locked.chmod(0)
    try:
        found = by_name(scan(night.folder))
    finally:
        locked.chmod(0o700)
    assert "Permission denied" in found[path.name].problem
    assert "Permission denied" in found["locked"].problem


def test_no_permission_as_the_system_says_it(night, monkeypatch):
    """The same for root, who is never refused: the system's answer is put in place of it."""
    path = night("BIAS")
    locked = night.folder / "locked"
    locked.mkdir()
    real_open, real_scandir = os.open, os.scandir

    def refuse(real, name):
        def call(place, *more):
            if str(place).endswith(name):
                raise PermissionError(13, "Permission denied", str(place))
            return real(place, *more)

        return call

    monkeypatch.setattr(os, "open", refuse(real_open, path.name))
    monkeypatch.setattr(os, "scandir", refuse(real_scandir, "locked"))
    found = by_name(scan(night.folder))
    assert found[path.name].problem == "the file cannot be read: Permission denied"
    assert found["locked"].problem == "the folder cannot be read: Permission denied"


def test_order_and_subfolders(night):
    late, early = night("ARC", 59606.5), night("BIAS", 59606.0)
    timeless = night("ARC", None)
    below = night.folder / "below"
    below.mkdir()
    moved = early.rename(below / early.name)
    assert [record.path for record in scan(night.folder)] == [moved, late, timeless]
    assert [record.path for record in scan([late, below])] == [moved, late]
    assert all(record.path.is_absolute() for record in scan(night.folder))


def test_date_stands_in_for_mjd(night):
    [record] = scan(night("ARC", None, **{"DATE-OBS": "2022-01-26T19:02:38.210"}))
    assert record.mjd_obs == pytest.approx(59605.7934978, abs=1e-7)  # MJD-OBS of the real frame of that DATE-OBS


def test_dp_id_from_arcfile_and_target(night):
    [record] = scan(night("ARC", ARCFILE="EFOSC.2022-01-26T19:37:39.560.fits", **{"ESO OBS TARG NAME": "EG21"}))
    assert record.dp_id == "EFOSC.2022-01-26T19:37:39.560"
    assert record.target == "EG21"


def test_progress_counts_and_cancels(night):
    for _ in range(205):
        night("BIAS")
    progress = Recorder()
    assert len(scan(night.folder, progress)) == 205
    assert sum(count or 0 for what, _, count in progress.events if what == "step") == 205
    stopped = Recorder()
    records = iterate(night.folder, stopped)
    next(records)
    stopped.cancel()
    with pytest.raises(Cancelled):
        list(records)


def test_nothing_there(tmp_path):
    assert scan(tmp_path) == []
    with pytest.raises(NotFoundError, match="no such file or folder"):
        scan(tmp_path / "nowhere")


def test_a_link_loop_ends(night):
    (night.folder / "again").symlink_to(night.folder)
    night("BIAS")
    assert len(scan(night.folder)) == 1


def test_any_name_when_named_by_the_caller(night):
    path = night("BIAS")
    renamed = path.rename(path.with_name("a.frame"))
    assert scan(night.folder) == []
    assert scan(renamed)[0].frame_class == "BIAS"


def test_extension_only_file(tmp_path):
    """A file whose pixels are in extensions is classified by its primary header."""
    header = fits.PrimaryHDU().header
    header["INSTRUME"] = "FORS2"
    header["HIERARCH ESO DPR CATG"] = "ACQUISITION"
    path = Path(tmp_path) / "mef.fits"
    fits.HDUList([fits.PrimaryHDU(header=header), fits.ImageHDU(name="CHIP1"), fits.BinTableHDU(name="T")]).writeto(
        path
    )
    [record] = scan(path)
    assert (record.instrument, record.frame_class, record.problem) == ("FORS2", "ACQUISITION", None)


@pytest.fixture
def deep(night, monkeypatch):
    """2500 folders in each other: more than Python recurses, and a path longer than the system takes."""
    monkeypatch.chdir(night.folder)
    for _ in range(2500):
        os.mkdir("d")  # noqa: PTH102
        os.chdir("d")
    yield night.folder
    for _ in range(2500):
        os.chdir("..")
        os.rmdir("d")  # noqa: PTH106


def test_folders_deeper_than_the_stack(night, deep):
    """Found as far as their names go; the rest is a row with its problem."""
    night("BIAS")
    found = {record.frame_class: record for record in scan(deep)}
    assert len(found) == 2
    assert "the folder cannot be read" in found[None].problem
    assert found["BIAS"].problem is None
