"""The kinds of data one can look for, and the columns each is shown with."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COLLECTIONS", "Collection", "Shown", "collection"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the result table.

    Attributes
    ----------
    name, label
        The table's column, and what stands over it.
    kind
        ``text``, ``name``, ``number``, ``ra``, ``dec``, ``time`` (UTC text), ``release``.
    width
        Pixels.
    digits
        Digits behind the point of a number.
    unit
        As people write it.
    """

    name: str
    label: str
    kind: str = "text"
    width: int = 90
    digits: int = 1
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of data.

    Attributes
    ----------
    name, label, hint
        As in the address of a page; as on its button; in words.
    kind
        What `dfs.archive.search.Search` calls it; empty: it is no search of files.
    shown
        The result table's columns.
    facets
        Column -> label of those whose values are counted.
    axes
        Column, label, unit, logarithmic: what can be plotted.
    ra, dec, release, title
        Columns of the position, the release date, the name of the object.
    """

    name: str
    label: str
    hint: str
    kind: str = ""
    shown: tuple[Shown, ...] = ()
    facets: tuple[tuple[str, str], ...] = ()
    axes: tuple[tuple[str, str, str, bool], ...] = ()
    ra: str = ""
    dec: str = ""
    release: str = ""
    title: str = ""


# The first eight are the columns of ESO's own result table, in its order.
_RAW = (
    Shown("object", "Object", "name", 131),
    Shown("ra", "RA", "ra", 90),
    Shown("dec", "Dec", "dec", 90),
    Shown("prog_id", "Programme", width=102),
    Shown("instrument", "Instrument", width=86),
    Shown("dp_cat", "Category", width=80),
    Shown("dp_type", "Type", width=92),
    Shown("release_date", "Release date", "release", 112),
    Shown("exp_start", "Start (UTC)", "time", 152),
    Shown("exposure", "Exposure", "number", 92, 1, "s"),
    Shown("filter_path", "Filter", width=74),
    Shown("gris_path", "Grism", width=66),
    Shown("tel_airm_start", "Airmass", "number", 74, 2),
    Shown("dp_tech", "Technique", width=104),
    Shown("dp_id", "DP ID", width=232),
)
_REDUCED = (
    Shown("target_name", "Object", "name", 131),
    Shown("s_ra", "RA", "ra", 90),
    Shown("s_dec", "Dec", "dec", 90),
    Shown("proposal_id", "Programme", width=102),
    Shown("instrument_name", "Instrument", width=86),
    Shown("dataproduct_type", "Category", width=100),
    Shown("dataproduct_subtype", "Type", width=92),
    Shown("obs_release_date", "Release date", "release", 112),
)
_IMAGE = (
    Shown("filter", "Filter", width=74),
    Shown("abmaglim", "AB limit", "number", 68, 2, "mag"),
)
_SPECTRUM = (
    Shown("em_min", "From", "wavelength", 68, 0, "nm"),
    Shown("em_max", "To", "wavelength", 68, 0, "nm"),
    Shown("em_res_power", "λ/Δλ", "number", 64, 0),
    Shown("snr", "S/N", "number", 56, 1),
)
_REDUCED_REST = (
    Shown("t_exptime", "Exposure", "number", 92, 0, "s"),
    Shown("obs_collection", "Collection", width=92),
    Shown("dp_id", "DP ID", width=232),
)
_RAW_FACETS = (
    ("instrument", "Instrument"),
    ("dp_cat", "Category"),
    ("dp_type", "Type"),
    ("dp_tech", "Technique"),
    ("prog_id", "Programme"),
    ("object", "Object"),
    ("filter_path", "Filter"),
    ("gris_path", "Grism"),
)
_RAW_AXES = (
    ("mjd_obs", "Time", "", False),
    ("exposure", "Exposure", "s", True),
    ("tel_airm_start", "Airmass", "", False),
    ("tel_ambi_fwhm_start", "Seeing", "arcsec", False),
    ("ra", "Right ascension", "deg", False),
    ("dec", "Declination", "deg", False),
)
_REDUCED_FACETS = (
    ("instrument_name", "Instrument"),
    ("dataproduct_type", "Category"),
    ("obs_collection", "Collection"),
    ("proposal_id", "Programme"),
    ("target_name", "Object"),
    ("filter", "Filter"),
    ("calib_level", "Calibration level"),
)
_REDUCED_AXES = (
    ("t_min", "Time", "", False),
    ("t_exptime", "Exposure", "s", True),
    ("snr", "S/N", "", True),
    ("abmaglim", "AB limit", "mag", False),
    ("em_res_power", "Resolving power", "", True),
    ("s_ra", "Right ascension", "deg", False),
    ("s_dec", "Declination", "deg", False),
)


def _reduced(name: str, label: str, hint: str, kind: str, *more: Shown) -> Collection:
    shown = (*_REDUCED, *more, *_REDUCED_REST)
    columns = ("s_ra", "s_dec", "obs_release_date", "target_name")
    return Collection(name, label, hint, kind, shown, _REDUCED_FACETS, _REDUCED_AXES, *columns)


COLLECTIONS = (
    Collection(
        name="raw",
        label="Raw",
        hint="Frames as the instruments wrote them",
        kind="raw",
        shown=_RAW,
        facets=_RAW_FACETS,
        axes=_RAW_AXES,
        ra="ra",
        dec="dec",
        release="release_date",
        title="object",
    ),
    _reduced("product", "Reduced", "All reduced data", "product", *_IMAGE[:1], _SPECTRUM[-1]),
    _reduced("image", "Images", "Reduced images", "image", *_IMAGE),
    _reduced("spectrum", "Spectra", "Reduced spectra", "spectrum", *_SPECTRUM),
    Collection("catalogue", "Catalogues", "Published catalogues"),
    Collection(
        name="file",
        label="By file",
        hint="By DP ID or original file name",
        kind="raw",
        shown=_RAW,
        axes=_RAW_AXES,
        ra="ra",
        dec="dec",
        release="release_date",
        title="object",
    ),
)


def collection(name: str) -> Collection:
    """Return the collection called `name`; the first where there is none of this name."""
    return next((one for one in COLLECTIONS if one.name == name), COLLECTIONS[0])
