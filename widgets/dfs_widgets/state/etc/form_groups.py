"""The controls of each group: which apply to a question, and what they offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dfs.etc.controls.choices import choices
from dfs_widgets.state.etc.fitting import option_of
from dfs_widgets.state.etc.form_controls import control, own
from dfs_widgets.state.etc.question import EtcQuestion, text_of
from dfs_widgets.state.etc.templates import template_options

if TYPE_CHECKING:
    from dfs.instruments.optics import Optics

__all__ = [
    "exposure_controls",
    "extraction_controls",
    "instrument_controls",
    "is_image",
    "sky_controls",
    "target_controls",
]

_KINDS = (
    ("flat_lambda", "Uniform, f(λ)"),
    ("flat_nu", "Uniform, f(ν)"),
    ("blackbody", "Black body"),
    ("powerlaw", "Power law"),
    ("template", "Template"),
    ("line", "Emission line"),
)
_ONE_IS_NO_CHOICE = {"polarimetry", "mode"}


def is_image(question: EtcQuestion, optics: Optics | None) -> bool:
    """Tell whether the mode asked gives an image."""
    if optics is None:
        return False
    mode = option_of(question.given.get("mode", ""), choices(optics, question.given)["mode"])
    return optics.modes[mode.value].kind == "image" if mode is not None else False


def instrument_controls(
    question: EtcQuestion, optics: Optics | None, instruments: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the controls of the instrument: what it lacks is left out."""
    listed = [{"value": name, "label": label} for name, label in instruments.items()]
    found = [control("instrument", options=listed, wide=True)]
    if optics is None:
        return found
    offered = choices(optics, question.given)
    for name in ("mode", "grism", "filter", "slit", "collimator", "detector", "read_mode", "binning", "polarimetry"):
        options = [{"value": text_of(one.value), "label": one.label} for one in offered[name]]
        if name == "slit" and not options:
            found += _free_slit(question, optics)
        elif len(options) > (1 if name in _ONE_IS_NO_CHOICE else 0):
            wide = name in {"mode", "grism", "read_mode"}
            found.append(control(name, "choice", options=options, wide=wide))
    return [*found, control("mirror_reflectivity", hint="measured")]


def _free_slit(question: EtcQuestion, optics: Optics) -> list[dict[str, Any]]:
    """Return the field of a slit that is cut to any width."""
    name = option_of(question.given.get("mode", ""), choices(optics, question.given)["mode"])
    mode = optics.modes[name.value] if name is not None else next(iter(optics.modes.values()))
    if mode.slit_range_arcsec is None:
        return []
    low, high = mode.slit_range_arcsec
    return [control("slit", "number", slider={"low": low, "high": min(high, 10.0), "step": 0.05})]


def target_controls(question: EtcQuestion, bands: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the controls of the target's spectrum, shape and brightness."""
    kinds = [*_KINDS, ("spectrum", "Your spectrum")]
    found = [own("sed", "choice", "Spectrum", "Shape of the target's spectrum.", list(kinds), wide=True)]
    kind = question.kind
    if kind == "blackbody":
        found.append(own("temperature", "number", "Temperature", "Of the black body.", unit="K", wide=True))
    elif kind == "powerlaw":
        found.append(own("index", "number", "Index", "Flux per wavelength goes as its power."))
    elif kind == "template":
        found.append(
            own("template", "choice", "Template", "A published spectrum.", wide=True)
            | {"options": list(template_options())}
        )
    elif kind == "line":
        found.append(
            own("line", "number", "Line, at rest", "Before the redshift; in air from 200 to 2000 nm.", unit="nm")
        )
        found.append(own("line_width", "number", "Width (FWHM)", "0: too narrow to be resolved.", unit="nm"))
    about = (
        "Two columns, wavelength and flux, as ECSV, CSV, text, or FITS; a flux with physical units needs no magnitude."
    )
    if kind == "spectrum" or "spectrum" in question.given:
        found.append(own("upload", "file", "File", about, wide=True))
    found.append(control("redshift"))
    found.append(
        own(
            "shape",
            "radio",
            "Shape",
            "A point, or of even surface brightness.",
            [("point", "Point"), ("extended", "Extended")],
        )
    )
    return [*found, *_brightness(question, bands)]


def _brightness(question: EtcQuestion, bands: tuple[str, ...]) -> list[dict[str, Any]]:
    extended = question.given.get("extended") in {True, "on", "true", "yes", "1"}
    found: list[dict[str, Any]] = []
    if question.kind == "line":
        found.append(
            own(
                "brightness",
                "radio",
                "Brightness",
                "By the flux of the line, or by a magnitude.",
                [("line_flux", "Line flux"), ("mag", "Magnitude")],
                wide=True,
            )
        )
    elif question.kind == "spectrum" and _is_absolute(question):
        found.append(
            own(
                "brightness",
                "radio",
                "Brightness",
                "As the spectrum says, or scaled to a magnitude.",
                [("own", "Its own"), ("mag", "Magnitude")],
                wide=True,
            )
        )
    if "line_flux" in question.given:
        unit = "erg s⁻¹ cm⁻²" + (" arcsec⁻²" if extended else "")
        found.append(control("line_flux", unit=unit, wide=True))
    elif question.kind != "spectrum" or not _is_absolute(question) or "mag" in question.given:
        found.append(control("mag", unit="mag/arcsec²" if extended else "mag", wide=True))
        found.append(control("band", "choice", options=[{"value": one, "label": one} for one in bands]))
        found.append(
            control("system", "radio", options=[{"value": "vega", "label": "Vega"}, {"value": "ab", "label": "AB"}])
        )
    if extended:
        found.append(control("diameter", hint="fills all"))
    return found


def _is_absolute(question: EtcQuestion) -> bool:
    spectrum = question.given.get("spectrum")
    return isinstance(spectrum, Mapping) and spectrum.get("unit") != "relative"


def sky_controls(question: EtcQuestion) -> list[dict[str, Any]]:
    """Return the controls of the night."""
    found = [
        control("airmass"),
        own(
            "turbulence",
            "radio",
            "Image",
            "Seeing at the zenith, or image quality on the detector.",
            [("seeing", "Seeing"), ("image_quality", "Image q.")],
        ),
        control(question.turbulence, wide=True),
        own(
            "moon",
            "radio",
            "Moon",
            "How the Moon is told.",
            [("none", "None"), ("days", "Days"), ("fli", "Illumination")],
            wide=True,
        ),
    ]
    if question.moon != "none":
        found.append(control("days_from_new_moon" if question.moon == "days" else "fli", wide=True, unit=""))
    if question.moon != "none" and question.given.get("sky_model", "components") != "classic":
        found += [control("moon_distance"), control("moon_altitude", hint="typical")]
    models = [{"value": "components", "label": "Components"}, {"value": "classic", "label": "Classic table"}]
    found.append(control("sky_model", options=models))
    if question.given.get("sky_model", "components") != "classic":
        found += [control("solar_flux", unit="sfu"), control("pwv"), control("airglow")]
    return found


def exposure_controls(question: EtcQuestion, *, infrared: bool, image: bool) -> list[dict[str, Any]]:
    """Return the controls of time and read-outs."""
    about = "What is given; the other is the answer."
    found = [
        own("asked", "radio", "Given", about, [("exposure", "Exposure time"), ("snr", "Signal-to-noise")], wide=True)
    ]
    if question.asked == "snr":
        found.append(control("snr", wide=True))
        found += [control("dit")] if infrared else []
    elif infrared:
        found += [control("dit"), control("ndit")]
    else:
        found.append(control("exposure", wide=True))
    if not image:
        found.append(control("at", hint="middle"))
    found.append(control("count"))
    return [
        *found,
        own("range", "number", "Plotted around", "How far around the exposure time the plot goes.", unit="%"),
    ]


def extraction_controls(question: EtcQuestion) -> list[dict[str, Any]]:
    """Return how the light is added up."""
    options = [
        {"value": "eso", "label": "ESO's aperture", "help": "Aperture and Gaussian of ESO's calculator"},
        {"value": "as-reduced", "label": "As reduced", "help": "What the recipes of this package do"},
    ]
    found = [control("extraction", "radio", options=options, wide=True)]
    if question.kind in {"template", "spectrum"}:
        found.append(control("extrapolate"))
    return found
